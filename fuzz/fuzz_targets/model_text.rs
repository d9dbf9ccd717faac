//! Any text as a LightGBM model: an error, or a forest that scores and explains rows without a panic.

#![no_main]

use fraudctl::model::Scorer;
use fraudctl::model::gbdt::parse;
use libfuzzer_sys::fuzz_target;

/// Enough rows for a block of them and some that are scored one by one.
const ROWS: usize = 70;

const VALUES: [f64; 7] = [0.5, f64::NAN, 0.0, -1e-36, f64::INFINITY, f64::NEG_INFINITY, 3.0];

fuzz_target!(|text: &str| {
    let Ok(forest) = parse(text) else { return };
    let features = forest.features();
    let rows: Vec<f64> = (0..ROWS * features).map(|place| VALUES[place % VALUES.len()]).collect();
    let mut scores = vec![-1.0; ROWS];
    forest.score(&rows, &mut scores);
    assert!(scores.iter().all(|score| score.is_nan() || (0.0..=1.0).contains(score)));
    if let Ok(explainer) = forest.explainer() {
        let mut contributions = vec![0.0; features];
        explainer.contributions(&rows[..features], &mut contributions);
    }
});
