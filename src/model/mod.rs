//! Models: trained, stored as a run folder, opened and asked for scores.

pub mod neural;

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
