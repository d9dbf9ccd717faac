//! NearMiss, version 1: of the majority, the rows that are nearest to minority rows stay.
//!
//! Mani and Zhang, "kNN Approach to Unbalanced Data Distributions: A Case Study Involving Information Extraction"
//! (2003). Categories count in distances as they do in SMOTENC.

use super::error::ResampleError;
use super::index::Index;
use super::nearest::Near;
use super::neighbours::Search;
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::sketch::Sketch;
use super::space::Space;
use super::task::Task;

/// Minority neighbours whose mean distance decides.
const NEIGHBOURS: usize = 3;

/// Drops majority rows until the ratio is reached, those whose three nearest minority rows are furthest away first; of
/// equally far ones the later.
pub(super) fn near_miss(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    let kept = task.ratio.rows_to_keep(task.name(), classes)?;
    if kept == classes.majority.len() {
        return Ok(());
    }
    task.check_minority(classes, NEIGHBOURS)?;
    let scaling = Scaling::measure(rows, task.distance, task.name())?;
    let space = Space::of_all(rows, classes, &scaling);
    let sketch = Sketch::of(&space);
    let minority = Index::of(&sketch, &classes.minority, classes.majority.len());
    let majority = Index::of(&sketch, &classes.majority, minority.len());
    task.start("measuring", majority.len());
    let search = Search::new(&space, task.progress);
    let sum = |near: &[Near]| near.iter().map(|(squared, _)| squared.sqrt()).sum();
    let distances: Vec<f64> = search.nearest(&majority, &[&minority], NEIGHBOURS, sum)?;
    task.progress.finish();
    let mut order: Vec<Near> = distances.into_iter().zip(classes.majority.iter().copied()).collect();
    order.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let mut dropped: Vec<usize> = order[kept..].iter().map(|&(_, row)| row).collect();
    dropped.sort_unstable();
    rows.drop_rows(&dropped, task.name())
}
