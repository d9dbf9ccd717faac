//! Folders with a manifest: written whole or not at all, opened only when every file is what it was.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::{Checksums, FileError, checksum, checksum_of, parent, read_json, sync};

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

impl<T> Manifest<T> {
    /// A short word for the contents of the folder's files: the same contents have the same, others another.
    pub fn version(&self) -> String {
        let checksums = serde_json::to_vec(&self.checksums).expect("names and checksums are text");
        checksum_of(&checksums)[..VERSION_DIGITS].to_owned()
    }
}

/// Digits of [`Manifest::version`].
const VERSION_DIGITS: usize = 12;

/// Version of prepared folders and runs.
pub const FORMAT_VERSION: u32 = 1;
/// The file that says what a folder holds.
pub const MANIFEST: &str = "manifest.json";

/// A folder in the making: it takes its name only when all of it is on the disk.
#[derive(Debug)]
pub struct StagedFolder {
    target: PathBuf,
    kind: &'static str,
    force: bool,
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
        Ok(Self { target: target.to_owned(), kind, force, staging })
    }

    /// Where a file of this name is to be written meanwhile.
    pub fn path(&self, name: &str) -> PathBuf {
        self.staging.path().join(name)
    }

    /// Writes a file; `a/b` lies in a folder `a`.
    ///
    /// # Errors
    /// When writing fails.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(FileError::io(folder))?;
        }
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
    /// [`FileError::Exists`] when another has taken the name meanwhile; when writing or renaming fails. The target is
    /// then as it was before.
    pub fn commit<T: Serialize>(self, facts: T) -> Result<(), FileError> {
        let mut checksums = Checksums::new();
        let folder = self.staging.path();
        for name in files_below(folder)? {
            let path = folder.join(&name);
            checksums.insert(name, checksum(&path)?);
            sync(&path)?;
            sync(parent(&path))?;
        }
        let fraudctl = env!("CARGO_PKG_VERSION").to_owned();
        self.write_json(MANIFEST, &Manifest { format_version: FORMAT_VERSION, fraudctl, checksums, facts })?;
        sync(&self.path(MANIFEST))?;
        sync(folder)?;
        self.take_its_name()
    }

    /// Where something is replaced, the two exchange their names in one step, so that one of them is always there.
    fn take_its_name(self) -> Result<(), FileError> {
        check_target(&self.target, self.kind, self.force)?;
        let (staged, path) = (self.staging.keep(), self.target);
        // A plain rename replaces an empty folder too.
        let named = if is_vacant(&path) {
            fs::rename(&staged, &path)
        } else {
            // What was replaced lies in the staging folder then; that it could not be removed changes nothing.
            exchange(&staged, &path).map(|()| drop(fs::remove_dir_all(&staged)))
        };
        match named {
            Ok(()) => sync(parent(&path)),
            Err(source) => Err(FileError::Unnamed { path, staged, source }),
        }
    }
}

#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        // Network file systems and old kernels.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => exchange_in_steps(one, other),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
use exchange_in_steps as exchange;

/// There is a moment at which neither folder has the name.
fn exchange_in_steps(one: &Path, other: &Path) -> io::Result<()> {
    let aside = one.with_extension("replaced");
    fs::rename(other, &aside)?;
    if let Err(error) = fs::rename(one, other) {
        fs::rename(&aside, other)?;
        return Err(error);
    }
    fs::rename(aside, one)
}

