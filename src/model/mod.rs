//! Models: trained, stored as a run folder, opened and asked for scores.

pub mod gbdt;
pub mod neural;
mod parameter;

pub use parameter::ParameterError;
use serde::{Deserialize, Serialize};

use crate::matrix::Matrix;

/// The models there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Gradient-boosted trees.
    Lightgbm,
    /// A multi-layer perceptron.
    Mlp,
}

impl ModelKind {
    /// The word for it on the command line, in files and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lightgbm => "lightgbm",
            Self::Mlp => "mlp",
        }
    }
}

/// Turns feature rows into probabilities; the same one offline and online.
pub trait Scorer: Send + Sync {
    /// Number of features in a row.
    fn features(&self) -> usize;

    /// Writes the probability of fraud of each row into `scores`.
    ///
    /// `rows` holds `scores.len()` rows of [`Scorer::features`] unscaled values one after the other; a missing
    /// value is NaN. A row's score does not depend on the other rows.
    ///
    /// # Panics
    /// When `rows.len() != scores.len() * self.features()`.
    fn score(&self, rows: &[f64], scores: &mut [f64]);
}

/// What a model learns from, and what it is stopped by.
#[derive(Debug, Clone, Copy)]
pub struct TrainingRows<'a> {
    /// Rows to learn from.
    pub train: &'a Matrix,
    /// Their labels.
    pub train_labels: &'a [bool],
    /// Rows that early stopping looks at.
    pub valid: &'a Matrix,
    /// Their labels.
    pub valid_labels: &'a [bool],
}
