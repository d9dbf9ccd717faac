//! The live features, and the memory of what passed through them last.

use std::collections::{HashMap, VecDeque};

use crate::domain::{Transaction, TransactionId};
use crate::features::FeatureState;

/// How many of the newest ids are remembered: a client that repeats a request does so within seconds.
pub(super) const REMEMBERED: usize = 16_384;

/// Feature windows that count each id once.
pub(super) struct Live {
    state: FeatureState,
    columns: usize,
    /// Where an id's row begins in `rows`.
    starts: HashMap<TransactionId, usize>,
    /// Ids, oldest first.
    order: VecDeque<TransactionId>,
    /// A ring of rows.
    rows: Vec<f64>,
}

impl Live {
    pub(super) fn new(state: FeatureState, columns: usize) -> Self {
        Self { state, columns, starts: HashMap::new(), order: VecDeque::new(), rows: Vec::new() }
    }

    /// Writes the features of `transaction` into `row`: those it got when its id passed first, if that is remembered.
    pub(super) fn observe(&mut self, transaction: &Transaction, row: &mut [f64]) {
        if let Some(&start) = self.starts.get(&transaction.id) {
            row.copy_from_slice(&self.rows[start..start + self.columns]);
            return;
        }
        self.state.observe(transaction, row);
        self.remember(&transaction.id, row);
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        assert_eq!(self.rows.len(), self.starts.len() * self.columns);
        self.starts.len()
    }

    fn remember(&mut self, id: &TransactionId, row: &[f64]) {
        let forgotten = (self.order.len() == REMEMBERED).then(|| self.order.pop_front()).flatten();
        let start = match forgotten.and_then(|oldest| self.starts.remove(&oldest)) {
            Some(start) => {
                self.rows[start..start + self.columns].copy_from_slice(row);
                start
            }
            None => {
                self.rows.extend_from_slice(row);
                self.rows.len() - self.columns
            }
        };
        self.starts.insert(id.clone(), start);
        self.order.push_back(id.clone());
    }
}
