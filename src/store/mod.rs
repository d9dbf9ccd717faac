//! The database: loaded transactions, populated places, and every decision that was made.
//!
//! SQLite in WAL mode. One [`Writer`] thread stores decisions, many in one commit; readings have connections of
//! their own and never wait for it. Time and policy are the caller's: nothing here looks at a clock.

mod error;
mod history;
mod load;
mod read;
mod records;
mod schema;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use error::Located;
pub use error::StoreError;
pub use history::History;
pub use load::{Loader, Source};
pub use read::Reader;
pub use records::{
    Appended, Case, Counts, DecisionRecord, Durability, Location, PlaceFrom, Recorded, Row, StoredDecision,
};
pub use write::{QUEUE_CAPACITY, Slot, Writer};

/// How long a statement waits for another connection's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A database file that is there, ours and of the current version.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    durability: Durability,
    idle_readers: Mutex<Vec<Reader>>,
}

impl Store {
    /// Opens the database at `path`; makes it when there is none, migrates it when it is older.
    ///
    /// # Errors
    /// [`StoreError::Newer`] or [`StoreError::Foreign`] for a file that must not be touched, else
    /// [`StoreError::Database`].
    pub fn open(path: &Path, durability: Durability) -> Result<Self, StoreError> {
        let store = Self { path: path.to_owned(), durability, idle_readers: Mutex::default() };
        let mut connection = Connection::open(path).at(path)?;
        connection.busy_timeout(BUSY_TIMEOUT).at(path)?;
        schema::migrate(&mut connection, path)?;
        // Kept in the file: from now on readings don't wait for writings.
        connection.pragma_update(None, "journal_mode", "WAL").at(path)?;
        Ok(store)
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts the thread that stores decisions.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the file can not be written to.
    pub fn writer(&self) -> Result<Writer, StoreError> {
        let connection = self.write_connection()?;
        // A file that may only be read opens too; said now, not at the first decision.
        connection.execute_batch("BEGIN IMMEDIATE; ROLLBACK").at(&self.path)?;
        Writer::start(connection, &self.path)
    }

    /// Begins, or resumes, loading `source`.
    ///
    /// # Errors
    /// [`StoreError::Database`] when the file can not be opened for writing.
    pub fn loader(&self, source: Source) -> Result<Loader, StoreError> {
        Loader::begin(self.write_connection()?, &self.path, source)
    }

    /// Makes `locations` the table of populated places.
    ///
    /// # Errors
    /// [`StoreError::Database`]; the table is then what it was before.
    pub fn replace_locations(&self, locations: &[Location]) -> Result<(), StoreError> {
        load::replace_locations(&mut self.write_connection()?, locations).at(&self.path)
    }

    /// Runs `reading` on a read-only connection; several may run at the same time.
    ///
    /// # Errors
    /// What `reading` returns, or [`StoreError::Database`] when no connection could be opened.
    pub fn read<T>(&self, reading: impl FnOnce(&Reader) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = idle.map_or_else(|| self.reader(), Ok)?;
        let result = reading(&reader);
        self.idle_readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        result
    }

    /// All stored raw transactions in the order of time (then of storing), those before `until` when it is given:
    /// loaded ones, and those that were scored live and are not in a loaded file.
    ///
    /// # Errors
    /// [`StoreError::Database`] when no connection could be opened.
    pub fn history(&self, until: Option<crate::domain::Timestamp>) -> Result<History, StoreError> {
        Ok(History::new(self.reader()?, until))
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

#[cfg(test)]
mod tests;
