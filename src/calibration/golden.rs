//! Isotonic and Platt's calibration beside scikit-learn's own values, made by `scripts/golden_calibration.py`.

use serde_json::Value;

use super::{Isotonic, Platt};

struct Case {
    name: String,
    labels: Vec<bool>,
    scores: Vec<f64>,
    asked: Vec<f64>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let case = |case: &Value| Case {
        name: case["name"].as_str().unwrap().to_owned(),
        labels: case["labels"].as_array().unwrap().iter().map(|label| label == 1).collect(),
        scores: numbers(&case["scores"]),
        asked: numbers(&case["asked"]),
        expected: case["expected"].clone(),
    };
    file["cases"].as_array().unwrap().iter().map(case).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap()
}

fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what}, {place}: {found} instead of {expected}");
    }
}

#[test]
fn isotonic_regression_equals_scikit_learns() {
    for Case { name, labels, scores, asked, expected } in cases() {
        let fitted = Isotonic::fit(&labels, &scores).unwrap();
        assert!(fitted.is_sound(), "{name}");
        let found: Vec<f64> = asked.iter().map(|&score| fitted.probability(score)).collect();
        assert_close(&name, &found, &numbers(&expected["isotonic"]), 1e-12);
    }
}

/// scikit-learn stops its search where the gradient is small, this one where nothing is lower.
#[test]
fn platts_curve_equals_scikit_learns() {
    for Case { name, labels, scores, asked, expected } in cases() {
        let fitted = Platt::fit(&labels, &scores).unwrap();
        let found: Vec<f64> = asked.iter().map(|&score| fitted.probability(score)).collect();
        assert_close(&name, &found, &numbers(&expected["platt"]), 2e-6);
    }
}