/// True when nothing is there, or an empty folder.
pub fn is_vacant(folder: &Path) -> bool {
    !folder.exists() || fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Says whether a folder of this `kind` may be written as `target`; asked before long work.
///
/// # Errors
/// [`FileError::Exists`] when `target` is there, is not an empty folder, and `force` is not set;
/// [`FileError::Foreign`] when `force` would replace anything but a folder of this kind with nothing else in it.
pub fn check_target(target: &Path, kind: &'static str, force: bool) -> Result<(), FileError> {
    if is_vacant(target) {
        return Ok(());
    }
    if !force {
        return Err(FileError::Exists { path: target.to_owned() });
    }
    let foreign = || FileError::Foreign { path: target.to_owned(), kind };
    let manifest: Manifest<Kind> = read_json(&target.join(MANIFEST)).map_err(|_| foreign())?;
    let ours = |name: &String| name == MANIFEST || manifest.checksums.contains_key(name);
    match manifest.facts.kind == kind && files_below(target)?.iter().all(ours) {
        true => Ok(()),
        false => Err(foreign()),
    }
}

/// The names of all files in a folder and in the folders in it, as checksums name them; of an empty folder its own name.
fn files_below(folder: &Path) -> Result<Vec<String>, FileError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(FileError::io(folder))? {
        let entry = entry.map_err(FileError::io(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link to a folder is a file of somebody else.
        let is_folder = entry.file_type().map_err(FileError::io(folder))?.is_dir();
        match if is_folder { files_below(&entry.path())? } else { Vec::new() } {
            inside if inside.is_empty() => names.push(name),
            inside => names.extend(inside.into_iter().map(|inside| format!("{name}/{inside}"))),
        }
    }
    Ok(names)
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
    if !path.exists() {
        return Err(FileError::NoFolder { path: folder.to_owned(), expected: kind });
    }
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
    fn folders_within_are_checked_and_replaced_with_it() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("run");
        let write = || {
            let folder = StagedFolder::create(&target, "test", true)?;
            folder.write("curves/roc.csv", b"0,0")?;
            folder.write("model.txt", b"one")?;
            folder.commit(serde_json::json!({ "kind": "test" }))
        };
        write().expect("the first is written");
        write().expect("replaced");
        let open = || open_folder::<serde_json::Value>(&target, "test");
        let names: Vec<String> = open().expect("it opens").checksums.into_keys().collect();
        assert_eq!(names, ["curves/roc.csv", "model.txt"]);
        fs::write(target.join("curves/roc.csv"), "0,1").expect("damaged");
        assert!(matches!(open(), Err(FileError::Checksum { .. })));
        fs::write(target.join("curves/mine.csv"), "1,1").expect("written");
        assert!(matches!(write(), Err(FileError::Foreign { .. })));
        fs::remove_file(target.join("curves/mine.csv")).expect("removed");
        fs::create_dir(target.join("empty")).expect("made");
        assert!(matches!(write(), Err(FileError::Foreign { .. })));
    }

    #[test]
    fn a_name_that_was_taken_meanwhile_is_not_taken_away() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("run");
        fs::create_dir(&target).expect("an empty folder is no obstacle");
        let [first, second] = [1, 2].map(|_| StagedFolder::create(&target, "test", false).expect("free"));
        first.commit(serde_json::json!({ "kind": "test", "number": 1 })).expect("the first is written");
        assert!(matches!(
            second.commit(serde_json::json!({ "kind": "test" })),
            Err(FileError::Exists { .. })
        ));
        let manifest: Manifest<serde_json::Value> = open_folder(&target, "test").expect("it opens");
        assert_eq!(manifest.facts["number"], 1);
        assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 1, "nothing is left behind");
    }

    #[test]
    fn a_folder_that_cannot_take_its_name_is_kept() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let target = place.path().join("run");
        let folder = StagedFolder::create(&target, "test", false).expect("free");
        folder.write("model.txt", b"a day of training").expect("written");
        fs::write(&target, "a file is in the way").expect("written");
        // As if it had appeared between the last look and the renaming.
        let folder = StagedFolder { target: target.join("below a file"), ..folder };
        let Err(FileError::Unnamed { staged, .. }) = folder.commit(serde_json::json!({ "kind": "test" }))
        else {
            panic!("a file has no folders");
        };
        assert_eq!(fs::read_to_string(staged.join("model.txt")).expect("kept"), "a day of training");
    }

    #[test]
    fn folders_exchange_their_names_in_steps_too() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let [one, other] = ["one", "other"].map(|name| place.path().join(name));
        for folder in [&one, &other] {
            fs::create_dir(folder).expect("made");
            fs::write(folder.join("name"), folder.to_string_lossy().as_bytes()).expect("written");
        }
        exchange_in_steps(&one, &other).expect("exchanged");
        let name = fs::read_to_string(one.join("name")).expect("there");
        assert_eq!(Path::new(&name), other);
        assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 2, "nothing is left behind");
    }

    #[test]
    fn a_folder_of_somebody_else_is_never_replaced() {
        let place = tempfile::tempdir().expect("a temporary folder");
        fs::write(place.path().join(MANIFEST), r#"{ "name": "my web app" }"#).expect("written");
        assert!(matches!(StagedFolder::create(place.path(), "test", true), Err(FileError::Foreign { .. })));
    }
}
