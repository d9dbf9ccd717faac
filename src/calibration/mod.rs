//! From scores to probabilities: a function of the score alone, fitted on rows that the model did not learn from.
//!
//! `docs/EVALUATION.md` says which method is for what. Which rows it is fitted on is left to the caller; storing it and
//! wrapping a scorer in it to `model`.

mod isotonic;
mod platt;

#[cfg(test)]
mod golden;

pub use isotonic::Isotonic;
pub use platt::Platt;
use serde::{Deserialize, Serialize};

use crate::domain::ClassWeights;

/// Why nothing can be fitted.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// Each row needs one label and one score.
    #[error("{labels} labels but {scores} scores")]
    Lengths {
        /// Number of labels given.
        labels: usize,
        /// Number of scores given.
        scores: usize,
    },
    /// A probability is fitted to frauds and to genuine rows.
    #[error("calibration needs frauds and genuine rows, and there are {frauds} and {genuine}")]
    SingleClass {
        /// Number of frauds.
        frauds: usize,
        /// Number of genuine rows.
        genuine: usize,
    },
    /// A score that is no probability.
    #[error("row {row}: the score {score} is not a probability between 0 and 1")]
    Score {
        /// The row, counted from 0.
        row: usize,
        /// Its score.
        score: f64,
    },
}

/// How scores become probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum Calibration {
    /// A rising function of any shape.
    Isotonic(Isotonic),
    /// A logistic curve over the log-odds.
    Platt(Platt),
    /// The odds of training undone.
    Prior(Prior),
}

impl Calibration {
    /// The word for it on the command line and in files.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Isotonic(_) => "isotonic",
            Self::Platt(_) => "platt",
            Self::Prior(_) => "prior",
        }
    }

    /// False for a file that says something else than a calibration can.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Isotonic(isotonic) => isotonic.is_sound(),
            Self::Platt(Platt { slope, intercept }) => slope.is_finite() && intercept.is_finite(),
            Self::Prior(prior) => prior.odds_ratio.is_finite() && prior.odds_ratio > 0.0,
        }
    }

    /// The probability that a score of 0 to 1 means, 0 to 1; NaN for NaN.
    pub fn probability(&self, score: f64) -> f64 {
        match self {
            Self::Isotonic(isotonic) => isotonic.probability(score),
            Self::Platt(platt) => platt.probability(score),
            Self::Prior(prior) => prior.probability(score),
        }
    }
}

/// Corrects the scores of a model that was trained with another share of frauds than there is.
///
/// Elkan, "The Foundations of Cost-Sensitive Learning" (2001), theorem 2. After under-sampling of the genuine rows to a
/// share b it is `b p / (b p - p + 1)`: Dal Pozzolo et al., "Calibrating Probability with Undersampling for Unbalanced
/// Classification" (2015), equation 4. Over-sampling and class weights are corrected in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// The true odds of fraud over those of training.
    pub odds_ratio: f64,
}

impl Prior {
    /// The correction after training with `weights` on `trained` frauds and genuine rows, where there are `truly` so many.
    ///
    /// # Errors
    /// [`CalibrationError::SingleClass`] when one of the four counts is 0.
    pub fn new(
        truly: [usize; 2],
        trained: [usize; 2],
        weights: Option<ClassWeights>,
    ) -> Result<Self, CalibrationError> {
        let odds = |[frauds, genuine]: [usize; 2]| match frauds == 0 || genuine == 0 {
            true => Err(CalibrationError::SingleClass { frauds, genuine }),
            false => Ok(frauds as f64 / genuine as f64),
        };
        let weighted = weights.map_or(1.0, |weights| weights.fraud / weights.genuine);
        Ok(Self { odds_ratio: odds(truly)? / (odds(trained)? * weighted) })
    }

    /// The probability that a score means.
    pub fn probability(&self, score: f64) -> f64 {
        let fraud = self.odds_ratio * score;
        fraud / (fraud + (1.0 - score))
    }
}

