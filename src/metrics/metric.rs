//! The metrics that training can be stopped by and a search can be judged by, by name.

use serde::{Deserialize, Serialize};

use super::{average_precision, brier, log_loss, recall_at_fpr, roc_auc};
use crate::suggest::nearest;

/// A metric of labels and scores that is one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// See [`average_precision`].
    #[default]
    AveragePrecision,
    /// See [`roc_auc`].
    RocAuc,
    /// Recall at a false positive rate of 1 %, see [`recall_at_fpr`].
    #[serde(rename = "recall_at_fpr_001")]
    RecallAtFpr001,
    /// See [`log_loss`].
    LogLoss,
    /// See [`brier`].
    Brier,
}

/// A name that no [`Metric`] has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no metric {name:?}{}; there are {}", meant.map(|meant| format!(", did you mean {meant}?")).unwrap_or_default(),
    Metric::ALL.map(Metric::as_str).join(", "))]
pub struct UnknownMetric {
    name: String,
    meant: Option<&'static str>,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::AveragePrecision, Self::RocAuc, Self::RecallAtFpr001, Self::LogLoss, Self::Brier];

    /// The word for it in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AveragePrecision => "average_precision",
            Self::RocAuc => "roc_auc",
            Self::RecallAtFpr001 => "recall_at_fpr_001",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
        }
    }

    /// The metric of this name.
    ///
    /// # Errors
    /// [`UnknownMetric`] with what was probably meant; LightGBM's own names are understood in that sense.
    pub fn parse(name: &str) -> Result<Self, UnknownMetric> {
        let known = Self::ALL.into_iter().find(|metric| metric.as_str() == name);
        known.ok_or_else(|| {
            let meant = match name {
                "auc" => Some(Self::RocAuc.as_str()),
                "binary_logloss" | "binary" | "logloss" => Some(Self::LogLoss.as_str()),
                "ap" | "aucpr" => Some(Self::AveragePrecision.as_str()),
                _ => nearest(name, Self::ALL.into_iter().map(Self::as_str)),
            };
            UnknownMetric { name: name.to_owned(), meant }
        })
    }

    /// False for the losses.
    pub const fn higher_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::Brier)
    }

    /// True when `value` is better than `other`; NaN never is, and every number is better than NaN.
    pub fn is_better(self, value: f64, other: f64) -> bool {
        if value.is_nan() || other.is_nan() {
            return !value.is_nan();
        }
        if self.higher_is_better() { value > other } else { value < other }
    }

    /// The metric of `scores`, probabilities, against `labels`; NaN where it is not defined or nothing can be measured.
    pub fn of(self, labels: &[bool], scores: &[f64]) -> f64 {
        let value = match self {
            Self::AveragePrecision => average_precision(labels, scores),
            Self::RocAuc => roc_auc(labels, scores),
            Self::RecallAtFpr001 => recall_at_fpr(labels, scores, 0.01),
            Self::LogLoss => log_loss(labels, scores),
            Self::Brier => brier(labels, scores),
        };
        value.unwrap_or(f64::NAN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_leads_back_and_each_direction_is_right() {
        let (labels, better, worse) = ([false, false, true], [0.1, 0.2, 0.9], [0.9, 0.2, 0.1]);
        for metric in Metric::ALL {
            assert_eq!(Metric::parse(metric.as_str()), Ok(metric));
            assert_eq!(serde_json::to_value(metric).unwrap(), metric.as_str());
            assert!(metric.is_better(metric.of(&labels, &better), metric.of(&labels, &worse)), "{metric:?}");
            assert!(!metric.is_better(0.5, 0.5));
            assert!(metric.is_better(0.5, f64::NAN) && !metric.is_better(f64::NAN, 0.5));
        }
        assert!(Metric::Brier.of(&labels, &[f64::NAN; 3]).is_nan());
    }

    #[test]
    fn an_unknown_name_is_told_what_was_meant() {
        for (name, meant) in
            [("auc", "roc_auc"), ("binary_logloss", "log_loss"), ("averge_precision", "average_precision")]
        {
            let message = Metric::parse(name).unwrap_err().to_string();
            assert!(message.contains(&format!("did you mean {meant}?")), "{message}");
        }
    }
}
