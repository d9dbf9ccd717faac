//! The network while it is trained, in Burn: RealMLP's small variant (arXiv 2407.04491, "RealMLP-TD-S").
//!
//! A learnt factor per input, dense layers with the activation between them, one logit. The neural tangent
//! parametrisation writes a layer as `x W / sqrt(inputs) + b` with `W` drawn from a standard normal. Under
//! Adam, whose steps do not depend on the gradient's size, that is the same as `x W' + b` with `W' = W /
//! sqrt(inputs)`, drawn with that deviation and trained with the learning rate divided by it:
//! [`Role::learning_rate_factor`].

use burn::module::{Module, Param, ParamId};
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData, activation};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::activation::{Activation, SELU_ALPHA, SELU_SCALE};
use super::weights::Layer;

/// The trainable network.
#[derive(Module, Debug)]
pub(super) struct Network {
    scale: Param<Tensor<1>>,
    layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

/// What a group of parameters does, which decides how fast it learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Role {
    /// The factors of the inputs.
    Scale,
    /// The weights of a layer with so many inputs.
    Weight {
        /// Number of values that go into the layer.
        inputs: usize,
    },
    /// All biases.
    Bias,
}

impl Role {
    /// What the learning rate is multiplied with.
    pub(super) fn learning_rate_factor(self) -> f64 {
        match self {
            Self::Scale => 6.0,
            Self::Weight { inputs } => 1.0 / (inputs as f64).sqrt(),
            Self::Bias => 0.1,
        }
    }

    /// What the weight decay is multiplied with: only weights decay, and by the undivided learning rate.
    pub(super) fn weight_decay_factor(self) -> f64 {
        match self {
            Self::Weight { .. } => 1.0 / self.learning_rate_factor(),
            Self::Scale | Self::Bias => 0.0,
        }
    }
}

impl Network {
    /// Draws a network from `rng`: nothing of Burn's global random state is involved.
    pub(super) fn new(
        features: usize,
        hidden: &[usize],
        activation: Activation,
        rng: &mut impl Rng,
        device: &Device,
    ) -> Self {
        let mut inputs = features;
        let mut layers = Vec::with_capacity(hidden.len() + 1);
        for &outputs in hidden {
            let weight = normal(inputs * outputs, 1.0 / (inputs as f32).sqrt(), rng);
            layers.push(dense(weight, normal(outputs, 1.0, rng), inputs, device));
            inputs = outputs;
        }
        // The last layer starts at zero: the first predictions are 1/2, whatever the other layers are.
        layers.push(dense(vec![0.0; inputs], vec![0.0], inputs, device));
        Self {
            scale: Param::from_data(TensorData::new(vec![1.0_f32; features], [features]), device),
            layers,
            activation,
        }
    }

    /// The same shape with factors and a last layer that are drawn, so that every part shows in the logits.
    #[cfg(test)]
    pub(super) fn perturbed(mut self, rng: &mut impl Rng) -> Self {
        let device = self.scale.val().device();
        let [features] = self.scale.dims();
        self.scale = Param::from_data(TensorData::new(normal(features, 1.0, rng), [features]), &device);
        let last = self.layers.pop().expect("a network has a last layer");
        let [inputs, _] = last.weight.dims();
        self.layers.push(dense(
            normal(inputs, 1.0 / (inputs as f32).sqrt(), rng),
            normal(1, 1.0, rng),
            inputs,
            &device,
        ));
        self
    }

    /// Logits of shape [rows] for scaled `rows` of shape [rows, features].
    pub(super) fn forward(&self, rows: Tensor<2>) -> Tensor<1> {
        let mut values = rows * self.scale.val().unsqueeze();
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                values = activate(self.activation, values);
            }
            values = layer.forward(values);
        }
        values.squeeze_dim(1)
    }

    /// The parameters by role.
    pub(super) fn groups(&self) -> Vec<(Role, Vec<ParamId>)> {
        let mut groups = vec![
            (Role::Scale, vec![self.scale.id]),
            (Role::Bias, self.layers.iter().filter_map(|layer| Some(layer.bias.as_ref()?.id)).collect()),
        ];
        groups.extend(self.layers.iter().map(|layer| {
            let [inputs, _] = layer.weight.dims();
            (Role::Weight { inputs }, vec![layer.weight.id])
        }));
        groups
    }

    /// The same function as plain layers; the factors of the inputs go into the first one.
    pub(super) fn export(&self) -> Vec<Layer> {
        let mut layers: Vec<Layer> = self.layers.iter().map(export_layer).collect();
        let first = &mut layers[0];
        for (line, scale) in first.weight.chunks_exact_mut(first.outputs).zip(values(self.scale.val())) {
            line.iter_mut().for_each(|weight| *weight *= scale);
        }
        layers
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

fn export_layer(layer: &Linear) -> Layer {
    let [inputs, outputs] = layer.weight.dims();
    let bias = layer.bias.as_ref().expect("every layer here has biases");
    Layer { inputs, outputs, weight: values(layer.weight.val()), bias: values(bias.val()) }
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

fn dense(weight: Vec<f32>, bias: Vec<f32>, inputs: usize, device: &Device) -> Linear {
    let outputs = bias.len();
    Linear {
        weight: Param::from_data(TensorData::new(weight, [inputs, outputs]), device),
        bias: Some(Param::from_data(TensorData::new(bias, [outputs]), device)),
    }
}

fn normal(count: usize, deviation: f32, rng: &mut impl Rng) -> Vec<f32> {
    (0..count).map(|_| deviation * Distribution::<f32>::sample(&StandardNormal, rng)).collect()
}
