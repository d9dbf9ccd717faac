//! Cumulative gains and lift: what is found by looking at the rows with the highest scores.
//!
//! Rows of equal score are in no order: where a cut goes through them, frauds count as they would on average over all
//! orders, so that no result depends on the order of the rows. Terms: Provost and Fawcett, "Data Science for Business"
//! (2013), chapter 8.

use serde::Serialize;

use super::{Ranking, share};

/// What the rows with the highest scores hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gain {
    /// Share of all rows that are looked at, 0 to 1.
    pub share: f64,
    /// How many rows that is.
    pub rows: usize,
    /// Frauds among them; a fraction where the cut goes through rows of equal score.
    pub frauds: f64,
    /// `frauds / rows`: the precision at that many rows. NaN for no rows.
    pub precision: f64,
    /// `frauds` as a share of all frauds. NaN without frauds.
    pub recall: f64,
    /// `precision` over the share of frauds in all rows. NaN without frauds or for no rows.
    pub lift: f64,
}

impl Ranking {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.positives() + self.negatives()
    }

    /// Frauds among the `rows` rows with the highest scores; all of them when there are fewer rows.
    pub fn frauds_among(&self, rows: usize) -> f64 {
        let rows = rows.min(self.rows());
        let caught = |index: usize| {
            let point = self.points()[index];
            (point.true_positives, point.true_positives + point.false_positives)
        };
        let after = self.points().partition_point(|p| p.true_positives + p.false_positives < rows);
        let (frauds, before) = if after == 0 { (0, 0) } else { caught(after - 1) };
        let (more, until) = caught(after);
        frauds as f64 + (more - frauds) as f64 * share(rows - before, until - before)
    }

    /// What the `rows` rows with the highest scores hold.
    pub fn gain(&self, rows: usize) -> Gain {
        let rows = rows.min(self.rows());
        let frauds = self.frauds_among(rows);
        let precision = frauds / rows as f64;
        Gain {
            share: share(rows, self.rows()),
            rows,
            frauds,
            precision,
            recall: frauds / self.positives() as f64,
            lift: precision / share(self.positives(), self.rows()),
        }
    }

    /// [`Ranking::gain`] of these shares of the rows, rounded to whole rows, one at least.
    pub fn gains(&self, shares: &[f64]) -> Vec<Gain> {
        let rows = |share: &f64| ((share * self.rows() as f64).round() as usize).max(1);
        shares.iter().map(|share| self.gain(rows(share))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_through_equal_scores_takes_their_mean() {
        // Scores 0.9 (fraud), then four of 0.5 of which one is a fraud, then 0.1.
        let labels = [true, false, true, false, false, false];
        let ranking = Ranking::new(&labels, &[0.9, 0.5, 0.5, 0.5, 0.5, 0.1]).unwrap();
        let frauds: Vec<f64> = (1..=7).map(|rows| ranking.frauds_among(rows)).collect();
        assert_eq!(frauds, [1.0, 1.25, 1.5, 1.75, 2.0, 2.0, 2.0]);
        let half = ranking.gain(3);
        assert_eq!((half.share, half.precision, half.recall, half.lift), (0.5, 0.5, 0.75, 1.5));
        assert_eq!(ranking.gains(&[0.001, 1.0]).iter().map(|gain| gain.rows).collect::<Vec<_>>(), [1, 6]);
        let nothing = ranking.gain(0);
        assert!(nothing.precision.is_nan() && nothing.recall == 0.0);
        assert!(Ranking::new(&[false], &[0.5]).unwrap().gain(1).lift.is_nan());
    }
}
