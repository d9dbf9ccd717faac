//! Training: seeds, the best round, members, watched rows, training further, and being stopped.

use std::sync::atomic::{AtomicUsize, Ordering};

use lightgbm3::Booster;

use super::tests::{COLUMNS, rows};
use super::{GbdtError, GbdtParameters, Parent, TrainedGbdt, parse, train};
use crate::matrix::Matrix;
use crate::metrics::Metric;
use crate::model::{Labelled, Scorer, TrainingRows};
use crate::progress::{Event, Progress, Silent};

type Part = (Matrix, Vec<bool>);

fn labelled((features, labels): &Part) -> Labelled<'_> {
    Labelled { features, labels }
}

fn data<'a>(train: &'a Part, valid: Option<&'a Part>) -> TrainingRows<'a> {
    TrainingRows {
        train: labelled(train),
        valid: valid.map(labelled),
        watched: &[],
        class_weights: None,
        categories: &[],
    }
}

fn parameters(settings: &[(&str, &str)]) -> GbdtParameters {
    let mut parameters = GbdtParameters::new(42, 2);
    for (key, value) in [("rounds", "40")].iter().chain(settings) {
        parameters.set(key, value).expect("a known parameter");
    }
    parameters.check(false).expect("nothing contradicts");
    parameters
}

fn fit(
    data: &TrainingRows<'_>,
    parameters: &GbdtParameters,
    parent: Option<Parent<'_>>,
    progress: &dyn Progress,
) -> Result<TrainedGbdt, GbdtError> {
    train(data, &["a", "b", "c", "d", "e"].map(str::to_owned), parameters, parent, progress)
}

fn trained(data: &TrainingRows<'_>, settings: &[(&str, &str)]) -> TrainedGbdt {
    fit(data, &parameters(settings), None, &Silent::default()).expect("it trains")
}

fn scores(model_text: &str, rows: &Matrix) -> Vec<f64> {
    let forest = parse(model_text).expect("it parses");
    let mut scores = vec![0.0; rows.rows()];
    forest.score(rows.values(), &mut scores);
    scores
}

#[test]
fn the_same_seed_and_threads_give_the_same_model_and_another_seed_another() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let data = data(&train, Some(&valid));
    let model = trained(&data, &[]);
    assert_eq!(model, trained(&data, &[]));
    let other = fit(&data, &GbdtParameters::new(43, 2), None, &Silent::default()).expect("it trains");
    assert_ne!(model.model_text, other.model_text);
}

#[test]
fn the_model_is_that_of_the_best_round_by_any_metric() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let data = data(&train, Some(&valid));
    for metric in Metric::ALL {
        let settings =
            [("learning_rate", "1.5"), ("early_stopping_rounds", "5"), ("metric", metric.as_str())];
        let model = trained(&data, &settings);
        let value = |round: usize| model.history[0][round - 1].metric[0];
        let rounds = model.history[0].len();
        let better = |round| metric.is_better(value(round), value(model.best_round));
        assert!((1..=rounds).all(|round| !better(round)), "{metric:?}");
        assert!(rounds <= model.best_round + 5);
        assert_eq!(parse(&model.model_text).expect("it parses").trees(), model.best_round);
        let found = metric.of(&valid.1, &scores(&model.model_text, &valid.0));
        assert!((found - value(model.best_round)).abs() < 1e-12, "{metric:?}: {found}");
    }
    let patient = trained(&data, &[("learning_rate", "0.5"), ("early_stopping_rounds", "0")]);
    assert_eq!(patient.history[0].len(), 40, "all rounds are made");
    assert!(patient.best_round < 40, "and the best is gone back to");
}

#[test]
fn without_validation_rows_all_rounds_count() {
    let (train, _) = (rows(2_000, 1), ());
    let model = trained(&data(&train, None), &[]);
    assert_eq!((model.best_round, parse(&model.model_text).expect("it parses").trees()), (40, 40));
    let dart = trained(&data(&train, Some(&rows(500, 2))), &[("boosting", "dart")]);
    assert_eq!(dart.best_round, 40, "no earlier round of dart can be gone back to");
}

