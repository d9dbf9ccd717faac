//! Live state as bytes: what is remembered, from which everything else follows, and behind it a SHA-256 of that.

use serde::{Deserialize, Serialize};

use super::customer::{CustomerHistory, Payment};
use super::state::{FeatureState, LabelDelay};
use super::terminal::{Entry, TerminalHistory};
use crate::domain::{CustomerId, TerminalId};
use crate::files;

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
    /// Saved for a model of other features.
    #[error("the saved state is that of a model with other features")]
    OtherFeatures,
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
    terminals: Vec<(TerminalId, i64, Vec<Entry>)>,
}

impl FeatureState {
    /// Everything that is remembered, as MessagePack and its checksum; the same state gives the same bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let mut customers: Vec<_> = self
            .customers
            .iter()
            .map(|(id, history)| (id.clone(), history.payments().copied().collect::<Vec<_>>()))
            .collect();
        let mut terminals: Vec<_> = self
            .terminals
            .iter()
            .map(|(id, history)| (id.clone(), history.exact_from_us(), history.entries().collect::<Vec<_>>()))
            .collect();
        customers.sort_by(|left, right| left.0.cmp(&right.0));
        terminals.sort_by(|left, right| left.0.cmp(&right.0));
        let snapshot = Snapshot { delay: self.delay, customers, terminals };
        files::sealed(rmp_serde::to_vec(&(VERSION, snapshot)).expect("plain numbers and text can be written"))
    }

    /// The state that was saved, for rows of `plan`: from here on it gives the very same features.
    ///
    /// # Errors
    /// [`SnapshotError`] when the bytes are damaged, of a newer version, or of another label delay.
    pub fn restore(bytes: &[u8], plan: Plan, delay: LabelDelay) -> Result<Self, SnapshotError> {
        let damaged = |why: &str| SnapshotError::Damaged(why.to_owned());
        let body = files::unsealed(bytes).ok_or_else(|| damaged("its checksum is another"))?;
        let mut rest = body;
        let (version, snapshot) = match rmp_serde::from_read::<_, (u32, Snapshot)>(&mut rest) {
            Ok(_) if !rest.is_empty() => return Err(damaged("something stands behind its end")),
            Ok(parsed) => parsed,
            Err(error) => return Err(newer(body).unwrap_or_else(|| damaged(&error.to_string()))),
        };
        if version != VERSION {
            return Err(SnapshotError::Version(version));
        }
        if snapshot.delay != delay {
            return Err(SnapshotError::OtherDelay { saved: snapshot.delay.days(), wanted: delay.days() });
        }
        let mut state = Self::new(plan, delay);
        let no_history = || damaged("its events are not in order");
        let mut all_new = true;
        for (id, payments) in snapshot.customers {
            let history = CustomerHistory::from_payments(payments).ok_or_else(no_history)?;
            all_new &= state.customers.insert(&id, history);
        }
        for (id, exact_from_us, entries) in snapshot.terminals {
            let history =
                TerminalHistory::from_entries(entries, exact_from_us, delay).ok_or_else(no_history)?;
            all_new &= state.terminals.insert(&id, history);
        }
        if all_new { Ok(state) } else { Err(damaged("an id is in it twice")) }
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
