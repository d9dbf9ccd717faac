//! Many transactions at once, column by column.

use crate::domain::{
    Amount, CustomerId, GeoPoint, InvalidValue, TerminalId, Timestamp, Transaction, TransactionId,
};
use crate::text::Dictionary;

/// An event log: its columns have equal length; in the order of its file.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    /// When.
    pub times: Vec<Timestamp>,
    /// Who paid.
    pub customers: Dictionary,
    /// Where it was paid.
    pub terminals: Dictionary,
    /// How much.
    pub amounts: Vec<Amount>,
    /// Where the terminal stands; empty when the log has no coordinates.
    pub places: Vec<Option<GeoPoint>>,
    /// Fraud or not, `None` while nobody knows; empty when the log has no labels.
    pub frauds: Vec<Option<bool>>,
}

impl EventLog {
    /// Number of transactions.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The place of a transaction, where it is known.
    pub fn place(&self, row: usize) -> Option<GeoPoint> {
        self.places.get(row).copied().flatten()
    }

    /// The label of a transaction, where it is known.
    pub fn fraud(&self, row: usize) -> Option<bool> {
        self.frauds.get(row).copied().flatten()
    }

    /// A row as a transaction with this id.
    ///
    /// # Errors
    /// [`InvalidValue`] when one of the ids is blank.
    pub fn transaction(&self, row: usize, id: &str) -> Result<Transaction, InvalidValue> {
        Ok(Transaction {
            id: TransactionId::parse(id)?,
            time: self.times[row],
            customer: CustomerId::parse(self.customers.text(row))?,
            terminal: TerminalId::parse(self.terminals.text(row))?,
            amount: self.amounts[row],
            place: self.place(row),
            fraud: self.fraud(row),
        })
    }

    /// The rows in the order of time; those of one instant stay in their order. `None` when they are in that order.
    pub fn time_order(&self) -> Option<Vec<usize>> {
        if self.times.is_sorted() {
            return None;
        }
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|&row| self.times[row]);
        Some(order)
    }
}
