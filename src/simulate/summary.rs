//! How many transactions and frauds a simulation has.

use std::collections::BTreeMap;

use serde::Serialize;

use super::payment::Payment;

/// What a simulation made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Transactions.
    pub rows: u64,
    /// Of those, frauds.
    pub frauds: u64,
    /// Frauds by the scenario that names them: `"1"`, `"2"` and `"3"`.
    pub scenarios: BTreeMap<String, u64>,
}

impl Default for Summary {
    fn default() -> Self {
        Self { rows: 0, frauds: 0, scenarios: (1..=3).map(|scenario| (scenario.to_string(), 0)).collect() }
    }
}

impl Summary {
    /// Counts payments in.
    pub fn count(&mut self, payments: &[Payment]) {
        self.rows += payments.len() as u64;
        for payment in payments.iter().filter(|payment| payment.scenario > 0) {
            self.frauds += 1;
            *self.scenarios.entry(payment.scenario.to_string()).or_default() += 1;
        }
    }
}
