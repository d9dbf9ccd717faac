//! Live state as bytes: what is remembered, from which everything else follows.

use serde::{Deserialize, Serialize};

use super::customer::{CustomerHistory, Payment};
use super::state::{FeatureState, LabelDelay};
use super::terminal::{Entry, TerminalHistory};
use crate::domain::{CustomerId, TerminalId};

use super::set::Plan;

/// Version of the bytes.
const VERSION: u32 = 1;

/// Bytes that are no snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Cut off or damaged.
    #[error("the saved state of the features is damaged: {0}")]
    Damaged(String),
    /// Written by a newer version.
    #[error("the saved state of the features has version {0}; this fraudctl reads version {VERSION}")]
    Version(u32),
    /// Labels become known after another time.
    #[error("the saved state counts labels after {saved} days, and {wanted} are asked for")]
    OtherDelay {
        /// Days.
        saved: u32,
        /// Days.
        wanted: u32,
    },
}

/// What is written; the version comes first.
#[derive(Serialize, Deserialize)]
struct Snapshot {
    delay: LabelDelay,
    customers: Vec<(CustomerId, Vec<Payment>)>,
    terminals: Vec<(TerminalId, Vec<Entry>)>,
}

impl FeatureState {
    /// Everything that is remembered, as MessagePack; the same state gives the same bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut customers: Vec<_> = self
            .customers
            .iter()
            .map(|(id, history)| (id.clone(), history.payments().copied().collect::<Vec<_>>()))
            .collect();
        let mut terminals: Vec<_> = self
            .terminals
            .iter()
            .map(|(id, history)| (id.clone(), history.entries().collect::<Vec<_>>()))
            .collect();
        customers.sort_by(|left, right| left.0.cmp(&right.0));
        terminals.sort_by(|left, right| left.0.cmp(&right.0));
        let snapshot = Snapshot { delay: self.delay, customers, terminals };
        rmp_serde::to_vec(&(VERSION, snapshot)).expect("plain numbers and text can be written")
    }

    /// The state that was saved, for rows of `plan`: from here on it gives the very same features.
    ///
    /// # Errors
    /// [`SnapshotError`] when the bytes are damaged, of a newer version, or of another label delay.
    pub fn restore(bytes: &[u8], plan: Plan, delay: LabelDelay) -> Result<Self, SnapshotError> {
        let damaged = |error: rmp_serde::decode::Error| SnapshotError::Damaged(error.to_string());
        let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
        let parsed = <(u32, Snapshot)>::deserialize(&mut reader).map_err(damaged);
        let (version, snapshot) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => return Err(newer(bytes).unwrap_or(error)),
        };
        if version != VERSION {
            return Err(SnapshotError::Version(version));
        }
        if snapshot.delay != delay {
            return Err(SnapshotError::OtherDelay { saved: snapshot.delay.days(), wanted: delay.days() });
        }
        let mut state = Self::new(plan, delay);
        let out_of_order = || SnapshotError::Damaged("its events are not in order".to_owned());
        for (id, payments) in snapshot.customers {
            state.customers.insert(&id, CustomerHistory::from_payments(payments).ok_or_else(out_of_order)?);
        }
        for (id, entries) in snapshot.terminals {
            let history = TerminalHistory::from_entries(entries, delay).ok_or_else(out_of_order)?;
            state.terminals.insert(&id, history);
        }
        Ok(state)
    }
}

/// What a newer version wrote need not have the form of this one; it says so at its beginning.
fn newer(bytes: &[u8]) -> Option<SnapshotError> {
    // A pair begins with this byte.
    let pair = bytes.strip_prefix(&[0x92])?;
    let mut reader = rmp_serde::Deserializer::from_read_ref(pair);
    let version = u32::deserialize(&mut reader).ok()?;
    (version > VERSION && version < 1_000).then_some(SnapshotError::Version(version))
}
