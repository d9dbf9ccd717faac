//! Training, serving and storing together, on small problems whose answer is known.

use std::sync::Mutex;

use burn::tensor::{Device as BurnDevice, Tensor, activation};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::member::{Course, Part};
use super::network::{Network, Parameter, rows_tensor, values};
use super::training::scaled;
use super::*;
use crate::domain::ClassWeights;
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::model::{Labelled, Scorer, TrainingRows};
use crate::progress::{Event, Interrupted, Progress, Silent};

/// Rows of four numbers; positive where the first two have different signs (and by chance in 2 % of the
/// rows).
fn exclusive_or(rows: usize, seed: u64) -> (Matrix, Vec<bool>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values: Vec<f64> = (0..rows * 4).map(|_| rng.random_range(-1.0..1.0)).collect();
    let matrix = Matrix::from_values(values, 4);
    let labels = matrix.iter_rows().map(|row| (row[0] * row[1] < 0.0) != rng.random_bool(0.02)).collect();
    (matrix, labels)
}

/// Average precision by its definition: the mean precision at each positive, best score first.
fn average_precision(labels: &[bool], scores: &[f64]) -> f64 {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    let mut hits = 0.0;
    let mut sum = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        if labels[index] {
            hits += 1.0;
            sum += hits / (rank + 1) as f64;
        }
    }
    sum / hits
}

fn small() -> MlpParameters {
    MlpParameters {
        hidden: vec![24, 16],
        members: 2,
        epochs: Some(12),
        batch_size: 64,
        learning_rate: 0.04,
        ..MlpParameters::default()
    }
}

fn means(seed: u64) -> Means {
    Means { device: Device::Flex, seed, threads: 2 }
}

/// Training and validation rows of one problem, with its scaling.
struct Problem {
    train: (Matrix, Vec<bool>),
    valid: (Matrix, Vec<bool>),
    scaler: RobustScaler,
}

impl Problem {
    fn new(rows: usize) -> Self {
        let train = exclusive_or(rows, 1);
        let scaler = RobustScaler::fit(&train.0, &[]);
        Self { train, valid: exclusive_or(rows / 2, 2), scaler }
    }

    fn data(&self) -> TrainingRows<'_> {
        TrainingRows {
            train: Labelled { features: &self.train.0, labels: &self.train.1 },
            valid: Some(Labelled { features: &self.valid.0, labels: &self.valid.1 }),
            watched: &[],
            class_weights: None,
            categories: &[],
        }
    }

    fn train(&self, parameters: &MlpParameters, device: Device, seed: u64) -> Result<Trained, NeuralError> {
        let means = Means { device, seed, threads: 2 };
        train(&self.data(), &self.scaler, parameters, means, &average_precision, &Silent::default())
    }

    fn scores(&self, weights: &Weights, rows: &Matrix) -> Vec<f64> {
        let scorer = MlpScorer::new(weights, self.scaler.clone()).unwrap();
        let mut scores = vec![0.0; rows.rows()];
        scorer.score(rows.values(), &mut scores);
        scores
    }
}

/// A network whose every number is drawn, the last layer's too. All features but the first are embedded.
fn drawn_weights(features: usize, hidden: &[usize], activation: Activation, seed: u64) -> Weights {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let shape = Shape { places: (1..features).collect(), frequencies: 3, size: 2 };
    let members = (0..2).map(|_| {
        let mut waves = Waves::zeros(&shape);
        for list in [&mut waves.frequency, &mut waves.cosine, &mut waves.sine, &mut waves.bias] {
            for line in list.chunks_mut(shape.width()) {
                line[..features - 1].iter_mut().for_each(|value| *value = rng.random_range(-1.0..1.0));
            }
        }
        let mut inputs = features + shape.outputs();
        let widths = hidden.iter().chain(&[1]);
        let layers = widths.map(|&outputs| {
            let spread = 1.5 / (inputs as f32).sqrt();
            let mut draw = |count: usize| (0..count).map(|_| rng.random_range(-spread..spread)).collect();
            let layer = Layer { inputs, outputs, weight: draw(inputs * outputs), bias: draw(outputs) };
            inputs = outputs;
            layer
        });
        MemberWeights { layers: layers.collect(), waves: Some(waves) }
    });
    let members = members.collect();
    Weights::new(features, Some(shape), activation, members).unwrap()
}

