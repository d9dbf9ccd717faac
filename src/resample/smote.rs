//! SMOTE and SMOTENC: new minority rows on the lines between minority rows and their nearest neighbours.
//!
//! Chawla, Bowyer, Hall and Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling Technique" (2002); its section 6.1 is
//! SMOTENC, for rows with categories: see [`Space`] for distances and `lines` for the categories of new rows.
//!
//! [`Space`]: super::space::Space

use rand::RngExt;

use super::error::ResampleError;
use super::lines::{Lines, NEIGHBOURS};
use super::method::Method;
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::task::Task;

/// Adds minority rows until the ratio is reached; the row, one of its neighbours and the share are drawn evenly.
pub(super) fn smote(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    if task.method == Method::SmoteNc {
        check_mixed(rows)?;
    } else {
        task.check_continuous(rows)?;
    }
    let mut left = task.ratio.rows_to_add(task.name(), classes)?;
    if left == 0 {
        return Ok(());
    }
    let lines = lines(rows, classes, task)?;
    lines.draw(rows, classes.minority_label, &mut task.random, |random| {
        left = left.checked_sub(1)?;
        Some(random.random_range(0..lines.from.len()))
    });
    Ok(())
}

/// The lines from every minority row.
pub(super) fn lines(rows: &Rows<'_>, classes: &Classes, task: &Task<'_>) -> Result<Lines, ResampleError> {
    task.check_minority(classes, NEIGHBOURS + 1)?;
    let scaling = Scaling::measure(rows, task.distance, task.name())?;
    let everyone: Vec<usize> = (0..classes.minority.len()).collect();
    Lines::of(rows, classes, &everyone, &scaling, task)
}

fn check_mixed(rows: &Rows<'_>) -> Result<(), ResampleError> {
    if rows.categorical().is_empty() {
        return Err(ResampleError::NoCategories);
    }
    if rows.continuous().is_empty() {
        return Err(ResampleError::OnlyCategories);
    }
    Ok(())
}
