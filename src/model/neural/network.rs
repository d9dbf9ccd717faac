//! The network while it is trained, in Burn: RealMLP's small variant (arXiv 2407.04491, "RealMLP-TD-S") behind embeddings of
//! the numbers (`waves.rs`).
//!
//! A learnt factor per input, those that embeddings add included, dense layers with the activation between them, one logit. The neural tangent
//! parametrisation writes a layer as `x W / sqrt(inputs) + b` with `W` drawn from a standard normal. Under
//! Adam, whose steps do not depend on the gradient's size, that is the same as `x W' + b` with `W' = W /
//! sqrt(inputs)`, drawn with that deviation and trained with the learning rate divided by it:
//! [`Role::learning_rate_factor`].

use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::activation::{Activation, SELU_ALPHA, SELU_SCALE};
use super::adam::{Moments, Step};
use super::checkpoint::ParameterState;
use super::waves::{Shape, Waves};
use super::weights::{Layer, MemberWeights, Weights, WeightsError};

/// The shape of a network: what its parameters are, and what they make of a row.
#[derive(Debug, Clone)]
pub(super) struct Network {
    /// Values of a scaled row.
    pub(super) inputs: usize,
    /// What is added to them.
    pub(super) embedding: Option<Shape>,
    /// Deviation of the first frequencies.
    pub(super) frequency_scale: f64,
    /// Width of each hidden layer.
    pub(super) hidden: Vec<usize>,
    /// What stands between the layers.
    pub(super) activation: Activation,
}

/// What a parameter does, which decides how fast it learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// The factors of the inputs.
    Scale,
    /// The weights of a layer with so many inputs.
    Weight {
        /// Number of values that go into the layer.
        inputs: usize,
    },
    /// The biases of a layer.
    Bias,
    /// The frequencies of an embedding.
    Frequency,
}

impl Role {
    /// What the learning rate is multiplied with.
    pub(super) fn learning_rate_factor(self) -> f64 {
        match self {
            Self::Scale => 6.0,
            Self::Weight { inputs } => 1.0 / (inputs as f64).sqrt(),
            Self::Bias | Self::Frequency => 0.1,
        }
    }

    /// What the weight decay is multiplied with: only weights decay, and by the undivided learning rate.
    pub(super) fn decay_factor(self) -> f64 {
        match self {
            Self::Weight { .. } => 1.0,
            Self::Scale | Self::Bias | Self::Frequency => 0.0,
        }
    }
}

/// Numbers that are learnt, with what Adam remembers of their gradients.
#[derive(Debug)]
pub(super) struct Parameter {
    role: Role,
    /// Of shape [inputs, outputs], or [1, values].
    values: Tensor<2>,
    moments: Moments,
}

impl Parameter {
    fn new(role: Role, values: Vec<f32>, columns: usize, device: &Device) -> Self {
        let moments = Moments::new(values.len());
        Self { role, values: rows_tensor(values, columns, device), moments }
    }

    /// The numbers, shared.
    pub(super) fn tensor(&self) -> Tensor<2> {
        self.values.clone()
    }

    /// The numbers and Adam's means, to be kept.
    pub(super) fn state(&self) -> ParameterState {
        let [first, second] = self.moments.state();
        [values(self.tensor()), first, second]
    }

    /// Takes what was kept; false when it is of another shape.
    pub(super) fn restore(&mut self, [values, first, second]: ParameterState) -> bool {
        let [rows, columns] = self.values.dims();
        let fits = [&values, &first, &second].iter().all(|list| list.len() == rows * columns);
        if fits {
            self.values = rows_tensor(values, columns, &self.values.device());
            self.moments = Moments::of_state([first, second]);
        }
        fits
    }

    /// Moves the numbers against the sum of `gradients`.
    pub(super) fn step(&mut self, gradients: &[&[f32]], number: i32, learning_rate: f64, decay: f64) {
        let step = Step {
            number,
            learning_rate: learning_rate * self.role.learning_rate_factor(),
            decay: learning_rate * decay * self.role.decay_factor(),
        };
        let device = self.values.device();
        // Taken out and put back: as nobody else holds the tensor now, nothing is copied.
        let mut data = std::mem::replace(&mut self.values, Tensor::empty([0, 0], &device)).into_data();
        let values = data.as_mut_slice().expect("parameters are f32");
        self.moments.step(values, gradients, step);
        self.values = Tensor::from_data(data, &device);
    }
}

