//! Isotonic regression: the rising step function that is nearest to the labels.
//!
//! Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability Estimates" (2002). Values and
//! ties are those of scikit-learn's `IsotonicRegression(out_of_bounds="clip")`.

use serde::{Deserialize, Serialize};

use super::{CalibrationError, check};

/// Scores that lie nearer to each other are one: numpy's resolution of `f64`, as scikit-learn has it.
const RESOLUTION: f64 = 1e-15;

/// A rising function, straight between its points and level outside of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Rising.
    scores: Vec<f64>,
    /// What they mean; not falling.
    probabilities: Vec<f64>,
}

/// Rows that get one value.
struct Block {
    first: f64,
    last: f64,
    frauds: f64,
    rows: f64,
}

impl Isotonic {
    /// Fits the function to rows by pooling adjacent violators.
    ///
    /// # Errors
    /// [`CalibrationError`] for different lengths, a score outside `[0, 1]`, or a single class.
    pub fn fit(labels: &[bool], scores: &[f64]) -> Result<Self, CalibrationError> {
        check(labels, scores)?;
        let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(labels.iter().copied()).collect();
        rows.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        let mut blocks: Vec<Block> = Vec::new();
        let mut rows = rows.into_iter().peekable();
        while let Some((score, fraud)) = rows.next() {
            let mut block = Block { first: score, last: score, frauds: f64::from(fraud), rows: 1.0 };
            while let Some((_, fraud)) = rows.next_if(|(next, _)| next - score < RESOLUTION) {
                block.frauds += f64::from(fraud);
                block.rows += 1.0;
            }
            // Shares are compared without dividing, in whole numbers, which is exact.
            while let Some(before) =
                blocks.pop_if(|before| before.frauds * block.rows >= block.frauds * before.rows)
            {
                block.first = before.first;
                block.frauds += before.frauds;
                block.rows += before.rows;
            }
            blocks.push(block);
        }
        let (mut scores, mut probabilities) = (Vec::new(), Vec::new());
        for Block { first, last, frauds, rows } in blocks {
            scores.push(first);
            probabilities.push(frauds / rows);
            if last > first {
                scores.push(last);
                probabilities.push(frauds / rows);
            }
        }
        Ok(Self { scores, probabilities })
    }

    /// The probability that a score means; NaN for NaN.
    pub fn probability(&self, score: f64) -> f64 {
        if score.is_nan() {
            return score;
        }
        let after = self.scores.partition_point(|&point| point <= score);
        match (after.checked_sub(1), self.scores.get(after)) {
            (None, _) => self.probabilities[0],
            (Some(before), None) => self.probabilities[before],
            (Some(before), Some(next)) => {
                let (low, high) = (self.probabilities[before], self.probabilities[after]);
                let share = (score - self.scores[before]) / (next - self.scores[before]);
                // Rounding must not leave the two, or the order of scores might turn.
                (low + (high - low) * share).clamp(low, high)
            }
        }
    }

    /// False for a file that says something else than [`Isotonic::fit`] can.
    pub fn is_sound(&self) -> bool {
        !self.scores.is_empty()
            && self.scores.len() == self.probabilities.len()
            && self.scores.is_sorted_by(|left, right| left < right)
            && self.probabilities.is_sorted()
            && [&self.scores, &self.probabilities]
                .into_iter()
                .flatten()
                .all(|value| (0.0..=1.0).contains(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violators_are_pooled_and_the_ends_are_level() {
        let labels = [false, true, false, false, true, true];
        let fitted = Isotonic::fit(&labels, &[0.1, 0.2, 0.3, 0.4, 0.5, 0.9]).unwrap();
        assert!(fitted.is_sound());
        assert_eq!(fitted.scores, [0.1, 0.2, 0.4, 0.5, 0.9]);
        assert_eq!(fitted.probabilities, [0.0, 1.0 / 3.0, 1.0 / 3.0, 1.0, 1.0]);
        assert_eq!([0.0, 0.05, 0.3, 1.0].map(|score| fitted.probability(score)), [0.0, 0.0, 1.0 / 3.0, 1.0]);
        assert!((fitted.probability(0.45) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn scores_the_wrong_way_round_become_one_probability() {
        let fitted = Isotonic::fit(&[true, false, false, false], &[0.1, 0.2, 0.3, 0.4]).unwrap();
        assert_eq!((fitted.scores.as_slice(), fitted.probability(0.7)), ([0.1, 0.4].as_slice(), 0.25));
        let same = Isotonic::fit(&[true, false], &[0.5, 0.5]).unwrap();
        assert_eq!((same.scores.as_slice(), same.probability(0.1)), ([0.5].as_slice(), 0.5));
    }

    #[test]
    fn a_file_that_is_no_function_is_told() {
        let sound = |scores: &[f64], probabilities: &[f64]| {
            Isotonic { scores: scores.to_vec(), probabilities: probabilities.to_vec() }.is_sound()
        };
        assert!(sound(&[0.1, 0.2], &[0.0, 0.5]));
        assert!(!sound(&[], &[]) && !sound(&[0.1], &[0.1, 0.2]) && !sound(&[0.2, 0.1], &[0.1, 0.2]));
        assert!(!sound(&[0.1, 0.2], &[0.2, 0.1]) && !sound(&[0.1, 0.2], &[0.1, 1.5]));
    }
}
