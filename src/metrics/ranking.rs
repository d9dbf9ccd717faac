//! Metrics of the order of the scores: sorted once, counted at every distinct score.
//!
//! Formulas: scikit-learn user guide, 3.4.4 (`roc_curve`, `roc_auc_score`, `precision_recall_curve`,
//! `average_precision_score`); Fawcett, "An introduction to ROC analysis" (2006). Rows of equal score enter
//! together, so no result depends on the order of the rows.

use rayon::slice::ParallelSliceMut;

use super::{MetricsError, check, share};

/// Counts at each distinct score, highest first: the rows a threshold at that score would catch.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    points: Vec<Point>,
}

/// What `score >= threshold` catches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) threshold: f64,
    pub(super) true_positives: usize,
    pub(super) false_positives: usize,
}

/// Where a ROC curve starts: a threshold above every score, nothing caught.
const START: Point = Point { threshold: f64::INFINITY, true_positives: 0, false_positives: 0 };

/// The ROC curve as `roc_curve` gives it: from (0, 0) at threshold infinity to (1, 1), collinear points left out.
#[derive(Debug, Clone, PartialEq)]
pub struct RocCurve {
    /// Share of the genuine rows that are caught, rising.
    pub false_positive_rate: Vec<f64>,
    /// Share of the frauds that are caught, rising.
    pub true_positive_rate: Vec<f64>,
    /// `score >= threshold` is caught; falling.
    pub thresholds: Vec<f64>,
}

/// Precision and recall as `precision_recall_curve` gives them: one point more than thresholds, (1, 0) at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct PrecisionRecallCurve {
    /// Share of frauds among the caught rows.
    pub precision: Vec<f64>,
    /// Share of the frauds that are caught, falling.
    pub recall: Vec<f64>,
    /// `score >= threshold` is caught; rising.
    pub thresholds: Vec<f64>,
}

impl Ranking {
    /// Sorts the rows by score, O(n log n) and in parallel.
    ///
    /// # Errors
    /// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
    pub fn new(labels: &[bool], scores: &[f64]) -> Result<Self, MetricsError> {
        check(labels, scores)?;
        Ok(Self::of_checked(labels, scores))
    }

    /// [`Ranking::new`] for rows that [`check`] has passed.
    pub(super) fn of_checked(labels: &[bool], scores: &[f64]) -> Self {
        // The bits of floats from 0 to 1 order like the floats and leave the sign bit free: score and label fit one
        // integer, and integers sort fastest. Adding 0.0 turns -0.0 into 0.0.
        let mut keys: Vec<u64> = labels
            .iter()
            .zip(scores)
            .map(|(&label, score)| (score + 0.0).to_bits() << 1 | u64::from(label))
            .collect();
        keys.par_sort_unstable();
        let mut points = Vec::new();
        let mut point = START;
        for same_score in keys.chunk_by(|left, right| left >> 1 == right >> 1).rev() {
            point.threshold = f64::from_bits(same_score[0] >> 1);
            let frauds = same_score.iter().filter(|&&key| key & 1 == 1).count();
            point.true_positives += frauds;
            point.false_positives += same_score.len() - frauds;
            points.push(point);
        }
        Self { points }
    }

    /// Of counts at falling scores, without points at which nothing is added.
    pub(super) fn of_points(points: Vec<Point>) -> Self {
        Self { points }
    }

    /// The points, for their memory to be used again.
    pub(super) fn into_points(self) -> Vec<Point> {
        self.points
    }

    /// Number of frauds.
    pub fn positives(&self) -> usize {
        self.end().true_positives
    }

    /// Number of genuine rows.
    pub fn negatives(&self) -> usize {
        self.end().false_positives
    }

    /// The points, highest threshold first.
    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Area under the ROC curve: the probability that a fraud scores above a genuine row, ties counting half.
    /// NaN with a single class.
    pub fn roc_auc(&self) -> f64 {
        // Twice the number of ordered pairs, in integers: exact.
        let mut doubled: u128 = 0;
        let mut last = START;
        for &point in &self.points {
            let width = (point.false_positives - last.false_positives) as u128;
            doubled += width * (point.true_positives + last.true_positives) as u128;
            last = point;
        }
        let pairs = self.positives() as u128 * self.negatives() as u128;
        doubled as f64 / (2 * pairs) as f64
    }

