//! A model as it is served: what makes its rows, what scores them, and what follows from a score.

use std::sync::{Arc, Mutex, PoisonError};

use super::EngineError;
use crate::domain::{Decision, Thresholds};
use crate::features::encoding::Encoder;
use crate::features::{LabelDelay, Reasons};
use crate::model::drift::{Shift, Window};
use crate::model::{ModelKind, Scorer, Unexplained};

/// One version of a model.
pub struct Model {
    /// Name of its run.
    pub name: String,
    /// Tells it from other models that were trained under the name.
    pub version: String,
    /// What it is.
    pub kind: ModelKind,
    /// What makes its rows of a table's columns, or takes an event log's features as they are given.
    pub encoder: Encoder,
    /// Of a model of raw transactions: after what time its features count a label.
    pub label_delay: Option<LabelDelay>,
    /// The model.
    pub scorer: Arc<dyn Scorer>,
    /// Puts its features into words.
    pub reasons: Reasons,
    /// The limits in force.
    pub thresholds: Thresholds,
    /// The newest rows beside those that the model was validated on, where its run tells of them.
    pub drift: Option<Mutex<Window>>,
}

/// How far the newest rows have moved.
#[derive(Debug, Clone)]
pub struct Drift {
    /// Rows that were compared.
    pub rows: u64,
    /// By feature, in the order of a row.
    pub features: Vec<Shift>,
    /// Of the score.
    pub score: Shift,
}

/// A score and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Probability of fraud, 0 to 1.
    pub score: f64,
    /// What to do with the payment.
    pub decision: Decision,
    /// The score from which on `decision` is not `approve`.
    pub threshold: f64,
}

impl Model {
    /// The features in the order of a row.
    pub fn features(&self) -> &[String] {
        self.encoder.features()
    }

    /// Scores a row whose values stand in the order of [`Model::features`], NaN where one is missing.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] for a number that is not within the range of `f32`, in which models compute;
    /// [`EngineError::NoScore`] when the model gives none.
    ///
    /// # Panics
    /// When `row` has another length.
    pub fn score(&self, row: &[f64]) -> Result<Scored, EngineError> {
        self.check_range(row)?;
        let mut scores = [f64::NAN];
        self.scorer.score(row, &mut scores);
        self.decide(scores[0])
    }

    /// Scores `rows` that stand one after the other, as [`Model::score`] does each.
    ///
    /// # Panics
    /// When the last row is not complete.
    pub fn score_all(&self, rows: &[f64]) -> Vec<Result<Scored, EngineError>> {
        let width = self.features().len();
        let mut scores = vec![f64::NAN; rows.len() / width];
        self.scorer.score(rows, &mut scores);
        let each = rows.chunks_exact(width).zip(scores);
        each.map(|(row, score)| self.check_range(row).and_then(|()| self.decide(score))).collect()
    }

    /// Whether it tells what moves its scores.
    ///
    /// # Errors
    /// [`EngineError::Unexplained`]
    pub fn check_explained(&self) -> Result<(), EngineError> {
        let unexplained = |error: Unexplained| EngineError::Unexplained { why: error.to_string() };
        self.scorer.explainer().map(|_| ()).map_err(unexplained)
    }

    /// Scores a row of zeros, so that the first transaction does not pay for what is set up late.
    ///
    /// # Errors
    /// [`EngineError::NoScore`] when the model is unusable.
    pub fn warm_up(&self) -> Result<Scored, EngineError> {
        self.score(&vec![0.0; self.features().len()])
    }

    /// Checks that the model can compute with a row.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] names the first value that it can not compute with.
    pub fn check_range(&self, row: &[f64]) -> Result<(), EngineError> {
        let largest = f64::from(f32::MAX);
        match row.iter().position(|value| value.abs() > largest) {
            None => Ok(()),
            Some(position) => {
                let feature = self.features()[position].clone();
                Err(EngineError::OutOfRange { feature, value: row[position] })
            }
        }
    }

    /// Counts a row and its score for [`Model::drift`]. While another thread does the same the row is passed over: it is
    /// one of thousands, and nobody waits for it.
    pub fn watch(&self, row: &[f64], score: f64) {
        if let Some(Ok(mut window)) = self.drift.as_ref().map(Mutex::try_lock) {
            window.add(row, score);
        }
    }

    /// How far the newest rows have moved; `None` when the run does not tell what they are to be compared to, or nothing was scored.
    pub fn drift(&self) -> Option<Drift> {
        let window = self.drift.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let (rows, mut features) = (window.rows(), window.shifts());
        let score = features.pop()?;
        (rows > 0).then_some(Drift { rows, features, score })
    }

    /// What follows from a score.
    ///
    /// # Errors
    /// [`EngineError::NoScore`] for one that is none.
    pub fn decide(&self, score: f64) -> Result<Scored, EngineError> {
        if !score.is_finite() {
            return Err(EngineError::NoScore);
        }
        let Thresholds { review, block } = self.thresholds;
        let threshold = block.map_or(review, |block| block.min(review));
        Ok(Scored { score, decision: self.thresholds.decide(score), threshold })
    }
}

#[cfg(test)]
impl Model {
    /// A model of `encoder`'s rows for tests.
    pub(crate) fn of(encoder: Encoder, scorer: Arc<dyn Scorer>, thresholds: Thresholds) -> Self {
        let schema = crate::features::Schema {
            format_version: crate::features::SCHEMA_VERSION,
            kind: crate::features::InputKind::Tabular,
            features: encoder.features().to_vec(),
            inputs: encoder.inputs().to_vec(),
            columns: crate::features::Columns::default(),
            time_format: crate::domain::TimeFormat::Iso,
            label_delay_days: LabelDelay::default(),
            positive: None,
        };
        Self {
            name: "run-7".to_owned(),
            version: "1a2b3c".to_owned(),
            kind: ModelKind::Lightgbm,
            encoder,
            label_delay: None,
            scorer,
            reasons: Reasons::new(&schema),
            thresholds,
            drift: None,
        }
    }
}
