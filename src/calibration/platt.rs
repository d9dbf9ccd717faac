//! Platt scaling: a logistic curve over the log-odds of the score.
//!
//! Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with the algorithm of Lin, Lin and Weng, "A Note on
//! Platt's Probabilistic Outputs for Support Vector Machines" (2007). Fitted to the log-odds it is what scikit-learn's
//! `CalibratedClassifierCV(method="sigmoid")` fits to a decision function.

use serde::{Deserialize, Serialize};

use super::{CalibrationError, check};

/// Steps of Newton's method; ten are enough where there is anything to find.
const MOST_STEPS: usize = 100;
/// The mean gradient of a row at which the curve is found.
const FLAT: f64 = 1e-12;
/// Added to the diagonal of the second derivatives, so that they can be inverted.
const RIDGE: f64 = 1e-12;
/// Smallest share of a step that is tried.
const SHORTEST: f64 = 1e-10;

/// `1 / (1 + exp(-(slope * ln(score / (1 - score)) + intercept)))`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Platt {
    /// 1 leaves the log-odds as they are, less draws them together.
    pub slope: f64,
    /// Added to the log-odds.
    pub intercept: f64,
}

/// Loss, gradient and second derivatives at a curve.
#[derive(Default)]
struct Slopes {
    loss: f64,
    gradient: [f64; 2],
    /// Of slope and slope, slope and intercept, intercept and intercept.
    second: [f64; 3],
}

impl Platt {
    /// Fits slope and intercept to rows: the least log loss against Platt's targets, `(n + 1) / (n + 2)` for the n frauds
    /// and `1 / (n + 2)` for the n genuine rows.
    ///
    /// # Errors
    /// [`CalibrationError`] for different lengths, a score outside `[0, 1]`, or a single class.
    pub fn fit(labels: &[bool], scores: &[f64]) -> Result<Self, CalibrationError> {
        let [frauds, genuine] = check(labels, scores)?.map(|count| count as f64);
        let targets = [1.0 / (genuine + 2.0), (frauds + 1.0) / (frauds + 2.0)];
        let rows: Vec<(f64, f64)> = scores
            .iter()
            .zip(labels)
            .map(|(&score, &label)| (log_odds(score), targets[usize::from(label)]))
            .collect();
        let mut curve = Self { slope: 0.0, intercept: ((frauds + 1.0) / (genuine + 1.0)).ln() };
        let mut here = curve.slopes(&rows);
        for _ in 0..MOST_STEPS {
            if here.gradient.iter().all(|slope| slope.abs() <= FLAT * rows.len() as f64) {
                break;
            }
            let [a, b, d] = [here.second[0] + RIDGE, here.second[1], here.second[2] + RIDGE];
            let determinant = a * d - b * b;
            let step = [
                -(d * here.gradient[0] - b * here.gradient[1]) / determinant,
                -(a * here.gradient[1] - b * here.gradient[0]) / determinant,
            ];
            let descent = here.gradient[0] * step[0] + here.gradient[1] * step[1];
            let mut share = 1.0;
            let next = loop {
                let tried = Self {
                    slope: curve.slope + share * step[0],
                    intercept: curve.intercept + share * step[1],
                };
                let there = tried.slopes(&rows);
                if there.loss < here.loss + 1e-4 * share * descent {
                    break Some((tried, there));
                }
                share /= 2.0;
                if share < SHORTEST {
                    break None;
                }
            };
            // Nothing is lower within what a float can tell.
            let Some((tried, there)) = next else { break };
            (curve, here) = (tried, there);
        }
        Ok(curve)
    }

    /// The probability that a score means; NaN for NaN.
    pub fn probability(&self, score: f64) -> f64 {
        sigmoid(self.slope * log_odds(score) + self.intercept)
    }

    fn slopes(&self, rows: &[(f64, f64)]) -> Slopes {
        let mut sum = Slopes::default();
        for &(odds, target) in rows {
            let value = self.slope * odds + self.intercept;
            let probability = sigmoid(value);
            // -target ln p - (1 - target) ln (1 - p), without a logarithm of 0.
            let softplus = value.max(0.0) + (-value.abs()).exp().ln_1p();
            sum.loss += softplus - target * value;
            let (off, spread) = (probability - target, probability * (1.0 - probability));
            sum.gradient[0] += off * odds;
            sum.gradient[1] += off;
            sum.second[0] += spread * odds * odds;
            sum.second[1] += spread * odds;
            sum.second[2] += spread;
        }
        sum
    }
}

/// `ln(score / (1 - score))`; a score of 0 or 1 counts as the nearest that is none.
fn log_odds(score: f64) -> f64 {
    let inside = score.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    inside.ln() - (-inside).ln_1p()
}

fn sigmoid(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_are_probabilities_stay_what_they_are() {
        // Of the rows with a score of s a share of s is fraud; Platt's targets pull a little towards the middle.
        let rows =
            (1..10).flat_map(|tenth| (0..10_000).map(move |row| (row % 10 < tenth, f64::from(tenth) / 10.0)));
        let (labels, scores): (Vec<bool>, Vec<f64>) = rows.unzip();
        let fitted = Platt::fit(&labels, &scores).unwrap();
        assert!((fitted.slope - 1.0).abs() < 1e-3 && fitted.intercept.abs() < 1e-3, "{fitted:?}");
        assert!((fitted.probability(0.3) - 0.3).abs() < 1e-3);
    }

    #[test]
    fn classes_that_can_be_told_apart_have_finite_probabilities() {
        let labels: Vec<bool> = (0..100).map(|row| row >= 90).collect();
        let scores: Vec<f64> = labels.iter().map(|&fraud| f64::from(fraud)).collect();
        let fitted = Platt::fit(&labels, &scores).unwrap();
        assert!((fitted.probability(1.0) - 11.0 / 12.0).abs() < 1e-9, "{fitted:?}");
        assert!((fitted.probability(0.0) - 1.0 / 92.0).abs() < 1e-9, "{fitted:?}");
    }
}
