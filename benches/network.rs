//! Training and scoring a network of 30-256-256-128-1; `benches/network.py` runs it beside PyTorch.
//!
//!     cargo bench --bench network -- train BATCH
//!     cargo bench --bench network -- score
//!
//! `train` makes one epoch with AdamW over 227,845 rows made here, with two threads. `score` times one row at a time and
//! batches on one and on all threads, by turns with Burn's forward pass (flex) of the same weights, and fails when
//! probabilities differ by 1e-6. Prints a line of JSON for each figure.

use std::time::Instant;

use burn::tensor::{Device as BurnDevice, Tensor, TensorData, activation::relu};
use fraudctl::features::scaling::RobustScaler;
use fraudctl::matrix::Matrix;
use fraudctl::model::neural::{
    Activation, Device, Layer, Means, MemberWeights, MlpParameters, MlpScorer, Weights, train,
};
use fraudctl::model::{Labelled, Scorer, TrainingRows, score_rows};
use fraudctl::progress::Silent;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FEATURES: usize = 30;
const HIDDEN: [usize; 3] = [256, 256, 128];
const ROWS: usize = 227_845;
const SCORED: usize = 20_000;
const ROUNDS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect(); // which cargo adds
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["train", batch] => training(batch.parse().expect("BATCH is a number")),
        ["score"] => scoring(),
        _ => (), // a bare `cargo bench`
    }
}

fn rows(count: usize) -> Matrix {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    Matrix::from_values((0..count * FEATURES).map(|_| random.random_range(-1.0..1.0)).collect(), FEATURES)
}

fn training(batch_size: usize) {
    let features = rows(ROWS);
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let labels: Vec<bool> = (0..ROWS).map(|_| random.random_bool(0.005)).collect();
    let scaler = RobustScaler::fit(&features, &[]);
    let rows = TrainingRows {
        train: Labelled { features: &features, labels: &labels },
        valid: None,
        watched: &[],
        class_weights: None,
        categories: &[],
    };
    let parameters = MlpParameters {
        hidden: HIDDEN.to_vec(),
        frequencies: 0,
        members: 1,
        epochs: Some(1),
        learning_rate: 1e-3,
        weight_decay: 0.01,
        batch_size,
        ..MlpParameters::default()
    };
    let means = Means { device: Device::Flex, seed: 1, threads: 2, checkpoint: None };
    let started = Instant::now();
    train(&rows, &scaler, &parameters, means, &|_, _| 0.0, &Silent::default()).expect("it trains");
    let rate = ROWS as f64 / started.elapsed().as_secs_f64();
    println!(r#"{{"batch":{batch_size},"rows_per_second":{rate:.0}}}"#);
}

fn scoring() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut inputs = FEATURES;
    let mut layers = Vec::new();
    for outputs in HIDDEN.into_iter().chain([1]) {
        let spread = 2.0 / (inputs as f32).sqrt();
        let mut draw = |count: usize| (0..count).map(|_| random.random_range(-spread..spread)).collect();
        layers.push(Layer { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) });
        inputs = outputs;
    }
    let member = MemberWeights { waves: None, layers: layers.clone() };
    let weights = Weights::new(FEATURES, None, Activation::Relu, vec![member]).expect("they fit");
    // Rows are scaled already: what is timed is the network.
    let scaler = RobustScaler { center: vec![0.0; FEATURES], scale: vec![1.0; FEATURES], one_hot: vec![] };
    let scorer = MlpScorer::new(&weights, scaler.clone()).expect("it fits");
    let rows = rows(SCORED);
    let burn = Burn::new(&layers, &rows, &scaler);
    let one = |scorer: &dyn Scorer| {
        let mut scores = vec![0.0; SCORED];
        for (row, score) in rows.iter_rows().zip(scores.chunks_mut(1)) {
            scorer.score(row, score);
        }
        scores
    };
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        let ways: [&dyn Fn() -> Vec<f64>; 5] = [
            &|| one(&scorer),
            &|| single.install(|| (0..SCORED).map(|row| burn.scores(row, 1)[0]).collect()),
            &|| single.install(|| score_rows(&scorer, &rows)),
            &|| score_rows(&scorer, &rows),
            &|| burn.scores(0, SCORED),
        ];
        let scores = ways.iter().zip(&mut times).map(|(way, times)| {
            let started = Instant::now();
            let scores = way();
            times.push(started.elapsed().as_secs_f64());
            scores
        });
        let scores: Vec<Vec<f64>> = scores.collect();
        for other in &scores[1..] {
            let apart = scores[0].iter().zip(other).map(|(one, other)| (one - other).abs());
            assert!(apart.fold(0.0, f64::max) < 1e-6, "probabilities differ");
        }
    }
    let what = ["one row", "one row, Burn", "batch, 1 thread", "batch", "batch, Burn"];
    for (what, mut times) in what.into_iter().zip(times) {
        times.sort_by(f64::total_cmp);
        let seconds = times[ROUNDS / 2];
        let (micros, rate) = (seconds * 1e6 / SCORED as f64, SCORED as f64 / seconds);
        println!(r#"{{"what":"{what}","us_per_row":{micros:.2},"rows_per_second":{rate:.0}}}"#);
    }
}

/// The same network as a user of Burn would write it.
struct Burn {
    layers: Vec<(Tensor<2>, Tensor<2>)>,
    rows: Vec<f32>,
    device: BurnDevice,
}

impl Burn {
    fn new(layers: &[Layer], rows: &Matrix, scaler: &RobustScaler) -> Self {
        let device = BurnDevice::flex();
        let tensor = |values: &[f32], shape: [usize; 2]| {
            Tensor::from_data(TensorData::new(values.to_vec(), shape), &device)
        };
        let layer = |layer: &Layer| {
            (tensor(&layer.weight, [layer.inputs, layer.outputs]), tensor(&layer.bias, [1, layer.outputs]))
        };
        let layers = layers.iter().map(layer).collect();
        let mut scaled = vec![0.0; rows.values().len()];
        for (row, out) in rows.iter_rows().zip(scaled.chunks_exact_mut(FEATURES)) {
            scaler.apply(row, out);
        }
        Self { layers, rows: scaled, device }
    }

    fn scores(&self, first: usize, count: usize) -> Vec<f64> {
        let rows = self.rows[first * FEATURES..(first + count) * FEATURES].to_vec();
        let mut values: Tensor<2> = Tensor::from_data(TensorData::new(rows, [count, FEATURES]), &self.device);
        for (place, (weight, bias)) in self.layers.iter().enumerate() {
            values = if place > 0 { relu(values) } else { values };
            values = values.matmul(weight.clone()) + bias.clone();
        }
        let logits: Vec<f32> = values.into_data().try_into_vec().expect("f32");
        logits.into_iter().map(|logit| 1.0 / (1.0 + (-f64::from(logit)).exp())).collect()
    }
}
