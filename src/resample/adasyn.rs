//! ADASYN: the more majority rows around a minority row, the more new rows from it.
//!
//! He, Bai, Garcia and Li, "ADASYN: Adaptive Synthetic Sampling Approach for Imbalanced Learning" (2008).

use super::borderline::majority_around;
use super::error::ResampleError;
use super::lines::{Lines, NEIGHBOURS};
use super::rows::{Classes, Rows};
use super::scaling::Scaling;
use super::task::Task;

/// Adds about as many rows as the ratio asks for: each row's share is rounded.
pub(super) fn adasyn(
    rows: &mut Rows<'_>,
    classes: &Classes,
    task: &mut Task<'_>,
) -> Result<(), ResampleError> {
    task.check_continuous(rows)?;
    let added = task.ratio.rows_to_add(task.name(), classes)?;
    if added == 0 {
        return Ok(());
    }
    task.check_minority(classes, NEIGHBOURS + 1)?;
    let scaling = Scaling::measure(rows, task.distance, task.name())?;
    let around = majority_around(rows, classes, &scaling, NEIGHBOURS, task)?;
    let minority = around.len();
    if around.iter().all(|&majority| majority == 0) {
        return Err(ResampleError::NoMajorityNear { minority });
    }
    let shares = shares(&around, added);
    let starts: Vec<usize> = (0..minority).filter(|&row| shares[row] > 0).collect();
    if starts.is_empty() {
        return Err(ResampleError::NothingToAdd { ratio: task.ratio.value(), added, minority });
    }
    let lines = Lines::of(rows, classes, &starts, &scaling, task)?;
    let mut next = (0..starts.len()).flat_map(|start| std::iter::repeat_n(start, shares[starts[start]]));
    lines.draw(rows, classes.minority_label, &mut task.random, |_| next.next());
    Ok(())
}

/// How many of `added` rows start at each row: its share of all majority neighbours, rounded, halves to even.
pub(super) fn shares(around: &[usize], added: usize) -> Vec<usize> {
    let ratios: Vec<f64> = around.iter().map(|&majority| majority as f64 / NEIGHBOURS as f64).collect();
    let sum = pairwise_sum(&ratios);
    ratios.iter().map(|ratio| (ratio / sum * added as f64).round_ties_even() as usize).collect()
}

/// A sum in NumPy's order, so that what is nearly half a row is rounded as in imbalanced-learn: eight sums beside each
/// other for up to 128 values, halves of more than that.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() > 128 {
        let (left, right) = values.split_at(values.len() / 2 / 8 * 8);
        return pairwise_sum(left) + pairwise_sum(right);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, value| sum + value)
}
