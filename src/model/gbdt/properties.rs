//! Models of every kind beside LightGBM, on the values where two scorers would differ if they did.

use std::collections::BTreeSet;

use lightgbm3::Booster;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::tests::{COLUMNS, rows, rows_with_categories};
use super::{Forest, GbdtParameters, parse, train};
use crate::matrix::Matrix;
use crate::model::{Labelled, Scorer, TrainingRows, Unexplained};
use crate::progress::Silent;

/// What is trained with, over 25 rounds of trees as deep as they get.
pub(super) const KINDS: [&[(&str, &str)]; 15] = [
    &[("num_leaves", "2")],
    &[("num_leaves", "31")],
    &[("num_leaves", "33")],
    &[("num_leaves", "64")],
    &[("num_leaves", "65"), ("learning_rate", "0.3")],
    &[("num_leaves", "255"), ("rounds", "4")],
    &[("num_leaves", "31"), ("max_depth", "3")],
    &[("num_leaves", "31"), ("rounds", "300"), ("learning_rate", "0.01")],
    &[("num_leaves", "5"), ("rounds", "600"), ("learning_rate", "0.01")],
    &[("num_leaves", "31"), ("use_missing", "false")],
    &[("num_leaves", "31"), ("zero_as_missing", "true")],
    &[("num_leaves", "31"), ("boosting", "dart")],
    &[("num_leaves", "31"), ("data_sample_strategy", "goss"), ("bagging_freq", "0")],
    &[("num_leaves", "31"), ("categories", "70"), ("min_data_per_group", "5")],
    &[("num_leaves", "90"), ("categories", "70"), ("min_data_per_group", "5"), ("zero_as_missing", "true")],
];

/// The text of a model of a kind.
pub(super) fn model_text(kind: &[(&str, &str)]) -> String {
    let with_categories = kind.iter().any(|(key, _)| *key == "categories");
    let draw = if with_categories { rows_with_categories } else { rows };
    let (train_rows, train_labels) = draw(3_000, 1);
    let data = TrainingRows {
        train: Labelled { features: &train_rows, labels: &train_labels },
        valid: None,
        watched: &[],
        class_weights: None,
        categories: if with_categories { &[None, None, None, None, Some(70)] } else { &[] },
    };
    let mut parameters = GbdtParameters::new(42, 1);
    parameters.rounds = 25;
    let deep = [("min_data_in_leaf", "1"), ("min_sum_hessian_in_leaf", "0"), ("learning_rate", "0.1")];
    for (key, value) in deep.iter().chain(kind) {
        match *key {
            "rounds" => parameters.rounds = value.parse().unwrap(),
            "categories" => {}
            // Some of these the command line does not offer.
            _ => _ = parameters.native.insert((*key).to_owned(), (*value).to_owned()),
        }
    }
    let names: Vec<String> = (0..COLUMNS).map(|column| format!("c{column}")).collect();
    train(&data, &names, &parameters, None, &Silent::default()).expect("it trains").model_text
}

