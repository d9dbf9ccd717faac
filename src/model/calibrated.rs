//! A model whose scores are turned into probabilities: one scorer for whoever asks, offline and online.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Explainer, Scorer, Unexplained};
use crate::calibration::Calibration;

/// Version of `calibration.json`.
pub const CALIBRATION_VERSION: u32 = 1;

/// Written as `calibration.json` into the run folder of a calibrated model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationFile {
    /// [`CALIBRATION_VERSION`] when written by this version.
    pub format_version: u32,
    /// Validation rows that it was fitted on; the correction of the prior is fitted on none.
    pub rows: usize,
    /// The function.
    pub calibration: Calibration,
}

/// Scores of a model, calibrated. Everything but the score stays the model's own.
pub struct Calibrated {
    scorer: Arc<dyn Scorer>,
    calibration: Calibration,
}

impl Calibrated {
    /// `scorer`, calibrated where there is a calibration.
    pub fn wrap(scorer: Arc<dyn Scorer>, calibration: Option<Calibration>) -> Arc<dyn Scorer> {
        match calibration {
            Some(calibration) => Arc::new(Self { scorer, calibration }),
            None => scorer,
        }
    }
}

impl Scorer for Calibrated {
    fn features(&self) -> usize {
        self.scorer.features()
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        self.scorer.score(rows, scores);
        for score in scores {
            *score = self.calibration.probability(*score);
        }
    }

    /// The model's own: base and contributions add up to its raw score, before the calibration.
    fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
        self.scorer.explainer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::Prior;

    /// The first of two values is the score.
    struct First;

    impl Scorer for First {
        fn features(&self) -> usize {
            2
        }

        fn score(&self, rows: &[f64], scores: &mut [f64]) {
            for (row, score) in rows.chunks(2).zip(scores) {
                *score = row[0];
            }
        }
    }

    #[test]
    fn every_score_is_calibrated_and_nothing_else_is() {
        let plain = Calibrated::wrap(Arc::new(First), None);
        let halved = Calibrated::wrap(Arc::new(First), Some(Calibration::Prior(Prior { odds_ratio: 0.5 })));
        let rows = [0.5, 9.0, 0.0, 9.0, 1.0, 9.0];
        let scores = |scorer: &dyn Scorer| {
            let mut scores = [7.0; 3];
            scorer.score(&rows, &mut scores);
            scores
        };
        assert_eq!(scores(&*plain), [0.5, 0.0, 1.0]);
        assert_eq!(scores(&*halved), [1.0 / 3.0, 0.0, 1.0]);
        assert_eq!(halved.features(), 2);
    }
}
