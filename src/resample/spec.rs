//! The specification of a balance as text: `none`, `weights`, or steps such as `smote:0.1,rus:0.5`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::ResampleError;
use super::method::Method;
use super::ratio::Ratio;
use crate::suggest::nearest;

/// How training rows are rebalanced: `none`, `weights` or a chain of methods, most with the ratio of minority to
/// majority rows after them (1 when it is left out).
///
/// ```text
/// weights      leave the rows, weigh the classes: see `ClassWeights`
/// ros          repeat random minority rows until there are as many as majority rows
/// rus:0.5      drop random majority rows until there are twice as many as minority rows
/// smote:0.1    draw new minority rows between neighbouring ones until there is 1 to 10
/// smotenc      smote for rows with categories
/// borderline   smote from minority rows near the border
/// adasyn       smote with more new rows where there are more majority rows around
/// tomek        drop the majority row of each Tomek link (no ratio)
/// enn          drop majority rows that have a minority row among their three nearest (no ratio)
/// nearmiss     keep the majority rows that are nearest to minority rows
/// smoteenn     smote, then enn on both classes
/// smotetomek   smote, then both rows of each Tomek link go
/// smote:0.1,rus:0.5
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Balance {
    plan: Plan,
}

#[derive(Debug, Clone, Default, PartialEq)]
enum Plan {
    #[default]
    None,
    Weights,
    Steps(Vec<Step>),
}

/// One method and how far it goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) method: Method,
    /// [`Ratio::BALANCED`] where the method has none.
    pub(super) ratio: Ratio,
}

/// The word for leaving the rows as they are.
const NONE: &str = "none";
/// The word for leaving the rows and weighing the classes.
const WEIGHTS: &str = "weights";

impl Balance {
    /// Leaves the rows as they are.
    pub const NONE: Self = Self { plan: Plan::None };

    /// Reads a specification; white space around words does not matter.
    ///
    /// # Errors
    /// [`ResampleError`] for an unknown method (naming the nearest known one), a ratio that is not above 0 and at most
    /// 1 or whose method has none, an empty step, or `none` or `weights` beside something else.
    pub fn parse(spec: &str) -> Result<Self, ResampleError> {
        let plan = match spec.trim() {
            NONE => Plan::None,
            WEIGHTS => Plan::Weights,
            _ => Plan::Steps(
                spec.split(',').map(|step| Step::parse(step.trim(), spec)).collect::<Result<_, _>>()?,
            ),
        };
        Ok(Self { plan })
    }

    /// True for `none`.
    pub fn is_none(&self) -> bool {
        self.plan == Plan::None
    }

    /// True for `weights`: the rows stay, training weighs them with [`super::balanced_weights`].
    pub fn is_weights(&self) -> bool {
        self.plan == Plan::Weights
    }

    /// True when there are other rows afterwards, or may be.
    pub fn changes_rows(&self) -> bool {
        !self.is_none() && !self.is_weights()
    }

    pub(super) fn steps(&self) -> &[Step] {
        match &self.plan {
            Plan::None | Plan::Weights => &[],
            Plan::Steps(steps) => steps,
        }
    }
}

impl Step {
    fn parse(step: &str, spec: &str) -> Result<Self, ResampleError> {
        let (name, ratio) = match step.split_once(':') {
            Some((name, ratio)) => (name.trim(), Some(ratio.trim())),
            None => (step, None),
        };
        for alone in [NONE, WEIGHTS] {
            if name == alone {
                return Err(ResampleError::NotAlone { word: alone, spec: spec.to_owned() });
            }
        }
        if name.is_empty() {
            return Err(ResampleError::EmptyStep { spec: spec.to_owned(), known: known() });
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
            Some(text) if !method.has_ratio() => {
                return Err(ResampleError::NoRatio { method: method.name(), text: text.to_owned() });
            }
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
        match &self.plan {
            Plan::None => return formatter.write_str(NONE),
            Plan::Weights => return formatter.write_str(WEIGHTS),
            Plan::Steps(steps) => {
                for (index, step) in steps.iter().enumerate() {
                    write!(formatter, "{}{step}", if index == 0 { "" } else { "," })?;
                }
            }
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
    [NONE, WEIGHTS].into_iter().chain(Method::ALL.map(Method::name))
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
            (" weights ", "weights"),
            (" ros ", "ros"),
            ("rus:0.50", "rus:0.5"),
            ("smote:1.0", "smote"),
            ("tomek, enn", "tomek,enn"),
            ("smotenc:.2,borderline:.3,adasyn:.4", "smotenc:0.2,borderline:0.3,adasyn:0.4"),
            ("nearmiss:.5,smoteenn:.6,smotetomek:0.7", "nearmiss:0.5,smoteenn:0.6,smotetomek:0.7"),
            ("smote : .1 , rus:5e-1", "smote:0.1,rus:0.5"),
        ] {
            let balance = Balance::parse(given).unwrap();
            assert_eq!(balance.to_string(), canonical);
            assert_eq!(Balance::parse(canonical), Ok(balance));
        }
        assert_eq!(Balance::default(), Balance::NONE);
        for (spec, is_none, is_weights) in
            [("none", true, false), ("weights", false, true), ("ros", false, false)]
        {
            let balance = Balance::parse(spec).unwrap();
            assert_eq!((balance.is_none(), balance.is_weights()), (is_none, is_weights), "{spec}");
        }
    }

    #[test]
    fn json_is_the_same_text() {
        for text in ["smote:0.1,rus:0.5", "weights", "none", "enn"] {
            let balance = Balance::parse(text).unwrap();
            assert_eq!(serde_json::to_string(&balance).unwrap(), format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Balance>(&format!("\"{text}\"")).unwrap(), balance);
        }
        let error = serde_json::from_str::<Balance>("\"smot\"").unwrap_err().to_string();
        assert!(error.contains("did you mean smote?"), "{error}");
    }

    #[test]
    fn unknown_methods_are_named_with_what_there_is() {
        assert_eq!(
            message("rsu:0.5"),
            "the balance method \"rsu\" is unknown; known are none, weights, ros, rus, smote, smotenc, borderline, \
             adasyn, tomek, enn, nearmiss, smoteenn, smotetomek"
        );
        assert!(
            message("smoot:0.1,rus:0.5")
                .starts_with("the balance method \"smoot\" is unknown, did you mean smote?")
        );
        assert_eq!(nearest("ROS", names()), Some("ros"));
        assert_eq!(nearest("non", names()), Some("none"));
        assert_eq!(nearest("weight", names()), Some("weights"));
        assert_eq!(nearest("near-miss", names()), Some("nearmiss"));
        assert_eq!(nearest("kmeans", names()), None);
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
            assert!(message(spec).contains("is empty; known are none, weights, ros, rus, smote"), "{spec:?}");
        }
        for (spec, word) in [
            ("none:0.5", "none"),
            ("none,ros", "none"),
            ("ros,none", "none"),
            ("weights:1", "weights"),
            ("smote,weights", "weights"),
        ] {
            assert_eq!(
                message(spec),
                format!("{word} stands alone, without a ratio and without other steps; found {spec:?}")
            );
        }
        assert_eq!(
            message("smote:0.1,tomek:0.5"),
            "tomek:0.5: tomek has no ratio, it removes what it finds; write tomek, and rus:0.5 behind it for a ratio"
        );
        assert!(message("enn:").starts_with("enn:: enn has no ratio"));
    }
}
