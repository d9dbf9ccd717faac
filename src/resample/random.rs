//! Random over- and under-sampling: rows are repeated or dropped, never changed.

use rand::RngExt;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;

use super::error::ResampleError;
use super::ratio::Ratio;
use super::rows::{Classes, Rows};
use super::spec::Method;

/// Repeats minority rows, drawn with replacement, until the ratio is reached.
pub(super) fn over_sample(
    rows: &mut Rows<'_>,
    classes: &Classes,
    ratio: Ratio,
    random: &mut ChaCha8Rng,
) -> Result<(), ResampleError> {
    let added = ratio.rows_to_add(Method::RandomOver.name(), classes)?;
    rows.repeat((0..added).map(|_| classes.minority[random.random_range(0..classes.minority.len())]));
    Ok(())
}

/// Drops majority rows, drawn without replacement, until the ratio is reached.
pub(super) fn under_sample(
    rows: &mut Rows<'_>,
    classes: &Classes,
    ratio: Ratio,
    random: &mut ChaCha8Rng,
) -> Result<(), ResampleError> {
    let kept = ratio.rows_to_keep(Method::RandomUnder.name(), classes)?;
    let dropped = classes.majority.len() - kept;
    let mut dropped: Vec<usize> = index::sample(random, classes.majority.len(), dropped)
        .into_iter()
        .map(|index| classes.majority[index])
        .collect();
    dropped.sort_unstable();
    rows.drop_rows(&dropped);
    Ok(())
}
