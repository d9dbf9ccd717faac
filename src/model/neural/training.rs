//! Training: mini-batches, Adam on a schedule, the best epoch by the validation metric.

use std::thread;

use burn::tensor::Device as BurnDevice;
use serde::{Deserialize, Serialize};

use super::checkpoint::{Checkpoint, CheckpointError, Keeper, MemberState, State};
use super::crew::Worker;
use super::history::{Diverged, EpochMetrics, Record};
use super::infer::Forward;
use super::loss::cross_entropy;
use super::member::{Course, Gradients, Member, Part};
use super::network::Network;
use super::parameters::MlpParameters;
use super::waves::Shape;
use super::weights::{MemberWeights, Weights};
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::model::{Labelled, ParameterError, TrainingRows};
use crate::progress::{Interrupted, Progress};

/// What computes while training; what is trained is the same up to rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// burn-flex: SIMD on the CPU.
    #[default]
    Flex,
    /// burn-ndarray: the older CPU backend.
    NdArray,
}

impl Device {
    pub(super) fn open(self) -> BurnDevice {
        match self {
            Self::Flex => BurnDevice::flex(),
            #[expect(deprecated, reason = "offered for comparison as long as Burn has it")]
            Self::NdArray => BurnDevice::ndarray(),
        }
    }
}

/// A finished training run.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The weights after the best epoch.
    pub weights: Weights,
    /// The epoch with the highest validation metric, the earliest of equals; from 1.
    pub best_epoch: usize,
    /// Every epoch that was run.
    pub history: Vec<EpochMetrics>,
    /// The user stopped it; the best epoch until then was kept.
    pub interrupted: bool,
}

/// Why a network could not be trained.
#[derive(Debug, thiserror::Error)]
pub enum NeuralError {
    /// A part has no rows, labels that do not fit, or other columns than the scaling.
    #[error("the {part} rows {problem}")]
    Data {
        /// `training` or `validation`.
        part: &'static str,
        /// What is wrong with them.
        problem: String,
    },
    /// A parameter is out of range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Training ran away.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// The user asked to stop before an epoch was over.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// What was kept of an earlier training cannot be used, or nothing can be kept.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// How a training is done, which is no part of what is trained.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// What computes.
    pub device: Device,
    /// Seeds everything that is drawn.
    pub seed: u64,
    /// Threads that train, at least 1; the result does not depend on them.
    pub threads: usize,
    /// Where it keeps what it needs to go on.
    pub checkpoint: Option<&'a Checkpoint>,
}

/// Trains on `data` behind `scaler` and keeps the epoch whose validation scores have the highest `metric`; without
/// validation rows, the last epoch.
///
/// The same data, parameters, device and seed give the same weights to the last bit, whatever the number of
/// threads, and stopped or not. When the user asks to stop, the best epoch until then is kept.
///
/// # Errors
/// [`NeuralError`] for data or parameters that cannot be trained on, a loss that is no longer finite, and when
/// the user asked to stop before the first epoch was over, or the checkpoint cannot be used or written.
pub fn train(
    data: &TrainingRows<'_>,
    scaler: &RobustScaler,
    parameters: &MlpParameters,
    means: Means<'_>,
    metric: &dyn Fn(&[bool], &[f64]) -> f64,
    progress: &dyn Progress,
) -> Result<Trained, NeuralError> {
    parameters.validate()?;
    check("training", data.train, scaler)?;
    if let Some(valid) = data.valid {
        check("validation", valid, scaler)?;
    }
    let steps_per_epoch = (data.train.labels.len() / parameters.batch_size).max(1);
    let course = Course {
        parameters,
        network: network(parameters, scaler),
        device: means.device.open(),
        rows: scaled(data.train.features, scaler),
        labels: data.train.labels,
        class_weights: data.class_weights,
        steps_per_epoch,
        epochs: parameters.epochs_of(steps_per_epoch),
        seed: means.seed,
        progress,
    };
    let valid =
        data.valid.map(|valid| Judges { rows: scaled(valid.features, scaler), labels: valid.labels, metric });
    progress.start("training mlp", Some(course.epochs as u64));
    let outcome = course.run(&means, valid.as_ref());
    progress.finish();
    let Record { history, best_epoch, best, interrupted } = outcome?;
    let weights = best.ok_or(Interrupted)?;
    Ok(Trained { weights, best_epoch, history, interrupted })
}

fn network(parameters: &MlpParameters, scaler: &RobustScaler) -> Network {
    let places = scaler.numbers();
    let embedding = (parameters.frequencies > 0 && !places.is_empty()).then_some(Shape {
        places,
        frequencies: parameters.frequencies,
        size: parameters.embedding_size,
    });
    Network {
        inputs: scaler.inputs(),
        embedding,
        frequency_scale: parameters.frequency_scale,
        hidden: parameters.hidden.clone(),
        activation: parameters.activation,
    }
}

/// Both classes, one label a row, and the columns that the scaling knows.
fn check(part: &'static str, rows: Labelled<'_>, scaler: &RobustScaler) -> Result<(), NeuralError> {
    let Labelled { features: rows, labels } = rows;
    let positives = labels.iter().filter(|label| **label).count();
    let problem = if rows.columns() != scaler.columns() {
        format!("have {} columns, their scaling has {}", rows.columns(), scaler.columns())
    } else if rows.rows() != labels.len() {
        format!("are {}, their labels {}", rows.rows(), labels.len())
    } else if labels.is_empty() {
        "are missing".to_owned()
    } else if positives == 0 {
        "hold no fraud: both classes are needed".to_owned()
    } else if positives == labels.len() {
        "hold nothing but fraud: both classes are needed".to_owned()
    } else {
        return Ok(());
    };
    Err(NeuralError::Data { part, problem })
}

