//! Limits that metrics have to keep: `--min` and `--max`.

use super::error::{GateMissed, UsageError};
use crate::suggest::nearest;

/// Metrics of which more is better.
const MORE: [&str; 13] = [
    "roc_auc",
    "average_precision",
    "recall_at_fpr_001",
    "precision",
    "recall",
    "f1",
    "mcc",
    "accuracy",
    "specificity",
    "balanced_accuracy",
    "g_mean",
    "amount_recall",
    "amount_precision",
];
/// And one for each `--card-k`.
const CARD_PRECISION: &str = "card_precision_at_";
/// Metrics of which less is better.
const LESS: [&str; 3] = ["log_loss", "brier", "expected_calibration_error"];

/// A metric and its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    metric: String,
    limit: f64,
    is_minimum: bool,
}

impl Gate {
    /// `METRIC=VALUE` of `--min`.
    ///
    /// # Errors
    /// When it is written in another way, or the metric is none of which more is better.
    pub fn minimum(text: &str, card_k: usize) -> Result<Self, UsageError> {
        let cards = format!("{CARD_PRECISION}{card_k}");
        let known: Vec<&str> = MORE.into_iter().chain([cards.as_str()]).collect();
        Self::parse("--min", text, &known, "more", &LESS, "--max")
    }

    /// `METRIC=VALUE` of `--max`.
    ///
    /// # Errors
    /// When it is written in another way, or the metric is none of which less is better.
    pub fn maximum(text: &str) -> Result<Self, UsageError> {
        Self::parse("--max", text, &LESS, "less", &MORE, "--min")
    }

    fn parse(
        flag: &str,
        text: &str,
        known: &[&str],
        better: &str,
        others: &[&str],
        other_flag: &str,
    ) -> Result<Self, UsageError> {
        let pair = text.split_once('=').and_then(|(name, value)| Some((name, value.parse::<f64>().ok()?)));
        let Some((name, limit)) = pair.filter(|(_, limit)| !limit.is_nan()) else {
            let why = format!("{flag} {text}: write it as METRIC=VALUE, e.g. {}=0.9", known[0]);
            return Err(UsageError(why));
        };
        if known.contains(&name) {
            return Ok(Self { metric: name.to_owned(), limit, is_minimum: flag == "--min" });
        }
        let meant = match others.contains(&name) || name.starts_with(CARD_PRECISION) && flag == "--max" {
            true => format!(", see {other_flag}"),
            false => nearest(name, known.iter().copied())
                .map(|known| format!(", did you mean {known}?"))
                .unwrap_or_default(),
        };
        let known = known.join(", ");
        Err(UsageError(format!(
            "{flag}: there is no metric {name:?} of which {better} is better{meant}; there are {known}"
        )))
    }

    /// Holds the limit against `values`, the metrics by name.
    ///
    /// # Errors
    /// When it is missed, or the metric is not defined.
    pub fn judge(&self, values: &serde_json::Value) -> Result<(), GateMissed> {
        let Self { metric, limit, is_minimum } = self;
        match values[metric.as_str()].as_f64() {
            Some(value) if *is_minimum && value >= *limit || !is_minimum && value <= *limit => Ok(()),
            Some(value) => {
                let side = if *is_minimum { "below" } else { "above" };
                Err(GateMissed(format!("{metric} is {value}, {side} {limit}")))
            }
            None => Err(GateMissed(format!("{metric} is not defined on these rows"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_from_both_sides() {
        let values = serde_json::json!({ "roc_auc": 0.9, "brier": 0.1, "f1": null });
        let judge = |gate: Result<Gate, UsageError>| {
            gate.unwrap().judge(&values).map_err(|missed| missed.to_string())
        };
        assert_eq!(judge(Gate::minimum("roc_auc=0.9", 100)), Ok(()));
        assert_eq!(judge(Gate::maximum("brier=0.1")), Ok(()));
        assert_eq!(judge(Gate::minimum("roc_auc=0.95", 100)), Err("roc_auc is 0.9, below 0.95".into()));
        assert_eq!(judge(Gate::maximum("brier=0.05")), Err("brier is 0.1, above 0.05".into()));
        assert_eq!(judge(Gate::minimum("f1=0", 100)), Err("f1 is not defined on these rows".into()));
    }

    #[test]
    fn a_wrong_gate_is_told_with_what_would_be_right() {
        let message = |gate: Result<Gate, UsageError>| gate.unwrap_err().to_string();
        assert!(message(Gate::minimum("log_loss=1", 100)).contains("of which more is better, see --max"));
        assert!(message(Gate::maximum("f1=1")).contains("of which less is better, see --min"));
        assert!(message(Gate::minimum("roc_uac=1", 100)).contains("did you mean roc_auc?"));
        assert!(message(Gate::minimum("roc_auc", 100)).contains("METRIC=VALUE"));
        assert!(message(Gate::minimum("card_precision_at_5=1", 100)).contains("card_precision_at_100"));
        assert!(Gate::minimum("card_precision_at_5=1", 5).is_ok());
    }
}
