//! What becomes of card numbers where ids are expected.

use std::path::{Path, PathBuf};

use super::AppError;
use crate::cards::{CardKey, TOKEN};
use crate::files;
use crate::store::Store;

/// Under which name a database holds what was done with them: the key's fingerprint, or [`KEPT`].
const FACT: &str = "card numbers";
const KEPT: &str = "kept";

/// What is done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CardNumbers {
    /// They stay what they are.
    Keep,
    /// Tokens stand for them under the key in this file; by default the one beside the database, where a new one is made for a new
    /// database, and without a database one that dies with the process.
    Replace(Option<PathBuf>),
}

impl CardNumbers {
    /// The key to replace them under, if they are replaced; for a database, which always has to be used with the same one.
    ///
    /// # Errors
    /// When the file can not be read, holds no key, or can not be made; [`AppError::OtherCards`] when the database was used otherwise
    /// before and it matters: its customers would be strangers.
    pub fn key(&self, database: Option<(&Path, &dyn Store)>) -> Result<Option<CardKey>, AppError> {
        let Some((path, store)) = database else {
            return Ok(match self {
                Self::Keep => None,
                Self::Replace(Some(file)) => Some(CardKey::read(file)?),
                Self::Replace(None) => Some(CardKey::random()),
            });
        };
        let before = store.fact(FACT)?;
        let check = |now: &str| match &before {
            Some(before) if before != now && (before == KEPT || store.has_ids_like(TOKEN)?) => {
                Err(AppError::OtherCards { database: path.to_owned(), why: why(self, before) })
            }
            _ => Ok(()),
        };
        let key = match self {
            Self::Keep => None,
            Self::Replace(Some(file)) => Some(CardKey::read(file)?),
            Self::Replace(None) => {
                let beside = files::beside(path, ".key");
                if !beside.exists() {
                    // One that was made now would not be the one of before.
                    check("")?;
                }
                Some(CardKey::read_or_make(&beside)?)
            }
        };
        let now = key.as_ref().map_or_else(|| KEPT.to_owned(), CardKey::fingerprint);
        check(&now)?;
        if before.as_ref() != Some(&now) {
            store.settle(FACT, &now)?;
        }
        Ok(key)
    }
}

fn why(now: &CardNumbers, before: &str) -> &'static str {
    match (now, before) {
        (_, KEPT) => {
            "card numbers stand in it as they are: go on with --keep-card-numbers, or begin a new database"
        }
        (CardNumbers::Keep, _) => {
            "tokens stand in it for card numbers: go on without --keep-card-numbers, or begin a new database"
        }
        (CardNumbers::Replace(Some(_)), _) => {
            "tokens stand in it for card numbers under another key than this --card-key"
        }
        (CardNumbers::Replace(None), _) => {
            "tokens stand in it for card numbers under a key that is not the one beside it: restore that, or name it \
             with --card-key"
        }
    }
}
