//! The plain forward pass and the gradients of the embedding are those that Burn computes from the definition.

use burn::tensor::{Device as BurnDevice, Tensor, activation};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::member::{Course, Part};
use super::super::network::{Network, Parameter, rows_tensor, values};
use super::super::training::scaled;
use super::super::*;
use super::small;
use crate::domain::ClassWeights;
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::model::Scorer;
use crate::progress::Silent;

#[test]
fn the_plain_forward_pass_is_burns() {
    for (activation, seed) in [(Activation::Relu, 1), (Activation::Selu, 2)] {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for device in [Device::Flex, Device::NdArray].map(Device::open) {
            let shape = Shape { places: vec![0, 2, 3, 6], frequencies: 3, size: 2 };
            let network = Network {
                inputs: 7,
                embedding: Some(shape),
                frequency_scale: 0.1,
                hidden: vec![33, 16, 5],
                activation,
            };
            let parameters = drawn_parameters(&network, &mut rng, &device);
            let weights = network.weights(vec![network.export(&parameters)]).unwrap();
            let identity = RobustScaler { center: vec![0.0; 7], scale: vec![1.0; 7], one_hot: vec![] };
            let rows = Matrix::from_values((0..7 * 203).map(|_| rng.random_range(-9.0..9.0)).collect(), 7);
            let mut scaled = vec![0.0; rows.values().len()];
            for (row, out) in rows.iter_rows().zip(scaled.chunks_exact_mut(7)) {
                identity.apply(row, out);
            }
            let rows_of_burn = rows_tensor(scaled, 7, &device);
            let expected = values(logits_in_burn(&network, &parameters, rows_of_burn));
            let mut scores = vec![0.0; rows.rows()];
            MlpScorer::new(&weights, identity).unwrap().score(rows.values(), &mut scores);
            let spread = scores.iter().fold(0.0, |spread: f64, score| spread.max((score - 0.5).abs()));
            assert!(spread > 0.1, "scores that are all 1/2 would prove nothing");
            for (score, logit) in scores.iter().zip(expected) {
                let expected = 1.0 / (1.0 + f64::from(-logit).exp());
                assert!((score - expected).abs() < 1e-6, "{score} is not {expected}");
            }
        }
    }
}

/// Factors and the last layer are drawn, too, so that every part shows in the logits.
fn drawn_parameters(network: &Network, rng: &mut ChaCha8Rng, device: &BurnDevice) -> Vec<Tensor<2>> {
    let drawn = network.draw(rng, device);
    let embedded = network.embedding.as_ref().map_or(0, |shape| shape.places.len());
    let any = |(place, parameter): (usize, &Parameter)| {
        let [lines, width] = parameter.tensor().dims();
        let spread = 1.5 / (lines as f32).sqrt();
        let mut values: Vec<f32> = (0..lines * width).map(|_| rng.random_range(-spread..spread)).collect();
        if place < Shape::PARAMETERS {
            // Behind the last number there are zeros.
            values.chunks_mut(width).for_each(|line| line[embedded..].fill(0.0));
        }
        rows_tensor(values, width, device)
    };
    drawn.iter().enumerate().map(any).collect()
}

/// The whole network in Burn, its embedding included, as its definition has it.
fn logits_in_burn(network: &Network, parameters: &[Tensor<2>], rows: Tensor<2>) -> Tensor<2> {
    let shape = network.embedding.as_ref().unwrap();
    let number = |parameter: &Tensor<2>, line: usize, number: usize| {
        parameter.clone().slice([line..line + 1, number..number + 1])
    };
    let mut gained = Vec::new();
    for output in 0..shape.size {
        for (at, &place) in shape.places.iter().enumerate() {
            let column = rows.clone().slice([0..rows.dims()[0], place..place + 1]);
            let mut sum = column.clone() * 0.0 + number(&parameters[3], output, at);
            for frequency in 0..shape.frequencies {
                let angle = column.clone() * number(&parameters[0], frequency, at) * std::f32::consts::TAU;
                let factors = frequency * shape.size + output;
                sum = sum + angle.clone().cos() * number(&parameters[1], factors, at);
                sum = sum + angle.sin() * number(&parameters[2], factors, at);
            }
            gained.push(activation::relu(sum));
        }
    }
    let wider = Tensor::cat([vec![rows], gained].concat(), 1);
    network.logits(&parameters[Shape::PARAMETERS..], wider)
}

#[test]
fn the_gradients_are_burns() {
    let features = Matrix::from_values((0..40).map(|n| f64::from(n * 37 % 40) / 8.0 - 2.5).collect(), 4);
    let labels: Vec<bool> = (0..10).map(|row| row % 3 == 0).collect();
    let scaler = RobustScaler { center: vec![0.0; 4], scale: vec![1.0; 4], one_hot: vec![] };
    let parameters = MlpParameters { batch_size: 10, ..small() };
    let shape = Shape { places: vec![0, 2, 3], frequencies: 3, size: 2 };
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let network = Network {
        inputs: 4,
        embedding: Some(shape),
        frequency_scale: 0.1,
        hidden: vec![6, 5],
        activation: Activation::Selu,
    };
    let device = Device::Flex.open();
    let weights = Some(ClassWeights { fraud: 3.0, genuine: 0.5 });
    let rows = scaled(&features, &scaler);
    let course = Course {
        parameters: &parameters,
        network: network.clone(),
        device: device.clone(),
        rows: rows.clone(),
        labels: &labels,
        class_weights: weights,
        steps_per_epoch: 1,
        epochs: 1,
        seed: 1,
        progress: &Silent::default(),
    };
    let drawn = drawn_parameters(&network, &mut rng, &device);
    let found = course.gradients(Part::of_rows(drawn.clone(), (0..10).collect()));
    let leaves: Vec<Tensor<2>> = drawn.into_iter().map(|tensor| tensor.autodiff().require_grad()).collect();
    let logits = logits_in_burn(&network, &leaves, rows_tensor(rows, 4, &device).autodiff());
    let column = |of: &dyn Fn(bool) -> f32| {
        rows_tensor(labels.iter().map(|label| of(*label)).collect(), 1, &device).autodiff()
    };
    let signs = column(&|label| if label { -1.0 } else { 1.0 });
    let counts = column(&|label| if label { 3.0 } else { 0.5 });
    let loss = (((logits * signs).exp() + 1.0).log() * counts).mean();
    assert!((f64::from(values(loss.clone().inner())[0]) - found.loss).abs() < 1e-6);
    let mut gradients = loss.backward();
    for (place, (leaf, found)) in leaves.iter().zip(found.of_parameters).enumerate() {
        let expected = values(leaf.grad_remove(&mut gradients).unwrap());
        let found: Vec<f32> = found.try_into_vec().unwrap();
        assert!(expected.iter().any(|value| value.abs() > 1e-4), "parameter {place} moves nothing");
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 2e-6, "parameter {place}: {found} is not {expected}");
        }
    }
}
