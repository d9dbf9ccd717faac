//! The specification of a balance as text: `none`, or steps such as `smote:0.1,rus:0.5`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ResampleError;
use super::ratio::Ratio;
use crate::suggest::nearest;

/// How training rows are rebalanced: `none`, or a chain of methods, each with the ratio of minority to majority rows
/// after it (1 when it is left out).
///
/// ```text
/// ros          repeat random minority rows until there are as many as majority rows
/// rus:0.5      drop random majority rows until there are twice as many as minority rows
/// smote:0.1    draw new minority rows between neighbouring ones until there is 1 to 10
/// smote:0.1,rus:0.5
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Balance {
    steps: Vec<Step>,
}

/// One method and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) method: Method,
    pub(super) ratio: Ratio,
}

/// The methods there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    RandomOver,
    RandomUnder,
    Smote,
}

/// The word for leaving the rows as they are.
const NONE: &str = "none";

impl Method {
    pub(super) const ALL: [Self; 3] = [Self::RandomOver, Self::RandomUnder, Self::Smote];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RandomOver => "ros",
            Self::RandomUnder => "rus",
            Self::Smote => "smote",
        }
    }
}

impl Balance {
    /// Leaves the rows as they are.
    pub const NONE: Self = Self { steps: Vec::new() };

    /// Reads a specification; white space around words does not matter.
    ///
    /// # Errors
    /// [`ResampleError`] for an unknown method (naming the nearest known one), a ratio that is not above 0 and at most
    /// 1, an empty step, or `none` beside something else.
    pub fn parse(spec: &str) -> Result<Self, ResampleError> {
        if spec.trim() == NONE {
            return Ok(Self::NONE);
        }
        let steps = spec.split(',').map(|step| Step::parse(step.trim(), spec)).collect::<Result<_, _>>()?;
        Ok(Self { steps })
    }

    /// True for `none`.
    pub fn is_none(&self) -> bool {
        self.steps.is_empty()
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl Step {
    fn parse(step: &str, spec: &str) -> Result<Self, ResampleError> {
        let (name, ratio) = match step.split_once(':') {
            Some((name, ratio)) => (name.trim(), Some(ratio.trim())),
            None => (step, None),
        };
        match name {
            "" => return Err(ResampleError::EmptyStep { spec: spec.to_owned(), known: known() }),
            NONE => return Err(ResampleError::NotAlone(spec.to_owned())),
            _ => {}
        }
        let method = Method::ALL.into_iter().find(|method| method.name() == name).ok_or_else(|| {
            ResampleError::UnknownMethod {
                name: name.to_owned(),
                suggestion: nearest(name, names()),
                known: known(),
            }
        })?;
        let ratio = match ratio {
            None => Ratio::BALANCED,
            Some(text) => Ratio::parse(text).ok_or_else(|| ResampleError::InvalidRatio {
                method: method.name(),
                text: text.to_owned(),
            })?,
        };
        Ok(Self { method, ratio })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.method.name())?;
        match self.ratio {
            Ratio::BALANCED => Ok(()),
            ratio => write!(formatter, ":{}", ratio.value()),
        }
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return formatter.write_str(NONE);
        }
        for (index, step) in self.steps.iter().enumerate() {
            write!(formatter, "{}{step}", if index == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl TryFrom<String> for Balance {
    type Error = ResampleError;

    fn try_from(spec: String) -> Result<Self, ResampleError> {
        Self::parse(&spec)
    }
}

impl From<Balance> for String {
    fn from(balance: Balance) -> Self {
        balance.to_string()
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(NONE).chain(Method::ALL.map(Method::name))
}

fn known() -> String {
    names().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(spec: &str) -> String {
        Balance::parse(spec).unwrap_err().to_string()
    }

    #[test]
    fn text_becomes_canonical() {
        for (given, canonical) in [
            ("none", "none"),
            (" ros ", "ros"),
            ("rus:0.50", "rus:0.5"),
            ("smote:1.0", "smote"),
            ("smote : .1 , rus:5e-1", "smote:0.1,rus:0.5"),
        ] {
            let balance = Balance::parse(given).unwrap();
            assert_eq!(balance.to_string(), canonical);
            assert_eq!(Balance::parse(canonical), Ok(balance));
        }
        assert_eq!(Balance::default(), Balance::NONE);
        assert!(Balance::NONE.is_none() && !Balance::parse("ros").unwrap().is_none());
    }

    #[test]
    fn json_is_the_same_text() {
        let balance = Balance::parse("smote:0.1,rus:0.5").unwrap();
        assert_eq!(serde_json::to_string(&balance).unwrap(), "\"smote:0.1,rus:0.5\"");
        assert_eq!(serde_json::from_str::<Balance>("\"smote:0.1,rus:0.5\"").unwrap(), balance);
        assert!(
            serde_json::from_str::<Balance>("\"smot\"")
                .unwrap_err()
                .to_string()
                .contains("did you mean smote?")
        );
    }

    #[test]
    fn unknown_methods_are_named_with_what_there_is() {
        assert_eq!(
            message("rsu:0.5"),
            "the balance method \"rsu\" is unknown; known are none, ros, rus, smote"
        );
        assert_eq!(
            message("smoot:0.1,rus:0.5"),
            "the balance method \"smoot\" is unknown, did you mean smote?; known are none, ros, rus, smote"
        );
        assert_eq!(nearest("ROS", names()), Some("ros"));
        assert_eq!(nearest("non", names()), Some("none"));
        assert_eq!(nearest("weights", names()), None);
    }

    #[test]
    fn impossible_specifications_are_refused() {
        for ratio in ["0", "-0.1", "1.01", "NaN", "inf", "half", ""] {
            let expected = format!(
                "smote:{ratio}: the ratio of minority to majority is a number above 0 and at most 1, e.g. smote:0.5"
            );
            assert_eq!(message(&format!("smote:{ratio}")), expected);
        }
        for spec in ["", " ", "ros,", ",ros", "ros,,rus", ":0.5"] {
            assert!(message(spec).contains("is empty; known are none, ros, rus, smote"), "{spec:?}");
        }
        for spec in ["none:0.5", "none,ros", "ros,none"] {
            assert_eq!(
                message(spec),
                format!("none stands alone, without a ratio and without other steps; found {spec:?}")
            );
        }
    }
}
