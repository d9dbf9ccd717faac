//! All decisions with their labels, page by page: what the next model is trained on.

use std::collections::VecDeque;

use super::Located;
use super::decisions::{COLUMNS, FROM, WIDTH, decision_of};
use super::read::Reader;
use crate::domain::Timestamp;
use crate::store::{Labelled, StoreError};

/// Rows fetched at a time.
const PAGE_ROWS: i64 = 4_096;

/// See [`Store::labelled`](crate::store::Store::labelled).
pub(super) struct All {
    reader: Reader,
    page: VecDeque<Labelled>,
    /// The number of the last decision fetched.
    last: i64,
    ended: bool,
}

impl All {
    pub(super) fn new(reader: Reader) -> Self {
        Self { reader, page: VecDeque::new(), last: i64::MIN, ended: false }
    }

    /// A label that was told live counts for more than one that a loaded file says: it came later.
    fn fetch(&mut self) -> rusqlite::Result<()> {
        let select = format!(
            "SELECT {COLUMNS}, coalesce(f.fraud, t.fraud), f.given_us FROM {FROM} \
             LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = d.id) \
             LEFT JOIN transactions AS t ON t.id = d.id \
             WHERE d.seq > ?1 ORDER BY d.seq LIMIT ?2"
        );
        let mut statement = self.reader.connection.prepare_cached(&select)?;
        let mut rows = statement.query((self.last, PAGE_ROWS))?;
        while let Some(row) = rows.next()? {
            let stored = decision_of(row)?;
            self.last = stored.seq;
            let known: Option<i64> = row.get(WIDTH + 1)?;
            self.page.push_back(Labelled {
                decision: stored.record,
                fraud: row.get(WIDTH)?,
                known: known.map(Timestamp::from_micros),
            });
        }
        self.ended = self.page.is_empty();
        Ok(())
    }
}

impl Iterator for All {
    type Item = Result<Labelled, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.ended
            && let Err(error) = self.fetch().at(&self.reader.path)
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.page.pop_front().map(Ok)
    }
}
