//! What live features start from: what was saved when the server stopped last and what the database has gained since, or all of
//! the database's history.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::AppError;
use crate::domain::Transaction;
use crate::engine::{Engine, Saved};
use crate::files::{self, FileError};
use crate::progress::Progress;
use crate::store::{Position, Rows, Since, Store};

/// Version of the file.
const VERSION: u32 = 1;

/// As many transactions are not read a second time because the server was killed meanwhile.
const WORTH_SAVING: u64 = 100_000;

/// What is written behind the version.
#[derive(Serialize, Deserialize)]
struct Remembered {
    position: Position,
    live: Saved,
}

/// Live features and the database that they are of.
pub(super) struct Memory {
    engine: Arc<Engine>,
    store: Arc<dyn Store>,
    path: PathBuf,
    /// Where the history stood when the features began to go their own way.
    start: Position,
}

impl Memory {
    /// Has the engine's live features start from the history in `store`.
    ///
    /// # Errors
    /// When the history can not be read. What was saved and can not be used is told, and done without.
    pub(super) fn recall(
        engine: Arc<Engine>,
        store: Arc<dyn Store>,
        database: &Path,
        progress: &dyn Progress,
    ) -> Result<Self, AppError> {
        progress.start("reading the history", None);
        let start = store.position()?;
        let memory = Self { engine, store, path: files::beside(database, ".state"), start };
        let count = match memory.gained(progress)? {
            Some(since) => {
                let count = memory.pass(since.transactions)?;
                for correction in &since.corrections {
                    memory.engine.learn(&correction.terminal, correction.time, correction.fraud);
                }
                progress.note(format!("went on from the saved features with {count} stored transactions"));
                count
            }
            None => {
                let count = memory.pass(memory.store.history(None)?)?;
                progress.note(format!("started from {count} stored transactions"));
                count
            }
        };
        progress.finish();
        if count >= WORTH_SAVING
            && let Err(error) = memory.write(&memory.start)
        {
            progress.warn(format!("the features were not saved, the next start reads all again: {error}"));
        }
        Ok(memory)
    }

    /// Saves the features after `decided` decisions of this server, the last of which is stored. When others have stored or
    /// loaded something meanwhile, which these features do not know, or they know something that could not be stored, what was
    /// saved before is left as it is.
    ///
    /// # Errors
    /// When the database can not be read or the file not be written.
    pub(super) fn save(&self, decided: u64) -> Result<(), AppError> {
        let end = self.store.position()?;
        let all = self.engine.unstored() == 0 && self.start.loaded == end.loaded;
        let own = i64::try_from(decided).is_ok_and(|decided| self.start.decisions + decided == end.decisions);
        match own && all {
            true => self.write(&end),
            false => Ok(()),
        }
    }

    /// What the database has gained since the features were saved, which are there then; `None` when that is of no use.
    fn gained(&self, progress: &dyn Progress) -> Result<Option<Since>, AppError> {
        let bytes = match fs::read(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(FileError::io(&self.path))?,
        };
        let unused = |why: &str| {
            progress.note(format!("{}: {why}; the whole history is read instead", self.path.display()));
            Ok(None)
        };
        let Some(body) = files::unsealed(&bytes) else { return unused("damaged") };
        // Another version may have another form; its number comes first all the same.
        let Ok((VERSION, Remembered { position, live })) = rmp_serde::from_slice(body) else {
            return unused("written by another version of fraudctl");
        };
        let Some(since) = self.store.since(&position)? else {
            return unused("the history is another one since");
        };
        match self.engine.restore(live) {
            Ok(()) => Ok(Some(since)),
            Err(error) => unused(&error.to_string()),
        }
    }

    /// Passes transactions through the live features; gives how many.
    fn pass(&self, transactions: Rows<Transaction>) -> Result<u64, AppError> {
        let mut failure = None;
        let readable = transactions.map_while(|read| read.map_err(|error| failure = Some(error)).ok());
        let count = self.engine.warm_start(readable);
        failure.map_or(Ok(count), |error| Err(error.into()))
    }

    fn write(&self, position: &Position) -> Result<(), AppError> {
        let Some(live) = self.engine.save() else { return Ok(()) };
        let remembered = Remembered { position: position.clone(), live };
        let body = rmp_serde::to_vec(&(VERSION, remembered)).expect("numbers and text can be written");
        files::write_file(&self.path, true, |file| {
            Ok(file.write_all(&files::sealed(body)).map_err(FileError::io(&self.path))?)
        })
    }
}
