//! A run folder: the model, what it reads, its limits, how good it was, and a manifest with checksums.

mod open;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::calibrated::CalibrationFile;
use super::drift::Reference;
use super::golden_rows::GoldenRows;
use super::{ModelFiles, ModelKind};
use crate::domain::Thresholds;
use crate::features::Schema;
use crate::features::scaling::RobustScaler;
use crate::files::{FileError, StagedFolder};
use crate::metrics::ChosenThresholds;
pub use open::{OpenError, Run, model_files, open, scorer};

/// What the manifest calls such a folder.
pub const KIND: &str = "run";
/// The file of a calibrated run.
const CALIBRATION: &str = "calibration.json";
/// The file of what later rows are compared to.
const DRIFT: &str = "drift.json";
const GOLDEN: &str = "golden.json";

/// What a run's manifest says beside checksums and versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// [`KIND`].
    pub kind: String,
    /// What was trained.
    pub model: ModelKind,
    /// The prepared folder it was trained from.
    pub data: PathBuf,
    /// SHA-256 of that folder's manifest, which names the checksums of all its files.
    pub data_sha256: String,
    /// SHA-256 of the file that the folder was prepared from.
    pub source_sha256: String,
    /// The round or epoch that was kept, counted from 1; of a blend its parts say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_iteration: Option<usize>,
    /// What a blend is made of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartFacts>,
    /// The seed.
    pub seed: u64,
    /// Threads that trained; another number may give other bits.
    pub threads: usize,
    /// All parameters, defaults included.
    pub parameters: serde_json::Value,
    /// The run whose trees were added to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The user stopped the training; the best until then was kept.
    #[serde(default)]
    pub interrupted: bool,
}

impl RunFacts {
    /// The rounds and epochs that were kept: of the model, or of each part of a blend.
    pub fn best_iterations(&self) -> impl Iterator<Item = usize> {
        let of_parts = self.parts.iter().map(|part| part.best_iteration);
        self.best_iteration.into_iter().chain(of_parts)
    }
}

/// A part of a blend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartFacts {
    /// What it is.
    pub model: ModelKind,
    /// How much of it there is, from 0 to 1.
    pub weight: f64,
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
    /// Its average precision on the validation rows, alone.
    pub valid_average_precision: f64,
}

/// What goes into a run folder.
#[derive(Debug)]
pub struct RunContents<'a> {
    /// The model.
    pub model: &'a ModelFiles,
    /// What the model reads.
    pub schema: &'a Schema,
    /// Fitted on the training rows.
    pub scaler: &'a RobustScaler,
    /// What turns the model's scores into probabilities.
    pub calibration: Option<&'a CalibrationFile>,
    /// Chosen on the validation rows.
    pub thresholds: Thresholds,
    /// How they were chosen.
    pub chosen: &'a ChosenThresholds,
    /// The validation rows and their scores, as later ones are compared to them.
    pub drift: &'a Reference,
    /// Some of them, to be scored again by whoever opens the run.
    pub golden: &'a GoldenRows,
    /// Metrics on the validation rows.
    pub metrics: serde_json::Value,
    /// What each round or epoch came to: names and CSV, of a blend for each part.
    pub histories: &'a [(String, String)],
    /// What a search tried before.
    pub trials: Option<serde_json::Value>,
    /// What the manifest of the prepared folder says.
    pub data: serde_json::Value,
    /// The page of it all.
    pub report: &'a str,
    /// Curves of the validation rows: names and CSV.
    pub curves: &'a [(String, String)],
}

/// `threshold.json`.
#[derive(Serialize, Deserialize)]
struct ThresholdFile {
    review: f64,
    block: Option<f64>,
    /// Missing in runs of versions that knew one rule only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chosen: Option<ChosenThresholds>,
}

/// The file of what each round or epoch of a `part` of the model came to: `history.csv`, or of a blend `history-PART.csv`.
pub fn history_file(model: ModelKind, part: ModelKind) -> String {
    if part == model { "history.csv".to_owned() } else { format!("history-{}.csv", part.as_str()) }
}

/// Writes a run folder; it is there whole or not at all.
///
/// # Errors
/// When `folder` exists and `force` is not set, or writing fails.
pub fn write(
    folder: &Path,
    force: bool,
    contents: &RunContents<'_>,
    facts: RunFacts,
) -> Result<(), FileError> {
    let staged = StagedFolder::create(folder, KIND, force)?;
    for (name, bytes) in contents.model {
        staged.write(name, bytes)?;
    }
    staged.write_json("schema.json", contents.schema)?;
    staged.write_json("preprocess.json", contents.scaler)?;
    let Thresholds { review, block } = contents.thresholds;
    let chosen = Some(contents.chosen.clone());
    staged.write_json("threshold.json", &ThresholdFile { review, block, chosen })?;
    if let Some(calibration) = contents.calibration {
        staged.write_json(CALIBRATION, calibration)?;
    }
    staged.write_json(DRIFT, contents.drift)?;
    staged.write_json(GOLDEN, contents.golden)?;
    staged.write_json("metrics.json", &contents.metrics)?;
    for (name, text) in contents.histories {
        staged.write(name, text.as_bytes())?;
    }
    staged.write_json("data.json", &contents.data)?;
    staged.write("report.html", contents.report.as_bytes())?;
    if let Some(trials) = &contents.trials {
        staged.write_json("trials.json", trials)?;
    }
    for (name, text) in contents.curves {
        staged.write(&format!("curves/{name}.csv"), text.as_bytes())?;
    }
    staged.commit(facts)
}
