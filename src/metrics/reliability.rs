//! Whether scores are probabilities: of the rows with scores around 0.2, is a fifth fraud?
//!
//! Bins as scikit-learn's `calibration_curve` makes them (user guide, 1.16.1); Naeini, Cooper and Hauskrecht,
//! "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (2015) for the expected calibration error.

use serde::Serialize;

use super::{MetricsError, check, share};

/// How the scores are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binning {
    /// Bins of equal width from 0 to 1.
    Uniform,
    /// Bins of about as many rows each; fewer bins where many scores are equal.
    Quantile,
}

/// The rows whose scores lie in one bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Scores above this, and in the first bin this one too.
    pub low: f64,
    /// Scores up to this.
    pub high: f64,
    /// Rows.
    pub rows: usize,
    /// Mean of their scores.
    pub mean_score: f64,
    /// Share of frauds among them.
    pub fraud_rate: f64,
}

/// The reliability curve with `bins` bins (one at least); bins without rows are left out.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn reliability_curve(
    labels: &[bool],
    scores: &[f64],
    bins: usize,
    binning: Binning,
) -> Result<Vec<ReliabilityBin>, MetricsError> {
    check(labels, scores)?;
    let bins = bins.max(1);
    let edges = match binning {
        Binning::Uniform => uniform_edges(bins),
        Binning::Quantile => quantiles(scores, bins),
    };
    let inner = &edges[1..bins];
    let mut found = vec![(0_usize, 0_usize, 0.0_f64); bins];
    for (&label, &score) in labels.iter().zip(scores) {
        let (rows, frauds, sum) = &mut found[inner.partition_point(|&edge| edge < score)];
        *rows += 1;
        *frauds += usize::from(label);
        *sum += score;
    }
    let filled = found.into_iter().enumerate().filter(|(_, (rows, _, _))| *rows > 0);
    Ok(filled
        .map(|(bin, (rows, frauds, sum))| ReliabilityBin {
            low: edges[bin],
            high: edges[bin + 1],
            rows,
            mean_score: sum / rows as f64,
            fraud_rate: share(frauds, rows),
        })
        .collect())
}

/// Mean over the rows of the distance between mean score and share of frauds in a row's bin. NaN without bins.
pub fn expected_calibration_error(bins: &[ReliabilityBin]) -> f64 {
    if bins.is_empty() {
        return f64::NAN;
    }
    let rows: usize = bins.iter().map(|bin| bin.rows).sum();
    bins.iter().map(|bin| share(bin.rows, rows) * (bin.mean_score - bin.fraud_rate).abs()).sum()
}

/// `numpy.linspace(0, 1, bins + 1)`.
pub(super) fn uniform_edges(bins: usize) -> Vec<f64> {
    let step = 1.0 / bins as f64;
    (0..bins).map(|edge| edge as f64 * step).chain([1.0]).collect()
}

/// `numpy.percentile` of these shares of the way, linear between the values.
fn quantiles(scores: &[f64], bins: usize) -> Vec<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    uniform_edges(bins).into_iter().map(|share| quantile(&sorted, share * 100.0 / 100.0)).collect()
}

/// `numpy.quantile(sorted, share)`, whose method is linear.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let before = (place.floor() as usize).min(sorted.len() - 1);
    let (low, high) = (sorted[before], sorted[(before + 1).min(sorted.len() - 1)]);
    let rest = place - before as f64;
    // As numpy does it, so that a value between two equal ones is that one.
    if rest >= 0.5 { high - (high - low) * (1.0 - rest) } else { low + (high - low) * rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfectly_calibrated_model_has_no_error_and_an_overconfident_one_has() {
        let labels = [true, false, false, false];
        let honest = reliability_curve(&labels, &[0.25; 4], 10, Binning::Uniform).unwrap();
        assert_eq!(honest.len(), 1);
        assert_eq!((honest[0].rows, honest[0].mean_score, honest[0].fraud_rate), (4, 0.25, 0.25));
        assert_eq!(expected_calibration_error(&honest), 0.0);
        let sure = reliability_curve(&labels, &[0.75; 4], 10, Binning::Uniform).unwrap();
        assert_eq!(expected_calibration_error(&sure), 0.5);
        assert!(expected_calibration_error(&[]).is_nan());
    }
}
