//! One network under way: an epoch of steps, each on a batch whose parts several threads take.

use std::ops::Range;
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::checkpoint::MemberState;
use super::crew::Worker;
use super::loss::logistic_loss;
use super::network::{Network, Parameter, rows_tensor, values};
use super::parameters::MlpParameters;
use super::schedule::coslog4;
use super::waves::Waves;
use super::weights::MemberWeights;
use crate::domain::ClassWeights;
use crate::progress::{Interrupted, Progress};

/// Rows that one thread takes of a batch: what they become in the network fits the processor's second cache. The parts do not
/// depend on the number of threads, nor do the sums over them.
const PART_ROWS: usize = 128;

/// What all members share.
pub(super) struct Course<'a> {
    pub(super) parameters: &'a MlpParameters,
    pub(super) network: Network,
    pub(super) device: Device,
    /// Scaled rows, one after the other.
    pub(super) rows: Vec<f32>,
    pub(super) labels: &'a [bool],
    pub(super) class_weights: Option<ClassWeights>,
    pub(super) steps_per_epoch: usize,
    pub(super) epochs: usize,
    pub(super) seed: u64,
    pub(super) progress: &'a dyn Progress,
}

/// A part of a batch.
pub(super) struct Part {
    /// The network's, as they stand before the step.
    parameters: Vec<Tensor<2>>,
    /// The epoch's rows by their place among all.
    order: Arc<Vec<u32>>,
    /// Those of the part.
    range: Range<usize>,
    /// What one row counts in the batch's mean.
    share: f64,
}

/// What a part adds to the batch's mean loss, and the gradients of that.
pub(super) struct Gradients {
    pub(super) loss: f64,
    pub(super) of_parameters: Vec<TensorData>,
}

#[cfg(test)]
impl Part {
    /// A batch of one part.
    pub(super) fn of_rows(parameters: Vec<Tensor<2>>, rows: Vec<u32>) -> Self {
        let (range, share) = (0..rows.len(), 1.0 / rows.len() as f64);
        Self { parameters, order: Arc::new(rows), range, share }
    }
}

impl Course<'_> {
    /// Forward and backward.
    pub(super) fn gradients(&self, part: Part) -> Gradients {
        let Part { parameters, order, range, share } = part;
        let rows = &order[range];
        let embedding = self.network.embedding.as_ref();
        let (waves, others) = self.network.split(&parameters);
        let leaf = |tensor: Tensor<2>| tensor.autodiff().require_grad();
        let leaves: Vec<Tensor<2>> = others.iter().cloned().map(leaf).collect();
        let scaled = self.batch(rows);
        let inputs = match (&waves, embedding) {
            (Some(waves), Some(shape)) => {
                let wider = waves.embed_rows(shape, &scaled, self.network.inputs);
                leaf(rows_tensor(wider, self.network.inputs + shape.outputs(), &self.device))
            }
            _ => rows_tensor(scaled, self.network.inputs, &self.device).autodiff(),
        };
        let logits = self.network.logits(&leaves, inputs.clone());
        let weight = |fraud| self.class_weights.map_or(1.0, |weights| weights.of(fraud));
        let labels = rows.iter().map(|&row| self.labels[row as usize]);
        let (loss, slopes) = logistic_loss(&values(logits.clone().inner()), labels, share, weight);
        // The gradient of sum(logits * slopes) is the loss's own, and the loss itself is computed in f64.
        let slopes = rows_tensor(slopes, 1, &self.device).autodiff();
        let mut gradients = (logits * slopes).sum().backward();
        let mut of =
            |leaf: &Tensor<2>| leaf.grad_remove(&mut gradients).expect("every parameter is used").into_data();
        let mut of_parameters = Vec::with_capacity(parameters.len());
        if let (Some(waves), Some(shape)) = (waves, embedding) {
            let slopes = of(&inputs);
            let slopes = slopes.as_slice().expect("gradients are f32");
            let Waves { frequency, cosine, sine, bias } =
                waves.gradients(shape, &values(inputs.inner()), slopes, self.network.inputs);
            let data = |values: Vec<f32>| {
                let count = values.len();
                TensorData::new(values, [count])
            };
            of_parameters.extend([frequency, cosine, sine, bias].map(data));
        }
        of_parameters.extend(leaves.iter().map(of));
        Gradients { loss, of_parameters }
    }

    /// The rows at `places` side by side.
    fn batch(&self, places: &[u32]) -> Vec<f32> {
        let inputs = self.network.inputs;
        let mut rows = Vec::with_capacity(places.len() * inputs);
        for &place in places {
            rows.extend_from_slice(&self.rows[place as usize * inputs..][..inputs]);
        }
        rows
    }
}

