//! A step on its way, and what has to hold before it can be taken.

use rand_chacha::ChaCha8Rng;

use super::Distance;
use super::error::ResampleError;
use super::method::Method;
use super::ratio::Ratio;
use super::rows::{Classes, Rows};
use crate::progress::Progress;

/// One step on its way.
pub(super) struct Task<'a> {
    pub(super) method: Method,
    pub(super) ratio: Ratio,
    pub(super) distance: Distance,
    pub(super) random: ChaCha8Rng,
    pub(super) progress: &'a dyn Progress,
}

impl Task<'_> {
    pub(super) fn name(&self) -> &'static str {
        self.method.name()
    }

    pub(super) fn start(&self, stage: &str, total: usize) {
        self.progress.start(&format!("{}: {stage}", self.name()), Some(total as u64));
    }

    /// Between two categories there is nothing.
    pub(super) fn check_continuous(&self, rows: &Rows<'_>) -> Result<(), ResampleError> {
        match rows.categorical() {
            [] => Ok(()),
            &[column, ..] => Err(ResampleError::Categorical { method: self.name(), column, name: None }),
        }
    }

    pub(super) fn check_minority(&self, classes: &Classes, needed: usize) -> Result<(), ResampleError> {
        self.check_found(classes.minority.len(), needed, "minority ")
    }

    pub(super) fn check_rows(&self, rows: &Rows<'_>, needed: usize) -> Result<(), ResampleError> {
        self.check_found(rows.len(), needed, "")
    }

    fn check_found(&self, found: usize, needed: usize, class: &'static str) -> Result<(), ResampleError> {
        if found < needed {
            return Err(ResampleError::TooFewRows { method: self.name(), class, found, needed });
        }
        Ok(())
    }
}