impl Network {
    /// Draws the parameters from `rng`: nothing of Burn's global random state is involved.
    pub(super) fn draw(&self, rng: &mut impl Rng, device: &Device) -> Vec<Parameter> {
        let mut parameters = self.draw_embedding(rng, device);
        let mut inputs = self.inputs + self.embedding.as_ref().map_or(0, Shape::outputs);
        parameters.push(Parameter::new(Role::Scale, vec![1.0; inputs], inputs, device));
        for &outputs in &self.hidden {
            let weight = normal(inputs * outputs, 1.0 / (inputs as f32).sqrt(), rng);
            parameters.push(Parameter::new(Role::Weight { inputs }, weight, outputs, device));
            parameters.push(Parameter::new(Role::Bias, normal(outputs, 1.0, rng), outputs, device));
            inputs = outputs;
        }
        // The last layer starts at zero: the first predictions are 1/2, whatever the other layers are.
        parameters.push(Parameter::new(Role::Weight { inputs }, vec![0.0; inputs], 1, device));
        parameters.push(Parameter::new(Role::Bias, vec![0.0], 1, device));
        parameters
    }

    fn draw_embedding(&self, rng: &mut impl Rng, device: &Device) -> Vec<Parameter> {
        let Some(shape) = &self.embedding else { return Vec::new() };
        let waves = 2 * shape.frequencies;
        let spread = 1.0 / (waves as f32).sqrt();
        let drawn = [
            (Role::Frequency, self.frequency_scale as f32),
            (Role::Weight { inputs: waves }, spread),
            (Role::Weight { inputs: waves }, spread),
            (Role::Bias, 0.0),
        ];
        let parameter = |((role, deviation), lines)| {
            let mut values = vec![0.0; lines * shape.width()];
            for line in values.chunks_exact_mut(shape.width()) {
                line[..shape.places.len()].copy_from_slice(&normal(shape.places.len(), deviation, rng));
            }
            Parameter::new(role, values, shape.width(), device)
        };
        drawn.into_iter().zip(shape.lines()).map(parameter).collect()
    }

    /// The embedding's numbers, and the other parameters.
    pub(super) fn split<'a>(&self, parameters: &'a [Tensor<2>]) -> (Option<Waves>, &'a [Tensor<2>]) {
        if self.embedding.is_none() {
            return (None, parameters);
        }
        let (own, others) = parameters.split_at(Shape::PARAMETERS);
        let [frequency, cosine, sine, bias] = std::array::from_fn(|place| values(own[place].clone()));
        (Some(Waves { frequency, cosine, sine, bias }), others)
    }

    /// Logits of shape [rows, 1] for embedded `rows` of shape [rows, inputs]; `parameters` are those behind the embedding's.
    pub(super) fn logits(&self, parameters: &[Tensor<2>], rows: Tensor<2>) -> Tensor<2> {
        let (scale, layers) = parameters.split_first().expect("a network has factors");
        let mut values = rows * scale.clone();
        for (place, layer) in layers.chunks_exact(2).enumerate() {
            if place > 0 {
                values = activate(self.activation, values);
            }
            values = values.matmul(layer[0].clone()) + layer[1].clone();
        }
        values
    }

    /// Members of this shape together.
    ///
    /// # Errors
    /// When a number is not finite.
    pub(super) fn weights(&self, members: Vec<MemberWeights>) -> Result<Weights, WeightsError> {
        Weights::new(self.inputs, self.embedding.clone(), self.activation, members)
    }

    /// The same function as plain numbers; the factors of the inputs go into the first layer.
    pub(super) fn export(&self, parameters: &[Tensor<2>]) -> MemberWeights {
        let (waves, others) = self.split(parameters);
        let (scale, layers) = others.split_first().expect("a network has factors");
        let layer = |pair: &[Tensor<2>]| {
            let [inputs, outputs] = pair[0].dims();
            Layer { inputs, outputs, weight: values(pair[0].clone()), bias: values(pair[1].clone()) }
        };
        let mut layers: Vec<Layer> = layers.chunks_exact(2).map(layer).collect();
        let first = &mut layers[0];
        for (line, scale) in first.weight.chunks_exact_mut(first.outputs).zip(values(scale.clone())) {
            line.iter_mut().for_each(|weight| *weight *= scale);
        }
        MemberWeights { waves, layers }
    }
}

/// `rows` values of `columns` each as a tensor.
pub(super) fn rows_tensor(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

/// A tensor's numbers, in row-major order.
pub(super) fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the tensors here are f32")
}

/// SELU is written with `min` and `max` so that no gradient meets an overflow: Burn's own computes the
/// exponential of large positive numbers and masks it afterwards, which turns the gradient into NaN.
fn activate(kind: Activation, values: Tensor<2>) -> Tensor<2> {
    match kind {
        Activation::Relu => activation::relu(values),
        Activation::Selu => {
            let negative = activation::relu(values.clone().neg()).neg();
            let positive = activation::relu(values);
            (positive + (negative.exp() - 1.0) * SELU_ALPHA) * SELU_SCALE
        }
    }
}

fn normal(count: usize, deviation: f32, rng: &mut impl Rng) -> Vec<f32> {
    (0..count).map(|_| deviation * Distribution::<f32>::sample(&StandardNormal, rng)).collect()
}