/// One network under way.
pub(super) struct Member {
    index: u64,
    parameters: Vec<Parameter>,
    steps: i32,
}

impl Member {
    pub(super) fn new(course: &Course<'_>, index: u64) -> Self {
        let mut rng = stream(course.seed, index, 0);
        Self { index, parameters: course.network.draw(&mut rng, &course.device), steps: 0 }
    }

    /// What it needs to go on, to be kept.
    pub(super) fn state(&self) -> MemberState {
        MemberState { steps: self.steps, parameters: self.parameters.iter().map(Parameter::state).collect() }
    }

    /// Takes what was kept; false when it is of another network.
    pub(super) fn restore(&mut self, state: MemberState) -> bool {
        self.steps = state.steps;
        self.parameters.len() == state.parameters.len()
            && self
                .parameters
                .iter_mut()
                .zip(state.parameters)
                .all(|(parameter, state)| parameter.restore(state))
    }

    fn tensors(&self) -> Vec<Tensor<2>> {
        self.parameters.iter().map(Parameter::tensor).collect()
    }

    /// The network as it stands.
    pub(super) fn weights(&self, course: &Course<'_>) -> MemberWeights {
        course.network.export(&self.tensors())
    }

    /// One pass over the training rows in a new order; rows that don't fill a batch wait for the next pass. `helpers` take parts
    /// of each batch. Gives the mean loss.
    pub(super) fn epoch(
        &mut self,
        course: &Course<'_>,
        epoch: usize,
        helpers: &[Worker<Part, Gradients>],
    ) -> Result<f64, Interrupted> {
        let order = Arc::new(self.order(course, epoch));
        let batch_size = course.parameters.batch_size.min(order.len());
        let steps = (course.steps_per_epoch * course.epochs) as f64;
        let mut loss = 0.0;
        for index in 0..course.steps_per_epoch {
            course.progress.check()?;
            let batch = index * batch_size..(index + 1) * batch_size;
            let gradients = self.gradients(course, &order, batch, helpers);
            let done = ((epoch - 1) * course.steps_per_epoch + index) as f64 / steps;
            self.update(&gradients, course.parameters.learning_rate * coslog4(done), course.parameters);
            loss += gradients.iter().map(|part| part.loss).sum::<f64>();
        }
        Ok(loss / course.steps_per_epoch as f64)
    }

    /// The gradients of each part of the rows at `batch`; part `n` is taken by thread `n` modulo their number, 0 being this one.
    fn gradients(
        &self,
        course: &Course<'_>,
        order: &Arc<Vec<u32>>,
        batch: Range<usize>,
        helpers: &[Worker<Part, Gradients>],
    ) -> Vec<Gradients> {
        let share = 1.0 / batch.len() as f64;
        let part = |start: usize| Part {
            parameters: self.tensors(),
            order: Arc::clone(order),
            range: start..(start + PART_ROWS).min(batch.end),
            share,
        };
        let parts = || {
            batch
                .clone()
                .step_by(PART_ROWS)
                .enumerate()
                .map(|(place, start)| (place % (helpers.len() + 1), start))
        };
        for (thread, start) in parts().filter(|(thread, _)| *thread > 0) {
            helpers[thread - 1].start(part(start));
        }
        let own: Vec<Gradients> = parts()
            .filter(|(thread, _)| *thread == 0)
            .map(|(_, start)| course.gradients(part(start)))
            .collect();
        let mut own = own.into_iter();
        let result = |(thread, _)| match thread {
            0 => own.next().expect("a result for each part"),
            _ => helpers[thread - 1].result(),
        };
        parts().map(result).collect()
    }

    /// Moves all parameters against the sum of the gradients of a batch's parts.
    fn update(&mut self, parts: &[Gradients], learning_rate: f64, parameters: &MlpParameters) {
        self.steps += 1;
        for (place, parameter) in self.parameters.iter_mut().enumerate() {
            let own = parts.iter().map(|part| part.of_parameters[place].as_slice());
            let gradients: Vec<&[f32]> = own.map(|own| own.expect("gradients are f32")).collect();
            parameter.step(&gradients, self.steps, learning_rate, parameters.weight_decay);
        }
    }

    /// The order of an epoch's rows, which follows from the seed, the member and the epoch alone.
    fn order(&self, course: &Course<'_>, epoch: usize) -> Vec<u32> {
        let rows = u32::try_from(course.labels.len()).expect("fewer than 2^32 training rows fit in memory");
        let mut order: Vec<u32> = (0..rows).collect();
        order.shuffle(&mut stream(course.seed, self.index, epoch as u64));
        order
    }
}

fn stream(seed: u64, member: u64, epoch: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(member << 32 | epoch);
    rng
}
