//! Card precision at k: of the cards that analysts look at each day, the share that is really compromised.
//!
//! Definition: Le Borgne et al., "Reproducible Machine Learning for Credit Card Fraud Detection", chapter 4, "Precision
//! top-k metrics": an investigator checks k cards a day, and a card that was found out is blocked.

use std::collections::HashSet;

use serde::Serialize;

use super::{MetricsError, check, check_column, share};

/// Card precision at k, day by day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CardPrecision {
    /// Cards that are looked at each day.
    pub k: usize,
    /// Every day that has rows, in order.
    pub per_day: Vec<CardDay>,
    /// Mean of the days' precision. NaN when k is 0.
    pub mean: f64,
}

/// One day's cards.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CardDay {
    /// The day, as it was given.
    pub day: i64,
    /// Cards with a row on this day; those that were found out on an earlier day are left out here and below.
    pub cards: usize,
    /// How many of them have a fraud on this day.
    pub compromised: usize,
    /// How many of those are among the k with the highest scores.
    pub detected: usize,
    /// `detected / k`, even when there are fewer than k cards. NaN when k is 0.
    pub precision: f64,
}

/// Card precision at `k`: on each day a card has the highest score and the highest label of its rows; the `k` cards
/// with the highest scores are looked at, and the compromised ones among them are blocked: their rows of later days
/// no longer count.
///
/// All columns have a value per row, in any order of days. Of cards with the same score those with the lower code come
/// first, so that the result does not depend on the order of the rows.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn card_precision(
    days: &[i64],
    cards: &[u32],
    labels: &[bool],
    scores: &[f64],
    k: usize,
) -> Result<CardPrecision, MetricsError> {
    check(labels, scores)?;
    check_column("days", days.len(), scores)?;
    check_column("cards", cards.len(), scores)?;
    let mut rows: Vec<usize> = (0..days.len()).collect();
    rows.sort_unstable_by_key(|&row| (days[row], cards[row]));
    let mut blocked = HashSet::new();
    let mut per_day = Vec::new();
    for of_day in rows.chunk_by(|&left, &right| days[left] == days[right]) {
        let mut of_cards: Vec<(u32, f64, bool)> = of_day
            .chunk_by(|&left, &right| cards[left] == cards[right])
            .filter(|rows| !blocked.contains(&cards[rows[0]]))
            .map(|rows| {
                let highest = rows.iter().map(|&row| scores[row]).fold(0.0, f64::max);
                (cards[rows[0]], highest, rows.iter().any(|&row| labels[row]))
            })
            .collect();
        let compromised = of_cards.iter().filter(|(_, _, fraud)| *fraud).count();
        // A stable sort of cards in the order of their codes.
        of_cards.sort_by(|left, right| right.1.total_cmp(&left.1));
        let looked_at = of_cards.iter().take(k);
        let found: Vec<u32> = looked_at.filter(|(_, _, fraud)| *fraud).map(|(card, _, _)| *card).collect();
        per_day.push(CardDay {
            day: days[of_day[0]],
            cards: of_cards.len(),
            compromised,
            detected: found.len(),
            precision: share(found.len(), k),
        });
        blocked.extend(found);
    }
    let mean = per_day.iter().map(|day| day.precision).sum::<f64>() / per_day.len() as f64;
    Ok(CardPrecision { k, per_day, mean })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two days of five cards; worked out by hand.
    #[test]
    fn a_card_that_was_found_out_leaves_the_later_days() {
        let days = [0, 0, 0, 0, 0, 1, 1, 1, 1];
        let cards = [1, 1, 2, 3, 4, 1, 2, 3, 5];
        let labels = [false, true, false, true, false, true, true, false, true];
        let scores = [0.2, 0.9, 0.8, 0.1, 0.3, 0.95, 0.5, 0.6, 0.4];
        let found = card_precision(&days, &cards, &labels, &scores, 2).unwrap();
        // Day 0: cards 1 (0.9, fraud) and 2 (0.8, genuine). Day 1 without card 1: 3 (genuine) and 2 (fraud).
        let day = |day, cards, compromised, detected| CardDay {
            day,
            cards,
            compromised,
            detected,
            precision: detected as f64 / 2.0,
        };
        assert_eq!(found.per_day, [day(0, 4, 2, 1), day(1, 3, 2, 1)]);
        assert_eq!((found.k, found.mean), (2, 0.5));
        let all = card_precision(&days, &cards, &labels, &scores, 100).unwrap();
        assert_eq!(all.per_day.iter().map(|day| day.detected).collect::<Vec<_>>(), [2, 2]);
        assert_eq!(all.mean, 0.02, "precision is of k, not of the cards there are");
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter_even_among_ties() {
        let days = [7, 7, 7, -1, -1, -1];
        let cards = [3, 2, 1, 9, 8, 7];
        let labels = [true, false, false, false, true, false];
        let scores = [0.5; 6];
        let forwards = card_precision(&days, &cards, &labels, &scores, 2).unwrap();
        let turned = |order: [usize; 6]| {
            let (days, cards) = (order.map(|row| days[row]), order.map(|row| cards[row]));
            card_precision(&days, &cards, &order.map(|row| labels[row]), &scores, 2).unwrap()
        };
        assert_eq!(turned([5, 4, 3, 2, 1, 0]), forwards);
        assert_eq!(turned([4, 0, 2, 5, 1, 3]), forwards);
        // The lower codes come first: 7 and 8, then 1 and 2.
        assert_eq!(forwards.per_day.iter().map(|day| day.detected).collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn bad_columns_are_named_and_no_card_has_no_precision() {
        let message = |days: &[i64], cards: &[u32]| {
            card_precision(days, cards, &[true, false], &[0.5, 0.5], 1).unwrap_err().to_string()
        };
        assert_eq!(message(&[1], &[1, 2]), "1 days but 2 scores");
        assert_eq!(message(&[1, 1], &[1]), "1 cards but 2 scores");
        let none = card_precision(&[1], &[1], &[true], &[0.5], 0).unwrap();
        assert!(none.mean.is_nan() && none.per_day[0].precision.is_nan());
    }
}
