//! The live features, and the memory of what passed through them last.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::{EngineError, Given};
use crate::domain::{Amount, CustomerId, TerminalId, Timestamp, Transaction, TransactionId};
use crate::features::{FeatureState, SnapshotError};

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
    /// Ids of those and of many more.
    known: Known,
    /// Transactions that were counted and of which nobody has said yet that they are stored.
    unstored: u64,
}

/// What passed under an id.
#[derive(Clone, Serialize, Deserialize)]
struct Passed {
    customer: CustomerId,
    terminal: TerminalId,
    amount: Amount,
    time: Timestamp,
    /// Counted as a fraud.
    fraud: bool,
    /// Where its row begins in `rows`.
    #[serde(skip)]
    start: usize,
}

/// Live features as they stood once, to be written to a file and gone on from.
#[derive(Serialize, Deserialize)]
pub struct Saved {
    /// Whose values the rows hold.
    features: Vec<String>,
    #[serde(with = "serde_bytes")]
    state: Vec<u8>,
    /// Each with its row, oldest first.
    passed: Vec<(TransactionId, Passed, Vec<f64>)>,
}

impl Passed {
    /// A time that the server filled in is another one with each repetition.
    fn is(&self, transaction: &Transaction, given: Given) -> bool {
        let Self { customer, terminal, amount, time, fraud: _, start: _ } = self;
        (customer, terminal, amount) == (&transaction.customer, &transaction.terminal, &transaction.amount)
            && (*time == transaction.time || !given.time)
    }
}

impl Live {
    pub(super) fn new(state: FeatureState, columns: usize) -> Self {
        let (passed, order, known) = (HashMap::new(), VecDeque::new(), Known::default());
        Self { state, columns, passed, order, rows: Vec::new(), known, unstored: 0 }
    }

    /// Writes the features of `transaction` into `row`: those it got when it passed first, if that is remembered. Gives when it
    /// did. [`EngineError::Conflict`] when another one passed under its id.
    pub(super) fn observe(
        &mut self,
        transaction: &Transaction,
        given: Given,
        row: &mut [f64],
    ) -> Result<Timestamp, EngineError> {
        self.state.tidy(transaction.time);
        match self.passed.get(&transaction.id).filter(|_| given.id) {
            Some(passed) if passed.is(transaction, given) => {
                row.copy_from_slice(&self.rows[passed.start..passed.start + self.columns]);
                return Ok(passed.time);
            }
            Some(_) => return Err(EngineError::Conflict { id: transaction.id.as_str().to_owned() }),
            None => {}
        }
        self.state.observe(transaction, row);
        self.unstored += 1;
        // An id that nobody else knows can't come again.
        if given.id {
            self.remember(transaction, row);
        }
        Ok(transaction.time)
    }

    /// True when a transaction most likely passed under `id` whose row is no longer remembered.
    pub(super) fn has_forgotten(&self, id: &TransactionId) -> bool {
        !self.passed.contains_key(id) && self.known.holds(id)
    }

    /// So many of those that were counted are stored.
    pub(super) fn stored(&mut self, count: u64) {
        self.unstored = self.unstored.saturating_sub(count);
    }

    pub(super) fn unstored(&self) -> u64 {
        self.unstored
    }

    /// See [`Engine::learn`](super::Engine::learn).
    pub(super) fn learn(&mut self, terminal: &TerminalId, time: Timestamp, fraud: bool) -> bool {
        self.state.learn(terminal, time, fraud)
    }

    /// See [`Engine::learn_of`](super::Engine::learn_of).
    pub(super) fn learn_of(&mut self, id: &TransactionId, fraud: bool) -> Option<bool> {
        let passed = self.passed.get_mut(id)?;
        let before = std::mem::replace(&mut passed.fraud, fraud);
        if before != fraud {
            self.state.learn(&passed.terminal, passed.time, fraud);
        }
        Some(before)
    }

    /// All of it; `features` are the names of a row's values.
    pub(super) fn save(&self, features: &[String]) -> Saved {
        let passed = self.order.iter().filter_map(|id| {
            let passed = self.passed.get(id)?;
            let row = &self.rows[passed.start..passed.start + self.columns];
            Some((id.clone(), passed.clone(), row.to_vec()))
        });
        Saved { features: features.to_vec(), state: self.state.snapshot(), passed: passed.collect() }
    }

    /// What was saved of features with these names.
    pub(super) fn restored(&self, saved: Saved, features: &[String]) -> Result<Self, SnapshotError> {
        let Saved { features: named, state, passed } = saved;
        if named != features || passed.iter().any(|(_, _, row)| row.len() != self.columns) {
            return Err(SnapshotError::OtherFeatures);
        }
        let state = FeatureState::restore(&state, self.state.plan().clone(), self.state.delay())?;
        let mut live = Self::new(state, self.columns);
        for (id, passed, row) in passed {
            live.keep(id, passed, &row);
        }
        Ok(live)
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        assert_eq!(self.rows.len(), self.passed.len() * self.columns);
        self.passed.len()
    }

    fn remember(&mut self, transaction: &Transaction, row: &[f64]) {
        let Transaction { id, time, customer, terminal, amount, fraud, .. } = transaction.clone();
        self.keep(id, Passed { customer, terminal, amount, time, fraud: fraud == Some(true), start: 0 }, row);
    }

    fn keep(&mut self, id: TransactionId, passed: Passed, row: &[f64]) {
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
        self.known.add(&id);
        self.order.push_back(id.clone());
        self.passed.insert(id, Passed { start, ..passed });
    }
}
