//! Metrics at one threshold, and the choice of that threshold.
//!
//! A score equal to the threshold has reached it, as in `domain::Thresholds::decide`. Formulas: scikit-learn user
//! guide, 3.4.4 (`precision_score`, `recall_score`, `f1_score`, `matthews_corrcoef`, `accuracy_score`,
//! `balanced_accuracy_score`). Where
//! scikit-learn answers 0/0 with 0 (and, except for the correlation, a warning), these answer NaN.

use serde::Serialize;

use super::ranking::{Point, Ranking};
use super::{MetricsError, check, share};

/// Rows by what they are and what `score >= threshold` says of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Genuine and below the threshold.
    #[serde(rename = "tn")]
    pub true_negatives: usize,
    /// Genuine and caught.
    #[serde(rename = "fp")]
    pub false_positives: usize,
    /// Fraud and below the threshold.
    #[serde(rename = "fn")]
    pub false_negatives: usize,
    /// Fraud and caught.
    #[serde(rename = "tp")]
    pub true_positives: usize,
}

impl Confusion {
    /// Counts the rows.
    ///
    /// # Errors
    /// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
    pub fn at(labels: &[bool], scores: &[f64], threshold: f64) -> Result<Self, MetricsError> {
        check(labels, scores)?;
        if !threshold.is_finite() {
            return Err(MetricsError::Threshold(threshold));
        }
        Ok(Self::of_checked(labels, scores, threshold))
    }

    /// [`Confusion::at`] of rows that [`check`] has passed.
    pub(super) fn of_checked(labels: &[bool], scores: &[f64], threshold: f64) -> Self {
        // [genuine or fraud][below or caught]; indexing is faster here than branching on noise.
        let mut counts = [[0; 2]; 2];
        for (&label, &score) in labels.iter().zip(scores) {
            counts[usize::from(label)][usize::from(score >= threshold)] += 1;
        }
        let [[true_negatives, false_positives], [false_negatives, true_positives]] = counts;
        Self { true_negatives, false_positives, false_negatives, true_positives }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.positives() + self.true_negatives + self.false_positives
    }

    /// Number of frauds.
    pub fn positives(&self) -> usize {
        self.true_positives + self.false_negatives
    }

    /// Share of frauds among the caught rows; NaN when nothing is caught.
    pub fn precision(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_positives)
    }

    /// Share of the frauds that are caught; NaN without frauds.
    pub fn recall(&self) -> f64 {
        share(self.true_positives, self.positives())
    }

    /// Share of the genuine rows that pass; NaN without genuine rows.
    pub fn specificity(&self) -> f64 {
        share(self.true_negatives, self.true_negatives + self.false_positives)
    }

    /// Share of the genuine rows that are caught; NaN without genuine rows.
    pub fn false_positive_rate(&self) -> f64 {
        share(self.false_positives, self.true_negatives + self.false_positives)
    }

    /// Mean of recall and specificity; NaN with a single class.
    pub fn balanced_accuracy(&self) -> f64 {
        (self.recall() + self.specificity()) / 2.0
    }

    /// Geometric mean of recall and specificity (Kubat and Matwin, "Addressing the Curse of Imbalanced Training Sets",
    /// 1997); NaN with a single class.
    pub fn g_mean(&self) -> f64 {
        (self.recall() * self.specificity()).sqrt()
    }

    /// Harmonic mean of precision and recall, `2 tp / (2 tp + fp + fn)`; NaN when nothing is caught and there are no
    /// frauds either.
    pub fn f1(&self) -> f64 {
        let doubled = 2 * self.true_positives;
        share(doubled, doubled + self.false_positives + self.false_negatives)
    }

    /// Matthews correlation coefficient, -1 to 1; NaN when all rows are of one class, or all or none are caught.
    pub fn mcc(&self) -> f64 {
        let [tn, fp, fn_, tp] =
            [self.true_negatives, self.false_positives, self.false_negatives, self.true_positives]
                .map(|n| n as f64);
        // Two roots, since the product of the four sums leaves the integers a float holds exactly.
        (tp * tn - fp * fn_) / (((tp + fp) * (tn + fn_)).sqrt() * ((tp + fn_) * (tn + fp)).sqrt())
    }

    /// Share of the rows that are decided rightly.
    pub fn accuracy(&self) -> f64 {
        share(self.true_positives + self.true_negatives, self.rows())
    }
}

impl Ranking {
    /// The score that, as a threshold, has the greatest F1; of equal ones the highest, which raises fewest alerts.
    /// `None` without frauds.
    pub fn max_f1_threshold(&self) -> Option<f64> {
        max_f1(self.points(), self.positives())
    }

    /// The lowest score that, as a threshold, still has at least `precision`: the greatest recall at that price.
    /// `None` when no threshold reaches it.
    pub fn lowest_threshold_with_precision(&self, precision: f64) -> Option<f64> {
        lowest_with_precision(self.points(), precision)
    }
}

/// [`Ranking::max_f1_threshold`] among `points`.
pub(super) fn max_f1(points: &[Point], positives: usize) -> Option<f64> {
    let mut best = (0.0, None);
    for point in points {
        let caught = point.true_positives + point.false_positives;
        let f1 = share(2 * point.true_positives, caught + positives);
        if f1 > best.0 {
            best = (f1, Some(point.threshold));
        }
    }
    best.1
}

/// [`Ranking::lowest_threshold_with_precision`] among `points`.
pub(super) fn lowest_with_precision(points: &[Point], precision: f64) -> Option<f64> {
    points.iter().rev().find(|point| point.precision() >= precision).map(|point| point.threshold)
}

/// [`Ranking::max_f1_threshold`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn max_f1_threshold(labels: &[bool], scores: &[f64]) -> Result<Option<f64>, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.max_f1_threshold())
}

/// [`Ranking::lowest_threshold_with_precision`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn lowest_threshold_with_precision(
    labels: &[bool],
    scores: &[f64],
    precision: f64,
) -> Result<Option<f64>, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.lowest_threshold_with_precision(precision))
}
