//! A run folder: the model, what it reads, its limits, how good it was, and a manifest with checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::calibrated::{CALIBRATION_VERSION, Calibrated, CalibrationFile};
use super::gbdt::{self, ParseError};
use super::neural::{MlpScorer, Weights, WeightsError};
use super::{ModelKind, Scorer};
use crate::calibration::Calibration;
use crate::domain::Thresholds;
use crate::features::Schema;
use crate::features::scaling::RobustScaler;
use crate::files::{self, FileError, Manifest, StagedFolder};
use crate::metrics::ChosenThresholds;

/// What the manifest calls such a folder.
pub const KIND: &str = "run";
/// The file of a calibrated run.
const CALIBRATION: &str = "calibration.json";

impl ModelKind {
    /// Name of the model's file in a run folder.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Lightgbm => "model.txt",
            Self::Mlp => "weights.safetensors",
        }
    }
}

/// A run could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// A file is missing, damaged or newer.
    #[error(transparent)]
    File(#[from] FileError),
    /// The text model cannot be used.
    #[error("{}: {source}", path.display())]
    Gbdt {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ParseError,
    },
    /// The weights cannot be used.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// Why.
        source: WeightsError,
    },
    /// The calibration cannot be used.
    #[error("{}: this is no calibration of scores", path.display())]
    Calibration {
        /// The file.
        path: PathBuf,
    },
    /// Model and schema do not belong together.
    #[error("{}: the model takes {model} features and the schema names {schema}", path.display())]
    Mismatch {
        /// The folder.
        path: PathBuf,
        /// The model's.
        model: usize,
        /// The schema's.
        schema: usize,
    },
}

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
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
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

/// What goes into a run folder.
#[derive(Debug)]
pub struct RunContents<'a> {
    /// The bytes of [`ModelKind::file`].
    pub model_bytes: &'a [u8],
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
    /// Metrics on the validation rows.
    pub metrics: serde_json::Value,
    /// What each round or epoch came to, as CSV.
    pub history: &'a str,
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
    staged.write(facts.model.file(), contents.model_bytes)?;
    staged.write_json("schema.json", contents.schema)?;
    staged.write_json("preprocess.json", contents.scaler)?;
    let Thresholds { review, block } = contents.thresholds;
    let chosen = Some(contents.chosen.clone());
    staged.write_json("threshold.json", &ThresholdFile { review, block, chosen })?;
    if let Some(calibration) = contents.calibration {
        staged.write_json(CALIBRATION, calibration)?;
    }
    staged.write_json("metrics.json", &contents.metrics)?;
    staged.write("history.csv", contents.history.as_bytes())?;
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

/// A run that is ready to score.
#[derive(Clone)]
pub struct Run {
    /// The folder's name.
    pub name: String,
    /// The manifest.
    pub manifest: Manifest<RunFacts>,
    /// What the model reads.
    pub schema: Schema,
    /// The limits chosen when it was trained.
    pub thresholds: Thresholds,
    /// How they were chosen, where the run says so.
    pub chosen: Option<ChosenThresholds>,
    /// What turns the model's scores into probabilities; [`Run::scorer`] applies it.
    pub calibration: Option<Calibration>,
    /// The model, calibrated.
    pub scorer: Arc<dyn Scorer>,
}

/// Opens a run folder, after checking every file against the manifest.
///
/// # Errors
/// When it is not a run, or a file is missing, damaged, newer or does not fit the others.
pub fn open(folder: &Path) -> Result<Run, OpenError> {
    let manifest: Manifest<RunFacts> = files::open_folder(folder, KIND)?;
    let schema: Schema = files::read_json(&folder.join("schema.json"))?;
    let scaler: RobustScaler = files::read_json(&folder.join("preprocess.json"))?;
    let file = folder.join(manifest.facts.model.file());
    let bytes = fs::read(&file).map_err(FileError::io(&file))?;
    let scorer = scorer(manifest.facts.model, &bytes, &scaler, &file)?;
    if scorer.features() != schema.features.len() {
        let (model, schema) = (scorer.features(), schema.features.len());
        return Err(OpenError::Mismatch { path: folder.to_owned(), model, schema });
    }
    let calibration = match manifest.checksums.contains_key(CALIBRATION) {
        true => Some(calibration(&folder.join(CALIBRATION))?),
        false => None,
    };
    let ThresholdFile { review, block, chosen } = files::read_json(&folder.join("threshold.json"))?;
    let name =
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    Ok(Run {
        name: name.unwrap_or_else(|| folder.display().to_string()),
        manifest,
        schema,
        thresholds: Thresholds { review, block },
        chosen,
        scorer: Calibrated::wrap(scorer, calibration.clone()),
        calibration,
    })
}

fn calibration(path: &Path) -> Result<Calibration, OpenError> {
    let value: serde_json::Value = files::read_json(path)?;
    let version = value.get("format_version").and_then(serde_json::Value::as_u64).unwrap_or_default();
    if version > CALIBRATION_VERSION.into() {
        let path = path.to_owned();
        return Err(FileError::Newer { path, found: version, known: CALIBRATION_VERSION }.into());
    }
    let file: CalibrationFile =
        serde_json::from_value(value).map_err(|source| FileError::Json { path: path.to_owned(), source })?;
    match file.calibration.is_sound() {
        true => Ok(file.calibration),
        false => Err(OpenError::Calibration { path: path.to_owned() }),
    }
}

/// The scorer of a model's bytes, which `path` holds or will hold.
///
/// # Errors
/// When the bytes are damaged or do not fit the scaler.
pub fn scorer(
    kind: ModelKind,
    bytes: &[u8],
    scaler: &RobustScaler,
    path: &Path,
) -> Result<Arc<dyn Scorer>, OpenError> {
    match kind {
        ModelKind::Lightgbm => {
            let forest = gbdt::parse(&String::from_utf8_lossy(bytes));
            Ok(Arc::new(forest.map_err(|source| OpenError::Gbdt { path: path.to_owned(), source })?))
        }
        ModelKind::Mlp => {
            let scorer =
                Weights::from_bytes(bytes).and_then(|weights| MlpScorer::new(&weights, scaler.clone()));
            Ok(Arc::new(scorer.map_err(|source| OpenError::Weights { path: path.to_owned(), source })?))
        }
    }
}
