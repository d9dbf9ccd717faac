//! A model of rows: what `train`, its search and `backtest` do with one set of parameters.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::AppError;
use crate::features::scaling::RobustScaler;
use crate::metrics::Metric;
use crate::model::artifact::{self, OpenError};
use crate::model::gbdt::{self, GbdtParameters, Parent};
use crate::model::neural::{self, Device, Means, MlpParameters};
use crate::model::{ModelKind, ParameterError, Scorer, TrainingRows};
use crate::progress::Progress;

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
    /// The bytes of the model's file.
    pub bytes: Vec<u8>,
    /// The round or epoch that was kept, counted from 1.
    pub best_iteration: usize,
    /// All parameters, defaults included.
    pub parameters: serde_json::Value,
    /// The validation metric by round or epoch.
    pub valid: Vec<(usize, f64)>,
    /// What each round or epoch came to, as CSV.
    pub history: String,
    /// The user stopped it, and the best until then was kept.
    pub interrupted: bool,
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
        }
    }

    /// The metric that training stops by and a search is judged by.
    ///
    /// # Errors
    /// As [`Recipe::check`].
    pub fn metric(&self) -> Result<Metric, ParameterError> {
        match self.model {
            ModelKind::Lightgbm => Ok(self.lightgbm(false)?.metric),
            ModelKind::Mlp => Ok(Metric::AveragePrecision),
        }
    }

    /// Trains on `rows`, whose columns have these `names`; with `parent`, trains that model further.
    ///
    /// # Errors
    /// When a parameter or the rows do not fit, or the user interrupts before there is a model.
    pub fn fit(
        &self,
        rows: &TrainingRows<'_>,
        names: &[String],
        scaler: &RobustScaler,
        parent: Option<Parent<'_>>,
        progress: &dyn Progress,
    ) -> Result<Fitted, AppError> {
        match self.model {
            ModelKind::Lightgbm => {
                let parameters = self.lightgbm(rows.class_weights.is_some())?;
                let model = gbdt::train(rows, names, &parameters, parent, progress)?;
                let valid = model.history[0].iter().map(|round| (round.round, round.metric.first()));
                let valid = valid.filter_map(|(round, value)| Some((round, *value?)));
                Ok(Fitted {
                    valid: valid.filter(|_| rows.valid.is_some()).collect(),
                    history: rounds(&model.history, parameters.metric, rows),
                    bytes: model.model_text.into_bytes(),
                    best_iteration: model.best_round,
                    parameters: json(&parameters),
                    interrupted: model.interrupted,
                })
            }
            ModelKind::Mlp => {
                let parameters = self.mlp()?;
                let metric = |labels: &[bool], scores: &[f64]| Metric::AveragePrecision.of(labels, scores);
                let means = Means { device: self.device, seed: self.seed, threads: self.threads };
                let model = neural::train(rows, scaler, &parameters, means, &metric, progress)?;
                let valid = model.history.iter();
                let valid = valid.filter_map(|epoch| Some((epoch.epoch, epoch.valid_average_precision?)));
                Ok(Fitted {
                    valid: valid.collect(),
                    history: epochs(&model.history),
                    bytes: model.weights.to_bytes(),
                    best_iteration: model.best_epoch,
                    parameters: json(&parameters),
                    interrupted: model.interrupted,
                })
            }
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
    /// What scores with it.
    ///
    /// # Errors
    /// When the bytes are no model, which would be a bug.
    pub fn scorer(&self, model: ModelKind, scaler: &RobustScaler) -> Result<Arc<dyn Scorer>, OpenError> {
        artifact::scorer(model, &self.bytes, scaler, Path::new(model.file()))
    }
}

/// `member,round,set,<metric>,log_loss`, a line per set and round.
fn rounds(history: &[Vec<gbdt::RoundMetrics>], metric: Metric, rows: &TrainingRows<'_>) -> String {
    let valid = rows.valid.map(|_| gbdt::VALID);
    let sets: Vec<&str> = valid.into_iter().chain(rows.watched.iter().map(|(name, _)| *name)).collect();
    let is_loss = metric == Metric::LogLoss;
    let mut text = match is_loss {
        true => "member,round,set,log_loss\n".to_owned(),
        false => format!("member,round,set,{},log_loss\n", metric.as_str()),
    };
    for (member, rounds) in (1..).zip(history) {
        for metrics in rounds {
            let round = metrics.round;
            for (set, (value, loss)) in sets.iter().zip(metrics.metric.iter().zip(&metrics.log_loss)) {
                text += &match is_loss {
                    true => format!("{member},{round},{set},{loss}\n"),
                    false => format!("{member},{round},{set},{value},{loss}\n"),
                };
            }
        }
    }
    text
}

/// `epoch,set,average_precision,log_loss`, a line per set and epoch; the loss of the training rows is that of the batches.
fn epochs(history: &[neural::EpochMetrics]) -> String {
    let mut text = "epoch,set,average_precision,log_loss\n".to_owned();
    for metrics in history {
        let epoch = metrics.epoch;
        text += &format!("{epoch},train,,{}\n", metrics.train_loss);
        if let (Some(value), Some(loss)) = (metrics.valid_average_precision, metrics.valid_loss) {
            text += &format!("{epoch},valid,{value},{loss}\n");
        }
    }
    text
}

fn json(parameters: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(parameters).expect("parameters are plain text and numbers")
}
