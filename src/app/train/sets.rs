//! What training takes beside its rows: a run that is trained further, and rows that are followed.

use std::fs;
use std::path::Path;

use super::{TrainConfig, Watch};
use crate::app::AppError;
use crate::dataset::{Part, PartRows, Prepared};
use crate::files::FileError;
use crate::model::ModelKind;
use crate::model::artifact::{self, Run};
use crate::model::gbdt::{self, Forest};

/// A run that is trained further.
pub(super) struct Ancestor {
    pub(super) run: Run,
    pub(super) text: String,
    pub(super) forest: Forest,
}

impl Ancestor {
    pub(super) fn open(folder: &Path, config: &TrainConfig, prepared: &Prepared) -> Result<Self, AppError> {
        let run = artifact::open(folder)?;
        if run.manifest.facts.model != ModelKind::Lightgbm || config.recipe.model != ModelKind::Lightgbm {
            return Err(AppError::NotContinued { run: run.name });
        }
        if let Some(what) = prepared.schema.difference(&run.schema) {
            return Err(AppError::OtherFeatures { run: run.name, data: config.data.clone(), what });
        }
        let path = folder.join(ModelKind::Lightgbm.file());
        let text = fs::read_to_string(&path).map_err(FileError::io(&path))?;
        let forest = gbdt::parse(&text).expect("it was parsed when the run was opened");
        Ok(Self { run, text, forest })
    }
}

/// The rows to be followed by name; `None` stands for the training rows.
pub(super) fn watched(
    config: &TrainConfig,
    prepared: &Prepared,
) -> Result<Vec<(String, Option<PartRows>)>, AppError> {
    if config.recipe.model != ModelKind::Lightgbm && !config.watch.is_empty() {
        return Err(AppError::NotWatched);
    }
    let rows = |watch: &Watch| match watch {
        Watch::Train => Ok((Part::Train.as_str().to_owned(), None)),
        Watch::Folder(folder) => {
            let other = Prepared::open(folder)?;
            if let Some(what) = other.schema.difference(&prepared.schema) {
                let run = config.data.display().to_string();
                return Err(AppError::OtherFeatures { run, data: folder.clone(), what });
            }
            let name = folder.file_name().map_or_else(|| "watched".into(), |name| name.to_string_lossy());
            // It becomes a cell of history.csv.
            let name = name.replace(|c: char| c == ',' || c == '"' || c.is_control(), "_");
            Ok((name, Some(other.part(Part::Valid)?)))
        }
    };
    let mut watched: Vec<(String, Option<PartRows>)> =
        config.watch.iter().map(rows).collect::<Result<_, AppError>>()?;
    for place in 0..watched.len() {
        let is_taken = |name: &String| {
            name == gbdt::VALID
                || name == Part::Train.as_str() && watched[place].1.is_some()
                || watched[..place].iter().any(|(other, _)| other == name)
        };
        if is_taken(&watched[place].0) {
            let mut numbered = (2..).map(|number| format!("{}-{number}", watched[place].0));
            watched[place].0 = numbered.find(|name| !is_taken(name)).expect("numbers do not end");
        }
    }
    Ok(watched)
}