#[test]
fn watched_rows_are_recorded_and_decide_nothing() {
    let (train, valid, other) = (rows(2_000, 1), rows(500, 2), rows(300, 3));
    let plain = data(&train, Some(&valid));
    let watched = [("train", labelled(&train)), ("other", labelled(&other))];
    let model = trained(&TrainingRows { watched: &watched, ..plain }, &[]);
    let alone = trained(&plain, &[]);
    assert_eq!(model.model_text, alone.model_text);
    let best = &model.history[0][model.best_round - 1];
    for (set, part) in [&valid, &train, &other].into_iter().enumerate() {
        let scores = scores(&model.model_text, &part.0);
        assert!((best.metric[set] - Metric::AveragePrecision.of(&part.1, &scores)).abs() < 1e-12, "{set}");
        assert!((best.log_loss[set] - Metric::LogLoss.of(&part.1, &scores)).abs() < 1e-12, "{set}");
    }
}

#[test]
fn members_are_averaged_into_one_model_that_lightgbm_reads_too() {
    let (train, valid, other) = (rows(2_000, 1), rows(500, 2), rows(300, 3));
    let data = data(&train, Some(&valid));
    let model = trained(&data, &[("members", "3")]);
    assert_eq!(model.history.len(), 3);
    let forest = parse(&model.model_text).expect("it parses");
    let oracle = Booster::from_string(&model.model_text).expect("LightGBM reads it");
    let expected = oracle.predict(other.0.values(), COLUMNS as i32, true).expect("LightGBM scores");
    assert_eq!(scores(&model.model_text, &other.0), expected);
    // The first member is the model of that seed alone.
    let alone = parse(&trained(&data, &[]).model_text).expect("it parses");
    let (first, mean) = (alone.raw_scores(&other.0), forest.raw_scores(&other.0));
    assert!(first.iter().zip(&mean).all(|(one, mean)| (one - mean).abs() < 3.0));
    assert_ne!(first, mean);
    let sizes = |text: &str| text.matches("\nTree=").count();
    let rounds: usize = model.history.iter().map(Vec::len).sum();
    assert!(sizes(&model.model_text) <= rounds && sizes(&model.model_text) > model.best_round);
}

#[test]
fn a_sum_of_one_model_is_lightgbms_own_text() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let text = trained(&data(&train, Some(&valid)), &[]).model_text;
    assert_eq!(super::text::sum(&[(&text, 1.0)]), text);
    let half = super::text::sum(&[(&text, 0.5), (&text, 0.5)]);
    let (whole, halves) = (scores(&text, &valid.0), scores(&half, &valid.0));
    assert!(whole.iter().zip(&halves).all(|(one, other)| (one - other).abs() < 1e-12));
    assert!(Booster::from_string(&half).is_ok());
}

#[test]
fn a_model_is_trained_further_from_where_it_stands() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let data = data(&train, Some(&valid));
    let first = trained(&data, &[("rounds", "5"), ("metric", "log_loss")]);
    let forest = parse(&first.model_text).expect("it parses");
    let raw_scores = |rows: &Matrix| forest.raw_scores(rows);
    let parent = Some(Parent { model_text: &first.model_text, raw_scores: &raw_scores });
    let further =
        fit(&data, &parameters(&[("metric", "log_loss")]), parent, &Silent::default()).expect("it trains");
    let combined = parse(&further.model_text).expect("it parses");
    assert_eq!(combined.trees(), 5 + further.best_round);
    let loss = |text: &str| Metric::LogLoss.of(&valid.1, &scores(text, &valid.0));
    assert!((loss(&further.model_text) - further.history[0][further.best_round - 1].metric[0]).abs() < 1e-12);
    assert!(loss(&further.model_text) < loss(&first.model_text));
    // What cannot become better stays as it is.
    let awful = [("metric", "log_loss"), ("learning_rate", "50"), ("early_stopping_rounds", "3")];
    let none = fit(&data, &parameters(&awful), parent, &Silent::default()).expect("it trains");
    assert_eq!((none.best_round, none.model_text.as_str()), (0, first.model_text.as_str()));
}

