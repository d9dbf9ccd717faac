//! Ids for transactions that come without one.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::{Timestamp, TransactionId};

/// Makes ids that differ from each other and from those of servers that started at another microsecond.
#[derive(Debug)]
pub(super) struct Ids {
    start_us: i64,
    made: AtomicU64,
}

impl Ids {
    pub(super) fn since(start: Timestamp) -> Self {
        Self { start_us: start.micros(), made: AtomicU64::new(0) }
    }

    pub(super) fn next(&self) -> TransactionId {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:x}-{number:x}", self.start_us);
        TransactionId::parse(&text).expect("the text is not blank")
    }
}
