//! Opens a run folder: everything in it is checked before anything scores.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{CALIBRATION, DRIFT, GOLDEN, KIND, RunFacts, ThresholdFile};
use crate::calibration::Calibration;
use crate::domain::Thresholds;
use crate::features::Schema;
use crate::features::scaling::RobustScaler;
use crate::files::{self, FileError, Manifest};
use crate::metrics::ChosenThresholds;
use crate::model::blend::{BLEND_VERSION, Blend, BlendFile};
use crate::model::calibrated::{CALIBRATION_VERSION, Calibrated, CalibrationFile};
use crate::model::drift::{DRIFT_VERSION, Reference};
use crate::model::gbdt::{self, ParseError};
use crate::model::golden_rows::{GOLDEN_VERSION, GoldenRows};
use crate::model::neural::{MlpScorer, Weights, WeightsError};
use crate::model::{ModelFiles, ModelKind, Scorer};

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
    /// The weights of a blend cannot be used.
    #[error("{}: these are no weights of a blend's parts: each from 0 to 1, together 1", path.display())]
    Blend {
        /// The file.
        path: PathBuf,
    },
    /// The parts of a blend do not belong together.
    #[error("{}: the parts of the blend take {features:?} features", path.display())]
    Parts {
        /// The folder.
        path: PathBuf,
        /// By part.
        features: Vec<usize>,
    },
    /// The counts that rows are compared to cannot be used.
    #[error("{}: these are no counts of the model's features", path.display())]
    Drift {
        /// The file.
        path: PathBuf,
    },
    /// The model has other scores than when it was trained.
    #[error("{}: {why}; do not use this run: train it again, or report a bug", path.display())]
    Golden {
        /// The file of the rows that it was tried with.
        path: PathBuf,
        /// What differs.
        why: String,
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
    /// What rows are compared to, where the run says it.
    pub drift: Option<Reference>,
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
    let scorer = scorer(manifest.facts.model, &model_files(manifest.facts.model, folder)?, &scaler, folder)?;
    if scorer.features() != schema.features.len() {
        let (model, schema) = (scorer.features(), schema.features.len());
        return Err(OpenError::Mismatch { path: folder.to_owned(), model, schema });
    }
    let calibration = match manifest.checksums.contains_key(CALIBRATION) {
        true => Some(calibration(&folder.join(CALIBRATION))?),
        false => None,
    };
    let drift = match manifest.checksums.contains_key(DRIFT) {
        true => Some(drift(&folder.join(DRIFT), scorer.features())?),
        false => None,
    };
    let scorer = Calibrated::wrap(scorer, calibration.clone());
    if manifest.checksums.contains_key(GOLDEN) {
        let path = folder.join(GOLDEN);
        let bytes = fs::read(&path).map_err(FileError::io(&path))?;
        let golden: GoldenRows = versioned(&bytes, &path, GOLDEN_VERSION)?;
        golden.check(&*scorer, manifest.facts.model).map_err(|why| OpenError::Golden { path, why })?;
    }
    let ThresholdFile { review, block, chosen } = files::read_json(&folder.join("threshold.json"))?;
    let name =
        folder.canonicalize().ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    Ok(Run {
        name: name.unwrap_or_else(|| folder.display().to_string()),
        manifest,
        schema,
        thresholds: Thresholds { review, block },
        chosen,
        drift,
        scorer,
        calibration,
    })
}

fn drift(path: &Path, features: usize) -> Result<Reference, OpenError> {
    let bytes = fs::read(path).map_err(FileError::io(path))?;
    let reference: Reference = versioned(&bytes, path, DRIFT_VERSION)?;
    match reference.is_sound(features) {
        true => Ok(reference),
        false => Err(OpenError::Drift { path: path.to_owned() }),
    }
}

fn calibration(path: &Path) -> Result<Calibration, OpenError> {
    let bytes = fs::read(path).map_err(FileError::io(path))?;
    let file: CalibrationFile = versioned(&bytes, path, CALIBRATION_VERSION)?;
    match file.calibration.is_sound() {
        true => Ok(file.calibration),
        false => Err(OpenError::Calibration { path: path.to_owned() }),
    }
}

/// The files of a model in a run folder.
///
/// # Errors
/// When one cannot be read.
pub fn model_files(kind: ModelKind, folder: &Path) -> Result<ModelFiles, FileError> {
    let read = |name: &'static str| {
        let path = folder.join(name);
        Ok((name, fs::read(&path).map_err(FileError::io(&path))?))
    };
    kind.files().map(read).collect()
}

/// The scorer of a model's files, which `folder` holds or will hold.
///
/// # Errors
/// When the bytes are damaged or do not fit the scaler.
///
/// # Panics
/// When `files` lacks one of [`ModelKind::files`].
pub fn scorer(
    kind: ModelKind,
    files: &ModelFiles,
    scaler: &RobustScaler,
    folder: &Path,
) -> Result<Arc<dyn Scorer>, OpenError> {
    let bytes = files[kind.file()].as_slice();
    let path = || folder.join(kind.file());
    match kind {
        ModelKind::Lightgbm => {
            let forest = gbdt::parse(&String::from_utf8_lossy(bytes));
            Ok(Arc::new(forest.map_err(|source| OpenError::Gbdt { path: path(), source })?))
        }
        ModelKind::Mlp => {
            let scorer =
                Weights::from_bytes(bytes).and_then(|weights| MlpScorer::new(&weights, scaler.clone()));
            Ok(Arc::new(scorer.map_err(|source| OpenError::Weights { path: path(), source })?))
        }
        ModelKind::Blend => {
            let file: BlendFile = versioned(bytes, &path(), BLEND_VERSION)?;
            if !file.is_sound() {
                return Err(OpenError::Blend { path: path() });
            }
            let part = |(&kind, &weight)| Ok((weight, scorer(kind, files, scaler, folder)?));
            let parts = file.weights.iter().map(part).collect::<Result<Vec<_>, OpenError>>()?;
            let features: Vec<usize> = parts.iter().map(|(_, part)| part.features()).collect();
            match features.windows(2).all(|pair| pair[0] == pair[1]) {
                true => Ok(Arc::new(Blend::new(parts))),
                false => Err(OpenError::Parts { path: folder.to_owned(), features }),
            }
        }
    }
}

/// Reads JSON that says its version, which must be `known`.
fn versioned<T: DeserializeOwned>(bytes: &[u8], path: &Path, known: u32) -> Result<T, FileError> {
    let json = |source| FileError::Json { path: path.to_owned(), source };
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(json)?;
    let found = value.get("format_version").and_then(serde_json::Value::as_u64).unwrap_or_default();
    if found > known.into() {
        return Err(FileError::Newer { path: path.to_owned(), found, known });
    }
    serde_json::from_value(value).map_err(json)
}
