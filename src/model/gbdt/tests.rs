//! LightGBM itself is the oracle of the scorer.

use std::fs;
use std::path::Path;

use lightgbm3::Booster;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{GbdtParameters, TrainedGbdt, parse, train};
use crate::matrix::Matrix;
use crate::model::{Labelled, Scorer, TrainingRows, artifact};
use crate::progress::Silent;

pub(super) const COLUMNS: usize = 5;

/// Rows with missing values and zeros whose label depends on the first two columns.
pub(super) fn rows(count: usize, seed: u64) -> (Matrix, Vec<bool>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut matrix = Matrix::with_capacity(count, COLUMNS);
    let mut labels = Vec::new();
    for _ in 0..count {
        let mut row = [0.0; COLUMNS];
        for value in &mut row {
            *value = match random.random_range(0..8) {
                0 => f64::NAN,
                1 => 0.0,
                _ => random.random_range(-3.0..3.0),
            };
        }
        labels.push(row[0] > 0.5 && row[1] < 1.0 || random.random_bool(0.02));
        matrix.push_row(&row);
    }
    (matrix, labels)
}

/// The same rows, but the last column holds codes of 70 categories, some of which are suspicious.
pub(super) fn rows_with_categories(count: usize, seed: u64) -> (Matrix, Vec<bool>) {
    let (mut matrix, mut labels) = rows(count, seed);
    let mut random = ChaCha8Rng::seed_from_u64(seed + 100);
    for (row, label) in labels.iter_mut().enumerate() {
        let code = random.random_range(0..70_u32);
        matrix.row_mut(row)[COLUMNS - 1] = if code == 69 { f64::NAN } else { f64::from(code) };
        *label |= [3, 17, 40, 64].contains(&code);
    }
    (matrix, labels)
}

fn trained(seed: u64, settings: &[(&str, &str)]) -> TrainedGbdt {
    trained_on(rows(2_000, 1), rows(500, 2), &[], seed, settings)
}

fn trained_on(
    (train_rows, train_labels): (Matrix, Vec<bool>),
    (valid_rows, valid_labels): (Matrix, Vec<bool>),
    categories: &[Option<usize>],
    seed: u64,
    settings: &[(&str, &str)],
) -> TrainedGbdt {
    let data = TrainingRows {
        train: Labelled { features: &train_rows, labels: &train_labels },
        valid: Some(Labelled { features: &valid_rows, labels: &valid_labels }),
        watched: &[],
        class_weights: None,
        categories,
    };
    let mut parameters = GbdtParameters::new(seed, 2);
    parameters.rounds = 40;
    for (key, value) in settings {
        parameters.set(key, value).expect("a known parameter");
    }
    let names: Vec<String> = ["a", "b", "c d", "c:d", "é"].map(str::to_owned).to_vec();
    parameters.set("metric", "log_loss").expect("a metric");
    train(&data, &names, &parameters, None, &Silent::default()).expect("it trains")
}

#[test]
fn the_flat_scorer_gives_lightgbms_own_bits() {
    for settings in [[("num_leaves", "31")], [("max_depth", "1")], [("extra_trees", "true")]] {
        let model = trained(42, &settings);
        let forest = parse(&model.model_text).expect("it parses");
        let oracle = Booster::from_string(&model.model_text).expect("LightGBM reads it");
        let (mut matrix, _) = rows(3_000, 7);
        for (index, special) in
            [f64::INFINITY, f64::NEG_INFINITY, 1e-36, -1e-36, f64::MIN_POSITIVE, -0.0].into_iter().enumerate()
        {
            matrix.row_mut(index).fill(special);
        }
        let expected = oracle.predict(matrix.values(), COLUMNS as i32, true).expect("LightGBM scores");
        let mut scores = vec![0.0; matrix.rows()];
        forest.score(matrix.values(), &mut scores);
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&scores), bits(&expected), "{settings:?}");
    }
}

#[test]
fn categories_are_split_and_scored_as_lightgbm_does() {
    let categories = [None, None, None, None, Some(70)];
    let settings = [("min_data_per_group", "5"), ("num_leaves", "31")];
    let (train, valid) = (rows_with_categories(4_000, 1), rows_with_categories(500, 2));
    let model = trained_on(train, valid, &categories, 42, &settings);
    assert!(model.model_text.contains("\ncat_threshold="), "it splits by category");
    let forest = parse(&model.model_text).expect("it parses");
    let oracle = Booster::from_string(&model.model_text).expect("LightGBM reads it");
    let (mut matrix, _) = rows_with_categories(3_000, 7);
    let special = [-1.0, -0.5, -7.0, 3.99, 68.0, 95.0, 96.0, 1e6, f64::NAN, -0.0];
    for (index, special) in special.into_iter().enumerate() {
        matrix.row_mut(index)[COLUMNS - 1] = special;
    }
    let expected = oracle.predict(matrix.values(), COLUMNS as i32, true).expect("LightGBM scores");
    let mut scores = vec![0.0; matrix.rows()];
    forest.score(matrix.values(), &mut scores);
    let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&scores), bits(&expected));
    for (damage, why) in [("cat_boundaries=0 ", "sets of categories"), ("num_cat=", "damaged")] {
        let damaged = model.model_text.replacen(damage, &format!("{damage}9"), 1);
        let error = parse(&damaged).expect_err("damaged").to_string();
        assert!(error.contains(why) || error.contains("is no set of categories"), "{error}");
    }
}

