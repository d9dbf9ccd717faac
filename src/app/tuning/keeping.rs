//! Where the trials of a model are kept: one file for each part that is searched by itself.

use std::path::{Path, PathBuf};

use crate::app::{AppError, runs};
use crate::files::{self, FileError};
use crate::model::ModelKind;

/// What the user said about the trials of a model.
#[derive(Debug, Clone)]
pub struct Keeping {
    /// Whose trials.
    pub model: ModelKind,
    /// Where they are kept; `None` keeps none. Of a blend [`runs::of_part`] makes the files of its parts.
    pub file: Option<PathBuf>,
    /// Go on with those that are there.
    pub resume: bool,
    /// Begin anew where there are some.
    pub force: bool,
}

impl Keeping {
    /// Says before anything is searched whether files are there, or not there, as they should be; forgets those that are to be
    /// replaced.
    ///
    /// # Errors
    /// When there are none to go on with, or some that nobody said what to do with, or they cannot be removed.
    pub fn begin(&self) -> Result<(), AppError> {
        let Some(file) = &self.file else { return Ok(()) };
        let there = self.files().find(|file| file.exists());
        match (self.resume, self.force, there) {
            (true, _, None) => Err(AppError::NoTrials { path: file.clone() }),
            (false, false, Some(path)) => Err(AppError::TrialsExist { path }),
            (false, true, Some(_)) => Ok(self.forget()?),
            _ => Ok(()),
        }
    }

    /// The file of a part and whether its search goes on.
    pub fn of_part(&self, part: ModelKind) -> (Option<PathBuf>, bool) {
        let file = self.file.as_deref().map(|file| runs::of_part(file, self.model, part));
        let resume = self.resume && file.as_deref().is_some_and(Path::exists);
        (file, resume)
    }

    /// Removes the files.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub fn forget(&self) -> Result<(), FileError> {
        self.files().try_for_each(|file| files::remove_if_there(&file))
    }

    fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.model.parts().iter().filter_map(|part| self.of_part(*part).0)
    }
}
