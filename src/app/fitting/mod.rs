//! A model of rows: what `train`, its search and `backtest` do with one set of parameters.

mod blending;
mod history;

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::AppError;
use crate::features::scaling::RobustScaler;
use crate::metrics::Metric;
use crate::model::artifact::{self, OpenError};
use crate::model::gbdt::{self, GbdtParameters, Parent};
use crate::model::neural::{self, Checkpoint, Device, Means, MlpParameters};
use crate::model::{ModelFiles, ModelKind, ParameterError, Scorer, TrainingRows};
use crate::progress::Progress;

pub use blending::Judged;

/// What to train, and how.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// What to train.
    pub model: ModelKind,
    /// Parameters over the defaults.
    pub settings: Vec<(String, String)>,
    /// Where a network is computed.
    pub device: Device,
    /// Seeds everything that is drawn.
    pub seed: u64,
    /// Threads that train.
    pub threads: usize,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model.
    pub files: ModelFiles,
    /// The model itself, or the parts of a blend.
    pub parts: Vec<Part>,
    /// All parameters, defaults included.
    pub parameters: serde_json::Value,
    /// The user stopped it, and the best until then was kept.
    pub interrupted: bool,
}

/// A model that is no blend.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is.
    pub model: ModelKind,
    /// How much of it there is in the blend; 1 when there is none.
    pub weight: f64,
    /// Of a part of a blend, its average precision on the validation rows, where there are some.
    pub alone: Option<f64>,
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
    /// The validation metric by round or epoch.
    pub valid: Vec<(usize, f64)>,
    /// What each round or epoch came to, as CSV.
    pub history: String,
}

/// What a training begins with; nothing by default.
#[derive(Clone, Copy, Default)]
pub struct Start<'a> {
    /// Trees that are added to.
    pub parent: Option<Parent<'a>>,
    /// Where a network is kept as it is trained, and taken up again.
    pub stopped: Option<Stopped<'a>>,
}

/// A training that may be stopped and go on.
#[derive(Debug, Clone, Copy)]
pub struct Stopped<'a> {
    /// The file.
    pub checkpoint: &'a Path,
    /// What is learnt from, in a few words.
    pub data: &'a str,
    /// Go on from the file.
    pub resume: bool,
}

impl Recipe {
    /// Looks at the settings without training; `weighted` says that the training rows have class weights.
    ///
    /// # Errors
    /// When one is unknown, does not fit, or contradicts another.
    pub fn check(&self, weighted: bool) -> Result<(), ParameterError> {
        match self.model {
            ModelKind::Lightgbm => self.lightgbm(weighted).map(drop),
            ModelKind::Mlp => self.mlp().map(drop),
            ModelKind::Blend => self.parts()?.iter().try_for_each(|part| part.check(weighted)),
        }
    }

    /// The metric that training stops by and a search is judged by.
    ///
    /// # Errors
    /// As [`Recipe::check`].
    pub fn metric(&self) -> Result<Metric, ParameterError> {
        match self.model {
            ModelKind::Lightgbm => Ok(self.lightgbm(false)?.metric),
            ModelKind::Mlp | ModelKind::Blend => Ok(Metric::AveragePrecision),
        }
    }

    /// Trains on `rows`, whose columns have these `names`, from `start` on.
    ///
    /// # Errors
    /// When a parameter or the rows do not fit, or the user interrupts before there is a model.
    pub fn fit(
        &self,
        rows: &TrainingRows<'_>,
        names: &[String],
        scaler: &RobustScaler,
        start: Start<'_>,
        progress: &dyn Progress,
    ) -> Result<Fitted, AppError> {
        match self.model {
            ModelKind::Lightgbm => {
                let mut parameters = self.lightgbm(rows.class_weights.is_some())?;
                parameters.name_columns(names)?;
                let model = gbdt::train(rows, names, &parameters, start.parent, progress)?;
                let valid = model.history[0].iter().map(|round| (round.round, round.metric.first()));
                let valid = valid.filter_map(|(round, value)| Some((round, *value?)));
                let part = Part {
                    model: self.model,
                    weight: 1.0,
                    alone: None,
                    best_iteration: model.best_round,
                    valid: valid.filter(|_| rows.valid.is_some()).collect(),
                    history: history::of_rounds(&model.history, parameters.metric, rows),
                };
                let bytes = model.model_text.into_bytes();
                Ok(Fitted::single(part, bytes, json(&parameters), model.interrupted))
            }
            ModelKind::Mlp => {
                let parameters = self.mlp()?;
                let metric = |labels: &[bool], scores: &[f64]| Metric::AveragePrecision.of(labels, scores);
                let checkpoint = start.stopped.map(|stopped| self.checkpoint(stopped, &parameters));
                let means = Means {
                    device: self.device,
                    seed: self.seed,
                    threads: self.threads,
                    checkpoint: checkpoint.as_ref(),
                };
                let model = neural::train(rows, scaler, &parameters, means, &metric, progress)?;
                let valid = model.history.iter();
                let valid = valid.filter_map(|epoch| Some((epoch.epoch, epoch.valid_average_precision?)));
                let part = Part {
                    model: self.model,
                    weight: 1.0,
                    alone: None,
                    best_iteration: model.best_epoch,
                    valid: valid.collect(),
                    history: history::of_epochs(&model.history),
                };
                Ok(Fitted::single(part, model.weights.to_bytes(), json(&parameters), model.interrupted))
            }
            ModelKind::Blend => self.blend(rows, names, scaler, start, progress),
        }
    }

    /// Names the training: what is kept of another is of no use to it.
    fn checkpoint(&self, stopped: Stopped<'_>, parameters: &MlpParameters) -> Checkpoint {
        let parameters = json(parameters);
        let (device, seed, version) = (self.device, self.seed, env!("CARGO_PKG_VERSION"));
        Checkpoint {
            path: stopped.checkpoint.to_owned(),
            training: format!("{}, {parameters}, seed {seed}, {device:?}, fraudctl {version}", stopped.data),
            resume: stopped.resume,
        }
    }

    fn lightgbm(&self, weighted: bool) -> Result<GbdtParameters, ParameterError> {
        let mut parameters = GbdtParameters::new(self.seed, self.threads);
        for (key, value) in &self.settings {
            parameters.set(key, value)?;
        }
        parameters.check(weighted)?;
        Ok(parameters)
    }

    fn mlp(&self) -> Result<MlpParameters, ParameterError> {
        let mut parameters = MlpParameters::default();
        for (key, value) in &self.settings {
            parameters.set(key, value)?;
        }
        Ok(parameters)
    }
}

impl Fitted {
    fn single(part: Part, bytes: Vec<u8>, parameters: serde_json::Value, interrupted: bool) -> Self {
        let files = ModelFiles::from([(part.model.file(), bytes)]);
        Self { files, parts: vec![part], parameters, interrupted }
    }

    /// What scores with the `model`: with all of it, or with a part.
    ///
    /// # Errors
    /// When the bytes are no model, which would be a bug.
    pub fn scorer(&self, model: ModelKind, scaler: &RobustScaler) -> Result<Arc<dyn Scorer>, OpenError> {
        artifact::scorer(model, &self.files, scaler, Path::new(""))
    }
}

fn json(parameters: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(parameters).expect("parameters are plain text and numbers")
}
