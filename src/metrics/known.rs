//! Rows, and what is known of them.

use super::{MetricsError, check, check_column};

/// Labels and scores, and what else is known; all columns that are there have a value per row.
#[derive(Debug, Clone, Copy)]
pub struct KnownRows<'a> {
    /// Fraud or not.
    pub labels: &'a [bool],
    /// Probabilities of fraud.
    pub scores: &'a [f64],
    /// Days since 1970-01-01.
    pub days: Option<&'a [i64]>,
    /// A number for each card or customer.
    pub cards: Option<&'a [u32]>,
    /// Amounts; a missing one (NaN) counts nothing.
    pub amounts: Option<&'a [f64]>,
}

impl KnownRows<'_> {
    /// Checks labels, scores and the lengths of all columns.
    pub(super) fn check_lengths(&self) -> Result<(), MetricsError> {
        check(self.labels, self.scores)?;
        let rows = self.scores.len();
        check_column("days", self.days.map_or(rows, <[i64]>::len), self.scores)?;
        check_column("cards", self.cards.map_or(rows, <[u32]>::len), self.scores)?;
        check_column("amounts", self.amounts.map_or(rows, <[f64]>::len), self.scores)
    }
}
