//! Class counts beside imbalanced-learn's own, made by `scripts/golden_resample.py`.

use serde_json::Value;

use super::*;
use crate::progress::Silent;

#[test]
fn counts_equal_imbalanced_learns() {
    let file: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    for case in file["cases"].as_array().unwrap() {
        let count = |name: &str| case[name].as_u64().unwrap() as usize;
        let (frauds, genuine) = (count("frauds"), count("genuine"));
        let labels: Vec<bool> = (0..frauds + genuine).map(|row| row < frauds).collect();
        let features = Matrix::from_values((0..3 * labels.len()).map(|n| ((n * n) % 97) as f64).collect(), 3);
        let balance = Balance::parse(case["spec"].as_str().unwrap()).unwrap();
        match balance.apply(&features, &labels, 42, &Silent::default()) {
            Ok(resampled) => {
                let frauds = resampled.labels.iter().filter(|&&label| label).count();
                assert_eq!(
                    serde_json::json!([frauds, resampled.labels.len() - frauds]),
                    case["expected"],
                    "{case}"
                );
            }
            Err(ResampleError::RatioBelowPresent { .. } | ResampleError::TooFewMajorityRows { .. }) => {
                assert!(case["expected"].is_null(), "{case}");
            }
            Err(error) => panic!("{case}: {error}"),
        }
    }
}
