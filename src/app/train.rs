//! `train`: from a prepared folder to a run folder.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{AppError, runs};
use crate::dataset::{Part, PartCount, PartRows, Prepared};
use crate::domain::{ClassWeights, Thresholds};
use crate::files::{self, FileError};
use crate::metrics::{self, Evaluation};
use crate::model::artifact::{self, RunContents, RunFacts};
use crate::model::gbdt::{self, GbdtParameters};
use crate::model::neural::{self, Device, MlpParameters};
use crate::model::{ModelKind, TrainingRows, score_rows};
use crate::progress::Progress;
use crate::resample::{self, Balance};

/// Payments are refused without asking anybody only where validation rows promise this precision.
const BLOCK_PRECISION: f64 = 0.95;

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
    finish(config, &prepared, &valid, &trained, &out)
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
    trained: &Trained,
    out: &Path,
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
    let scores = score_rows(&*scorer, &valid.features);
    let thresholds = thresholds(&valid.labels, &scores)?;
    let evaluation = metrics::evaluate(&valid.labels, &scores, thresholds.review)?;
    let contents = RunContents {
        model_bytes: &trained.bytes,
        schema: &prepared.schema,
        scaler: &prepared.scaler,
        thresholds,
        metrics: serde_json::json!({ "valid": evaluation }),
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
    Ok(TrainSummary { run, model: config.model, best_iteration: trained.best_iteration, valid: evaluation })
}

/// What `--balance weights` asked for.
fn class_weights(prepared: &Prepared, labels: &[bool]) -> Result<Option<ClassWeights>, AppError> {
    if !Balance::parse(&prepared.manifest.facts.balance)?.is_weights() {
        return Ok(None);
    }
    Ok(Some(resample::balanced_weights(labels)?))
}

/// Review from the best F1 on; block from where precision is high enough, if it ever is.
fn thresholds(labels: &[bool], scores: &[f64]) -> Result<Thresholds, AppError> {
    let review = metrics::max_f1_threshold(labels, scores)?.unwrap_or(0.5);
    let block = metrics::lowest_threshold_with_precision(labels, scores, BLOCK_PRECISION)?;
    Ok(Thresholds { review, block: block.map(|block| block.max(review)) })
}

/// The metric that training stops by; 0 where it is not defined.
fn average_precision(labels: &[bool], scores: &[f64]) -> f64 {
    metrics::average_precision(labels, scores).unwrap_or(0.0)
}

fn json(parameters: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(parameters).expect("parameters are plain text and numbers")
}
