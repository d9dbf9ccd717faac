//! Files and folders that are there whole or not at all, and checksums that tell whether they still are.

mod folder;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

pub use folder::{FORMAT_VERSION, MANIFEST, Manifest, StagedFolder, check_target, is_vacant, open_folder};

/// SHA-256 in hexadecimal, by file name.
pub type Checksums = BTreeMap<String, String>;

/// A file or folder could not be read or written, or is not what it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system said no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The target is there already.
    #[error("{}: already exists", path.display())]
    Exists {
        /// The target.
        path: PathBuf,
    },
    /// What is to be written is read or written as something else too.
    #[error("{}: is read or written as something else in the same run; name another file", path.display())]
    IsInput {
        /// The file.
        path: PathBuf,
    },
    /// A folder is whole but could not take its name.
    #[error("{}: {source}; what was to be there lies whole in {}", path.display(), staged.display())]
    Unnamed {
        /// The name.
        path: PathBuf,
        /// Where the folder is instead.
        staged: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `--force` would delete something else than what it is to replace.
    #[error("{}: not replaced, because it is not a {kind} folder of fraudctl with nothing else in it", path.display())]
    Foreign {
        /// The target.
        path: PathBuf,
        /// What was to be written there.
        kind: &'static str,
    },
    /// A JSON file is damaged or has other fields.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        source: serde_json::Error,
    },
    /// A file is not the one that the manifest was written for.
    #[error("{}: its checksum differs from the one in manifest.json: the file is damaged or was changed", path.display())]
    Checksum {
        /// The file.
        path: PathBuf,
    },
    /// There is no such folder, or nothing of ours in it.
    #[error("{}: there is no {expected} folder here", path.display())]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// What was needed.
        expected: &'static str,
    },
    /// The folder holds something else.
    #[error("{}: this is not a {expected} folder but {found:?}", path.display())]
    OtherKind {
        /// The folder.
        path: PathBuf,
        /// What was needed.
        expected: &'static str,
        /// What its manifest says.
        found: String,
    },
    /// The folder was written by a newer fraudctl.
    #[error("{}: format version {found}, and this fraudctl reads up to {known}; a newer fraudctl wrote it",
        path.display())]
    Newer {
        /// The manifest.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// Ours.
        known: u32,
    },
}

impl FileError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Exists { .. } => Some("--force replaces it"),
            Self::Foreign { .. } => Some("choose another --out, or remove the folder yourself"),
            Self::Unnamed { .. } => Some("move it to the name that it should have"),
            Self::NoFolder { expected: "run", .. } => Some(
                "train makes one; a bare name is looked for in artifacts/, and runs list shows what is there",
            ),
            Self::NoFolder { .. } => Some("prep makes one; a bare name is looked for in artifacts/"),
            Self::Checksum { .. } => Some("make it again from its source"),
            _ => None,
        }
    }
}

/// Reads a JSON file.
///
/// # Errors
/// When it cannot be read or does not hold a `T`.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let text = fs::read(path).map_err(FileError::io(path))?;
    serde_json::from_slice(&text).map_err(|source| FileError::Json { path: path.to_owned(), source })
}

/// Says whether a file may be written as `target`; asked before long work.
///
/// # Errors
/// [`FileError::Exists`] when `target` is there and `force` is not.
pub fn check_file_target(target: &Path, force: bool) -> Result<(), FileError> {
    match target.exists() && !force {
        true => Err(FileError::Exists { path: target.to_owned() }),
        false => Ok(()),
    }
}

/// Says whether `target` is none of the files that are read: they would be lost.
///
/// # Errors
/// [`FileError::IsInput`] when it is one of `inputs`, by whatever name.
pub fn check_not_input(target: &Path, inputs: &[&Path]) -> Result<(), FileError> {
    let Ok(place) = fs::canonicalize(target) else { return Ok(()) };
    let same = |input: &&Path| fs::canonicalize(input).is_ok_and(|input| input == place);
    match inputs.iter().any(same) {
        true => Err(FileError::IsInput { path: target.to_owned() }),
        false => Ok(()),
    }
}

/// Writes one file whole: `fill` writes into a temporary file that then takes the name of `target`. Returns what
/// `fill` returns.
///
/// # Errors
/// As [`check_file_target`]; when writing fails; those of `fill`.
pub fn write_file<T, E: From<FileError>>(
    target: &Path,
    force: bool,
    fill: impl FnOnce(&mut File) -> Result<T, E>,
) -> Result<T, E> {
    check_file_target(target, force)?;
    let parent = parent(target);
    fs::create_dir_all(parent).map_err(FileError::io(parent))?;
    let mut builder = tempfile::Builder::new();
    // As any file that is made: open to all whom the umask leaves in.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut staged = builder.tempfile_in(parent).map_err(FileError::io(parent))?;
    let filled = fill(staged.as_file_mut())?;
    staged.flush().and_then(|()| staged.as_file().sync_all()).map_err(FileError::io(target))?;
    staged.persist(target).map_err(|error| FileError::io(target)(error.error))?;
    sync(parent)?;
    Ok(filled)
}

/// The file beside another that has its name and `ending` behind that.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes a file, where there is one.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::io(path)(error)),
        _ => Ok(()),
    }
}

/// SHA-256 of these bytes, in hexadecimal.
pub fn checksum_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of a file's bytes, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(path: &Path) -> Result<String, FileError> {
    let mut file = File::open(path).map_err(FileError::io(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).map_err(FileError::io(path))? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hexadecimal(&hasher.finalize()))
}

/// `body` and behind it its SHA-256.
pub fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let checksum = Sha256::digest(&body);
    body.extend_from_slice(&checksum);
    body
}

/// What [`sealed`] was given; `None` when the bytes are no longer those that it made.
pub fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let (body, checksum) = bytes.split_last_chunk::<32>()?;
    (Sha256::digest(body)[..] == checksum[..]).then_some(body)
}

/// Two digits a byte.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

fn sync(path: &Path) -> Result<(), FileError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(FileError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_could_not_be_filled_leaves_nothing() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("out.csv");
        let failed = write_file(&target, false, |file| {
            file.write_all(b"half").map_err(FileError::io(&target))?;
            Err::<(), _>(FileError::Exists { path: target.clone() })
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 0);
    }
}
