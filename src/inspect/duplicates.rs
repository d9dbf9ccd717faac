//! Rows that are there more than once.

use serde::Serialize;

use super::plan::Plan;
use super::reading::{FRAUD, GENUINE};

/// Rows that say the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Rows that repeat an earlier one, label included.
    pub rows: u64,
    /// Rows that are equal to others but for the label, which says fraud of one and not of another.
    pub conflicting: u64,
    /// Columns that were left out of the comparison: ids.
    pub apart_from: Vec<String>,
}

pub(super) fn of(plan: &Plan, classes: &[u8]) -> Duplicates {
    let hashes = plan.survey.row_hashes.as_deref().unwrap_or_default();
    Duplicates { apart_from: plan.apart_from.clone(), ..count(hashes, classes) }
}

/// Of the hashes of all cells but the label, and the classes.
fn count(hashes: &[u64], classes: &[u8]) -> Duplicates {
    let mut rows: Vec<(u64, u8)> = hashes.iter().copied().zip(classes.iter().copied()).collect();
    rayon::slice::ParallelSliceMut::par_sort_unstable(rows.as_mut_slice());
    let mut found = Duplicates::default();
    for equal in rows.chunk_by(|left, right| left.0 == right.0).filter(|equal| equal.len() > 1) {
        let has = |class: usize| equal.iter().any(|row| usize::from(row.1) == class);
        if has(GENUINE) && has(FRAUD) {
            found.conflicting += equal.len() as u64;
        }
        let classes = equal.chunk_by(|left, right| left.1 == right.1).count();
        found.rows += (equal.len() - classes) as u64;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_counted_with_and_without_their_labels() {
        let found = count(&[5, 7, 5, 7, 5, 9, 1, 1], &[0, 1, 1, 1, 0, 0, 2, 0]);
        assert_eq!((found.rows, found.conflicting), (2, 3));
        assert_eq!(count(&[], &[]), Duplicates::default());
    }
}
