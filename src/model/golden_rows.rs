//! Rows whose scores are known: whoever opens a run computes them again before anything else is scored, so that a model
//! that is read otherwise than it was written, by a bug or by another machine, decides nothing.

use serde::{Deserialize, Serialize};

use super::{ModelKind, Scorer};
use crate::matrix::Matrix;

/// Version of `golden.json`.
pub const GOLDEN_VERSION: u32 = 1;

/// How many are kept.
const ROWS: usize = 64;

/// What is written as `golden.json` into runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GoldenRows {
    /// [`GOLDEN_VERSION`].
    pub format_version: u32,
    /// The rows, from the lowest score to the highest; `null` where a value is missing.
    pub rows: Vec<Vec<Option<f64>>>,
    /// Their scores.
    pub scores: Vec<f64>,
}

impl GoldenRows {
    /// Of `rows` that have these scores some from the lowest score to the highest. Rows with infinite values, which JSON has not, are
    /// left out.
    pub fn of(rows: &Matrix, scores: &[f64]) -> Self {
        let is_fit = |row: &usize| !rows.row(*row).iter().any(|value| value.is_infinite());
        let mut order: Vec<usize> = (0..scores.len()).filter(is_fit).collect();
        order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        let count = order.len().min(ROWS);
        let place = |number: usize| order[number * (order.len() - 1) / (count - 1).max(1)];
        let chosen: Vec<usize> = (0..count).map(place).collect();
        let cells =
            |&row: &usize| rows.row(row).iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
        Self {
            format_version: GOLDEN_VERSION,
            rows: chosen.iter().map(cells).collect(),
            scores: chosen.iter().map(|&row| scores[row]).collect(),
        }
    }

    /// Scores the rows again.
    ///
    /// # Errors
    /// In words, when a row has not as many values as `scorer` takes, or another score than it had: by more than 1e-12 for trees, whose
    /// sums are the same everywhere, and 1e-6 for networks, whose are the same on one kind of processor.
    pub fn check(&self, scorer: &dyn Scorer, kind: ModelKind) -> Result<(), String> {
        let columns = scorer.features();
        if self.scores.len() != self.rows.len() || self.rows.iter().any(|row| row.len() != columns) {
            return Err(format!("these are no rows of {columns} values and their scores"));
        }
        let tolerance = if kind == ModelKind::Lightgbm { 1e-12 } else { 1e-6 };
        for (number, (row, &known)) in self.rows.iter().zip(&self.scores).enumerate() {
            let row: Vec<f64> = row.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
            let mut score = [f64::NAN];
            scorer.score(&row, &mut score);
            let score = score[0];
            let difference = (score - known).abs();
            if difference.is_nan() || difference > tolerance {
                return Err(format!(
                    "the model gives row {number} the score {score}, it had {known} when it was trained"
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean of what is there.
    struct Mean;

    impl Scorer for Mean {
        fn features(&self) -> usize {
            2
        }

        fn score(&self, rows: &[f64], scores: &mut [f64]) {
            for (row, score) in rows.chunks_exact(2).zip(scores) {
                let known: Vec<f64> = row.iter().copied().filter(|value| !value.is_nan()).collect();
                *score = known.iter().sum::<f64>() / known.len() as f64;
            }
        }
    }

    fn golden(count: usize) -> GoldenRows {
        let mut values: Vec<f64> = (0..2 * count).map(|cell| (cell * 37 % 101) as f64 / 101.0).collect();
        values[1] = f64::NAN;
        values[4] = f64::INFINITY;
        let mut scores = vec![0.0; count];
        Mean.score(&values, &mut scores);
        GoldenRows::of(&Matrix::from_values(values, 2), &scores)
    }

    #[test]
    fn rows_of_all_scores_are_kept_and_found_again() {
        let all = golden(1_000);
        assert_eq!((all.rows.len(), all.scores.len()), (ROWS, ROWS));
        assert!(all.scores.is_sorted() && all.scores[0] < 0.05 && all.scores[ROWS - 1] > 0.75);
        let text = serde_json::to_string(&all).expect("JSON");
        let read: GoldenRows = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read, all);
        assert_eq!(read.check(&Mean, ModelKind::Lightgbm), Ok(()));
        let few = golden(3);
        assert_eq!(few.rows.len(), 2, "one is infinite");
        assert!(few.rows.contains(&vec![Some(0.0), None]), "{few:?}");
        assert_eq!(few.check(&Mean, ModelKind::Lightgbm), Ok(()));
    }

    #[test]
    fn a_score_that_is_another_one_is_told() {
        let mut golden = golden(100);
        golden.scores[7] += 1e-9;
        assert_eq!(golden.check(&Mean, ModelKind::Mlp), Ok(()));
        assert!(golden.check(&Mean, ModelKind::Lightgbm).expect_err("it differs").contains("row 7"));
        golden.scores[7] = f64::NAN;
        assert!(golden.check(&Mean, ModelKind::Mlp).is_err());
        golden.rows[3].pop();
        assert!(golden.check(&Mean, ModelKind::Mlp).expect_err("it is short").contains("2 values"));
    }
}
