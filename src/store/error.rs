//! What can go wrong with the database, with the path of the file it happened in.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

/// Why the store could not do what it was asked.
///
/// Cloneable, because one failed commit is reported to everybody whose decision was in it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database refused: disk full, locked for too long, not a database, read-only.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database file.
        path: PathBuf,
        /// What the database said.
        source: Arc<dyn Error + Send + Sync>,
        /// The same in words that name no file and hold nothing of what was to be stored.
        brief: String,
    },
    /// There is none.
    #[error("{}: there is no such database; `fraudctl load` and `serve --db` make one", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
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
            Self::Database { brief, .. } => format!("the database does not work: {brief}"),
            Self::Busy { .. } => self.to_string(),
            _ => Self::Closed.to_string(),
        }
    }
}
