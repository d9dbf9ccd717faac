//! Where prepared folders and runs live: `artifacts/`, its bare names, and `artifacts/latest`.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::AppError;
use crate::files::{self, FileError};
use crate::model::ModelKind;

/// The folder of runs, beside the data they come from.
pub const ARTIFACTS: &str = "artifacts";
/// The link to the newest run among them.
pub const LATEST: &str = "latest";

/// Where a run or prepared folder is: a bare name means `artifacts/<name>`, unless something of that name is here;
/// anything else is a path.
pub fn locate(given: &Path) -> PathBuf {
    let bare = given.components().count() == 1 && !given.is_absolute() && !given.starts_with(".");
    if bare && !given.exists() { Path::new(ARTIFACTS).join(given) } else { given.to_owned() }
}

/// The folder of the run of this name in `artifacts/`; `None` when it can't be one's name.
pub fn named(name: &str) -> Option<PathBuf> {
    let mut components = Path::new(name).components();
    let is_name = matches!(components.next(), Some(Component::Normal(only)) if only == name);
    is_name.then(|| Path::new(ARTIFACTS).join(name))
}

/// `artifacts/<data>-<model>`, numbered when that is taken.
pub fn free_name(data: &Path, model: ModelKind) -> PathBuf {
    free_path(&default_name(data, model))
}

/// `artifacts/<name>`, numbered when that is taken, by something that was stopped too.
pub fn free_path(name: &str) -> PathBuf {
    let is_stopped = |path: &Path| {
        [ModelKind::Lightgbm, ModelKind::Mlp, ModelKind::Blend].iter().any(|model| is_stopped(path, *model))
    };
    let is_free = |path: &PathBuf| !path.exists() && !is_stopped(path);
    numbered(name).find(is_free).expect("numbers do not end")
}

/// The name that a stopped search or training of this model would take, as [`free_name`] gave it; the first one when there is none.
pub fn stopped(data: &Path, model: ModelKind) -> PathBuf {
    const MOST: usize = 1_000;
    let name = default_name(data, model);
    let stopped = numbered(&name).take(MOST).find(|path| is_stopped(path, model));
    stopped.unwrap_or_else(|| Path::new(ARTIFACTS).join(name))
}

/// The checkpoint of the network that is trained for a run, beside it.
pub fn checkpoint_file(run: &Path) -> PathBuf {
    files::beside(run, ".checkpoint")
}

/// The trials of the search for a run, beside it; of a blend the name that [`of_part`] makes others of.
pub fn trials_file(run: &Path) -> PathBuf {
    files::beside(run, ".trials.jsonl")
}

/// The file of trials of a `part` of the model: the model's own, or `NAME.PART.jsonl` where that is `NAME.jsonl`.
pub fn of_part(file: &Path, model: ModelKind, part: ModelKind) -> PathBuf {
    if part == model {
        return file.to_owned();
    }
    let extension = file.extension().map_or_else(String::new, |old| format!(".{}", old.to_string_lossy()));
    file.with_extension(format!("{}{extension}", part.as_str()))
}

/// A search or a training for this run was stopped.
fn is_stopped(run: &Path, model: ModelKind) -> bool {
    let is_searched = |part: &ModelKind| of_part(&trials_file(run), model, *part).exists();
    model.parts().iter().any(is_searched) || checkpoint_file(run).exists()
}

/// `artifacts/<name>`, `artifacts/<name>-2` and so on.
fn numbered(name: &str) -> impl Iterator<Item = PathBuf> {
    let first = name.to_owned();
    let more = (2..).map({
        let name = name.to_owned();
        move |number| format!("{name}-{number}")
    });
    std::iter::once(first).chain(more).map(|name| Path::new(ARTIFACTS).join(name))
}

fn default_name(data: &Path, model: ModelKind) -> String {
    let stem = data.file_name().map_or_else(|| "run".into(), |name| name.to_string_lossy());
    format!("{stem}-{}", model.as_str())
}

/// Says at once what would otherwise be said after minutes of work.
pub fn check_target(out: &Path, kind: &'static str, force: bool) -> Result<(), AppError> {
    if out.file_name().is_some_and(|name| name == LATEST) {
        return Err(AppError::ReservedName { path: out.to_owned() });
    }
    Ok(files::check_target(out, kind, force)?)
}

/// Lets `artifacts/latest` point to `run`, when that lies in `artifacts/`.
pub fn point_latest_to(run: &Path) -> Result<(), FileError> {
    let (Some(folder), Some(name)) = (run.parent(), run.file_name()) else { return Ok(()) };
    if folder.file_name().is_none_or(|folder| folder != ARTIFACTS) {
        return Ok(());
    }
    let latest = folder.join(LATEST);
    let staged = folder.join(format!(".latest-{}", std::process::id()));
    let link = || -> io::Result<()> {
        #[cfg(unix)]
        std::os::unix::fs::symlink(name, &staged)?;
        #[cfg(not(unix))]
        fs::write(&staged, name.to_string_lossy().as_bytes())?;
        fs::rename(&staged, &latest)
    };
    link().map_err(|source| {
        // The link's failure is what the user hears.
        let _ = fs::remove_file(&staged);
        FileError::io(&latest)(source)
    })
}