#[test]
fn a_damaged_model_is_an_error_and_never_a_panic() {
    survives_damage(&trained(42, &[("rounds", "3")]).model_text);
    let categories = [None, None, None, None, Some(70)];
    let (train, valid) = (rows_with_categories(2_000, 1), rows_with_categories(500, 2));
    let settings = [("rounds", "2"), ("min_data_per_group", "5"), ("num_leaves", "7")];
    let text = trained_on(train, valid, &categories, 42, &settings).model_text;
    assert!(text.contains("\ncat_threshold="), "it splits by category");
    survives_damage(&text);
    for number in ["max_feature_idx=", "num_leaves=", "num_cat=", "cat_boundaries=", "cat_threshold="] {
        let greatest = text.replacen(number, &format!("{number}{} ", u64::MAX), 1);
        assert!(parse(&greatest).is_err(), "{number}");
        let (before, after) = text.split_once(number).expect("it is there");
        let (_, rest) = after.split_once('\n').expect("a line");
        for value in ["", "18446744073709551615", "-1"] {
            assert!(parse(&format!("{before}{number}{value}\n{rest}")).is_err(), "{number}{value}");
        }
    }
}

fn survives_damage(text: &str) {
    let whole = parse(text).expect("it parses").trees();
    for cut in (0..text.find("end of trees").expect("the end mark")).step_by(97) {
        assert!(parse(&text[..cut]).is_err(), "cut at {cut}");
    }
    for place in 0..text.len() {
        let mut bytes = text.to_owned().into_bytes();
        bytes[place] = b'7';
        let mutant = String::from_utf8(bytes).expect("a digit is UTF-8");
        if let Ok(forest) = parse(&mutant) {
            let mut score = [0.0];
            forest.score(&vec![0.5; forest.features()], &mut score);
            assert!(forest.trees() <= whole);
        }
    }
}

/// A text with one thing wrong: cut off, bytes changed, a line lost, repeated or exchanged with another.
fn mutant(text: &str, random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (line, other) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
    match random.random_range(0..7) {
        0 => bytes.truncate(random.random_range(0..text.len())),
        1 => {
            let place = random.random_range(0..text.len());
            bytes[place] ^= 1 << random.random_range(0..8);
        }
        2 => {
            for _ in 0..20 {
                let place = random.random_range(0..text.len());
                bytes[place] = random.random_range(0..=255);
            }
        }
        3 => bytes = [&lines[..line], &lines[line + 1..]].concat().concat().into_bytes(),
        4 => {
            lines.swap(line, other);
            bytes = lines.concat().into_bytes();
        }
        5 => {
            lines.insert(other, lines[line]);
            bytes = lines.concat().into_bytes();
        }
        _ => {
            let digit = |&place: &usize| text.as_bytes()[place].is_ascii_digit();
            let digits: Vec<usize> = (0..text.len()).filter(digit).collect();
            bytes[digits[random.random_range(0..digits.len())]] = random.random_range(b'0'..=b'9');
        }
    }
    bytes
}

#[test]
fn a_thousand_mutants_of_a_model_are_errors_or_score() {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/run");
    let place = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(&run).expect("the fixture") {
        let path = entry.expect("an entry").path();
        fs::copy(&path, place.path().join(path.file_name().expect("a name"))).expect("copied");
    }
    let text = fs::read_to_string(run.join("model.txt")).expect("a model");
    artifact::open(place.path()).map(|_| ()).expect("it is whole");
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let (mut made, mut refused) = (0, 0);
    while made < 1_000 {
        let mutant = mutant(&text, &mut random);
        if mutant == text.as_bytes() {
            continue;
        }
        made += 1;
        match parse(&String::from_utf8_lossy(&mutant)) {
            Ok(forest) => {
                let mut scores = [0.0; 30];
                forest.score(&vec![0.5; 30 * forest.features()], &mut scores);
                let explained = forest.explainer().map(|explainer| {
                    let mut contributions = vec![0.0; forest.features()];
                    explainer.contributions(&vec![0.5; forest.features()], &mut contributions);
                });
                assert!(
                    explained.is_ok() || explained.is_err_and(|error| error.to_string().contains("tree "))
                );
            }
            Err(error) => {
                refused += 1;
                assert!(error.to_string().starts_with("not a usable LightGBM model: "), "{error}");
            }
        }
        fs::write(place.path().join("model.txt"), &mutant).expect("written");
        let error = artifact::open(place.path()).err().expect("its checksum is another");
        assert!(error.to_string().contains("model.txt"), "{error}");
    }
    assert!(refused > 300, "{refused} of {made} are refused by the parser alone");
}
