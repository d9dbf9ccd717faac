//! `train`: from a prepared folder to a run folder.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::deciding::{self, DecisionRules};
use super::{AppError, runs};
use crate::dataset::{Part, PartCount, PartRows, Prepared};
use crate::domain::{ClassWeights, Thresholds};
use crate::files::{self, FileError};
use crate::metrics::{self, Evaluation};
use crate::model::artifact::{self, RunContents, RunFacts};
use crate::model::gbdt::{self, GbdtParameters};
use crate::model::neural::{self, Device, MlpParameters};
use crate::model::{ModelKind, TrainingRows};
use crate::progress::Progress;
use crate::resample::{self, Balance};

/// What to train, and how.
#[derive(Debug, Clone)]
pub struct TrainConfig {
    /// A prepared folder.
    pub data: PathBuf,
    /// What to train.
    pub model: ModelKind,
    /// The run folder; `None` makes `artifacts/<data>-<model>`, numbered when that is taken.
    pub out: Option<PathBuf>,
    /// Parameters over the defaults.
    pub settings: Vec<(String, String)>,
    /// How scores become decisions.
    pub decisions: DecisionRules,
    /// Where the network is computed.
    pub device: Device,
    /// Seeds everything that is drawn.
    pub seed: u64,
    /// Threads that train.
    pub threads: usize,
    /// Replace `out`.
    pub force: bool,
}

/// What was trained.
#[derive(Debug, Clone, Serialize)]
pub struct TrainSummary {
    /// The run folder.
    pub run: PathBuf,
    /// What was trained.
    pub model: ModelKind,
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
    /// The limits that were chosen on the validation rows.
    pub thresholds: Thresholds,
    /// How scores are calibrated: `none`, or the method.
    pub calibration: &'static str,
    /// Metrics on the validation rows at the review threshold, which was chosen on them.
    pub valid: Evaluation,
}

struct Trained {
    bytes: Vec<u8>,
    best_iteration: usize,
    parameters: serde_json::Value,
}

/// Trains a model and writes its run folder.
///
/// # Errors
/// When the folder or a parameter is wrong, training fails or is interrupted, or the run cannot be written.
pub fn train(config: &TrainConfig, progress: &dyn Progress) -> Result<TrainSummary, AppError> {
    let prepared = Prepared::open(&config.data)?;
    let (train, valid) = (prepared.part(Part::Train)?, prepared.part(Part::Valid)?);
    deciding::check(&config.decisions, &prepared, &valid)?;
    let out = match &config.out {
        Some(out) => out.clone(),
        None => runs::free_name(&config.data, config.model),
    };
    runs::check_target(&out, artifact::KIND, config.force)?;
    let categories = prepared.schema.encoder().categories();
    let rows = TrainingRows {
        train: &train.features,
        train_labels: &train.labels,
        valid: &valid.features,
        valid_labels: &valid.labels,
        class_weights: class_weights(&prepared, &train.labels)?,
        categories: &categories,
    };
    progress.note(format!(
        "training {} on {} rows with {} frauds, stopped by {} rows with {}",
        config.model.as_str(),
        train.labels.len(),
        PartCount::of(&train.labels).positives,
        valid.labels.len(),
        PartCount::of(&valid.labels).positives
    ));
    let trained = match config.model {
        ModelKind::Lightgbm => lightgbm(config, &prepared, &rows, progress)?,
        ModelKind::Mlp => mlp(config, &prepared, &rows, progress)?,
    };
    finish(config, &prepared, &valid, rows.class_weights, &trained, &out, progress)
}

fn lightgbm(
    config: &TrainConfig,
    prepared: &Prepared,
    rows: &TrainingRows<'_>,
    progress: &dyn Progress,
) -> Result<Trained, AppError> {
    let mut parameters = GbdtParameters::new(config.seed, config.threads);
    for (key, value) in &config.settings {
        parameters.set(key, value)?;
    }
    let model = gbdt::train(rows, &prepared.schema.features, &parameters, &average_precision, progress)?;
    Ok(Trained {
        bytes: model.model_text.into_bytes(),
        best_iteration: model.best_round,
        parameters: json(&parameters),
    })
}

fn mlp(
    config: &TrainConfig,
    prepared: &Prepared,
    rows: &TrainingRows<'_>,
    progress: &dyn Progress,
) -> Result<Trained, AppError> {
    let mut parameters = MlpParameters::default();
    for (key, value) in &config.settings {
        parameters.set(key, value)?;
    }
    let model = neural::train(
        rows,
        &prepared.scaler,
        &parameters,
        config.device,
        config.seed,
        &average_precision,
        progress,
    )?;
    Ok(Trained {
        bytes: model.weights.to_bytes().map_err(neural::NeuralError::from)?,
        best_iteration: model.best_epoch,
        parameters: json(&parameters),
    })
}

fn finish(
    config: &TrainConfig,
    prepared: &Prepared,
    valid: &PartRows,
    weights: Option<ClassWeights>,
    trained: &Trained,
    out: &Path,
    progress: &dyn Progress,
) -> Result<TrainSummary, AppError> {
    let facts = RunFacts {
        kind: artifact::KIND.into(),
        model: config.model,
        data: config.data.canonicalize().unwrap_or_else(|_| config.data.clone()),
        data_sha256: files::checksum(&config.data.join(files::MANIFEST))?,
        source_sha256: prepared.manifest.facts.source_sha256.clone(),
        best_iteration: trained.best_iteration,
        seed: config.seed,
        threads: config.threads,
        parameters: trained.parameters.clone(),
    };
    let scorer = artifact::scorer(config.model, &trained.bytes, &prepared.scaler, out)?;
    let rules = &config.decisions;
    let decided = deciding::decide(rules, prepared, valid, scorer, weights, &trained.parameters, progress)?;
    let curves = decided.valid.curves.tables().map(|(name, curve)| (name.to_owned(), curve.to_csv()));
    let contents = RunContents {
        model_bytes: &trained.bytes,
        schema: &prepared.schema,
        scaler: &prepared.scaler,
        calibration: decided.calibration.as_ref(),
        thresholds: decided.thresholds,
        chosen: &decided.chosen,
        metrics: serde_json::json!({ "valid": decided.valid }),
        curves: &curves,
    };
    let mut run = out.to_owned();
    loop {
        match artifact::write(&run, config.force && config.out.is_some(), &contents, facts.clone()) {
            // A training beside this one was faster; nobody asked for this very name.
            Err(FileError::Exists { .. }) if config.out.is_none() => {
                run = runs::free_name(&config.data, config.model);
            }
            written => break written?,
        }
    }
    runs::point_latest_to(&run)?;
    Ok(TrainSummary {
        run,
        model: config.model,
        best_iteration: trained.best_iteration,
        thresholds: decided.thresholds,
        calibration: decided.calibration.as_ref().map_or("none", |file| file.calibration.as_str()),
        valid: decided.valid.evaluation,
    })
}

/// What `--balance weights` asked for.
fn class_weights(prepared: &Prepared, labels: &[bool]) -> Result<Option<ClassWeights>, AppError> {
    if !Balance::parse(&prepared.manifest.facts.balance)?.is_weights() {
        return Ok(None);
    }
    Ok(Some(resample::balanced_weights(labels)?))
}

/// The metric that training stops by; 0 where it is not defined.
fn average_precision(labels: &[bool], scores: &[f64]) -> f64 {
    metrics::average_precision(labels, scores).unwrap_or(0.0)
}

fn json(parameters: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(parameters).expect("parameters are plain text and numbers")
}
