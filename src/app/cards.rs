//! What becomes of card numbers where ids are expected.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::AppError;
use crate::cards::CardKey;

/// What is done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardNumbers {
    /// They stay what they are.
    Keep,
    /// Tokens stand for them under the key in this file; by default the one beside the database, where a new one is made when there is none,
    /// and without a database one that dies with the process.
    Replace(Option<PathBuf>),
}

impl CardNumbers {
    /// The key to replace them under, if they are replaced.
    ///
    /// # Errors
    /// When the file can not be read, holds no key, or can not be made.
    pub fn key(&self, database: Option<&Path>) -> Result<Option<CardKey>, AppError> {
        Ok(match (self, database) {
            (Self::Keep, _) => None,
            (Self::Replace(Some(path)), _) => Some(CardKey::read(path)?),
            (Self::Replace(None), Some(database)) => Some(CardKey::read_or_make(&beside(database))?),
            (Self::Replace(None), None) => Some(CardKey::random()),
        })
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name: OsString = database.as_os_str().to_owned();
    name.push(".key");
    name.into()
}