#[test]
fn it_learns_what_no_linear_model_can() {
    let problem = Problem::new(2000);
    let trained = problem.train(&small(), Device::Flex, 7).unwrap();
    let (rows, labels) = exclusive_or(2000, 3);
    let precision = average_precision(&labels, &problem.scores(&trained.weights, &rows));
    assert!(precision > 0.95, "average precision {precision}");
}

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

#[test]
fn a_rows_score_has_the_same_bits_alone_and_in_any_batch() {
    let weights = drawn_weights(5, &[37, 20], Activation::Selu, 4);
    let scaler = RobustScaler { center: vec![0.1; 5], scale: vec![0.7; 5], one_hot: vec![] };
    let scorer = MlpScorer::new(&weights, scaler).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let rows: Vec<f64> = (0..5 * 67).map(|_| rng.random_range(-4.0..4.0)).collect();
    let mut together = vec![0.0; 67];
    scorer.score(&rows, &mut together);
    for size in [1, 2, 3, 4, 31, 33, 66] {
        let mut apart = vec![0.0; 67];
        for (rows, scores) in rows.chunks(5 * size).zip(apart.chunks_mut(size)) {
            scorer.score(rows, scores);
        }
        assert_eq!(apart, together, "in batches of {size}");
    }
    scorer.score(&[], &mut []);
}

#[test]
fn a_missing_value_counts_as_the_median() {
    let weights = drawn_weights(3, &[8], Activation::Selu, 6);
    let scaler = RobustScaler { center: vec![1.0, 2.0, 3.0], scale: vec![1.0; 3], one_hot: vec![] };
    let scorer = MlpScorer::new(&weights, scaler).unwrap();
    let mut scores = [0.0; 2];
    scorer.score(&[0.5, f64::NAN, f64::NAN, 0.5, 2.0, 3.0], &mut scores);
    assert_eq!(scores[0], scores[1]);
}

#[test]
fn a_scaling_of_other_columns_is_refused() {
    let weights = drawn_weights(3, &[8], Activation::Relu, 6);
    let scaler = RobustScaler { center: vec![0.0; 2], scale: vec![1.0; 2], one_hot: vec![] };
    let error = MlpScorer::new(&weights, scaler).unwrap_err();
    assert_eq!(error.to_string(), "the network reads 3 features, its scaling has 2");
}

#[test]
fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
    let problem = Problem::new(600);
    let parameters = MlpParameters { hidden: vec![200, 200], batch_size: 256, epochs: Some(3), ..small() };
    let train_on = |threads: usize| {
        let means = Means { device: Device::Flex, seed: 42, threads };
        let metric = &average_precision;
        train(&problem.data(), &problem.scaler, &parameters, means, metric, &Silent::default()).unwrap()
    };
    // Two members: with five threads each of them has one that helps, with one they take turns.
    let first = train_on(2);
    for threads in [1, 2, 3, 5] {
        assert_eq!(first, train_on(threads), "{threads} threads");
    }
    assert_ne!(first.weights, problem.train(&parameters, Device::Flex, 43).unwrap().weights);
}

#[test]
fn the_two_devices_agree() {
    let problem = Problem::new(800);
    let parameters = MlpParameters { epochs: Some(1), ..small() };
    let flex = problem.train(&parameters, Device::Flex, 3).unwrap().history[0];
    let ndarray = problem.train(&parameters, Device::NdArray, 3).unwrap().history[0];
    assert!((flex.train_loss - ndarray.train_loss).abs() < 1e-3, "{flex:?} {ndarray:?}");
    assert!((flex.valid_loss.unwrap() - ndarray.valid_loss.unwrap()).abs() < 1e-3, "{flex:?} {ndarray:?}");
}

#[test]
fn the_best_epoch_is_kept_and_patience_ends_the_run() {
    let problem = Problem::new(600);
    // A metric that peaks in the third epoch: 1, 2, 3, 3, 2, 1, ...
    let calls = Mutex::new(0);
    let metric = |_: &[bool], _: &[f64]| {
        let mut calls = calls.lock().unwrap();
        *calls += 1;
        f64::from(if *calls <= 3 { *calls } else { 7 - *calls })
    };
    let parameters = MlpParameters { patience: 2, ..small() };
    let trained =
        train(&problem.data(), &problem.scaler, &parameters, means(5), &metric, &Silent::default()).unwrap();
    assert_eq!((trained.best_epoch, trained.history.len()), (3, 5));
    // The kept weights score the validation rows as the history says of epoch 3.
    let scores = problem.scores(&trained.weights, &problem.valid.0);
    let loss = problem
        .valid
        .1
        .iter()
        .zip(&scores)
        .map(|(label, score)| if *label { -score.ln() } else { -(1.0 - score).ln() });
    let loss = loss.sum::<f64>() / scores.len() as f64;
    assert!((loss - trained.history[2].valid_loss.unwrap()).abs() < 1e-6, "{loss} {:?}", trained.history);
    assert!((loss - trained.history[4].valid_loss.unwrap()).abs() > 1e-6, "{loss} {:?}", trained.history);
}

