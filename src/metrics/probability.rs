//! Metrics of the scores as probabilities: how far each one is from what happened.
//!
//! Formulas: scikit-learn user guide, 3.4.4 (`log_loss`, `brier_score_loss`); Brier, "Verification of forecasts
//! expressed in terms of probability" (1950).

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::{MetricsError, check};

/// Rows summed by one thread; fixed, so that the sum does not depend on the number of threads.
const CHUNK: usize = 1 << 14;

/// Mean of `-ln(probability given to what happened)`, that probability clipped to `[eps, 1 - eps]` with the machine
/// epsilon of `f64`, so that one certain error costs 36 and not infinity. Defined for a single class too.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn log_loss(labels: &[bool], scores: &[f64]) -> Result<f64, MetricsError> {
    check(labels, scores)?;
    Ok(log_loss_of_checked(labels, scores))
}

/// Mean of `(score - label)^2`, the label being 0 or 1. Defined for a single class too.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn brier(labels: &[bool], scores: &[f64]) -> Result<f64, MetricsError> {
    check(labels, scores)?;
    Ok(brier_of_checked(labels, scores))
}

/// [`log_loss`] of rows that [`check`] has passed.
pub(super) fn log_loss_of_checked(labels: &[bool], scores: &[f64]) -> f64 {
    mean(labels, scores, log_loss_of)
}

/// The log loss of one row.
pub(super) fn log_loss_of(label: bool, score: f64) -> f64 {
    let given = if label { score } else { 1.0 - score };
    -given.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// [`brier`] of rows that [`check`] has passed.
pub(super) fn brier_of_checked(labels: &[bool], scores: &[f64]) -> f64 {
    mean(labels, scores, |label, score| (score - f64::from(label)).powi(2))
}

fn mean(labels: &[bool], scores: &[f64], loss: impl Fn(bool, f64) -> f64 + Sync) -> f64 {
    let sums: Vec<f64> = labels
        .par_chunks(CHUNK)
        .zip(scores.par_chunks(CHUNK))
        .map(|(labels, scores)| labels.iter().zip(scores).map(|(&label, &score)| loss(label, score)).sum())
        .collect();
    sums.iter().sum::<f64>() / labels.len() as f64
}
