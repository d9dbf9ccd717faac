//! `train`: from a prepared folder to a run folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::deciding::{self, DecisionRules};
use super::fitting::{Fitted, Recipe};
use super::reporting::{self, Judge, Told};
use super::tuning::{self, Outcome, Search, Trial};
use super::{AppError, runs};
use crate::dataset::{Part, PartCount, PartRows, Prepared};
use crate::domain::{ClassWeights, Thresholds};
use crate::files::{self, FileError};
use crate::matrix::Matrix;
use crate::metrics::Evaluation;
use crate::model::artifact::{self, Run, RunContents, RunFacts};
use crate::model::gbdt::{self, Forest, Parent};
use crate::model::{Labelled, ModelKind, TrainingRows, score_rows};
use crate::progress::Progress;
use crate::resample::{self, Balance};

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
    /// Go on with a search that was stopped.
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
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
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
        None if config.resume => runs::stopped_search(&config.data, config.recipe.model),
        None => runs::free_name(&config.data, config.recipe.model),
    };
    let trials_file = runs::trials_file(&out);
    if config.resume && !trials_file.exists() {
        return Err(AppError::NoTrials { path: trials_file });
    }
    runs::check_target(&out, artifact::KIND, config.force)?;
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
    let trials = match config.trials {
        Some(count) => Some(search(config, count, &trials_file, &prepared, &rows, progress)?),
        None => None,
    };
    if let Some(trials) = &trials {
        let best = tuning::best(trials, recipe.metric()?).map_or(&[][..], |trial| &trial.settings);
        recipe.settings.extend_from_slice(best);
    }
    let raw_scores =
        |rows: &Matrix| parent.as_ref().map_or_else(Vec::new, |parent| parent.forest.raw_scores(rows));
    let continued =
        parent.as_ref().map(|parent| Parent { model_text: &parent.text, raw_scores: &raw_scores });
    let fitted = recipe.fit(&rows, &prepared.schema.features, &prepared.scaler, continued, progress)?;
    if fitted.interrupted {
        progress.warn(format!("stopped; the best round until now, {}, is kept", fitted.best_iteration));
    }
    let contents = Trained { fitted, trials, parent: parent.map(|parent| parent.run.name) };
    let summary = finish(config, &prepared, &valid, contents, rows.class_weights, &out, progress)?;
    if config.trials.is_some() {
        fs::remove_file(&trials_file).map_err(FileError::io(&trials_file))?;
    }
    Ok(summary)
}

fn labelled(rows: &PartRows) -> Labelled<'_> {
    Labelled { features: &rows.features, labels: &rows.labels }
}

/// What goes into the run beside what the folder says.
struct Trained {
    fitted: Fitted,
    trials: Option<Vec<Trial>>,
    parent: Option<String>,
}

/// A run that is trained further.
struct Ancestor {
    run: Run,
    text: String,
    forest: Forest,
}

