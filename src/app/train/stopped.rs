//! What is kept beside a run until it is done, so that a training that was stopped can go on: trials and a network's checkpoint.

use std::path::{Path, PathBuf};

use super::TrainConfig;
use crate::app::fitting::Stopped;
use crate::app::tuning::Keeping;
use crate::app::{AppError, runs};
use crate::files::{self, FileError, Manifest};
use crate::model::artifact::{self, RunFacts};

/// The files beside a run.
pub(super) struct Kept {
    /// The search's, where there is one.
    pub(super) trials: Option<Keeping>,
    checkpoint: PathBuf,
    /// What is learnt from.
    data: String,
    resume: bool,
    /// The run is there, was stopped, and is what goes on.
    pub(super) replaces: bool,
}

impl Kept {
    /// Says before anything is read whether files are there, or not there, as they should be.
    ///
    /// # Errors
    /// When there is nothing to go on with, or something that nobody said what to do with, or it cannot be removed.
    pub(super) fn begin(config: &TrainConfig, out: &Path) -> Result<Self, AppError> {
        let TrainConfig { resume, force, .. } = *config;
        let trials = config.trials.map(|_| Keeping {
            model: config.recipe.model,
            file: Some(runs::trials_file(out)),
            resume,
            force,
        });
        trials.as_ref().map_or(Ok(()), Keeping::begin)?;
        let checkpoint = runs::checkpoint_file(out);
        match (checkpoint.exists(), resume, force) {
            (false, true, _) if trials.is_none() => {
                return Err(AppError::NothingStopped { path: checkpoint });
            }
            (true, false, false) => return Err(AppError::TrainingExists { path: checkpoint }),
            (true, false, true) => files::remove_if_there(&checkpoint)?,
            _ => {}
        }
        let replaces = resume && was_stopped(out);
        runs::check_target(out, artifact::KIND, force || replaces)?;
        let data = format!("data {}", files::checksum(&config.data.join(files::MANIFEST))?);
        Ok(Self { trials, checkpoint, data, resume, replaces })
    }

    /// For the training of the network.
    pub(super) fn stopped(&self) -> Stopped<'_> {
        let resume = self.resume && self.checkpoint.exists();
        Stopped { checkpoint: &self.checkpoint, data: &self.data, resume }
    }

    /// Removes the files.
    ///
    /// # Errors
    /// When one is there and cannot be removed.
    pub(super) fn forget(&self) -> Result<(), FileError> {
        self.trials.as_ref().map_or(Ok(()), Keeping::forget)?;
        files::remove_if_there(&self.checkpoint)
    }
}

fn was_stopped(run: &Path) -> bool {
    let manifest: Result<Manifest<RunFacts>, FileError> = files::open_folder(run, artifact::KIND);
    manifest.is_ok_and(|manifest| manifest.facts.interrupted)
}
