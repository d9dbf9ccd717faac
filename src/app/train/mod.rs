//! `train`: from a prepared folder to a run folder.

mod finish;
mod search;
mod sets;
mod stopped;

use std::path::PathBuf;

use serde::Serialize;

use super::deciding::{self, DecisionRules};
use super::fitting::{Recipe, Start};
use super::tuning::Trial;
use super::{AppError, runs};
use crate::dataset::{Part, PartCount, PartRows, Prepared};
use crate::domain::{ClassWeights, Thresholds};
use crate::matrix::Matrix;
use crate::metrics::Evaluation;
use crate::model::artifact::PartFacts;
use crate::model::gbdt::Parent;
use crate::model::{Labelled, ModelKind, TrainingRows};
use crate::progress::Progress;
use crate::resample::{self, Balance};
use finish::{Target, Trained, finish};
use search::search;
use sets::{Ancestor, watched};
use stopped::Kept;

/// What to train, and how.
#[derive(Debug, Clone)]
pub struct TrainConfig {
    /// A prepared folder.
    pub data: PathBuf,
    /// What to train.
    pub recipe: Recipe,
    /// How scores become decisions.
    pub decisions: DecisionRules,
    /// The run folder; `None` makes `artifacts/<data>-<model>`, numbered when that is taken.
    pub out: Option<PathBuf>,
    /// A run whose trees are added to.
    pub parent: Option<PathBuf>,
    /// More rows whose metrics are recorded in each round.
    pub watch: Vec<Watch>,
    /// Search parameters first, in so many trials.
    pub trials: Option<usize>,
    /// Go on with a search, or the training of a network, that was stopped.
    pub resume: bool,
    /// Replace `out`.
    pub force: bool,
}

/// Rows that are followed while training and decide nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Watch {
    /// The training rows.
    Train,
    /// The validation rows of another prepared folder.
    Folder(PathBuf),
}

/// What was trained.
#[derive(Debug, Clone, Serialize)]
pub struct TrainSummary {
    /// The run folder.
    pub run: PathBuf,
    /// What was trained.
    pub model: ModelKind,
    /// The round or epoch that was kept, counted from 1; of a blend its parts say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_iteration: Option<usize>,
    /// What a blend is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartFacts>,
    /// The limits that were chosen on the validation rows.
    pub thresholds: Thresholds,
    /// How scores are calibrated: `none`, or the method.
    pub calibration: &'static str,
    /// Metrics on the validation rows at the review threshold, which was chosen on them.
    pub valid: Evaluation,
    /// The user stopped it; the best until then was kept.
    pub interrupted: bool,
    /// What was tried before, in the order of the trials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials: Option<Vec<Trial>>,
}

/// Trains a model and writes its run folder.
///
/// # Errors
/// When the folder or a parameter is wrong, training fails or is interrupted before there is a model, or the run cannot be
/// written.
pub fn train(config: &TrainConfig, progress: &dyn Progress) -> Result<TrainSummary, AppError> {
    config.recipe.check(false)?;
    let prepared = Prepared::open(&config.data)?;
    let out = match &config.out {
        Some(out) => out.clone(),
        None if config.resume => runs::stopped(&config.data, config.recipe.model),
        None => runs::free_name(&config.data, config.recipe.model),
    };
    let kept = Kept::begin(config, &out)?;
    let parent = config.parent.as_deref().map(|run| Ancestor::open(run, config, &prepared)).transpose()?;
    let watched = watched(config, &prepared)?;
    let (train, valid) = (prepared.part(Part::Train)?, prepared.part(Part::Valid)?);
    deciding::check(&config.decisions, &prepared, &valid)?;
    let categories = prepared.schema.encoder().categories();
    let watched: Vec<(&str, Labelled<'_>)> = watched
        .iter()
        .map(|(name, rows)| (name.as_str(), labelled(rows.as_ref().unwrap_or(&train))))
        .collect();
    let rows = TrainingRows {
        train: labelled(&train),
        valid: Some(labelled(&valid)),
        watched: &watched,
        class_weights: class_weights(&prepared.manifest.facts.balance, &train.labels)?,
        categories: &categories,
    };
    config.recipe.check(rows.class_weights.is_some())?;
    progress.note(format!(
        "training {} on {} rows with {} frauds, stopped by {} rows with {}",
        config.recipe.model.as_str(),
        train.labels.len(),
        PartCount::of(&train.labels).positives,
        valid.labels.len(),
        PartCount::of(&valid.labels).positives
    ));
    let mut recipe = config.recipe.clone();
    let trials = match config.trials.zip(kept.trials.as_ref()) {
        Some((count, keeping)) => {
            Some(search(config, count, keeping, &prepared, &rows, &mut recipe, progress)?)
        }
        None => None,
    };
    let raw_scores =
        |rows: &Matrix| parent.as_ref().map_or_else(Vec::new, |parent| parent.forest.raw_scores(rows));
    let continued =
        parent.as_ref().map(|parent| Parent { model_text: &parent.text, raw_scores: &raw_scores });
    let start = Start { parent: continued, stopped: Some(kept.stopped()) };
    let fitted = recipe.fit(&rows, &prepared.schema.features, &prepared.scaler, start, progress)?;
    let interrupted = fitted.interrupted;
    if interrupted {
        let more = if recipe.model == ModelKind::Lightgbm { "" } else { "; --resume goes on" };
        progress.warn(format!("stopped; the best until now is kept{more}"));
    }
    let contents = Trained { fitted, trials, parent: parent.map(|parent| parent.run.name) };
    let replaces = kept.replaces || config.force && config.out.is_some();
    let target = Target { folder: &out, replaces };
    let summary = finish(config, &prepared, &valid, contents, rows.class_weights, target, progress)?;
    if !interrupted {
        kept.forget()?;
    }
    Ok(summary)
}

fn labelled(rows: &PartRows) -> Labelled<'_> {
    Labelled { features: &rows.features, labels: &rows.labels }
}

/// What `--balance weights` asked for.
pub(in crate::app) fn class_weights(
    balance: &str,
    labels: &[bool],
) -> Result<Option<ClassWeights>, AppError> {
    if !Balance::parse(balance)?.is_weights() {
        return Ok(None);
    }
    Ok(Some(resample::balanced_weights(labels)?))
}