impl Ancestor {
    fn open(folder: &Path, config: &TrainConfig, prepared: &Prepared) -> Result<Self, AppError> {
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
fn watched(config: &TrainConfig, prepared: &Prepared) -> Result<Vec<(String, Option<PartRows>)>, AppError> {
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

/// Tries parameters on the training rows, each judged by the validation rows.
fn search(
    config: &TrainConfig,
    count: usize,
    file: &Path,
    prepared: &Prepared,
    rows: &TrainingRows<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Trial>, AppError> {
    let metric = config.recipe.metric()?;
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent).map_err(FileError::io(parent))?;
    }
    tuning::begin_anew(file, config.force && !config.resume)?;
    let search = Search {
        model: config.recipe.model,
        fixed: &config.recipe.settings,
        trials: count,
        seed: config.recipe.seed,
        metric,
        file: Some(file),
        resume: config.resume,
        judged_on: format!(
            "the validation part of the prepared folder with manifest {}, {} threads, {:?}",
            files::checksum(&config.data.join(files::MANIFEST))?,
            config.recipe.threads,
            config.recipe.device
        ),
    };
    let valid = rows.valid.expect("a prepared folder has validation rows");
    let rows = TrainingRows { watched: &[], ..*rows };
    search.run(
        &mut |settings, progress| {
            let recipe = Recipe { settings: settings.to_vec(), ..config.recipe.clone() };
            let fitted = recipe.fit(&rows, &prepared.schema.features, &prepared.scaler, None, progress)?;
            if fitted.interrupted {
                progress.check()?;
            }
            let scorer = fitted.scorer(recipe.model, &prepared.scaler)?;
            let value = metric.of(valid.labels, &score_rows(&*scorer, valid.features));
            Ok(Outcome { value, best_iteration: fitted.best_iteration })
        },
        progress,
    )
}

fn finish(
    config: &TrainConfig,
    prepared: &Prepared,
    valid: &PartRows,
    trained: Trained,
    weights: Option<ClassWeights>,
    out: &Path,
    progress: &dyn Progress,
) -> Result<TrainSummary, AppError> {
    let Trained { fitted, trials, parent } = trained;
    let model = config.recipe.model;
    let facts = RunFacts {
        kind: artifact::KIND.into(),
        model,
        data: config.data.canonicalize().unwrap_or_else(|_| config.data.clone()),
        data_sha256: files::checksum(&config.data.join(files::MANIFEST))?,
        source_sha256: prepared.manifest.facts.source_sha256.clone(),
        best_iteration: fitted.best_iteration,
        seed: config.recipe.seed,
        threads: config.recipe.threads,
        parameters: fitted.parameters,
        parent,
        interrupted: fitted.interrupted,
    };
    let scorer = artifact::scorer(model, &fitted.bytes, &prepared.scaler, out)?;
    let rules = &config.decisions;
    let decided = deciding::decide(rules, prepared, valid, scorer, weights, &facts.parameters, progress)?;
    let curves = decided.valid.curves.tables().map(|(name, curve)| (name.to_owned(), curve.to_csv()));
    let trials_json =
        trials.as_ref().map(|trials| serde_json::json!({ "format_version": 1, "trials": trials }));
    let calibration = decided.calibration.as_ref().map_or("none", |file| file.calibration.as_str());
    let name = out.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let told = Told {
        name: &name,
        facts: &facts,
        data: &prepared.manifest.facts,
        schema: &prepared.schema,
        thresholds: decided.thresholds,
        chosen: Some(&decided.chosen),
        calibration,
        history: &fitted.history,
        trials: trials_json.as_ref(),
        model_bytes: &fitted.bytes,
    };
    let report = reporting::page(&told, Judge::Validation, &decided.valid);
    let contents = RunContents {
        model_bytes: &fitted.bytes,
        schema: &prepared.schema,
        scaler: &prepared.scaler,
        calibration: decided.calibration.as_ref(),
        thresholds: decided.thresholds,
        chosen: &decided.chosen,
        metrics: serde_json::json!({ "valid": decided.valid }),
        curves: &curves,
        history: &fitted.history,
        trials: trials_json.clone(),
        data: serde_json::to_value(&prepared.manifest.facts).expect("the manifest was JSON"),
        report: &report,
    };
    let mut run = out.to_owned();
    loop {
        match artifact::write(&run, config.force && config.out.is_some(), &contents, facts.clone()) {
            // A training beside this one was faster; nobody asked for this very name.
            Err(FileError::Exists { .. }) if config.out.is_none() => {
                run = runs::free_name(&config.data, model);
            }
            written => break written?,
        }
    }
    runs::point_latest_to(&run)?;
    Ok(TrainSummary {
        run,
        model,
        best_iteration: fitted.best_iteration,
        thresholds: decided.thresholds,
        calibration,
        valid: decided.valid.evaluation,
        interrupted: fitted.interrupted,
        trials,
    })
}

/// What `--balance weights` asked for.
pub(super) fn class_weights(balance: &str, labels: &[bool]) -> Result<Option<ClassWeights>, AppError> {
    if !Balance::parse(balance)?.is_weights() {
        return Ok(None);
    }
    Ok(Some(resample::balanced_weights(labels)?))
}
