//! Training, serving and storing together, on small problems whose answer is known.

mod burn;
mod explain;
mod files;
mod resume;

use std::sync::Mutex;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

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

fn means(seed: u64) -> Means<'static> {
    Means { device: Device::Flex, seed, threads: 2, checkpoint: None }
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
        let means = Means { device, seed, threads: 2, checkpoint: None };
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
        let means = Means { device: Device::Flex, seed: 42, threads, checkpoint: None };
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
