//! Metrics day by day: whether a model stays as good as it was.

use std::ops::Add;

use serde::{Serialize, Serializer};

use super::ranking::average_precision_of_checked;
use super::{MetricsError, check, check_column};
use crate::domain::Timestamp;

/// One day's rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Day {
    /// Days since 1970-01-01 (UTC); in JSON a date.
    #[serde(serialize_with = "date")]
    pub day: i64,
    /// Rows.
    pub rows: usize,
    /// Frauds among them.
    pub frauds: usize,
    /// Rows whose score has reached the threshold.
    pub alerts: usize,
    /// Frauds among those.
    pub caught: usize,
    /// Sum of the frauds' amounts, where amounts are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_frauds: Option<f64>,
    /// Sum of the amounts of the frauds that are caught, where amounts are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_caught: Option<f64>,
    /// Average precision of the day's rows. NaN without frauds.
    pub average_precision: f64,
    /// Precision of the cards that are looked at on this day, where cards are known: see [`super::card_precision`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_precision: Option<f64>,
}

/// `2018-08-08` for 17751.
pub fn date_of(day: i64) -> String {
    let text = Timestamp::from_micros(day.saturating_mul(Timestamp::DAY_US)).to_string();
    text.split_once('T').map_or(text.clone(), |(date, _)| date.to_owned())
}

fn date<S: Serializer>(day: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&date_of(*day))
}

/// Every day that has rows, in order; `days` counts from 1970-01-01, and `amounts` may be missing (NaN counts nothing).
/// [`Day::card_precision`] is left empty.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, a score outside `[0, 1]`, or a threshold that is not finite.
pub fn per_day(
    days: &[i64],
    labels: &[bool],
    scores: &[f64],
    amounts: Option<&[f64]>,
    threshold: f64,
) -> Result<Vec<Day>, MetricsError> {
    check(labels, scores)?;
    check_column("days", days.len(), scores)?;
    check_column("amounts", amounts.map_or(scores.len(), <[f64]>::len), scores)?;
    if !threshold.is_finite() {
        return Err(MetricsError::Threshold(threshold));
    }
    let mut rows: Vec<usize> = (0..days.len()).collect();
    rows.sort_by_key(|&row| days[row]);
    let sum = |rows: &mut dyn Iterator<Item = usize>| {
        // Not `sum()`, which is -0.0 for no rows.
        amounts
            .map(|amounts| rows.map(|row| amounts[row]).filter(|amount| !amount.is_nan()).fold(0.0, Add::add))
    };
    let of_day = |rows: &[usize]| {
        let of_rows: Vec<bool> = rows.iter().map(|&row| labels[row]).collect();
        let scores_of_rows: Vec<f64> = rows.iter().map(|&row| scores[row]).collect();
        let frauds = || rows.iter().copied().filter(|&row| labels[row]);
        let caught = || frauds().filter(|&row| scores[row] >= threshold);
        Day {
            day: days[rows[0]],
            rows: rows.len(),
            frauds: frauds().count(),
            alerts: rows.iter().filter(|&&row| scores[row] >= threshold).count(),
            caught: caught().count(),
            amount_frauds: sum(&mut frauds()),
            amount_caught: sum(&mut caught()),
            average_precision: average_precision_of_checked(&of_rows, &scores_of_rows),
            card_precision: None,
        }
    };
    Ok(rows.chunk_by(|&left, &right| days[left] == days[right]).map(of_day).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_told_apart_and_named_by_their_date() {
        let days = [17_751, 17_750, 17_751, 17_751];
        let labels = [true, false, false, true];
        let scores = [0.9, 0.8, 0.7, 0.1];
        let amounts = [10.0, 20.0, f64::NAN, 30.0];
        let found = per_day(&days, &labels, &scores, Some(&amounts), 0.5).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].rows, found[0].frauds, found[0].alerts, found[0].caught), (1, 0, 1, 0));
        assert!(found[0].average_precision.is_nan());
        let last = found[1];
        assert_eq!((last.rows, last.frauds, last.alerts, last.caught), (3, 2, 2, 1));
        assert_eq!((last.amount_frauds, last.amount_caught), (Some(40.0), Some(10.0)));
        assert_eq!(last.average_precision, 0.5 + 0.5 * 2.0 / 3.0);
        assert_eq!(
            serde_json::to_string(&found[0]).unwrap(),
            "{\"day\":\"2018-08-07\",\"rows\":1,\"frauds\":0,\"alerts\":1,\"caught\":0,\"amount_frauds\":0.0,\
             \"amount_caught\":0.0,\"average_precision\":null}"
        );
        let error = per_day(&days[1..], &labels, &scores, None, 0.5).unwrap_err();
        assert_eq!(error.to_string(), "3 days but 4 scores");
    }
}
