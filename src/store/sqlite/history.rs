//! The stored raw transactions in the order of time, page by page: what the live features start from.

use std::collections::VecDeque;

use rusqlite::Row as DatabaseRow;
use rusqlite::types::Type;

use super::Located;
use super::read::{Reader, parsed, place_of};
use crate::domain::{Amount, CustomerId, TerminalId, Timestamp, Transaction, TransactionId};
use crate::store::StoreError;

/// Rows fetched at a time.
const PAGE_ROWS: i64 = 8_192;

/// A label that was told live came later than the file's.
const LOADED: &str = "SELECT t.seq, t.id, time_us, customer, terminal, amount, latitude, longitude, \
    coalesce(f.fraud, t.fraud) FROM transactions AS t \
    LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = t.id) \
    WHERE customer IS NOT NULL AND (time_us, t.seq) > (?1, ?2) AND time_us < ?3 ORDER BY time_us, t.seq LIMIT ?4";

/// A place that was drawn or looked up is none that the live features have seen (`PlaceFrom`); what was loaded too is told by its loaded row.
macro_rules! decided {
    ($which:literal) => {
        concat!(
            "SELECT d.seq, d.id, time_us, customer, terminal, amount, \
            iif(simulated, NULL, latitude), iif(simulated, NULL, longitude), f.fraud FROM decisions AS d \
            LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = d.id) \
            WHERE customer IS NOT NULL AND terminal IS NOT NULL AND amount IS NOT NULL \
            AND NOT EXISTS (SELECT 1 FROM transactions WHERE transactions.id = d.id) AND ",
            $which,
            " LIMIT ?4"
        )
    };
}
const DECIDED: &str = decided!("(time_us, d.seq) > (?1, ?2) AND time_us < ?3 ORDER BY time_us, d.seq");
/// In the order in which they were decided.
const DECIDED_SINCE: &str = decided!("d.seq > ?2 ORDER BY d.seq");

/// Iterates over stored raw transactions; see [`Store::history`](crate::store::Store::history). Ends after an error.
#[derive(Debug)]
pub(super) struct History {
    reader: Reader,
    until: Timestamp,
    loaded: Pages,
    decided: Pages,
    failed: bool,
}

impl History {
    pub(super) fn new(reader: Reader, until: Option<Timestamp>) -> Self {
        Self {
            reader,
            until: until.unwrap_or(Timestamp::from_micros(i64::MAX)),
            loaded: Pages::new(LOADED),
            decided: Pages::new(DECIDED),
            failed: false,
        }
    }

    /// What was decided after the decision numbered `seq`, in the order in which it was.
    pub(super) fn decided_since(reader: Reader, seq: i64) -> Self {
        let loaded = Pages { ended: true, ..Pages::new(LOADED) };
        let decided = Pages { last: (i64::MIN, seq), ..Pages::new(DECIDED_SINCE) };
        Self { loaded, decided, ..Self::new(reader, None) }
    }

    fn advance(&mut self) -> Result<Option<Transaction>, StoreError> {
        self.loaded.fill(&self.reader, self.until).at(&self.reader.path)?;
        self.decided.fill(&self.reader, self.until).at(&self.reader.path)?;
        let pages = match (self.loaded.page.front(), self.decided.page.front()) {
            (Some(loaded), Some(decided)) if decided.time < loaded.time => &mut self.decided,
            (None, _) => &mut self.decided,
            _ => &mut self.loaded,
        };
        Ok(pages.page.pop_front())
    }
}

impl Iterator for History {
    type Item = Result<Transaction, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}

/// One table's rows, a page in memory at a time.
#[derive(Debug)]
struct Pages {
    select: &'static str,
    page: VecDeque<Transaction>,
    /// Time and number of the last row fetched.
    last: (i64, i64),
    ended: bool,
}

impl Pages {
    fn new(select: &'static str) -> Self {
        Self { select, page: VecDeque::new(), last: (i64::MIN, i64::MIN), ended: false }
    }

    /// Sees to it that the page is not empty, unless the table has ended.
    fn fill(&mut self, reader: &Reader, until: Timestamp) -> rusqlite::Result<()> {
        if self.ended || !self.page.is_empty() {
            return Ok(());
        }
        let mut statement = reader.connection.prepare_cached(self.select)?;
        let mut rows = statement.query((self.last.0, self.last.1, until.micros(), PAGE_ROWS))?;
        while let Some(row) = rows.next()? {
            let transaction = transaction_of(row)?;
            self.last = (transaction.time.micros(), row.get(0)?);
            self.page.push_back(transaction);
        }
        self.ended = self.page.is_empty();
        Ok(())
    }
}

fn transaction_of(row: &DatabaseRow<'_>) -> rusqlite::Result<Transaction> {
    let amount = Amount::try_from(row.get::<_, f64>(5)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, Type::Real, Box::new(error)))?;
    Ok(Transaction {
        id: parsed(row, 1, TransactionId::parse)?,
        time: Timestamp::from_micros(row.get(2)?),
        customer: parsed(row, 3, CustomerId::parse)?,
        terminal: parsed(row, 4, TerminalId::parse)?,
        amount,
        place: place_of(row, 6)?,
        fraud: row.get(8)?,
    })
}
