//! Borderline-SMOTE, of its first kind: new rows only where the classes meet.
//!
//! Han, Wang and Mao, "Borderline-SMOTE: A New Over-Sampling Method in Imbalanced Data Sets Learning" (2005).

use rand::RngExt;

use super::error::ResampleError;
use super::index::Index;
use super::lines::{Lines, NEIGHBOURS};
use super::neighbours::Search;
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::sketch::Sketch;
use super::space::Space;
use super::task::Task;

/// Neighbours of both classes that say how close to the border a row is.
const AROUND: usize = 10;

/// Adds rows as SMOTE does, but only on lines that start at a minority row in danger. Where none is in danger it warns
/// and adds nothing.
pub(super) fn borderline(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    task.check_continuous(rows)?;
    let mut left = task.ratio.rows_to_add(task.name(), classes)?;
    if left == 0 {
        return Ok(());
    }
    task.check_minority(classes, NEIGHBOURS + 1)?;
    task.check_rows(rows, AROUND + 1)?;
    let scaling = Scaling::measure(rows, task.distance, task.name())?;
    let around = majority_around(rows, classes, &scaling, AROUND, task)?;
    let danger = in_danger(&around);
    if danger.is_empty() {
        let rows = classes.minority.len();
        task.progress.warn(format!(
            "borderline adds nothing: none of the {rows} minority rows is near the border (5 to 9 majority rows among \
             the 10 nearest); smote adds rows everywhere"
        ));
        return Ok(());
    }
    let lines = Lines::of(rows, classes, &danger, &scaling, task)?;
    lines.draw(rows, classes.minority_label, &mut task.random, |random| {
        left = left.checked_sub(1)?;
        Some(random.random_range(0..danger.len()))
    });
    Ok(())
}

/// How many of the `most` nearest neighbours of each minority row belong to the majority.
pub(super) fn majority_around(
    rows: &Rows<'_>,
    classes: &Classes,
    scaling: &Scaling,
    most: usize,
    task: &Task<'_>,
) -> Result<Vec<usize>, ResampleError> {
    let space = Space::of_all(rows, classes, scaling);
    let sketch = Sketch::of(&space);
    let minority = Index::of(&sketch, &classes.minority, rows.len());
    let majority = Index::of(&sketch, &classes.majority, minority.len());
    task.start("looking at the border", minority.len());
    let search = Search::new(&space, task.progress);
    let around = search.nearest(&minority, &[&minority, &majority], most, |near| {
        near.iter().filter(|(_, row)| classes.majority.binary_search(row).is_ok()).count()
    })?;
    task.progress.finish();
    Ok(around)
}

/// The numbers of rows of whose neighbours half or more, but not all, belong to the other class.
pub(super) fn in_danger(around: &[usize]) -> Vec<usize> {
    (0..around.len()).filter(|&row| (AROUND.div_ceil(2)..AROUND).contains(&around[row])).collect()
}
