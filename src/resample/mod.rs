//! Rebalancing of training rows: pure, seeded, the same for any number of threads.
//!
//! [`Balance`] is the user's choice as text, a chain of steps such as `smote:0.1,rus:0.5`; [`Balance::apply`] carries
//! it out. Which rows may be resampled at all (training rows, and no others) is left to the caller, and so are the
//! names of columns: errors carry indices. `weights` leaves the rows to training, which weighs them by
//! [`balanced_weights`].
//!
//! What a method does, its defaults and the rounding of its ratio are imbalanced-learn's; where that library leaves a
//! result to chance or to the order of its search, this module has a rule, said at the method. The two have in common:
//! of equally near neighbours the earlier row comes first, and a row is never its own neighbour, not even beside
//! another one with the same values.
//!
//! To add a method: a variant of `method::Method` with its name, its file here, an arm in `step`.

mod adasyn;
mod borderline;
mod cleaning;
mod error;
mod index;
mod lines;
mod method;
mod nearest;
mod nearmiss;
mod neighbours;
mod random;
mod ratio;
mod rows;
mod scaling;
mod sketch;
mod smote;
mod space;
mod spec;
mod task;
mod visit;
mod weights;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod search_properties;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::matrix::Matrix;
use crate::progress::{Interrupted, Progress};

pub use error::ResampleError;
pub use spec::Balance;
pub use weights::balanced_weights;

use method::Method;
use rows::Rows;
use task::Task;

/// The stream of random numbers that the first step draws from. Rows are divided with the same seed, in the stream 0.
const FIRST_STREAM: u64 = 1;

/// What the methods need to know about the columns.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// A flag for each column that says whether its values are codes of categories; empty when none are.
    pub categorical: &'a [bool],
    /// The unit of distances.
    pub distance: Distance,
}

/// How far apart two rows are. New rows are in the columns' own units either way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Distance {
    /// Every continuous column is brought to mean 0 and standard deviation 1 over the rows as they stand at that step:
    /// an amount in cents counts as much as one in euros. It is what imbalanced-learn does behind a `StandardScaler`.
    #[default]
    Standardised,
    /// The columns as they are: what imbalanced-learn does by itself.
    Raw,
}

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
    /// Rebalances the rows, one step after the other. `none` and `weights` hand them back unchecked, as they are.
    ///
    /// The minority is the class with fewer rows at each step (frauds, when there are as many). A step whose ratio the
    /// rows have already changes nothing. Rows stay in the memory they came in, so what is kept is not copied.
    ///
    /// # Errors
    /// [`ResampleError`] when labels and rows, or columns and flags, differ in number, a class has no rows or would
    /// have none, a ratio is on the wrong side of the present one, a method has too few rows, a cell without a number
    /// or columns that it is not made for, or the user stopped.
    pub fn apply(
        &self,
        features: Matrix,
        labels: &[bool],
        options: Options<'_>,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<Resampled, ResampleError> {
        if features.rows() != labels.len() {
            return Err(ResampleError::Lengths { rows: features.rows(), labels: labels.len() });
        }
        let (columns, flags) = (features.columns(), options.categorical.len());
        if flags != columns && flags != 0 {
            return Err(ResampleError::Flags { columns, flags });
        }
        let mut rows = Rows::new(features, labels, options.categorical);
        for (stream, planned) in (FIRST_STREAM..).zip(self.steps()) {
            if progress.interrupted() {
                return Err(Interrupted.into());
            }
            // Each step draws from a stream of its own: what a step draws does not depend on the steps before it.
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(stream);
            let (method, ratio) = (planned.method, planned.ratio);
            step(&mut rows, &mut Task { method, ratio, distance: options.distance, random, progress })?;
        }
        Ok(rows.into_resampled())
    }
}

fn step(rows: &mut Rows<'_>, task: &mut Task<'_>) -> Result<(), ResampleError> {
    let classes = rows.classes()?;
    match task.method {
        Method::RandomOver => random::over_sample(rows, &classes, task),
        Method::RandomUnder => random::under_sample(rows, &classes, task),
        Method::Smote | Method::SmoteNc => smote::smote(rows, &classes, task),
        Method::Borderline => borderline::borderline(rows, &classes, task),
        Method::Adasyn => adasyn::adasyn(rows, &classes, task),
        Method::Tomek => cleaning::tomek(rows, &classes, task),
        Method::Enn => cleaning::enn(rows, &classes, task),
        Method::NearMiss => nearmiss::near_miss(rows, &classes, task),
        Method::SmoteEnn => {
            smote::smote(rows, &classes, task)?;
            cleaning::enn(rows, &rows.classes()?, task)
        }
        Method::SmoteTomek => {
            smote::smote(rows, &classes, task)?;
            cleaning::tomek(rows, &rows.classes()?, task)
        }
    }
}
