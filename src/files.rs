//! Files and folders that are there whole or not at all, and checksums that tell whether they still are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};

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
    /// `--force` would delete a folder that fraudctl did not make.
    #[error("{}: not replaced, because it holds no manifest.json and so may not be ours", path.display())]
    Foreign {
        /// The target.
        path: PathBuf,
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
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Exists { .. } => Some("--force replaces it"),
            Self::Foreign { .. } => Some("choose another --out, or remove the folder yourself"),
            Self::Checksum { .. } => Some("make it again from its source"),
            _ => None,
        }
    }
}

/// What every `manifest.json` holds beside the facts of its own kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest<T> {
    /// Version of the folder's format.
    pub format_version: u32,
    /// The fraudctl that wrote it.
    pub fraudctl: String,
    /// Of every other file in the folder.
    pub checksums: Checksums,
    /// The facts.
    #[serde(flatten)]
    pub facts: T,
}

/// Version of prepared folders and runs.
pub const FORMAT_VERSION: u32 = 1;

/// A folder in the making: it takes its name only when all of it is on the disk.
#[derive(Debug)]
pub struct StagedFolder {
    target: PathBuf,
    staging: TempDir,
}

impl StagedFolder {
    /// Begins a folder beside `target`.
    ///
    /// # Errors
    /// [`FileError::Exists`] when `target` is there and `force` is not; [`FileError::Foreign`] when `force`
    /// would replace something that holds no `manifest.json`.
    pub fn create(target: &Path, force: bool) -> Result<Self, FileError> {
        if target.exists() {
            let empty = fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
            match (force || empty, empty || target.join("manifest.json").is_file()) {
                (false, _) => return Err(FileError::Exists { path: target.to_owned() }),
                (true, false) => return Err(FileError::Foreign { path: target.to_owned() }),
                (true, true) => {}
            }
        }
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(FileError::io(parent))?;
        let staging = tempfile::Builder::new()
            .prefix(".fraudctl-")
            .tempdir_in(parent)
            .map_err(FileError::io(parent))?;
        Ok(Self { target: target.to_owned(), staging })
    }

    /// Where a file of this name is to be written meanwhile.
    pub fn path(&self, name: &str) -> PathBuf {
        self.staging.path().join(name)
    }

    /// Writes a file.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path(name);
        fs::write(&path, bytes).map_err(FileError::io(&path))
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), FileError> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|source| FileError::Json { path: self.path(name), source })?;
        text.push('\n');
        self.write(name, text.as_bytes())
    }

    /// Writes `manifest.json` with the checksums of all files, syncs everything and gives the folder its name.
    ///
    /// # Errors
    /// When writing or renaming fails; the target is then as it was before.
    pub fn commit<T: Serialize>(self, facts: T) -> Result<(), FileError> {
        let mut checksums = Checksums::new();
        let folder = self.staging.path();
        for entry in fs::read_dir(folder).map_err(FileError::io(folder))? {
            let path = entry.map_err(FileError::io(folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            checksums.insert(name, checksum(&path)?);
            sync(&path)?;
        }
        let fraudctl = env!("CARGO_PKG_VERSION").to_owned();
        self.write_json(
            "manifest.json",
            &Manifest { format_version: FORMAT_VERSION, fraudctl, checksums, facts },
        )?;
        sync(&self.path("manifest.json"))?;
        sync(folder)?;
        self.take_its_name()
    }

    fn take_its_name(self) -> Result<(), FileError> {
        let parent = parent(&self.target).to_owned();
        let replaced = tempfile::Builder::new()
            .prefix(".fraudctl-replaced-")
            .tempdir_in(&parent)
            .map_err(FileError::io(&parent))?;
        let aside = replaced.path().join("old");
        let existed = self.target.exists();
        if existed {
            fs::rename(&self.target, &aside).map_err(FileError::io(&self.target))?;
        }
        let staged = self.staging.keep();
        if let Err(error) = fs::rename(&staged, &self.target) {
            if existed {
                fs::rename(&aside, &self.target).map_err(FileError::io(&self.target))?;
            }
            let _ = fs::remove_dir_all(&staged);
            return Err(FileError::io(&self.target)(error));
        }
        sync(&parent)
    }
}

/// Reads `manifest.json` of a folder of this `kind` and checks that every file it names is still the same.
///
/// # Errors
/// When the manifest is missing, damaged, newer or of another kind, or a file is missing or differs.
pub fn open_folder<T: DeserializeOwned>(folder: &Path, kind: &'static str) -> Result<Manifest<T>, FileError> {
    let path = folder.join("manifest.json");
    let value: serde_json::Value = read_json(&path)?;
    let version = value.get("format_version").and_then(serde_json::Value::as_u64);
    if version.is_some_and(|version| version > FORMAT_VERSION.into()) {
        return Err(FileError::Newer { path, found: version.unwrap_or_default(), known: FORMAT_VERSION });
    }
    let found = value.get("kind").and_then(serde_json::Value::as_str).unwrap_or("something else").to_owned();
    if found != kind {
        return Err(FileError::OtherKind { path: folder.to_owned(), expected: kind, found });
    }
    let manifest: Manifest<T> =
        serde_json::from_value(value).map_err(|source| FileError::Json { path, source })?;
    for (name, expected) in &manifest.checksums {
        let file = folder.join(name);
        if checksum(&file)? != *expected {
            return Err(FileError::Checksum { path: file });
        }
    }
    Ok(manifest)
}

/// Reads a JSON file.
///
/// # Errors
/// When it cannot be read or does not hold a `T`.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let text = fs::read(path).map_err(FileError::io(path))?;
    serde_json::from_slice(&text).map_err(|source| FileError::Json { path: path.to_owned(), source })
}