#[test]
fn steps_are_bounded_on_large_data() {
    let problem = Problem::new(640);
    let parameters = MlpParameters { max_steps: 25, ..small() };
    assert_eq!(problem.train(&parameters, Device::Flex, 1).unwrap().history.len(), 2);
    let parameters = MlpParameters { max_steps: 1, ..small() };
    assert_eq!(problem.train(&parameters, Device::Flex, 1).unwrap().history.len(), 1);
}

/// Remembers the events, and asks to stop after a number of epochs.
struct Watcher {
    events: Mutex<Vec<Event>>,
    stop_after: u64,
}

impl Progress for Watcher {
    fn emit(&self, event: Event) {
        self.events.lock().unwrap().push(event);
    }

    fn interrupted(&self) -> bool {
        let events = self.events.lock().unwrap();
        matches!(events.last(), Some(Event::Advanced { done, .. }) if *done >= self.stop_after)
    }
}

#[test]
fn it_tells_its_progress_and_stops_when_asked() {
    let problem = Problem::new(200);
    let run = |stop_after| {
        let watcher = Watcher { events: Mutex::default(), stop_after };
        let parameters = MlpParameters { epochs: Some(3), ..small() };
        let trained =
            train(&problem.data(), &problem.scaler, &parameters, means(5), &|_, _| 0.83123, &watcher);
        (trained, watcher.events.into_inner().unwrap())
    };
    let (trained, events) = run(u64::MAX);
    assert_eq!(trained.unwrap().best_epoch, 1);
    assert_eq!(events[0], Event::Started { stage: "training mlp".into(), total: Some(3) });
    assert_eq!(events[2], Event::Advanced { done: 2, detail: "valid average precision 0.8312".into() });
    assert_eq!(events.last(), Some(&Event::Finished));
    let (trained, events) = run(2);
    let trained = trained.unwrap();
    assert_eq!((trained.best_epoch, trained.history.len(), trained.interrupted), (1, 2, true));
    assert_eq!(events.len(), 4, "two epochs between start and finish");
    let stopped = Silent::default();
    stopped.stop();
    let parameters = MlpParameters { epochs: Some(3), ..small() };
    let trained =
        train(&problem.data(), &problem.scaler, &parameters, means(5), &average_precision, &stopped);
    assert!(matches!(trained, Err(NeuralError::Interrupted(Interrupted))), "no epoch, no model");
}

#[test]
fn a_training_that_runs_away_says_where() {
    let problem = Problem::new(200);
    let class_weights = Some(ClassWeights { fraud: f64::MAX, genuine: f64::MAX });
    let data = TrainingRows { class_weights, ..problem.data() };
    let progress = Silent::default();
    let error = train(&data, &problem.scaler, &small(), means(1), &average_precision, &progress).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("no longer finite in epoch 1") && text.contains("learning_rate"), "{text}");
}

#[test]
fn unusable_data_is_named() {
    let problem = Problem::new(50);
    let message = |data: TrainingRows<'_>| {
        let progress = Silent::default();
        let result = train(&data, &problem.scaler, &small(), means(1), &average_precision, &progress);
        result.unwrap_err().to_string()
    };
    let none = Matrix::with_capacity(0, 4);
    let narrow = Matrix::from_values(vec![0.0; 25], 1);
    let no_fraud = vec![false; 50];
    let data = problem.data();
    let valid = data.valid.unwrap();
    assert_eq!(
        message(TrainingRows { train: Labelled { labels: &no_fraud, ..data.train }, ..data }),
        "the training rows hold no fraud: both classes are needed"
    );
    assert_eq!(
        message(TrainingRows { valid: Some(Labelled { labels: &[true; 25], ..valid }), ..data }),
        "the validation rows hold nothing but fraud: both classes are needed"
    );
    assert_eq!(
        message(TrainingRows { valid: Some(Labelled { features: &none, labels: &[] }), ..data }),
        "the validation rows are missing"
    );
    assert_eq!(
        message(TrainingRows { train: Labelled { labels: &[true], ..data.train }, ..data }),
        "the training rows are 50, their labels 1"
    );
    assert_eq!(
        message(TrainingRows { valid: Some(Labelled { features: &narrow, ..valid }), ..data }),
        "the validation rows have 1 columns, their scaling has 4"
    );
}

