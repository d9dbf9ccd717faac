//! Scoring and explaining in process, beside LightGBM: one row, batches, contributions.
//!
//!     cargo bench --bench scorer [-- TREES..]
//!
//! Trains forests of 100 and of 500 trees (31 leaves, 30 features) on rows made here, and times distinct rows: ours and
//! LightGBM's by turns, on one thread, in several rounds. Prints a line of JSON for each comparison with the medians in
//! microseconds per row, and fails when a score has other bits or a contribution differs by 1e-9.
#![expect(unsafe_code, reason = "LightGBM's fast calls are a C library's")]

use std::ffi::{CString, c_void};
use std::ptr;
use std::time::Instant;

use fraudctl::matrix::Matrix;
use fraudctl::model::gbdt::{GbdtParameters, parse, train};
use fraudctl::model::{Labelled, Scorer, TrainingRows};
use fraudctl::progress::Silent;
use lightgbm3_sys as sys;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FEATURES: usize = 30;
const ROWS: usize = 20_000;
const EXPLAINED: usize = 200;
const BATCH: usize = 256;
const ROUNDS: usize = 11;

fn main() {
    let arguments: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if arguments.is_empty() { vec![100, 500] } else { arguments };
    let (train, labels) = rows(ROWS, 1);
    let (test, _) = rows(ROWS, 2);
    for trees in sizes {
        compare(&model(&train, &labels, trees), trees, &test);
    }
}

/// Rows of numbers, some missing, and a label that takes several of them to tell.
fn rows(count: usize, seed: u64) -> (Matrix, Vec<bool>) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let row: [f64; FEATURES] = std::array::from_fn(|_| {
            let number: f64 = (0..4).map(|_| random.random_range(-1.0..1.0)).sum();
            if random.random_bool(0.02) { f64::NAN } else { number }
        });
        let at = |place: usize| if row[place].is_nan() { 0.0 } else { row[place] };
        let signal = at(0) * at(1) + at(2).max(0.0) * at(3) + (2.0 * at(4)).sin() + at(5) - at(6) * at(7);
        labels.push(signal + random.random_range(-1.5..1.5) > 1.5);
        values.extend(row);
    }
    (Matrix::from_values(values, FEATURES), labels)
}

fn model(rows: &Matrix, labels: &[bool], trees: usize) -> String {
    let data = TrainingRows {
        train: Labelled { features: rows, labels },
        valid: None,
        watched: &[],
        class_weights: None,
        categories: &[],
    };
    let mut parameters = GbdtParameters::new(42, 2);
    parameters.rounds = trees;
    parameters.set("num_leaves", "31").expect("a parameter");
    let names: Vec<String> = (0..FEATURES).map(|feature| format!("f{feature}")).collect();
    train(&data, &names, &parameters, None, &Silent::default()).expect("it trains").model_text
}

fn compare(text: &str, trees: usize, test: &Matrix) {
    let forest = parse(text).expect("it parses");
    let explainer = forest.explainer().expect("it can be explained");
    let oracle = Oracle::new(text);
    let (rows, _) = test.values().as_chunks::<FEATURES>();
    let (mut ours, mut theirs) = (vec![0.0; ROWS], vec![0.0; ROWS]);
    let report = |what: &str, medians: [f64; 3]| {
        let [ours, theirs, ratio] = medians;
        println!(
            r#"{{"trees":{trees},"what":"{what}","ours_us":{ours:.2},"lightgbm_us":{theirs:.2},"times":{ratio:.2}}}"#
        );
    };
    let equal = |ours: &[f64], theirs: &[f64]| {
        assert!(ours.iter().zip(theirs).all(|(a, b)| a.to_bits() == b.to_bits()), "other bits");
    };
    let one = |out: &mut [f64]| {
        for (row, score) in rows.iter().zip(out.chunks_mut(1)) {
            forest.score(row, score);
        }
    };
    let fast = |out: &mut [f64]| {
        for (row, score) in rows.iter().zip(out.chunks_mut(1)) {
            oracle.one(oracle.score, row, score);
        }
    };
    report("one row", alternate(ROWS, || one(&mut ours), || fast(&mut theirs)));
    equal(&ours, &theirs);
    let blocks = |out: &mut [f64]| {
        for (rows, scores) in rows.chunks(BATCH).zip(out.chunks_mut(BATCH)) {
            forest.score(rows.as_flattened(), scores);
        }
    };
    let batches = |out: &mut [f64]| {
        for (rows, scores) in rows.chunks(BATCH).zip(out.chunks_mut(BATCH)) {
            oracle.batch(rows.as_flattened(), scores);
        }
    };
    report("batch of 256", alternate(ROWS, || blocks(&mut ours), || batches(&mut theirs)));
    equal(&ours, &theirs);
    let width = FEATURES + 1;
    let (mut ours, mut theirs) = (vec![0.0; EXPLAINED * width], vec![0.0; EXPLAINED * width]);
    let shap = |out: &mut [f64]| {
        for (row, out) in rows.iter().zip(out.chunks_exact_mut(width)) {
            explainer.contributions(row, &mut out[..FEATURES]);
            out[FEATURES] = explainer.base();
        }
    };
    let contrib = |out: &mut [f64]| {
        for (row, out) in rows.iter().zip(out.chunks_exact_mut(width)) {
            oracle.one(oracle.contributions, row, out);
        }
    };
    report("contributions", alternate(EXPLAINED, || shap(&mut ours), || contrib(&mut theirs)));
    assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-9), "other contributions");
}

