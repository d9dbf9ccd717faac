//! How many rows a ratio means: imbalanced-learn's `sampling_strategy`, rounding included.

use super::error::ResampleError;
use super::rows::Classes;

/// Minority rows over majority rows after a step: above 0, at most 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ratio(f64);

impl Ratio {
    /// As many of the one class as of the other.
    pub(super) const BALANCED: Self = Self(1.0);

    /// The ratio behind a colon.
    pub(super) fn parse(text: &str) -> Option<Self> {
        text.parse().ok().filter(|&ratio| ratio > 0.0 && ratio <= 1.0).map(Self)
    }

    pub(super) fn value(self) -> f64 {
        self.0
    }

    /// How many minority rows over-sampling adds: `majority * ratio - minority`, rounded down.
    pub(super) fn rows_to_add(self, method: &'static str, classes: &Classes) -> Result<usize, ResampleError> {
        let (minority, majority) = (classes.minority.len(), classes.majority.len());
        if self.0 < minority as f64 / majority as f64 {
            return Err(ResampleError::RatioBelowPresent { method, ratio: self.0, minority, majority });
        }
        // A cast truncates, and takes the -1e-15 of a ratio that is exactly the present one for 0.
        Ok((majority as f64 * self.0 - minority as f64) as usize)
    }

    /// How many majority rows under-sampling keeps: `minority / ratio`, rounded down.
    pub(super) fn rows_to_keep(
        self,
        method: &'static str,
        classes: &Classes,
    ) -> Result<usize, ResampleError> {
        let (minority, majority) = (classes.minority.len(), classes.majority.len());
        let kept = (minority as f64 / self.0) as usize;
        if kept > majority {
            return Err(ResampleError::TooFewMajorityRows { method, ratio: self.0, minority, majority });
        }
        Ok(kept)
    }
}
