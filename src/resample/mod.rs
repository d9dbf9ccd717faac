//! Rebalancing of training rows: pure, seeded, the same for any number of threads.
//!
//! [`Balance`] is the user's choice as text, a chain of steps such as `smote:0.1,rus:0.5`; [`Balance::apply`] carries
//! it out. Which rows may be resampled at all (training rows, and no others) is left to the caller, and so are the
//! names of columns: errors carry indices.
//!
//! To add a method: a variant of `spec::Method` with its name and direction, its file here, an arm in `apply`.

mod error;
mod neighbours;
mod random;
mod ratio;
mod rows;
mod scaling;
mod smote;
mod spec;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::matrix::Matrix;
use crate::progress::{Interrupted, Progress};

pub use error::ResampleError;
pub use spec::Balance;

use rows::Rows;
use spec::Method;

/// What [`Balance::apply`] makes of training rows: the rows that were kept, in their order, then the added ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Resampled {
    /// One row of features each.
    pub features: Matrix,
    /// Fraud or not, as many as rows.
    pub labels: Vec<bool>,
    /// The index of the given row that this one is (or, added by `ros`, repeats); `None` for a synthetic row.
    pub origin: Vec<Option<usize>>,
}

impl Balance {
    /// Rebalances the rows, one step after the other. `none` hands them back unchecked, as they are.
    ///
    /// The minority is the class with fewer rows at each step (frauds, when there are as many). A step whose ratio the
    /// rows have already changes nothing.
    ///
    /// # Errors
    /// [`ResampleError`] when labels and rows differ in number, a class has no rows, a ratio is on the wrong side of
    /// the present one, SMOTE has too few rows or a cell without a number, or the user stopped.
    pub fn apply(
        &self,
        features: &Matrix,
        labels: &[bool],
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Resampled, ResampleError> {
        if features.rows() != labels.len() {
            return Err(ResampleError::Lengths { rows: features.rows(), labels: labels.len() });
        }
        let mut rows = Rows::new(features, labels);
        for (stream, step) in (0..).zip(self.steps()) {
            if progress.interrupted() {
                return Err(Interrupted.into());
            }
            // Each step draws from a stream of its own: what a step draws does not depend on the steps before it.
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(stream);
            let classes = rows.classes()?;
            match step.method {
                Method::RandomOver => random::over_sample(&mut rows, &classes, step.ratio, &mut random)?,
                Method::RandomUnder => random::under_sample(&mut rows, &classes, step.ratio, &mut random)?,
                Method::Smote => smote::smote(&mut rows, &classes, step.ratio, &mut random, progress)?,
            }
        }
        Ok(rows.into_resampled())
    }
}