/// Asks to stop once so many rounds were told of.
struct StopAfter(usize, AtomicUsize);

impl Progress for StopAfter {
    fn emit(&self, event: Event) {
        if matches!(event, Event::Advanced { .. }) {
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn interrupted(&self) -> bool {
        self.1.load(Ordering::Relaxed) >= self.0
    }
}

#[test]
fn being_stopped_keeps_the_best_until_then() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let data = data(&train, Some(&valid));
    let stopped = fit(&data, &parameters(&[]), None, &StopAfter(7, AtomicUsize::new(0))).expect("a model");
    assert!(stopped.interrupted && (1..=7).contains(&stopped.best_round), "{}", stopped.best_round);
    assert_eq!(stopped.history[0].len(), 7);
    assert_eq!(parse(&stopped.model_text).expect("it parses").trees(), stopped.best_round);
    let at_once = fit(&data, &parameters(&[]), None, &StopAfter(0, AtomicUsize::new(0)));
    assert!(matches!(at_once, Err(GbdtError::Interrupted(_))), "there is nothing to keep");
    // Of three members the second is cut short.
    let stop = StopAfter(50, AtomicUsize::new(0));
    let members = fit(&data, &parameters(&[("members", "3"), ("early_stopping_rounds", "0")]), None, &stop);
    let members = members.expect("a model");
    assert!(members.interrupted);
    assert_eq!(members.history.iter().map(Vec::len).collect::<Vec<_>>(), [40, 10]);
    // One that is cut short before anything was measured is left out, and that is said too.
    let stop = StopAfter(50, AtomicUsize::new(0));
    let rarely = parameters(&[("members", "3"), ("metric_freq", "40")]);
    let members = fit(&data, &rarely, None, &stop).expect("a model");
    assert!(members.interrupted && members.history.len() == 1);
}

#[test]
fn trees_of_one_leaf_are_added_up_too() {
    let (train, valid) = (rows(2_000, 1), rows(500, 2));
    let data = data(&train, Some(&valid));
    let first = trained(&data, &[("rounds", "5")]);
    let forest = parse(&first.model_text).expect("it parses");
    let raw_scores = |rows: &Matrix| forest.raw_scores(rows);
    let parent = Some(Parent { model_text: &first.model_text, raw_scores: &raw_scores });
    let stumps = [("boosting", "dart"), ("members", "2"), ("min_data_in_leaf", "1000000")];
    let further = fit(&data, &parameters(&stumps), parent, &Silent::default()).expect("it trains");
    assert!(parse(&further.model_text).expect("it parses").trees() >= 5);
}

#[test]
fn rows_of_which_nothing_can_be_learnt_are_an_error() {
    let constant = (Matrix::from_values(vec![1.0; 500], 5), (0..100).map(|row| row % 2 == 0).collect());
    let result = fit(&data(&constant, None), &parameters(&[]), None, &Silent::default());
    assert!(matches!(result, Err(GbdtError::NoTree)), "{result:?}");
}

#[test]
fn ignored_columns_are_not_split_on() {
    let part = rows(2_000, 1);
    let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
    let gains = |ignored: &str| {
        let mut parameters = parameters(&[("ignore_column", ignored)]);
        parameters.name_columns(&names).expect("they are there");
        let model = fit(&data(&part, None), &parameters, None, &Silent::default()).expect("it trains");
        super::gains(&model.model_text, names.len())
    };
    let all = gains("e");
    let best = (0..4).max_by(|one, other| all[*one].total_cmp(&all[*other])).expect("four");
    assert!(all[best] > 0.0 && all[4] == 0.0, "{all:?}");
    let without = gains(&names[best]);
    assert!(without[best] == 0.0 && without.iter().any(|gain| *gain > 0.0), "{without:?}");
}
