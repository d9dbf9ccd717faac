//! The words of the field as types: what a transaction is, what a score means, what is decided.
//! Everything else in the crate speaks in these; this module imports nothing of it.

mod time;

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use time::{SlashDate, TimeFormat, Timestamp};

/// Why a value is not acceptable; the caller adds where it stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {expected}")]
pub struct InvalidValue {
    /// The text as it was given.
    pub value: String,
    /// What would have been accepted.
    pub expected: &'static str,
}

impl InvalidValue {
    /// An error that quotes `value` and names what was expected in its place.
    pub fn new(value: impl Into<String>, expected: &'static str) -> Self {
        Self { value: value.into(), expected }
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes any text that is not blank.
            ///
            /// # Errors
            /// [`InvalidValue`] when `text` is empty or white space only.
            pub fn parse(text: &str) -> Result<Self, InvalidValue> {
                match text.trim() {
                    "" => Err(InvalidValue::new(text, "an identifier")),
                    trimmed => Ok(Self(trimmed.to_owned())),
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number.to_string())
            }
        }
    };
}

text_id!(
    /// Identifies one transaction; unique within a log.
    TransactionId
);
text_id!(
    /// Identifies the card or account holder.
    CustomerId
);
text_id!(
    /// Identifies the terminal or merchant that took the payment.
    TerminalId
);

/// An amount of money in its currency's main unit; finite and within ±10^12.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Amount(f64);

impl Amount {
    /// The value in the currency's main unit.
    pub const fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Amount {
    type Error = InvalidValue;

    fn try_from(value: f64) -> Result<Self, InvalidValue> {
        if value.is_finite() && value.abs() <= 1e12 {
            Ok(Self(value))
        } else {
            Err(InvalidValue::new(value.to_string(), "an amount between -1e12 and 1e12"))
        }
    }
}

impl From<Amount> for f64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

/// A place on Earth in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GeoPoint {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

impl GeoPoint {
    /// Checks both ranges.
    ///
    /// # Errors
    /// [`InvalidValue`] when a coordinate is not finite or out of its range.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, InvalidValue> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(InvalidValue::new(latitude.to_string(), "a latitude between -90 and 90"));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(InvalidValue::new(longitude.to_string(), "a longitude between -180 and 180"));
        }
        Ok(Self { latitude, longitude })
    }
}

/// One payment, as it is known at the moment it happens; the label is what became known later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transaction {
    /// Unique within its log.
    pub id: TransactionId,
    /// When it happened.
    pub time: Timestamp,
    /// Who paid.
    pub customer: CustomerId,
    /// Where it was paid.
    pub terminal: TerminalId,
    /// How much was paid.
    pub amount: Amount,
    /// Where the terminal stands, when the log says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<GeoPoint>,
    /// Fraud or not; `None` while nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fraud: Option<bool>,
}

/// What is done with a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Let it pass.
    Approve,
    /// An analyst should look at it.
    Review,
    /// Refuse it.
    Block,
}

impl Decision {
    /// All, in the order of `as usize`.
    pub const ALL: [Self; 3] = [Self::Approve, Self::Review, Self::Block];

    /// The word used in files, on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Review => "review",
            Self::Block => "block",
        }
    }

    /// Reads what [`Decision::as_str`] wrote.
    ///
    /// # Errors
    /// [`InvalidValue`] for any other word.
    pub fn parse(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.as_str() == text)
            .ok_or_else(|| InvalidValue::new(text, "approve, review or block"))
    }
}

/// The two limits on the score; a score equal to a limit has reached it, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Thresholds {
    /// From this score on, an analyst is asked.
    pub review: f64,
    /// From this score on, the payment is refused; `None` refuses nothing.
    #[schema(required)]
    pub block: Option<f64>,
}

impl Thresholds {
    /// The one place where a score becomes a decision.
    pub fn decide(&self, score: f64) -> Decision {
        match self.block {
            Some(block) if score >= block => Decision::Block,
            _ if score >= self.review => Decision::Review,
            _ => Decision::Approve,
        }
    }
}

/// How much a row of each class counts in training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassWeights {
    /// Of each fraud.
    pub fraud: f64,
    /// Of each other row.
    pub genuine: f64,
}

impl ClassWeights {
    /// The weight of a row with this label.
    pub fn of(&self, fraud: bool) -> f64 {
        if fraud { self.fraud } else { self.genuine }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_equal_to_a_threshold_has_reached_it() {
        let thresholds = Thresholds { review: 0.5, block: Some(0.9) };
        assert_eq!(thresholds.decide(0.499_999), Decision::Approve);
        assert_eq!(thresholds.decide(0.5), Decision::Review);
        assert_eq!(thresholds.decide(0.9), Decision::Block);
        assert_eq!(Thresholds { review: 0.5, block: None }.decide(1.0), Decision::Review);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        assert!(Amount::try_from(f64::NAN).is_err());
        assert!(Amount::try_from(2e12).is_err());
        assert!(GeoPoint::new(91.0, 0.0).is_err());
        assert!(GeoPoint::new(0.0, f64::NAN).is_err());
        assert!(CustomerId::parse("  ").is_err());
        assert_eq!(Decision::parse("block"), Ok(Decision::Block));
    }
}