/// By column: the thresholds of a model's splits.
fn thresholds(text: &str) -> Vec<Vec<f64>> {
    let mut found = vec![BTreeSet::new(); COLUMNS];
    for tree in text.split("\n\nTree=").skip(1) {
        let list = |key: &str| {
            let line = tree.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
            line.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        for (feature, threshold) in list("split_feature=").iter().zip(list("threshold=")) {
            found[feature.parse::<usize>().unwrap()].insert(threshold);
        }
    }
    let numbers = |texts: BTreeSet<String>| texts.iter().map(|text| text.parse().unwrap()).collect();
    found.into_iter().map(numbers).collect()
}

/// Rows of thresholds, their neighbours, and everything that is special to a number.
pub(super) fn awkward_rows(text: &str, count: usize, seed: u64) -> Vec<f64> {
    let thresholds = thresholds(text);
    let single = f64::from(1e-35_f32);
    let special = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        1e-35,
        single,
        single.next_up(),
        -single,
        (-single).next_down(),
        1e-36,
        f64::MAX,
        f64::MIN,
        -1.0,
        -0.5,
        68.0,
        69.5,
        96.0,
        2_147_483_648.0,
    ];
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut value = |column: usize| match (random.random_range(0..8), thresholds[column].choose(&mut random))
    {
        (0, Some(threshold)) => *threshold,
        (1, Some(threshold)) => threshold.next_up(),
        (2, Some(threshold)) => threshold.next_down(),
        (3, _) => *special.choose(&mut random).unwrap(),
        (4, _) => f64::from(random.random_range(-2..72)),
        _ => random.random_range(-3.5..3.5),
    };
    (0..count * COLUMNS).map(|place| value(place % COLUMNS)).collect()
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn one_by_one(forest: &Forest, rows: &[f64]) -> Vec<f64> {
    let score = |row| {
        let mut score = [0.0];
        forest.score(row, &mut score);
        score[0]
    };
    rows.chunks_exact(COLUMNS).map(score).collect()
}

#[test]
fn models_of_every_kind_score_with_lightgbms_own_bits() {
    for (seed, kind) in KINDS.iter().enumerate() {
        let text = model_text(kind);
        let forest = parse(&text).expect("it parses");
        let rows = awkward_rows(&text, 7_997, seed as u64);
        let oracle = Booster::from_string(&text).expect("LightGBM reads it");
        let expected = oracle
            .predict_with_params(&rows, COLUMNS as i32, true, "num_threads=1")
            .expect("LightGBM scores");
        let raw = oracle
            .raw_scores_with_params(&rows, COLUMNS as i32, true, "num_threads=1")
            .expect("LightGBM scores");
        assert!(BTreeSet::from_iter(bits(&expected)).len() > 3, "{kind:?}: rows end in different leaves");
        let mut scores = vec![0.0; expected.len()];
        forest.score(&rows, &mut scores);
        assert_eq!(bits(&scores), bits(&expected), "{kind:?}: in blocks");
        for looks_up in [false, true] {
            let forest = forest.clone().laid_out(looks_up);
            assert_eq!(
                bits(&one_by_one(&forest, &rows)),
                bits(&expected),
                "{kind:?}: one by one, {looks_up}"
            );
        }
        let walked: Vec<f64> = rows.chunks_exact(COLUMNS).map(|row| forest.walk(row)).collect();
        assert_eq!(bits(&walked), bits(&raw), "{kind:?}: split by split");
    }
}

#[test]
fn the_number_of_rows_makes_no_difference() {
    let text = model_text(KINDS[1]);
    let forest = parse(&text).expect("it parses");
    let rows = awkward_rows(&text, 200, 5);
    let expected = one_by_one(&forest, &rows);
    for count in [0, 1, 2, 23, 24, 63, 64, 65, 128, 200] {
        let mut scores = vec![0.0; count];
        forest.score(&rows[..count * COLUMNS], &mut scores);
        assert_eq!(bits(&scores), bits(&expected[..count]), "{count} rows");
    }
}

#[test]
fn contributions_are_lightgbms_and_add_up_to_the_raw_score() {
    for (seed, kind) in KINDS.iter().enumerate() {
        let text = model_text(kind);
        let forest = parse(&text).expect("it parses");
        let explainer = forest.explainer().expect("it can be explained");
        let rows = awkward_rows(&text, 60, 100 + seed as u64);
        let oracle = Booster::from_string(&text).expect("LightGBM reads it");
        let expected = oracle.predict_contrib(&rows, COLUMNS as i32, true).expect("LightGBM explains");
        for (row, expected) in rows.chunks_exact(COLUMNS).zip(expected.chunks_exact(COLUMNS + 1)) {
            let mut contributions = [f64::NAN; COLUMNS];
            explainer.contributions(row, &mut contributions);
            for (column, (ours, theirs)) in contributions.iter().zip(expected).enumerate() {
                assert!(
                    (ours - theirs).abs() < 1e-9,
                    "{kind:?}: column {column} of {row:?}: {ours}, {theirs}"
                );
            }
            assert!((explainer.base() - expected[COLUMNS]).abs() < 1e-9, "{kind:?}: the expected value");
            let sum = explainer.base() + contributions.iter().sum::<f64>();
            assert!((sum - forest.raw(row)).abs() < 1e-9, "{kind:?}: {sum} for {}", forest.raw(row));
        }
    }
}

#[test]
fn a_model_without_counts_scores_but_is_not_explained() {
    let text = model_text(KINDS[0]);
    let (before, after) = text.split_once("\nleaf_count=").expect("counts");
    let (counts, rest) = after.split_once('\n').expect("a line");
    let with = |counts: &str| parse(&format!("{before}{counts}\n{rest}"));
    let zero = with(&format!("\nleaf_count=0 {}", counts.split(' ').nth(1).expect("two leaves")))
        .expect("it parses");
    for forest in [with("").expect("it parses"), zero] {
        assert_eq!(forest.explainer().err(), Some(Unexplained::Uncounted { tree: 0 }));
        assert_eq!(forest.raw(&[0.5; COLUMNS]), parse(&text).expect("it parses").raw(&[0.5; COLUMNS]));
    }
    assert!(with("\nleaf_count=5").is_err(), "one count for two leaves");
}

/// How many features there are at most on the way to a leaf.
fn features_on_a_path(text: &str) -> usize {
    let mut most = 0;
    for tree in text.split("\n\nTree=").skip(1) {
        let list = |key: &str| -> Vec<i32> {
            let line = tree.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
            line.split_ascii_whitespace().map(|number| number.parse().unwrap()).collect()
        };
        let (features, left, right) = (list("split_feature="), list("left_child="), list("right_child="));
        let mut above = vec![BTreeSet::new(); features.len()];
        for split in 0..features.len() {
            let mut here = above[split].clone();
            here.insert(features[split]);
            most = most.max(here.len());
            for child in [left[split], right[split]] {
                if let Ok(child) = usize::try_from(child) {
                    above[child] = here.clone();
                }
            }
        }
    }
    most
}

#[test]
fn deep_trees_over_many_features_are_explained_as_lightgbm_does() {
    const WIDE: usize = 60;
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut draw = |count: usize| {
        let values: Vec<f64> = (0..count * WIDE).map(|_| random.random_range(-1.0..1.0)).collect();
        let labels =
            values.chunks_exact(WIDE).map(|row| row[..24].iter().all(|value| *value > -0.9)).collect();
        (Matrix::from_values(values, WIDE), labels)
    };
    let ((train_rows, train_labels), (valid_rows, _)): ((_, Vec<bool>), (_, Vec<bool>)) =
        (draw(3_000), draw(40));
    let data = TrainingRows {
        train: Labelled { features: &train_rows, labels: &train_labels },
        valid: None,
        watched: &[],
        class_weights: None,
        categories: &[],
    };
    let names: Vec<String> = (0..WIDE).map(|column| format!("c{column}")).collect();
    // Frauds are what nothing speaks against: each split takes a few rows away, which makes long, thin trees.
    // On longer ways yet LightGBM loses digits: shap.rs compares with the definition there.
    for (leaves, least) in [("16", 9), ("31", 17)] {
        let mut parameters = GbdtParameters::new(42, 1);
        parameters.rounds = 12;
        for (key, value) in
            [("num_leaves", leaves), ("min_data_in_leaf", "1"), ("min_sum_hessian_in_leaf", "0")]
        {
            parameters.set(key, value).unwrap();
        }
        let text = train(&data, &names, &parameters, None, &Silent::default());
        let text = text.expect("it trains").model_text;
        assert!(features_on_a_path(&text) >= least, "{} features", features_on_a_path(&text));
        let forest = parse(&text).expect("it parses");
        let explainer = forest.explainer().expect("it can be explained");
        let oracle = Booster::from_string(&text).expect("LightGBM reads it");
        let expected = oracle.predict_contrib(valid_rows.values(), WIDE as i32, true).expect("it explains");
        for (row, expected) in (0..).zip(expected.chunks_exact(WIDE + 1)) {
            let mut contributions = [0.0; WIDE];
            explainer.contributions(valid_rows.row(row), &mut contributions);
            for (ours, theirs) in contributions.iter().zip(expected) {
                assert!((ours - theirs).abs() < 1e-9, "{leaves} leaves, row {row}: {ours}, {theirs}");
            }
        }
    }
}
