//! What can go wrong with the database, with the path of the file it happened in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the store could not do what it was asked.
///
/// Cloneable, because one failed commit is reported to everybody whose decision was in it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// SQLite refused: disk full, locked for too long, not a database, read-only.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: Arc<rusqlite::Error>,
    },
    /// Written by a later release.
    #[error(
        "{}: database version {found} is newer than {supported}, the newest this program knows; \
         use a newer fraudctl",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version found in it.
        found: i64,
        /// The newest version this program writes.
        supported: i64,
    },
    /// An SQLite file, but of another program.
    #[error("{}: this database belongs to another program; name a new file", path.display())]
    Foreign {
        /// The database file.
        path: PathBuf,
    },
    /// Two loads of one source at the same time.
    #[error("another load of {origin} is running on {}", path.display())]
    LoadedElsewhere {
        /// The database file.
        path: PathBuf,
        /// What is being loaded.
        origin: String,
    },
    /// As many decisions wait to be written as may wait.
    #[error("the database is behind: {capacity} decisions wait to be written")]
    Busy {
        /// Size of the queue.
        capacity: usize,
    },
    /// The system gave no thread to write with.
    #[error("could not start the database's thread: {source}")]
    Thread {
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The writer has been closed.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// What does not work, in words that name no file: for clients of a server.
    pub fn without_path(&self) -> String {
        match self {
            Self::Database { source, .. } => match source.sqlite_error() {
                Some(code) => format!("the database does not work: {code}"),
                None => "the database does not work".to_owned(),
            },
            Self::Busy { .. } => self.to_string(),
            _ => Self::Closed.to_string(),
        }
    }
}

/// Puts the database file's name to an SQLite error.
pub(super) trait Located<T> {
    /// The same result, with `path` in its error.
    fn at(self, path: &Path) -> Result<T, StoreError>;
}

impl<T> Located<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::Database { path: path.to_owned(), source: Arc::new(error) })
    }
}
