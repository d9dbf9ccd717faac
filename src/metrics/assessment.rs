//! Everything that can be said of one set of rows: what `evaluate` prints, a run keeps and a report draws.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    AmountMetrics, Binning, CardPrecision, Curves, Day, Evaluation, Gain, Intervals, KnownRows, MetricsError,
    Ranking, ReliabilityBin, amounts_at, bootstrap, card_precision, evaluate, expected_calibration_error,
    per_day, reliability_curve,
};

/// Shares of the rows that the table of gains has.
const GAINS: [f64; 8] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5];
/// Bins of the reliability curves.
const RELIABILITY_BINS: usize = 10;

/// What an assessment is to know beside the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssessmentOptions {
    /// Cards that are looked at each day.
    pub card_k: usize,
    /// Replicates of the bootstrap; 0 for no intervals.
    pub replicates: usize,
    /// Seeds the bootstrap.
    pub seed: u64,
}

impl Default for AssessmentOptions {
    fn default() -> Self {
        Self { card_k: 100, replicates: 200, seed: 42 }
    }
}

/// Both reliability curves.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reliability {
    /// In bins of equal width.
    pub uniform: Vec<ReliabilityBin>,
    /// In bins of about as many rows each.
    pub quantile: Vec<ReliabilityBin>,
}

/// Metrics with their intervals, gains, days, reliability and curves; in JSON without the curves. What the rows do not
/// have (amounts, cards, days) is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// Metrics of labels and scores.
    #[serde(flatten)]
    pub evaluation: Evaluation,
    /// Metrics in money.
    #[serde(flatten)]
    pub amounts: Option<AmountMetrics>,
    /// `card_precision_at_K` with the mean over the days.
    #[serde(flatten)]
    card_precision_at: BTreeMap<String, f64>,
    /// Of the uniform reliability curve; see [`expected_calibration_error`].
    pub expected_calibration_error: f64,
    /// See [`bootstrap`].
    #[serde(skip_serializing_if = "Intervals::is_empty")]
    pub intervals: Intervals,
    /// What the rows with the highest scores hold.
    pub gains: Vec<Gain>,
    /// Mean score and share of frauds, bin by bin.
    pub reliability: Reliability,
    /// Day by day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub per_day: Vec<Day>,
    /// Day by day, with what was there to be found.
    #[serde(skip)]
    pub card_precision: Option<CardPrecision>,
    /// What a report draws.
    #[serde(skip)]
    pub curves: Curves,
}

/// Measures the rows in every way that what is known of them allows; `threshold` decides as `domain::Thresholds` does.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
pub fn assess(
    rows: &KnownRows<'_>,
    threshold: f64,
    options: AssessmentOptions,
) -> Result<Assessment, MetricsError> {
    rows.check_lengths()?;
    let KnownRows { labels, scores, days, cards, amounts } = *rows;
    let cards = match (days, cards) {
        (Some(days), Some(cards)) => Some(card_precision(days, cards, labels, scores, options.card_k)?),
        _ => None,
    };
    let mut per_day = match days {
        Some(days) => per_day(days, labels, scores, amounts, threshold)?,
        None => Vec::new(),
    };
    for (day, of_cards) in per_day.iter_mut().zip(cards.iter().flat_map(|cards| &cards.per_day)) {
        day.card_precision = Some(of_cards.precision);
    }
    let reliability = |binning| reliability_curve(labels, scores, RELIABILITY_BINS, binning);
    let reliability =
        Reliability { uniform: reliability(Binning::Uniform)?, quantile: reliability(Binning::Quantile)? };
    Ok(Assessment {
        evaluation: evaluate(labels, scores, threshold)?,
        amounts: amounts.map(|amounts| amounts_at(labels, scores, amounts, threshold)).transpose()?,
        card_precision_at: cards
            .iter()
            .map(|cards| (format!("card_precision_at_{}", cards.k), cards.mean))
            .collect(),
        expected_calibration_error: expected_calibration_error(&reliability.uniform),
        intervals: bootstrap(labels, scores, threshold, options.replicates, options.seed)?,
        gains: Ranking::new(labels, scores)?.gains(&GAINS),
        reliability,
        per_day,
        card_precision: cards,
        curves: Curves::new(labels, scores, amounts)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [bool; 4] = [false, true, false, true];
    const SCORES: [f64; 4] = [0.25, 0.5, 0.5, 1.0];

    #[test]
    fn what_is_not_known_is_left_out() {
        let rows = KnownRows { labels: &LABELS, scores: &SCORES, days: None, cards: None, amounts: None };
        let options = AssessmentOptions { replicates: 0, ..AssessmentOptions::default() };
        let json = serde_json::to_value(assess(&rows, 0.5, options).unwrap()).unwrap();
        assert_eq!(json["average_precision"], 0.8333333333333333);
        assert_eq!(json["gains"].as_array().unwrap().len(), GAINS.len());
        assert_eq!(json["reliability"]["uniform"].as_array().unwrap().len(), 3);
        for absent in ["intervals", "per_day", "amount_recall", "card_precision_at_100", "curves"] {
            assert!(json.get(absent).is_none(), "{absent}");
        }
    }

    #[test]
    fn what_is_known_is_measured() {
        let (days, cards, amounts) = ([0, 0, 1, 1], [1, 2, 1, 3], [5.0, 6.0, 7.0, 8.0]);
        let rows = KnownRows {
            labels: &LABELS,
            scores: &SCORES,
            days: Some(&days),
            cards: Some(&cards),
            amounts: Some(&amounts),
        };
        let found = assess(&rows, 0.6, AssessmentOptions { card_k: 1, ..Default::default() }).unwrap();
        let json = serde_json::to_value(&found).unwrap();
        assert_eq!(json["card_precision_at_1"], 1.0);
        assert_eq!(json["per_day"][1]["card_precision"], 1.0);
        assert_eq!((&json["amount_recall"], &json["amount_precision"]), (&(8.0 / 14.0).into(), &1.0.into()));
        assert_eq!(json["intervals"]["roc_auc"].as_array().unwrap().len(), 2);
        assert_eq!(json["intervals"]["specificity"], serde_json::json!([1.0, 1.0]));
        let wrong = KnownRows { cards: Some(&cards[1..]), ..rows };
        let error = assess(&wrong, 0.6, AssessmentOptions::default()).unwrap_err();
        assert_eq!(error.to_string(), "3 cards but 4 scores");
    }
}
