//! The key under which card numbers are replaced.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha2::Sha256;

use super::is_found_in;

/// Bytes of a key that is made; shorter ones are refused.
const KEY_BYTES: usize = 32;
/// What stands for card numbers begins so.
pub const TOKEN: &str = "card_";
/// Hex digits of what stands for a card number: 96 bits.
const TOKEN_DIGITS: usize = 24;

/// Replaces card numbers by tokens: the same one by the same, under one key; without the key nobody finds the number.
#[derive(Clone)]
pub struct CardKey(Hmac<Sha256>);

/// A key that can not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file can not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds no key.
    #[error("{}: a key of {KEY_BYTES} bytes or more is expected; `head -c 32 /dev/urandom` makes one", path.display())]
    TooShort {
        /// The file.
        path: PathBuf,
    },
}

impl CardKey {
    /// A key that nobody has had before; it dies with the process.
    pub fn random() -> Self {
        Self::new(&random_bytes())
    }

    /// The key in `path`: all bytes of the file.
    ///
    /// # Errors
    /// [`KeyError`]
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let bytes = fs::read(path).map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
        match bytes.len() >= KEY_BYTES {
            true => Ok(Self::new(&bytes)),
            false => Err(KeyError::TooShort { path: path.to_owned() }),
        }
    }

    /// The key in `path`; when there is no such file a new one is made, for the owner's eyes only.
    ///
    /// # Errors
    /// [`KeyError`]
    pub fn read_or_make(path: &Path) -> Result<Self, KeyError> {
        if !path.exists() {
            make(path).map_err(|source| KeyError::Io { path: path.to_owned(), source })?;
        }
        Self::read(path)
    }

    /// A key of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("HMAC takes keys of any length"))
    }

    /// Tells this key from others and tells nothing of it: 16 hex digits.
    pub fn fingerprint(&self) -> String {
        let mut mac = self.0.clone();
        mac.update(b"the fingerprint of this key");
        mac.finalize().into_bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// What stands for `id`: `card_` and 24 hex digits when it holds a card number, which is written one way or another; `None` for
    /// any other id.
    pub fn token(&self, id: &str) -> Option<String> {
        if !is_found_in(id) {
            return None;
        }
        let mut mac = self.0.clone();
        let written: String = id.chars().filter(|sign| ![' ', '-'].contains(sign)).collect();
        mac.update(written.as_bytes());
        let hex = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Some(format!("{TOKEN}{}", &hex[..TOKEN_DIGITS]))
    }
}

impl fmt::Debug for CardKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("CardKey")
    }
}

fn random_bytes() -> [u8; KEY_BYTES] {
    let mut bytes = [0; KEY_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// In one step: whoever comes at the same time finds no key or all of it, and the first stays.
fn make(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Made for the owner only, which `tempfile` sees to.
    let mut staged = tempfile::NamedTempFile::new_in(parent)?;
    staged.write_all(&random_bytes())?;
    staged.as_file().sync_all()?;
    match staged.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(refused) => Err(refused.error),
    }
}