/// The rows that say which epoch is the best.
struct Judges<'a> {
    rows: Vec<f32>,
    labels: &'a [bool],
    metric: &'a dyn Fn(&[bool], &[f64]) -> f64,
}

/// A thread that has some members. It is asked for an epoch of theirs.
type Leader = Worker<usize, Result<Epoch, Interrupted>>;

/// What an epoch made of some members.
struct Epoch {
    /// The sum of their losses.
    loss: f64,
    weights: Vec<MemberWeights>,
    /// Empty where nothing is kept.
    states: Vec<MemberState>,
}

impl Course<'_> {
    /// Epoch after epoch, until the last or until patience ends. Each of the threads leads some members, or helps one that
    /// has several threads.
    fn run(&self, means: &Means<'_>, valid: Option<&Judges<'_>>) -> Result<Record, NeuralError> {
        let count = self.parameters.members;
        let (leaders, helpers) = (means.threads.clamp(1, count), (means.threads / count).saturating_sub(1));
        let (members, record) = self.begin(means.checkpoint)?;
        let mut members = members.into_iter();
        thread::scope(|scope| {
            let lead = |_| {
                let own: Vec<Member> = members.by_ref().take(count.div_ceil(leaders)).collect();
                let helpers = (0..helpers).map(|_| Worker::spawn(scope, |part| self.gradients(part)));
                Worker::spawn(scope, self.lead(own, helpers.collect(), means.checkpoint.is_some()))
            };
            let leaders: Vec<Leader> = (0..leaders).map(lead).collect();
            self.until_done(&leaders, valid, record, means.checkpoint.map(Keeper::new))
        })
    }

    /// New members, or those of a training that was stopped, and what is known of them.
    fn begin(&self, checkpoint: Option<&Checkpoint>) -> Result<(Vec<Member>, Record), NeuralError> {
        let count = self.parameters.members;
        let mut members: Vec<Member> = (0..count).map(|index| Member::new(self, index as u64)).collect();
        let Some(checkpoint) = checkpoint.filter(|checkpoint| checkpoint.resume) else {
            return Ok((members, Record::default()));
        };
        let State { members: states, record } = checkpoint.load()?;
        let fits = states.len() == count
            && members.iter_mut().zip(states).all(|(member, state)| member.restore(state));
        if !fits {
            return Err(checkpoint.damaged().into());
        }
        self.progress.note(format!("going on after epoch {}", record.history.len()));
        Ok((members, record))
    }

    fn lead(
        &self,
        mut members: Vec<Member>,
        helpers: Vec<Worker<Part, Gradients>>,
        keeps: bool,
    ) -> impl FnMut(usize) -> Result<Epoch, Interrupted> {
        move |epoch| {
            let mut loss = 0.0;
            for member in &mut members {
                loss += member.epoch(self, epoch, &helpers)?;
            }
            Ok(Epoch {
                loss,
                weights: members.iter().map(|member| member.weights(self)).collect(),
                states: members.iter().filter(|_| keeps).map(Member::state).collect(),
            })
        }
    }

    fn until_done(
        &self,
        leaders: &[Leader],
        valid: Option<&Judges<'_>>,
        mut record: Record,
        mut keeper: Option<Keeper<'_>>,
    ) -> Result<Record, NeuralError> {
        let patience = self.parameters.patience;
        for epoch in record.history.len() + 1..=self.epochs {
            if valid.is_some() && patience > 0 && epoch > record.best_epoch + patience {
                break;
            }
            leaders.iter().for_each(|leader| leader.start(epoch));
            let results: Result<Vec<Epoch>, Interrupted> = leaders.iter().map(Worker::result).collect();
            let Ok(results) = results else {
                record.interrupted = true;
                keeper.as_mut().map_or(Ok(()), Keeper::write).map_err(CheckpointError::from)?;
                break;
            };
            let train_loss =
                results.iter().map(|epoch| epoch.loss).sum::<f64>() / self.parameters.members as f64;
            if !train_loss.is_finite() {
                return Err(Diverged { epoch }.into());
            }
            let (members, states): (Vec<_>, Vec<_>) =
                results.into_iter().map(|epoch| (epoch.weights, epoch.states)).unzip();
            let weights = self.network.weights(members.concat()).map_err(|_| Diverged { epoch })?;
            let found = valid.map(|valid| valid.judge(&weights));
            let metrics = EpochMetrics {
                epoch,
                train_loss,
                valid_loss: found.map(|(loss, _)| loss),
                valid_average_precision: found.map(|(_, value)| value),
            };
            let detail = match found {
                Some((_, value)) => format!("valid average precision {value:.4}"),
                None => format!("training loss {train_loss:.4}"),
            };
            record.note(metrics, weights);
            if let Some(keeper) = &mut keeper {
                keeper.note(states.concat(), &record).map_err(CheckpointError::from)?;
            }
            self.progress.advance(epoch as u64, &detail);
        }
        Ok(record)
    }
}

impl Judges<'_> {
    /// Mean cross-entropy and metric of the scores that these weights give.
    fn judge(&self, weights: &Weights) -> (f64, f64) {
        let scores = Forward::new(weights).probabilities(&self.rows);
        (cross_entropy(self.labels, &scores), (self.metric)(self.labels, &scores))
    }
}

pub(super) fn scaled(rows: &Matrix, scaler: &RobustScaler) -> Vec<f32> {
    let mut values = vec![0.0; rows.rows() * scaler.inputs()];
    for (row, out) in rows.iter_rows().zip(values.chunks_exact_mut(scaler.inputs())) {
        scaler.apply(row, out);
    }
    values
}
