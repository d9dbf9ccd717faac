//! A [`Store`] in one file: SQLite in WAL mode.

mod checkpoint;
mod commit;
mod decisions;
mod history;
mod labelled;
mod load;
mod looking;
mod position;
mod read;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{
    Counts, Durability, Labelled, Loader, Location, ModelRecord, Payment, Period, Position, Rows, Since,
    Source, Store, StoreError, StoredDecision, Suppression, Told, Writer,
};
use crate::domain::{CustomerId, GeoPoint, TerminalId, Timestamp, Transaction};
use checkpoint::Checkpoints;
use commit::Committer;
use history::History;
use read::Reader;

/// How long a statement waits for another connection's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// See [`super::open`].
#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    durability: Durability,
    idle_readers: Mutex<Vec<Reader>>,
}

impl Sqlite {
    pub(super) fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let store = Self { path: path.to_owned(), durability, idle_readers: Mutex::default() };
        let mut connection = Connection::open(path).at(path)?;
        connection.busy_timeout(BUSY_TIMEOUT).at(path)?;
        schema::migrate(&mut connection, path)?;
        // Kept in the file: from now on readings don't wait for writings.
        connection.pragma_update(None, "journal_mode", "WAL").at(path)?;
        Ok(store)
    }

    /// Runs `reading` on a read-only connection; several may run at the same time.
    fn read<T>(&self, reading: impl FnOnce(&Reader) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let idle = self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = idle.map_or_else(|| self.reader(), Ok)?;
        let result = reading(&reader).at(&self.path);
        self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        result
    }

    fn reader(&self) -> Result<Reader, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).at(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT).at(&self.path)?;
        Ok(Reader::new(connection, self.path.clone()))
    }

    fn write_connection(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).at(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT).at(&self.path)?;
        let synchronous = match self.durability {
            Durability::Process => "NORMAL",
            Durability::Power => "FULL",
        };
        connection.pragma_update(None, "synchronous", synchronous).at(&self.path)?;
        Ok(connection)
    }
}

impl Drop for Sqlite {
    /// The last connection that closes moves what stands in the log into the file, and removes the log: it has to be one that may.
    fn drop(&mut self) {
        self.idle_readers.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        if let Ok(connection) = self.write_connection() {
            // A database that does not work has been told of by whoever used it last; its log is read at the next start.
            let _ = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        }
    }
}

impl Store for Sqlite {
    fn writer(&self) -> Result<Writer, StoreError> {
        let connection = self.write_connection()?;
        // A file that may only be read opens too; said now, not at the first decision.
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").at(&self.path)?;
        connection.pragma_update(None, "wal_autocheckpoint", checkpoint::LOG_PAGES).at(&self.path)?;
        let checkpoints = Checkpoints::start(self.write_connection()?)
            .map_err(|error| StoreError::Thread { source: Arc::new(error) })?;
        Writer::start(Committer::new(connection, checkpoints, self.path.clone()))
    }

    fn loader(&self, source: Source) -> Result<Box<dyn Loader>, StoreError> {
        Ok(Box::new(load::Load::begin(self.write_connection()?, &self.path, source)?))
    }

    fn replace_locations(&self, locations: &[Location]) -> Result<(), StoreError> {
        load::replace_locations(&mut self.write_connection()?, locations).at(&self.path)
    }

    fn fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|reader| reader.fact(name))
    }

    fn settle(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let replace = "INSERT OR REPLACE INTO facts (name, value) VALUES (?1, ?2)";
        self.write_connection()?.execute(replace, [name, value]).at(&self.path)?;
        Ok(())
    }

    fn has_ids_like(&self, prefix: &str) -> Result<bool, StoreError> {
        self.read(|reader| reader.has_ids_like(prefix))
    }

    fn counts(&self) -> Result<Counts, StoreError> {
        self.read(Reader::counts)
    }

    fn locations(&self) -> Result<Vec<Location>, StoreError> {
        self.read(Reader::locations)
    }

    fn terminal_place(&self, terminal: &TerminalId) -> Result<Option<GeoPoint>, StoreError> {
        self.read(|reader| reader.terminal_place(terminal))
    }

    fn decision(&self, id: &str) -> Result<Option<StoredDecision>, StoreError> {
        self.read(|reader| decisions::by_id(&reader.connection, id))
    }

    fn alerts_after(&self, seq: i64, limit: usize) -> Result<Vec<StoredDecision>, StoreError> {
        self.read(|reader| decisions::alerts_after(&reader.connection, seq, limit))
    }

    fn latest_alerts(&self, limit: usize) -> Result<Vec<StoredDecision>, StoreError> {
        self.read(|reader| decisions::latest_alerts(&reader.connection, limit))
    }

    fn alerts_of(
        &self,
        period: Period,
        after: Option<&StoredDecision>,
        limit: usize,
    ) -> Result<Vec<StoredDecision>, StoreError> {
        self.read(|reader| reader.alerts_of(period, after, limit))
    }

    fn payments_until(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        self.read(|reader| reader.payments_until(customer, time, limit))
    }

    fn payments_after(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError> {
        self.read(|reader| reader.payments_after(customer, time, limit))
    }

    fn told(&self, id: &str) -> Result<Option<Told>, StoreError> {
        self.read(|reader| reader.told(id))
    }

    fn scores(
        &self,
        model: &ModelRecord,
        since: Timestamp,
        last: i64,
        bins: usize,
    ) -> Result<Vec<u64>, StoreError> {
        self.read(|reader| reader.scores(model, since, last, bins))
    }

    fn suppressions(&self) -> Result<Vec<Suppression>, StoreError> {
        self.read(Reader::suppressions)
    }

    fn history(&self, until: Option<Timestamp>) -> Result<Rows<Transaction>, StoreError> {
        Ok(Box::new(History::new(self.reader()?, until)))
    }

    fn position(&self) -> Result<Position, StoreError> {
        self.read(Reader::position)
    }

    fn since(&self, position: &Position) -> Result<Option<Since>, StoreError> {
        if !self.read(|reader| reader.contains(position))? {
            return Ok(None);
        }
        Ok(Some(Since {
            transactions: Box::new(History::decided_since(self.reader()?, position.decisions)),
            corrections: self.read(|reader| reader.corrections(position))?,
        }))
    }

    fn labelled(&self) -> Result<Rows<Labelled>, StoreError> {
        Ok(Box::new(labelled::All::new(self.reader()?)))
    }
}

/// Puts the database file's name to an SQLite error.
trait Located<T> {
    /// The same result, with `path` in its error.
    fn at(self, path: &Path) -> Result<T, StoreError>;
}

impl<T> Located<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|error| located(error, path))
    }
}

fn located(error: rusqlite::Error, path: &Path) -> StoreError {
    let brief = error.sqlite_error().map_or_else(|| "an unexpected value".to_owned(), ToString::to_string);
    StoreError::Database { path: path.to_owned(), source: Arc::new(error), brief }
}

#[cfg(test)]
mod later_tests;
#[cfg(test)]
mod looking_tests;
#[cfg(test)]
mod tests;
