//! Metrics in money: rows count what they are worth.
//!
//! They are precision and recall with the amounts as scikit-learn's `sample_weight`. A missing amount (NaN) counts
//! nothing; a negative one, such as a refund, takes away.

use serde::Serialize;

use super::{MetricsError, Ranking, check, check_column};

/// The money of the frauds and of the alerts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AmountMetrics {
    /// Sum of the frauds' amounts, in the unit of the column.
    #[serde(rename = "amount_frauds")]
    pub frauds: f64,
    /// Sum of the alerted rows' amounts.
    #[serde(rename = "amount_alerts")]
    pub alerts: f64,
    /// Sum of the amounts of the frauds that are caught.
    #[serde(rename = "amount_caught")]
    pub caught: f64,
    /// `caught / frauds`: the share of the frauds' money that is caught. NaN without any.
    #[serde(rename = "amount_recall")]
    pub recall: f64,
    /// `caught / alerts`: the share of fraud in the alerted money. NaN without any.
    #[serde(rename = "amount_precision")]
    pub precision: f64,
}

/// Sums the amounts of the frauds, and of the rows whose score has reached `threshold`.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
pub fn amounts_at(
    labels: &[bool],
    scores: &[f64],
    amounts: &[f64],
    threshold: f64,
) -> Result<AmountMetrics, MetricsError> {
    check(labels, scores)?;
    check_column("amounts", amounts.len(), scores)?;
    if !threshold.is_finite() {
        return Err(MetricsError::Threshold(threshold));
    }
    let (mut frauds, mut alerts, mut caught) = (0.0, 0.0, 0.0);
    for ((&label, &score), &amount) in labels.iter().zip(scores).zip(amounts) {
        let amount = known(amount);
        if label {
            frauds += amount;
        }
        if score >= threshold {
            alerts += amount;
            caught += if label { amount } else { 0.0 };
        }
    }
    Ok(AmountMetrics { frauds, alerts, caught, recall: caught / frauds, precision: caught / alerts })
}

/// By distinct score, highest first: the sum of the amounts of the frauds that a threshold at that score catches.
/// `ranking` is that of the same rows.
pub(super) fn caught_amounts(
    ranking: &Ranking,
    labels: &[bool],
    scores: &[f64],
    amounts: &[f64],
) -> Vec<f64> {
    let mut caught = vec![0.0; ranking.points().len()];
    for (row, _) in labels.iter().enumerate().filter(|(_, label)| **label) {
        let place = ranking.points().partition_point(|point| point.threshold > scores[row]);
        caught[place] += known(amounts[row]);
    }
    let mut sum = 0.0;
    for amount in &mut caught {
        sum += *amount;
        *amount = sum;
    }
    caught
}

fn known(amount: f64) -> f64 {
    if amount.is_nan() { 0.0 } else { amount }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 5] = [true, false, true, true, false];
    const SCORES: [f64; 5] = [0.9, 0.9, 0.5, 0.5, 0.1];

    #[test]
    fn a_missing_amount_counts_nothing() {
        let found = amounts_at(&LABELS, &SCORES, &[10.0, 5.0, f64::NAN, 30.0, 7.0], 0.6).unwrap();
        assert_eq!((found.frauds, found.alerts, found.caught), (40.0, 15.0, 10.0));
        assert_eq!((found.recall, found.precision), (0.25, 10.0 / 15.0));
        let nothing = amounts_at(&[false], &[0.5], &[3.0], 0.9).unwrap();
        assert!(nothing.recall.is_nan() && nothing.precision.is_nan());
    }

    #[test]
    fn what_is_caught_is_summed_over_falling_thresholds() {
        let ranking = Ranking::new(&LABELS, &SCORES).unwrap();
        let amounts = [10.0, 5.0, 20.0, 30.0, 7.0];
        assert_eq!(caught_amounts(&ranking, &LABELS, &SCORES, &amounts), [10.0, 60.0, 60.0]);
        let error = amounts_at(&LABELS, &SCORES, &amounts[1..], 0.5).unwrap_err();
        assert_eq!(error.to_string(), "4 amounts but 5 scores");
    }
}