    /// Average precision, the sum of `precision * (rise in recall)` over the thresholds (no interpolation).
    /// NaN without frauds, where scikit-learn warns and says 0.
    pub fn average_precision(&self) -> f64 {
        let mut sum = 0.0;
        let mut caught = 0;
        for point in &self.points {
            sum += (point.true_positives - caught) as f64 * point.precision();
            caught = point.true_positives;
        }
        sum / self.positives() as f64
    }

    /// The ROC curve. Without genuine rows all its false positive rates are NaN, without frauds its true ones.
    pub fn roc_curve(&self) -> RocCurve {
        let corners = self.points.iter().enumerate().filter(|&(index, _)| self.is_corner(index));
        let points: Vec<Point> = std::iter::once(START).chain(corners.map(|(_, &point)| point)).collect();
        RocCurve {
            false_positive_rate: points.iter().map(|p| share(p.false_positives, self.negatives())).collect(),
            true_positive_rate: points.iter().map(|p| share(p.true_positives, self.positives())).collect(),
            thresholds: points.iter().map(|p| p.threshold).collect(),
        }
    }

    /// Precision and recall at every distinct score. Without frauds the recall is NaN, where scikit-learn warns and
    /// says 1; the closing point (1, 0) is the convention of the curve and always there.
    pub fn precision_recall_curve(&self) -> PrecisionRecallCurve {
        let lowest_first = || self.points.iter().rev();
        PrecisionRecallCurve {
            precision: lowest_first().map(Point::precision).chain([1.0]).collect(),
            recall: lowest_first().map(|p| share(p.true_positives, self.positives())).chain([0.0]).collect(),
            thresholds: lowest_first().map(|p| p.threshold).collect(),
        }
    }

    /// The recall at a false positive rate, on the straight line between the points of the ROC curve around it (as
    /// `numpy.interp(rate, fpr, tpr)`: where the curve is vertical, its upper end). NaN with a single class.
    pub fn recall_at_fpr(&self, rate: f64) -> f64 {
        let rates = |point: Point| {
            (share(point.false_positives, self.negatives()), share(point.true_positives, self.positives()))
        };
        let after = self.points.partition_point(|&point| rates(point).0 <= rate);
        let (x0, y0) = rates(if after == 0 { START } else { self.points[after - 1] });
        match self.points.get(after) {
            Some(&next) => {
                let (x1, y1) = rates(next);
                (y1 - y0) / (x1 - x0) * (rate - x0) + y0
            }
            None => y0,
        }
    }

    /// False when the point lies on the line through its neighbours (equal steps before and behind), as scikit-learn's
    /// `drop_intermediate` asks; the first and the last point always stay.
    fn is_corner(&self, index: usize) -> bool {
        if index == 0 || index + 1 == self.points.len() {
            return true;
        }
        let [before, here, behind] = [self.points[index - 1], self.points[index], self.points[index + 1]];
        behind.false_positives + before.false_positives != 2 * here.false_positives
            || behind.true_positives + before.true_positives != 2 * here.true_positives
    }

    fn end(&self) -> Point {
        *self.points.last().expect("check() refuses an empty set of rows")
    }
}

impl Point {
    pub(super) fn precision(&self) -> f64 {
        share(self.true_positives, self.true_positives + self.false_positives)
    }
}

/// [`Ranking::roc_auc`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn roc_auc(labels: &[bool], scores: &[f64]) -> Result<f64, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.roc_auc())
}

/// [`Ranking::average_precision`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn average_precision(labels: &[bool], scores: &[f64]) -> Result<f64, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.average_precision())
}

/// [`average_precision`] of rows that [`check`] has passed.
pub(super) fn average_precision_of_checked(labels: &[bool], scores: &[f64]) -> f64 {
    Ranking::of_checked(labels, scores).average_precision()
}

/// [`Ranking::roc_curve`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn roc_curve(labels: &[bool], scores: &[f64]) -> Result<RocCurve, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.roc_curve())
}

/// [`Ranking::precision_recall_curve`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn precision_recall_curve(labels: &[bool], scores: &[f64]) -> Result<PrecisionRecallCurve, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.precision_recall_curve())
}

/// [`Ranking::recall_at_fpr`] of these rows.
///
/// # Errors
/// As [`Ranking::new`].
pub fn recall_at_fpr(labels: &[bool], scores: &[f64], rate: f64) -> Result<f64, MetricsError> {
    Ranking::new(labels, scores).map(|ranking| ranking.recall_at_fpr(rate))
}
