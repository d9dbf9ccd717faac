//! Training: mini-batches, Adam on a schedule, the best epoch by the validation metric.

use std::thread;

use burn::module::{Module, ParamId};
use burn::optim::{AdamWConfig, GradientsParams, ModuleOptimizer};
use burn::tensor::{Device as BurnDevice, Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::history::{Diverged, EpochMetrics, Record};
use super::loss::{cross_entropy, logistic_loss, sigmoid};
use super::network::{Network, rows_tensor, values};
use super::parameters::MlpParameters;
use super::schedule::coslog4;
use super::weights::{Weights, WeightsError};
use crate::domain::ClassWeights;
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::model::{Labelled, ParameterError, TrainingRows};
use crate::progress::{Interrupted, Progress};

/// Rows of a forward pass outside training.
const FORWARD_ROWS: usize = 4096;

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
    /// The trained numbers do not make a network.
    #[error("the trained weights are unusable")]
    Weights(#[from] WeightsError),
    /// The user asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// What all members share.
struct Run<'a> {
    parameters: &'a MlpParameters,
    device: BurnDevice,
    features: usize,
    train: Vec<f32>,
    labels: Vec<f32>,
    class_weights: Option<ClassWeights>,
    valid: Vec<f32>,
    steps_per_epoch: usize,
    epochs: usize,
    progress: &'a dyn Progress,
}

/// One network under way.
struct Member {
    network: Network,
    groups: Vec<Group>,
    rng: ChaCha8Rng,
    order: Vec<u32>,
}

/// Parameters that share a learning rate.
struct Group {
    ids: Vec<ParamId>,
    factor: f64,
    optimizer: ModuleOptimizer,
}

/// What a member reports after an epoch: the mean loss, and the probabilities of the validation rows.
type EpochResult = Result<(f64, Vec<f64>), NeuralError>;

/// Trains on `data` behind `scaler` and keeps the epoch whose validation scores have the highest `metric`; without
/// validation rows, the last epoch.
///
/// The same data, parameters, device and seed give the same weights to the last bit, whatever the number of
/// threads. The members are trained side by side on as many threads as rayon has.
///
/// # Errors
/// [`NeuralError`] for data or parameters that cannot be trained on, a loss that is no longer finite, and when
/// the user asked to stop.
pub fn train(
    data: &TrainingRows<'_>,
    scaler: &RobustScaler,
    parameters: &MlpParameters,
    device: Device,
    seed: u64,
    metric: &dyn Fn(&[bool], &[f64]) -> f64,
    progress: &dyn Progress,
) -> Result<Trained, NeuralError> {
    parameters.validate()?;
    check("training", data.train, scaler)?;
    if let Some(valid) = data.valid {
        check("validation", valid, scaler)?;
    }
    let run = Run::new(data, scaler, parameters, device, progress);
    let mut members: Vec<Member> =
        (0..parameters.members).map(|index| Member::new(&run, seed, index)).collect();
    progress.start("training mlp", Some(run.epochs as u64));
    let outcome = run.until_done(&mut members, data.valid.map(|valid| valid.labels), metric);
    progress.finish();
    let Record { history, best_epoch, best_layers } = outcome?;
    let weights = Weights::new(run.features, parameters.activation, best_layers)?;
    Ok(Trained { weights, best_epoch, history })
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

impl<'a> Run<'a> {
    fn new(
        data: &TrainingRows<'_>,
        scaler: &RobustScaler,
        parameters: &'a MlpParameters,
        device: Device,
        progress: &'a dyn Progress,
    ) -> Self {
        let steps_per_epoch = (data.train.labels.len() / parameters.batch_size).max(1);
        Self {
            parameters,
            device: device.open(),
            features: scaler.inputs(),
            train: scaled(data.train.features, scaler),
            labels: data.train.labels.iter().map(|label| f32::from(u8::from(*label))).collect(),
            class_weights: data.class_weights,
            valid: data.valid.map(|valid| scaled(valid.features, scaler)).unwrap_or_default(),
            steps_per_epoch,
            epochs: parameters.epochs_of(steps_per_epoch),
            progress,
        }
    }

    /// Epoch after epoch, until the last or until patience ends.
    fn until_done(
        &self,
        members: &mut [Member],
        labels: Option<&[bool]>,
        metric: &dyn Fn(&[bool], &[f64]) -> f64,
    ) -> Result<Record, NeuralError> {
        let mut record = Record::default();
        for epoch in 1..=self.epochs {
            let (train_loss, scores) = self.epoch(members, epoch)?;
            let valid_loss = labels.map(|labels| cross_entropy(labels, &scores));
            let value = labels.map(|labels| metric(labels, &scores));
            let metrics = EpochMetrics { epoch, train_loss, valid_loss, valid_average_precision: value };
            record.note(metrics, || members.iter().map(|member| member.network.export()).collect())?;
            let detail = match value {
                Some(value) => format!("valid average precision {value:.4}"),
                None => format!("training loss {train_loss:.4}"),
            };
            self.progress.advance(epoch as u64, &detail);
            let patience = self.parameters.patience;
            if labels.is_some() && patience > 0 && epoch - record.best_epoch >= patience {
                break;
            }
        }
        Ok(record)
    }

    /// One epoch of every member: the mean loss, and the averaged validation probabilities.
    ///
    /// Own threads rather than rayon's: a rayon thread that waits for a product may take up another member's
    /// epoch while Burn holds this one's graph.
    fn epoch(&self, members: &mut [Member], epoch: usize) -> Result<(f64, Vec<f64>), NeuralError> {
        let per_thread = members.len().div_ceil(rayon::current_num_threads());
        let results: Vec<EpochResult> = thread::scope(|scope| {
            let threads: Vec<_> = members
                .chunks_mut(per_thread)
                .map(|chunk| {
                    scope.spawn(move || chunk.iter_mut().map(|member| member.epoch(self, epoch)).collect())
                })
                .collect();
            let join = |thread: thread::ScopedJoinHandle<'_, Vec<EpochResult>>| {
                thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            threads.into_iter().flat_map(join).collect()
        });
        let share = 1.0 / results.len() as f64;
        let mut mean_loss = 0.0;
        let mut mean_scores = vec![0.0; self.valid.len() / self.features];
        for result in results {
            let (loss, scores) = result?;
            mean_loss += share * loss;
            mean_scores.iter_mut().zip(scores).for_each(|(mean, score)| *mean += share * score);
        }
        Ok((mean_loss, mean_scores))
    }

    /// The rows at `indices` side by side, with their labels.
    fn batch(&self, indices: &[u32]) -> (Tensor<2>, Vec<f32>) {
        let mut rows = Vec::with_capacity(indices.len() * self.features);
        for &index in indices {
            rows.extend_from_slice(&self.train[index as usize * self.features..][..self.features]);
        }
        let labels = indices.iter().map(|&index| self.labels[index as usize]).collect();
        (rows_tensor(rows, self.features, &self.device), labels)
    }
}

impl Member {
    fn new(run: &Run<'_>, seed: u64, index: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(index as u64);
        let parameters = run.parameters;
        let device = run.device.clone().autodiff();
        let network =
            Network::new(run.features, &parameters.hidden, parameters.activation, &mut rng, &device);
        let groups = network.groups().into_iter().map(|(role, ids)| {
            let factor = role.learning_rate_factor();
            let decay = role.weight_decay_factor() * parameters.weight_decay;
            let optimizer = AdamWConfig::new()
                .with_beta_2(0.95)
                .with_epsilon(1e-8)
                .with_weight_decay(decay as f32)
                .init();
            Group { ids, factor, optimizer }
        });
        let rows = u32::try_from(run.labels.len()).expect("fewer than 2^32 training rows fit in memory");
        Self { groups: groups.collect(), network, rng, order: (0..rows).collect() }
    }

    /// One pass over the training rows in a new order; rows that don't fill a batch wait for the next pass.
    fn epoch(&mut self, run: &Run<'_>, epoch: usize) -> EpochResult {
        let mut order = std::mem::take(&mut self.order);
        order.shuffle(&mut self.rng);
        let batch_size = run.parameters.batch_size.min(order.len());
        let steps = (run.steps_per_epoch * run.epochs) as f64;
        let mut loss = 0.0;
        for (index, indices) in order.chunks_exact(batch_size).enumerate() {
            if run.progress.interrupted() {
                return Err(Interrupted.into());
            }
            let done = ((epoch - 1) * run.steps_per_epoch + index) as f64 / steps;
            loss += self.step(run, indices, run.parameters.learning_rate * coslog4(done));
        }
        self.order = order;
        Ok((loss / run.steps_per_epoch as f64, self.probabilities(run)))
    }

    /// One batch: forward, backward, update. Gives the batch's mean loss.
    fn step(&mut self, run: &Run<'_>, indices: &[u32], learning_rate: f64) -> f64 {
        let (rows, labels) = run.batch(indices);
        let logits = self.network.forward(rows);
        let weight = |fraud| run.class_weights.map_or(1.0, |weights| weights.of(fraud));
        let (loss, slopes) = logistic_loss(&values(logits.clone().detach()), &labels, weight);
        // The gradient of sum(logits * slopes) is the loss's own, and the loss itself is computed in f64.
        let count = slopes.len();
        let slopes = Tensor::<1>::from_data(TensorData::new(slopes, [count]), &run.device);
        let mut gradients = (logits * slopes).sum().backward();
        for group in &mut self.groups {
            let own = GradientsParams::from_params(&mut gradients, &self.network, &group.ids);
            self.network = group.optimizer.step(learning_rate * group.factor, self.network.clone(), own);
        }
        loss
    }

    /// The probabilities of the validation rows as the network stands.
    fn probabilities(&self, run: &Run<'_>) -> Vec<f64> {
        let network = self.network.valid();
        run.valid
            .chunks(FORWARD_ROWS * run.features)
            .flat_map(|rows| values(network.forward(rows_tensor(rows.to_vec(), run.features, &run.device))))
            .map(|logit| sigmoid(f64::from(logit)))
            .collect()
    }
}

fn scaled(rows: &Matrix, scaler: &RobustScaler) -> Vec<f32> {
    let mut values = vec![0.0; rows.rows() * scaler.inputs()];
    for (row, out) in rows.iter_rows().zip(values.chunks_exact_mut(scaler.inputs())) {
        scaler.apply(row, out);
    }
    values
}