/// Writes one file whole: `fill` writes into a temporary file that then takes the name of `target`.
///
/// # Errors
/// [`FileError::Exists`] when `target` is there and `force` is not; when writing fails; what `fill` returns.
pub fn write_file<E: From<FileError>>(
    target: &Path,
    force: bool,
    fill: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    if target.exists() && !force {
        return Err(FileError::Exists { path: target.to_owned() }.into());
    }
    let parent = parent(target);
    fs::create_dir_all(parent).map_err(FileError::io(parent))?;
    let mut staged = NamedTempFile::new_in(parent).map_err(FileError::io(parent))?;
    fill(staged.as_file_mut())?;
    let finish = |mut staged: NamedTempFile| {
        staged.flush()?;
        staged.as_file().sync_all()?;
        #[cfg(unix)]
        fs::set_permissions(staged.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
        staged.persist(target).map_err(|error| error.error)
    };
    finish(staged).map_err(FileError::io(target))?;
    Ok(sync(parent)?)
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
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
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
    fn a_folder_is_whole_checked_and_not_replaced_unasked() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("run");
        let write = |text: &str, force: bool| {
            let folder = StagedFolder::create(&target, force)?;
            folder.write("model.txt", text.as_bytes())?;
            folder.commit(serde_json::json!({ "kind": "test", "more": 1 }))
        };
        write("one", false).expect("the first is written");
        assert!(matches!(write("two", false), Err(FileError::Exists { .. })));
        write("two", true).expect("replaced when asked");
        let manifest: Manifest<serde_json::Value> = open_folder(&target, "test").expect("it opens");
        assert_eq!(manifest.facts, serde_json::json!({ "kind": "test", "more": 1 }));
        let open = |kind| open_folder::<serde_json::Value>(&target, kind);
        assert!(matches!(open("other"), Err(FileError::OtherKind { .. })));
        fs::write(target.join("model.txt"), "twx").expect("damaged");
        assert!(matches!(open("test"), Err(FileError::Checksum { .. })));
        let newer = r#"{ "format_version": 2, "unheard": "of" }"#;
        fs::write(target.join("manifest.json"), newer).expect("written");
        assert!(matches!(open("test"), Err(FileError::Newer { found: 2, known: 1, .. })));
        assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_folder_of_somebody_else_is_never_replaced() {
        let place = tempfile::tempdir().expect("a temporary folder");
        fs::write(place.path().join("precious"), "x").expect("written");
        assert!(matches!(StagedFolder::create(place.path(), true), Err(FileError::Foreign { .. })));
    }

    #[test]
    fn a_file_that_could_not_be_filled_leaves_nothing() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("out.csv");
        let failed = write_file(&target, false, |file| {
            file.write_all(b"half").map_err(FileError::io(&target))?;
            Err(FileError::Exists { path: target.clone() })
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 0);
    }
}