/// Checks what is fitted to; gives the numbers of frauds and genuine rows.
fn check(labels: &[bool], scores: &[f64]) -> Result<[usize; 2], CalibrationError> {
    if labels.len() != scores.len() {
        return Err(CalibrationError::Lengths { labels: labels.len(), scores: scores.len() });
    }
    if let Some(row) = scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
        return Err(CalibrationError::Score { row, score: scores[row] });
    }
    let frauds = labels.iter().filter(|&&label| label).count();
    let genuine = labels.len() - frauds;
    match frauds == 0 || genuine == 0 {
        true => Err(CalibrationError::SingleClass { frauds, genuine }),
        false => Ok([frauds, genuine]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dal Pozzolo et al. (2015), equation 4, solved for p: the score after under-sampling to a share b.
    #[test]
    fn under_sampling_is_undone() {
        let (kept, truly) = (0.05, 0.01);
        let score = truly / (truly + kept * (1.0 - truly));
        let prior = Prior::new([10, 2_000], [10, 100], None).unwrap();
        assert!((prior.odds_ratio - kept).abs() < 1e-15);
        assert!((prior.probability(score) - truly).abs() < 1e-15);
        assert_eq!([0.0, 1.0].map(|score| prior.probability(score)), [0.0, 1.0]);
        assert!(prior.probability(f64::NAN).is_nan());
    }

    #[test]
    fn weights_and_copies_of_frauds_are_undone_alike() {
        let weights = ClassWeights { fraud: 50.5, genuine: 0.505 };
        let weighted = Prior::new([10, 1_000], [10, 1_000], Some(weights)).unwrap();
        let copied = Prior::new([10, 1_000], [1_000, 1_000], None).unwrap();
        assert!((weighted.odds_ratio - 0.01).abs() < 1e-15 && (copied.odds_ratio - 0.01).abs() < 1e-15);
        let untouched = Prior::new([10, 1_000], [10, 1_000], None).unwrap();
        assert_eq!(untouched.probability(0.3), 0.3);
        let error = Prior::new([10, 0], [10, 1_000], None).unwrap_err();
        assert_eq!(error.to_string(), "calibration needs frauds and genuine rows, and there are 10 and 0");
    }

    #[test]
    fn what_cannot_be_fitted_is_named() {
        let message = |labels: &[bool], scores: &[f64]| {
            let (isotonic, platt) = (Isotonic::fit(labels, scores), Platt::fit(labels, scores));
            let message = isotonic.unwrap_err().to_string();
            assert_eq!(platt.unwrap_err().to_string(), message);
            message
        };
        assert_eq!(message(&[true], &[]), "1 labels but 0 scores");
        let one = "calibration needs frauds and genuine rows, and there are";
        assert_eq!(message(&[true, true], &[0.1, 0.2]), format!("{one} 2 and 0"));
        assert_eq!(message(&[], &[]), format!("{one} 0 and 0"));
        assert_eq!(
            message(&[true, false], &[0.1, 1.2]),
            "row 1: the score 1.2 is not a probability between 0 and 1"
        );
    }

    #[test]
    fn a_file_that_is_no_calibration_is_told() {
        for wrong in [
            Calibration::Prior(Prior { odds_ratio: 0.0 }),
            Calibration::Platt(Platt { slope: f64::INFINITY, intercept: 0.0 }),
            serde_json::from_str(r#"{"method": "isotonic", "scores": [], "probabilities": []}"#).unwrap(),
        ] {
            assert!(!wrong.is_sound(), "{wrong:?}");
        }
    }

    #[test]
    fn a_calibration_comes_back_from_json_to_the_bit() {
        let labels = [false, true, false, true, true, false];
        let scores = [0.1, 0.3, 0.3, 0.7, 1.0 / 3.0, 0.0];
        for calibration in [
            Calibration::Isotonic(Isotonic::fit(&labels, &scores).unwrap()),
            Calibration::Platt(Platt::fit(&labels, &scores).unwrap()),
            Calibration::Prior(Prior { odds_ratio: 1.0 / 3.0 }),
        ] {
            let text = serde_json::to_string_pretty(&calibration).unwrap();
            assert!(text.contains(&format!("\"method\": \"{}\"", calibration.as_str())), "{text}");
            assert_eq!(serde_json::from_str::<Calibration>(&text).unwrap(), calibration);
            assert!(calibration.is_sound());
            assert!(calibration.probability(f64::NAN).is_nan());
            for score in [0.0, 1e-300, 0.2, 1.0] {
                assert!((0.0..=1.0).contains(&calibration.probability(score)), "{score}");
            }
        }
    }
}