/// The median microseconds per row of both, and of their ratio.
fn alternate(rows: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> [f64; 3] {
    let time = |work: &mut dyn FnMut()| {
        let started = Instant::now();
        work();
        started.elapsed().as_secs_f64() * 1e6 / rows as f64
    };
    let rounds: Vec<[f64; 2]> = (0..ROUNDS).map(|_| [time(&mut ours), time(&mut theirs)]).collect();
    let median = |take: &dyn Fn(&[f64; 2]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(take).collect();
        values.sort_by(f64::total_cmp);
        values[ROUNDS / 2]
    };
    [median(&|round| round[0]), median(&|round| round[1]), median(&|round| round[1] / round[0])]
}

/// LightGBM with the settings of each call made beforehand.
struct Oracle {
    booster: sys::BoosterHandle,
    score: sys::FastConfigHandle,
    contributions: sys::FastConfigHandle,
}

impl Oracle {
    fn new(text: &str) -> Self {
        let text = CString::new(text).expect("no NUL");
        let (mut booster, mut trees) = (ptr::null_mut(), 0);
        // SAFETY: a model text that LightGBM wrote, and places for what it gives.
        let status = unsafe { sys::LGBM_BoosterLoadModelFromString(text.as_ptr(), &mut trees, &mut booster) };
        assert_eq!(status, 0, "LightGBM reads it");
        let config = |kind: u32| {
            let mut config = ptr::null_mut();
            // SAFETY: the booster is live as long as the oracle, which is never freed.
            let status = unsafe {
                sys::LGBM_BoosterPredictForMatSingleRowFastInit(
                    booster,
                    kind as i32,
                    0,
                    -1,
                    sys::C_API_DTYPE_FLOAT64 as i32,
                    FEATURES as i32,
                    c"num_threads=1".as_ptr(),
                    &mut config,
                )
            };
            assert_eq!(status, 0, "settings are made");
            config
        };
        let (score, contributions) = (config(sys::C_API_PREDICT_NORMAL), config(sys::C_API_PREDICT_CONTRIB));
        Self { booster, score, contributions }
    }

    fn one(&self, config: sys::FastConfigHandle, row: &[f64; FEATURES], out: &mut [f64]) {
        let mut length = 0;
        // SAFETY: the row has the features that the settings name, and `out` room for what they ask for.
        let status = unsafe {
            sys::LGBM_BoosterPredictForMatSingleRowFast(
                config,
                row.as_ptr().cast::<c_void>(),
                &mut length,
                out.as_mut_ptr(),
            )
        };
        assert!(status == 0 && length == out.len() as i64, "LightGBM scores a row");
    }

    fn batch(&self, rows: &[f64], out: &mut [f64]) {
        let mut length = 0;
        // SAFETY: `rows` holds as many rows as `out` has room for scores.
        let status = unsafe {
            sys::LGBM_BoosterPredictForMat(
                self.booster,
                rows.as_ptr().cast::<c_void>(),
                sys::C_API_DTYPE_FLOAT64 as i32,
                out.len() as i32,
                FEATURES as i32,
                1,
                sys::C_API_PREDICT_NORMAL as i32,
                0,
                -1,
                c"num_threads=1".as_ptr(),
                &mut length,
                out.as_mut_ptr(),
            )
        };
        assert!(status == 0 && length == out.len() as i64, "LightGBM scores rows");
    }
}
