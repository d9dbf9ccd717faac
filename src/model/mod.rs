//! Models: trained, stored as a run folder, opened and asked for scores.

pub mod artifact;
pub mod blend;
pub mod calibrated;
pub mod drift;
pub mod gbdt;
pub mod golden_rows;
mod kind;
pub mod neural;
mod parameter;

pub use kind::{ModelFiles, ModelKind};
pub use parameter::ParameterError;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

use crate::domain::ClassWeights;
use crate::matrix::Matrix;

/// Rows that one thread scores before it takes more.
const SCORED_AT_ONCE: usize = 1_024;

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

    /// What tells how each feature moved a score.
    ///
    /// # Errors
    /// When this model cannot be explained.
    fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
        Err(Unexplained::Kind)
    }
}

/// The logit of a probability, which is kept 2^-52 away from 0 and 1.
pub(crate) fn log_odds(probability: f64) -> f64 {
    let probability = probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON);
    (probability / (1.0 - probability)).ln()
}

/// The probability of a logit.
pub(crate) fn sigmoid(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Takes a row's raw score apart.
///
/// The raw score is what a logistic function makes the probability of; base and contributions add up to it.
pub trait Explainer: Send + Sync {
    /// The raw score that is expected of a row that nothing is known of.
    fn base(&self) -> f64;

    /// Writes how much each feature of `row` adds to the raw score into `contributions`.
    ///
    /// # Panics
    /// When `row` and `contributions` do not both hold [`Scorer::features`] values.
    fn contributions(&self, row: &[f64], contributions: &mut [f64]);
}

/// A model's scores cannot be taken apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unexplained {
    /// It has nothing that takes its scores apart.
    #[error("a model of this kind cannot be explained")]
    Kind,
    /// The shares of the training rows are not known.
    #[error(
        "tree {tree} does not say how many rows reached its leaves (leaf_count, internal_count), or one was reached by none"
    )]
    Uncounted {
        /// Which, counted from 0.
        tree: usize,
    },
    /// More levels, or more features on the way to a leaf, than are provided for.
    #[error("tree {tree} is too deep to be explained")]
    TooDeep {
        /// Which, counted from 0.
        tree: usize,
    },
}

/// Probabilities of fraud of all rows, computed on all threads of the pool.
pub fn score_rows(scorer: &dyn Scorer, rows: &Matrix) -> Vec<f64> {
    let mut scores = vec![0.0; rows.rows()];
    let chunks = scores.par_chunks_mut(SCORED_AT_ONCE);
    chunks.zip(rows.values().par_chunks(SCORED_AT_ONCE * rows.columns())).for_each(|(scores, rows)| {
        scorer.score(rows, scores);
    });
    scores
}

/// Rows and what they are.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// A row of features each.
    pub features: &'a Matrix,
    /// Fraud or not.
    pub labels: &'a [bool],
}

/// What a model learns from, and what it is stopped by.
#[derive(Debug, Clone, Copy)]
pub struct TrainingRows<'a> {
    /// Rows to learn from.
    pub train: Labelled<'a>,
    /// Rows that early stopping looks at; without them all rounds or epochs are made and the last is kept.
    pub valid: Option<Labelled<'a>>,
    /// More rows, by name, whose metrics are recorded and decide nothing.
    pub watched: &'a [(&'a str, Labelled<'a>)],
    /// What a training row of each class counts; `None` for 1 each.
    pub class_weights: Option<ClassWeights>,
    /// By column: the number of values when it holds a category's codes; empty when none does.
    pub categories: &'a [Option<usize>],
}

impl TrainingRows<'_> {
    /// The columns that hold a category's codes.
    pub fn categorical_columns(&self) -> impl Iterator<Item = usize> {
        (0..self.categories.len()).filter(|&column| self.categories[column].is_some())
    }
}
