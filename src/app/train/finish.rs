//! From a trained model to its run folder.

use std::path::Path;

use super::{TrainConfig, TrainSummary};
use crate::app::deciding;
use crate::app::fitting::{Fitted, Part};
use crate::app::reporting::{self, Judge, Told};
use crate::app::tuning::Trial;
use crate::app::{AppError, runs};
use crate::dataset::{PartRows, Prepared};
use crate::domain::ClassWeights;
use crate::files::{self, FileError};
use crate::model::ModelKind;
use crate::model::artifact::{self, PartFacts, RunContents, RunFacts};
use crate::progress::Progress;

/// What goes into the run beside what the folder says.
pub(super) struct Trained {
    pub(super) fitted: Fitted,
    pub(super) trials: Option<Vec<Trial>>,
    pub(super) parent: Option<String>,
}

/// Where the run goes.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) folder: &'a Path,
    /// What is there is to be replaced.
    pub(super) replaces: bool,
}

/// Calibrates, chooses the thresholds, and writes the run.
pub(super) fn finish(
    config: &TrainConfig,
    prepared: &Prepared,
    valid: &PartRows,
    trained: Trained,
    weights: Option<ClassWeights>,
    target: Target<'_>,
    progress: &dyn Progress,
) -> Result<TrainSummary, AppError> {
    let Trained { fitted, trials, parent } = trained;
    let out = target.folder;
    let model = config.recipe.model;
    let facts = RunFacts {
        kind: artifact::KIND.into(),
        model,
        data: config.data.canonicalize().unwrap_or_else(|_| config.data.clone()),
        data_sha256: files::checksum(&config.data.join(files::MANIFEST))?,
        source_sha256: prepared.manifest.facts.source_sha256.clone(),
        best_iteration: (model != ModelKind::Blend).then(|| fitted.parts[0].best_iteration),
        parts: parts_of_blend(&fitted),
        seed: config.recipe.seed,
        threads: config.recipe.threads,
        parameters: fitted.parameters.clone(),
        parent,
        interrupted: fitted.interrupted,
    };
    let scorer = artifact::scorer(model, &fitted.files, &prepared.scaler, out)?;
    let rules = &config.decisions;
    let decided = deciding::decide(rules, prepared, valid, scorer, weights, &facts.parameters, progress)?;
    let curves = decided.valid.curves.tables().map(|(name, curve)| (name.to_owned(), curve.to_csv()));
    let trials_json =
        trials.as_ref().map(|trials| serde_json::json!({ "format_version": 1, "trials": trials }));
    let calibration = decided.calibration.as_ref().map_or("none", |file| file.calibration.as_str());
    let name = out.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let history = |part: &Part| (artifact::history_file(model, part.model), part.history.clone());
    let histories: Vec<(String, String)> = fitted.parts.iter().map(history).collect();
    let told = Told {
        name: &name,
        facts: &facts,
        data: &prepared.manifest.facts,
        schema: &prepared.schema,
        thresholds: decided.thresholds,
        chosen: Some(&decided.chosen),
        calibration,
        histories: &histories,
        trials: trials_json.as_ref(),
        model: &fitted.files,
    };
    let report = reporting::page(&told, Judge::Validation, &decided.valid);
    let contents = RunContents {
        model: &fitted.files,
        schema: &prepared.schema,
        scaler: &prepared.scaler,
        calibration: decided.calibration.as_ref(),
        thresholds: decided.thresholds,
        chosen: &decided.chosen,
        drift: &decided.drift,
        golden: &decided.golden,
        metrics: serde_json::json!({ "valid": decided.valid }),
        curves: &curves,
        histories: &histories,
        trials: trials_json.clone(),
        data: serde_json::to_value(&prepared.manifest.facts).expect("the manifest was JSON"),
        report: &report,
    };
    let mut run = out.to_owned();
    loop {
        match artifact::write(&run, target.replaces, &contents, facts.clone()) {
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
        best_iteration: facts.best_iteration,
        parts: facts.parts,
        thresholds: decided.thresholds,
        calibration,
        valid: decided.valid.evaluation,
        interrupted: fitted.interrupted,
        trials,
    })
}

/// What a blend is made of, and what each part is worth alone; nothing of another model.
fn parts_of_blend(fitted: &Fitted) -> Vec<PartFacts> {
    let facts = |part: &Part| {
        Some(PartFacts {
            model: part.model,
            weight: part.weight,
            best_iteration: part.best_iteration,
            valid_average_precision: part.alone?,
        })
    };
    fitted.parts.iter().filter_map(facts).collect()
}
