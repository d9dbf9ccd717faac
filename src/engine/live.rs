//! The live features, and the memory of what passed through them last.

use std::collections::{HashMap, VecDeque};

use super::{EngineError, Given};
use crate::domain::{Amount, CustomerId, TerminalId, Timestamp, Transaction, TransactionId};
use crate::features::FeatureState;

/// How many of the newest ids are remembered: a client that repeats a request does so within seconds.
pub(super) const REMEMBERED: usize = 16_384;

/// Feature windows that count each id once.
pub(super) struct Live {
    state: FeatureState,
    columns: usize,
    passed: HashMap<TransactionId, Passed>,
    /// Ids, oldest first.
    order: VecDeque<TransactionId>,
    /// A ring of rows.
    rows: Vec<f64>,
}

/// What passed under an id.
struct Passed {
    customer: CustomerId,
    terminal: TerminalId,
    amount: Amount,
    time: Timestamp,
    /// Where its row begins in `rows`.
    start: usize,
}

impl Passed {
    /// A time that the server filled in is another one with each repetition.
    fn is(&self, transaction: &Transaction, given: Given) -> bool {
        let Self { customer, terminal, amount, time, start: _ } = self;
        (customer, terminal, amount) == (&transaction.customer, &transaction.terminal, &transaction.amount)
            && (*time == transaction.time || !given.time)
    }
}

impl Live {
    pub(super) fn new(state: FeatureState, columns: usize) -> Self {
        Self { state, columns, passed: HashMap::new(), order: VecDeque::new(), rows: Vec::new() }
    }

    /// Writes the features of `transaction` into `row`: those it got when it passed first, if that is remembered.
    /// [`EngineError::Conflict`] when another one passed under its id.
    pub(super) fn observe(
        &mut self,
        transaction: &Transaction,
        given: Given,
        row: &mut [f64],
    ) -> Result<(), EngineError> {
        self.state.tidy(transaction.time);
        // An id that nobody else knows can't come again.
        if !given.id {
            self.state.observe(transaction, row);
            return Ok(());
        }
        match self.passed.get(&transaction.id) {
            Some(passed) if passed.is(transaction, given) => {
                row.copy_from_slice(&self.rows[passed.start..passed.start + self.columns]);
            }
            Some(_) => return Err(EngineError::Conflict { id: transaction.id.as_str().to_owned() }),
            None => {
                self.state.observe(transaction, row);
                self.remember(transaction, row);
            }
        }
        Ok(())
    }

    /// See [`Engine::learn`](super::Engine::learn).
    pub(super) fn learn(&mut self, terminal: &TerminalId, time: Timestamp, fraud: bool) -> bool {
        self.state.learn(terminal, time, fraud)
    }

    /// Terminal and time of what passed under an id that is remembered.
    pub(super) fn passed(&self, id: &TransactionId) -> Option<(TerminalId, Timestamp)> {
        self.passed.get(id).map(|passed| (passed.terminal.clone(), passed.time))
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        assert_eq!(self.rows.len(), self.passed.len() * self.columns);
        self.passed.len()
    }

    fn remember(&mut self, transaction: &Transaction, row: &[f64]) {
        let forgotten = (self.order.len() == REMEMBERED).then(|| self.order.pop_front()).flatten();
        let start = match forgotten.and_then(|oldest| self.passed.remove(&oldest)) {
            Some(Passed { start, .. }) => {
                self.rows[start..start + self.columns].copy_from_slice(row);
                start
            }
            None => {
                self.rows.extend_from_slice(row);
                self.rows.len() - self.columns
            }
        };
        let Transaction { id, time, customer, terminal, amount, .. } = transaction.clone();
        self.order.push_back(id.clone());
        self.passed.insert(id, Passed { customer, terminal, amount, time, start });
    }
}