#[test]
fn weights_survive_a_round_trip_with_equal_bytes() {
    let weights = drawn_weights(3, &[5, 4], Activation::Selu, 1);
    let bytes = weights.to_bytes();
    assert_eq!(Weights::from_bytes(&bytes).unwrap(), weights);
    assert_eq!(weights.clone().to_bytes(), bytes);
}

#[test]
fn a_truncated_or_flipped_file_never_panics_and_never_passes_as_another_shape() {
    let weights = drawn_weights(2, &[3], Activation::Relu, 2);
    let bytes = weights.to_bytes();
    for length in 0..bytes.len() {
        assert!(Weights::from_bytes(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    let shape = |weights: &Weights| -> Vec<(usize, usize)> {
        weights
            .members()
            .iter()
            .flat_map(|member| &member.layers)
            .map(|layer| (layer.inputs, layer.outputs))
            .collect()
    };
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(read) = Weights::from_bytes(&flipped) {
                assert_eq!(shape(&read), shape(&weights), "bit {bit} of byte {position}");
                let layers = || read.members().iter().flat_map(|member| &member.layers);
                assert!(layers().all(|layer| layer.weight.iter().all(|weight| weight.is_finite())));
            }
        }
    }
}

#[test]
fn a_file_that_is_not_ours_is_named() {
    let weights = drawn_weights(2, &[3], Activation::Relu, 2);
    let text = |from: &str, to: &str| {
        // Same length, so that the container stays valid.
        assert_eq!(from.len(), to.len());
        let bytes = weights.to_bytes();
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut changed = bytes;
        changed[at..at + to.len()].copy_from_slice(to.as_bytes());
        Weights::from_bytes(&changed).unwrap_err().to_string()
    };
    assert!(text("fraudctl.mlp", "fraudctl.mlq").contains("holds no fraudctl network"));
    assert!(text(r#"\"format\":2"#, r#"\"format\":3"#).contains("format version 3"));
    assert!(text(r#"\"members\":2"#, r#"\"members\":3"#).contains("16 tensors"));
    assert_eq!(
        text("members.1.layers.1.bias", "members.1.layers.9.bias"),
        "tensor \"members.1.layers.1.bias\" is missing"
    );
    assert!(text(r#""F32""#, r#""I32""#).contains("has type I32, not F32"));
    assert!(text(r#"\"features\":2"#, r#"\"features\":5"#).contains("has shape [4, 3] where 7 values go in"));
    assert_eq!(
        text("members.1.waves.cosine", "members.1.waves.cosinf"),
        "tensor \"members.1.waves.cosine\" is missing"
    );
    assert!(text(r#"\"places\":[1]"#, r#"\"places\":[2]"#).contains("is none of 2 features"));
    assert!(text(r#"\"size\":2"#, r#"\"size\":1"#).contains("has shape [3, 2, 1], not [3, 1, 1]"));
    assert!(Weights::from_bytes(b"").unwrap_err().to_string().contains("SafeTensors"));
}

#[test]
fn malformed_layers_are_refused() {
    let layer = |inputs, outputs| Layer {
        inputs,
        outputs,
        weight: vec![0.0; inputs * outputs],
        bias: vec![0.0; outputs],
    };
    let message = |members: Vec<Vec<Layer>>| {
        let member = |layers| MemberWeights { waves: None, layers };
        let members = members.into_iter().map(member).collect();
        Weights::new(2, None, Activation::Relu, members).unwrap_err().to_string()
    };
    assert!(message(vec![]).contains("needs features"));
    assert!(message(vec![vec![layer(2, 1)], vec![layer(2, 3), layer(3, 1)]]).contains("layers in each"));
    assert_eq!(message(vec![vec![layer(2, 3)]]), "member 0 ends in 3 values instead of 1");
    let nan = Layer { bias: vec![f32::NAN], ..layer(2, 1) };
    assert!(message(vec![vec![nan]]).contains("not finite"));
    let short = Layer { weight: vec![], ..layer(2, 1) };
    assert!(message(vec![vec![short]]).contains("has 0 values"));
}
