//! How good scores are: pure functions of labels (`true` = fraud) and scores (probabilities, 0 to 1), and where they are
//! known of amounts, cards and days. `docs/EVALUATION.md` defines each.
//!
//! Definitions and the treatment of ties are scikit-learn's, held by golden values to 1e-12. One thing differs on
//! purpose: a value that is undefined (0/0) is NaN here and `null` in JSON, never a number that looks like a result.
//! Each function says when. Reading files, choosing rows and printing are left to the callers.

mod amounts;
mod assessment;
mod bootstrap;
mod card;
mod choice;
mod curves;
mod daily;
mod gains;
mod histogram;
mod known;
mod metric;
mod probability;
mod ranking;
mod reliability;
mod report;
mod rule;
mod thin;
mod threshold;

#[cfg(test)]
mod choice_properties;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;

pub use amounts::{AmountMetrics, amounts_at};
pub use assessment::{Assessment, AssessmentOptions, Reliability, assess};
pub use bootstrap::{Intervals, bootstrap};
pub use card::{CardDay, CardPrecision, card_precision};
pub use choice::{Choice, ChoiceError, ChosenThresholds, choose_thresholds};
pub use curves::{Curve, Curves};
pub use daily::{Day, date_of, per_day};
pub use gains::Gain;
pub use histogram::{ScoreHistogram, score_histogram};
pub use known::KnownRows;
pub use metric::{Metric, UnknownMetric};
pub use probability::{brier, log_loss};
pub use ranking::{
    PrecisionRecallCurve, Ranking, RocCurve, average_precision, precision_recall_curve, recall_at_fpr,
    roc_auc, roc_curve,
};
pub use reliability::{Binning, ReliabilityBin, expected_calibration_error, reliability_curve};
pub use report::{Evaluation, evaluate};
pub use rule::{RuleError, ThresholdRule};
pub use threshold::{Confusion, lowest_threshold_with_precision, max_f1_threshold};

/// Why nothing can be measured.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MetricsError {
    /// Each row needs one label and one score.
    #[error("{labels} labels but {scores} scores")]
    Lengths {
        /// Number of labels given.
        labels: usize,
        /// Number of scores given.
        scores: usize,
    },
    /// Each row needs a value in every column.
    #[error("{found} {column} but {scores} scores")]
    Column {
        /// What the column holds.
        column: &'static str,
        /// Number of its values.
        found: usize,
        /// Number of scores given.
        scores: usize,
    },
    /// No row at all.
    #[error("there are no rows to measure")]
    Empty,
    /// A score that is no probability.
    #[error("row {row}: the score {score} is not a probability between 0 and 1")]
    Score {
        /// The row, counted from 0.
        row: usize,
        /// Its score.
        score: f64,
    },
    /// A threshold no score can be compared with.
    #[error("the threshold {0} is not a finite number")]
    Threshold(f64),
}

/// Checks what every metric relies on: as many labels as scores, at least one row, all scores in `[0, 1]`.
fn check(labels: &[bool], scores: &[f64]) -> Result<(), MetricsError> {
    if labels.len() != scores.len() {
        return Err(MetricsError::Lengths { labels: labels.len(), scores: scores.len() });
    }
    if scores.is_empty() {
        return Err(MetricsError::Empty);
    }
    match scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
        Some(row) => Err(MetricsError::Score { row, score: scores[row] }),
        None => Ok(()),
    }
}

/// Checks that a column beside labels and scores has as many values.
fn check_column(column: &'static str, found: usize, scores: &[f64]) -> Result<(), MetricsError> {
    match found == scores.len() {
        true => Ok(()),
        false => Err(MetricsError::Column { column, found, scores: scores.len() }),
    }
}

/// `numerator / denominator`; NaN for 0/0.
fn share(numerator: usize, denominator: usize) -> f64 {
    numerator as f64 / denominator as f64
}
