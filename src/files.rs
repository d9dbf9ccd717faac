//! Files and folders that are there whole or not at all, and checksums that tell whether they still are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

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
/// The file that says what a folder holds.
pub const MANIFEST: &str = "manifest.json";

/// A folder in the making: it takes its name only when all of it is on the disk.
#[derive(Debug)]
pub struct StagedFolder {
    target: PathBuf,
    staging: TempDir,
}

impl StagedFolder {
    /// Begins a folder beside `target`, whose manifest will say that it is of this `kind`.
    ///
    /// # Errors
    /// As [`check_target`]; when the folder beside `target` cannot be made.
    pub fn create(target: &Path, kind: &'static str, force: bool) -> Result<Self, FileError> {
        check_target(target, kind, force)?;
        let parent = parent(target);
        fs::create_dir_all(parent).map_err(FileError::io(parent))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".fraudctl-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        let staging = builder.tempdir_in(parent).map_err(FileError::io(parent))?;
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
        self.write_json(MANIFEST, &Manifest { format_version: FORMAT_VERSION, fraudctl, checksums, facts })?;
        sync(&self.path(MANIFEST))?;
        sync(folder)?;
        self.take_its_name()
    }

    /// Where something is replaced, the two exchange their names in one step, so that one of them is always there.
    fn take_its_name(self) -> Result<(), FileError> {
        let (staged, target) = (self.staging.path(), self.target.as_path());
        if target.exists() {
            exchange(staged, target).map_err(FileError::io(target))?;
            // What was replaced lies in the staging folder now, and goes away with it.
            return sync(parent(target));
        }
        let staged = self.staging.keep();
        if let Err(source) = fs::rename(&staged, target) {
            // The rename's failure is what the user hears; a folder that could not be removed changes nothing.
            let _ = fs::remove_dir_all(&staged);
            return Err(FileError::io(target)(source));
        }
        sync(parent(target))
    }
}

#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Elsewhere there is a moment at which neither folder has the name.
#[cfg(not(target_os = "linux"))]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    let aside = one.with_extension("replaced");
    fs::rename(other, &aside)?;
    if let Err(error) = fs::rename(one, other) {
        fs::rename(&aside, other)?;
        return Err(error);
    }
    fs::rename(aside, one)
}

/// Says whether a folder of this `kind` may be written as `target`; asked before long work.
///
/// # Errors
/// [`FileError::Exists`] when `target` is there, is not an empty folder, and `force` is not set;
/// [`FileError::Foreign`] when `force` would replace anything but a folder of this kind with nothing else in it.
pub fn check_target(target: &Path, kind: &'static str, force: bool) -> Result<(), FileError> {
    let empty = || fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if !target.exists() || empty() {
        return Ok(());
    }
    if !force {
        return Err(FileError::Exists { path: target.to_owned() });
    }
    let foreign = || FileError::Foreign { path: target.to_owned(), kind };
    let manifest: Manifest<Kind> = read_json(&target.join(MANIFEST)).map_err(|_| foreign())?;
    let entries = fs::read_dir(target).map_err(FileError::io(target))?;
    let ours = |name: &str| name == MANIFEST || manifest.checksums.contains_key(name);
    let mut names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    match manifest.facts.kind == kind && names.all(|name| name.is_ok_and(|name| ours(&name))) {
        true => Ok(()),
        false => Err(foreign()),
    }
}

/// The one fact that all kinds of folders have.
#[derive(Deserialize)]
struct Kind {
    kind: String,
}

/// Reads `manifest.json` of a folder of this `kind` and checks that every file it names is still the same.
///
/// # Errors
/// When the manifest is missing, damaged, newer or of another kind, or a file is missing or differs.
pub fn open_folder<T: DeserializeOwned>(folder: &Path, kind: &'static str) -> Result<Manifest<T>, FileError> {
    let path = folder.join(MANIFEST);
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
    let mut builder = tempfile::Builder::new();
    // As any file that is made: open to all whom the umask leaves in.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut staged = builder.tempfile_in(parent).map_err(FileError::io(parent))?;
    fill(staged.as_file_mut())?;
    staged.flush().and_then(|()| staged.as_file().sync_all()).map_err(FileError::io(target))?;
    staged.persist(target).map_err(|error| FileError::io(target)(error.error))?;
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
            let folder = StagedFolder::create(&target, "test", force)?;
            folder.write("model.txt", text.as_bytes())?;
            folder.commit(serde_json::json!({ "kind": "test", "more": 1 }))
        };
        write("one", false).expect("the first is written");
        assert!(matches!(write("two", false), Err(FileError::Exists { .. })));
        write("two", true).expect("replaced when asked");
        let manifest: Manifest<serde_json::Value> = open_folder(&target, "test").expect("it opens");
        assert_eq!(manifest.facts, serde_json::json!({ "kind": "test", "more": 1 }));
        let other_kind = StagedFolder::create(&target, "other", true);
        assert!(matches!(other_kind, Err(FileError::Foreign { .. })));
        fs::write(target.join("notes.txt"), "mine").expect("written");
        assert!(
            matches!(write("three", true), Err(FileError::Foreign { .. })),
            "it would take the notes along"
        );
        fs::remove_file(target.join("notes.txt")).expect("removed");
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
        fs::write(place.path().join(MANIFEST), r#"{ "name": "my web app" }"#).expect("written");
        assert!(matches!(StagedFolder::create(place.path(), "test", true), Err(FileError::Foreign { .. })));
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
