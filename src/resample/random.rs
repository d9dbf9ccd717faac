//! Random over- and under-sampling: rows are repeated or dropped, never changed.

use rand::RngExt;
use rand::seq::index;

use super::error::ResampleError;
use super::rows::{Classes, Rows};
use super::task::Task;

/// Repeats minority rows, drawn with replacement, until the ratio is reached.
pub(super) fn over_sample(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    let added = task.ratio.rows_to_add(task.name(), classes)?;
    let minority = &classes.minority;
    rows.repeat((0..added).map(|_| minority[task.random.random_range(0..minority.len())]));
    Ok(())
}

/// Drops majority rows, drawn without replacement, until the ratio is reached.
pub(super) fn under_sample(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    let kept = task.ratio.rows_to_keep(task.name(), classes)?;
    let dropped = classes.majority.len() - kept;
    let mut dropped: Vec<usize> = index::sample(&mut task.random, classes.majority.len(), dropped)
        .into_iter()
        .map(|index| classes.majority[index])
        .collect();
    dropped.sort_unstable();
    rows.drop_rows(&dropped, task.name())
}
