//! How thresholds are asked for: `f1`, `precision:0.95`, `alerts:100/day` and so on. Choosing is left to `choice`.

use std::fmt;

use crate::suggest::nearest;

/// What a threshold is to do. `docs/EVALUATION.md` defines each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ThresholdRule {
    /// The greatest F1.
    F1,
    /// The lowest threshold with at least this precision.
    Precision(f64),
    /// The highest threshold with at least this recall.
    Recall(f64),
    /// The lowest threshold with at most this false positive rate.
    FalsePositiveRate(f64),
    /// The lowest threshold with at most so many alerts on a day that has rows, on average.
    AlertsPerDay(f64),
    /// The lowest threshold that alerts to at most so many of a hundred rows.
    AlertPercent(f64),
    /// The least total cost, where a missed fraud and a false alert cost this much.
    Cost {
        /// Of a fraud below the threshold.
        missed: f64,
        /// Of a genuine row that has reached it.
        false_alert: f64,
    },
    /// The least total cost, where a missed fraud costs its amount and an alert, right or wrong, this much.
    Amount {
        /// Of a row that has reached the threshold.
        alert: f64,
    },
    /// This very threshold.
    Value(f64),
}

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There is no such rule.
    #[error("there is no rule {rule:?}{}; there are f1, precision:0.95, recall:0.9, fpr:0.01, alerts:100/day, \
        alerts:1%, cost:FN,FP, amount:FP and a plain threshold",
        meant.map(|meant| format!(", did you mean {meant}?")).unwrap_or_default())]
    Unknown {
        /// As given.
        rule: String,
        /// The most similar one, when one is similar.
        meant: Option<&'static str>,
    },
    /// What follows the rule's name does not fit it.
    #[error("{rule:?}: write it as {expected}")]
    Value {
        /// As given.
        rule: String,
        /// What would fit.
        expected: &'static str,
    },
}

/// The rules' names, each with what has to follow it.
const RULES: [(&str, &str); 7] = [
    ("f1", "f1 alone"),
    ("precision", "precision:SHARE with a share above 0 and at most 1, e.g. precision:0.95"),
    ("recall", "recall:SHARE with a share above 0 and at most 1, e.g. recall:0.9"),
    ("fpr", "fpr:SHARE with a share from 0 to 1, e.g. fpr:0.01"),
    ("alerts", "alerts:100/day for so many a day, or alerts:1% for a share of the rows"),
    ("cost", "cost:FN,FP with what a missed fraud and a false alert cost, e.g. cost:100,5"),
    ("amount", "amount:FP with what an alert costs, e.g. amount:5"),
];

impl ThresholdRule {
    /// Reads a rule.
    ///
    /// # Errors
    /// [`RuleError`] for an unknown rule or a value that does not fit.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        let (name, value) = match text.split_once(':') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (text, None),
        };
        let wrong = |expected| RuleError::Value { rule: text.to_owned(), expected };
        if let Ok(threshold) = text.parse::<f64>() {
            let inside = (0.0..=1.0).contains(&threshold);
            return inside.then_some(Self::Value(threshold)).ok_or(wrong("a threshold from 0 to 1"));
        }
        let Some((_, expected)) = RULES.iter().find(|(known, _)| *known == name) else {
            let meant = nearest(name, RULES.iter().map(|(known, _)| *known));
            let meant = meant.and_then(|meant| RULES.iter().find(|(known, _)| *known == meant));
            return Err(RuleError::Unknown { rule: text.to_owned(), meant: meant.map(|(known, _)| *known) });
        };
        let share = |from: &str| number(from).filter(|share| *share > 0.0 && *share <= 1.0);
        let found = match (name, value) {
            ("f1", None) => Some(Self::F1),
            ("precision", Some(value)) => share(value).map(Self::Precision),
            ("recall", Some(value)) => share(value).map(Self::Recall),
            ("fpr", Some(value)) => number(value).filter(|share| *share <= 1.0).map(Self::FalsePositiveRate),
            ("alerts", Some(value)) => match (value.strip_suffix("/day"), value.strip_suffix('%')) {
                (Some(alerts), _) => number(alerts).map(Self::AlertsPerDay),
                (_, Some(percent)) => {
                    number(percent).filter(|percent| *percent <= 100.0).map(Self::AlertPercent)
                }
                _ => None,
            },
            ("cost", Some(value)) => value.split_once(',').and_then(|(missed, false_alert)| {
                Some(Self::Cost { missed: number(missed)?, false_alert: number(false_alert)? })
            }),
            ("amount", Some(value)) => number(value).map(|alert| Self::Amount { alert }),
            _ => None,
        };
        found.ok_or(wrong(expected))
    }

    /// What [`super::Choice::value`] is the value of.
    pub const fn metric(&self) -> &'static str {
        match self {
            Self::F1 => "f1",
            Self::Precision(_) => "precision",
            Self::Recall(_) => "recall",
            Self::FalsePositiveRate(_) => "false_positive_rate",
            Self::AlertsPerDay(_) => "alerts_per_day",
            Self::AlertPercent(_) => "alert_share",
            Self::Cost { .. } | Self::Amount { .. } => "cost",
            Self::Value(_) => "threshold",
        }
    }
}

/// A finite number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
}

impl fmt::Display for ThresholdRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F1 => formatter.write_str("f1"),
            Self::Precision(share) => write!(formatter, "precision:{share}"),
            Self::Recall(share) => write!(formatter, "recall:{share}"),
            Self::FalsePositiveRate(share) => write!(formatter, "fpr:{share}"),
            Self::AlertsPerDay(alerts) => write!(formatter, "alerts:{alerts}/day"),
            Self::AlertPercent(percent) => write!(formatter, "alerts:{percent}%"),
            Self::Cost { missed, false_alert } => write!(formatter, "cost:{missed},{false_alert}"),
            Self::Amount { alert } => write!(formatter, "amount:{alert}"),
            Self::Value(threshold) => write!(formatter, "{threshold}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_read_and_written_alike() {
        for text in [
            "f1",
            "precision:0.95",
            "recall:0.9",
            "fpr:0.01",
            "alerts:100/day",
            "alerts:29%",
            "cost:100,5",
            "amount:2.5",
            "0.25",
        ] {
            assert_eq!(ThresholdRule::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(
            ThresholdRule::parse(" cost: 10 , 1 "),
            Ok(ThresholdRule::Cost { missed: 10.0, false_alert: 1.0 })
        );
    }

    #[test]
    fn a_wrong_rule_is_told_with_what_would_be_right() {
        let message = |text: &str| ThresholdRule::parse(text).unwrap_err().to_string();
        assert!(message("precison:0.9").contains("no rule \"precison:0.9\", did you mean precision?"));
        assert!(message("beauty").starts_with("there is no rule \"beauty\"; there are f1,"));
        for (text, part) in [
            ("f1:0.5", "f1 alone"),
            ("precision", "precision:SHARE"),
            ("precision:95", "at most 1"),
            ("recall:0", "above 0"),
            ("fpr:-1", "fpr:SHARE"),
            ("alerts:100", "alerts:100/day"),
            ("alerts:101%", "alerts:1%"),
            ("cost:5", "cost:FN,FP"),
            ("cost:5,x", "cost:FN,FP"),
            ("amount:nan", "amount:FP"),
            ("1.5", "from 0 to 1"),
        ] {
            assert!(message(text).contains(part), "{text}: {}", message(text));
        }
    }
}
