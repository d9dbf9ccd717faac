//! The metrics beside scikit-learn's own values, made by `scripts/golden_metrics.py`, to 1e-12.

use serde_json::Value;

use super::*;

struct Case {
    name: String,
    threshold: f64,
    labels: Vec<bool>,
    scores: Vec<f64>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let case = |case: &Value| Case {
        name: case["name"].as_str().unwrap().to_owned(),
        threshold: number(&case["threshold"]),
        labels: case["labels"].as_array().unwrap().iter().map(|label| label == 1).collect(),
        scores: numbers(&case["scores"]),
        expected: case["expected"].clone(),
    };
    file["cases"].as_array().unwrap().iter().map(case).collect()
}

fn number(value: &Value) -> f64 {
    if value.is_null() { f64::NAN } else { value.as_f64().unwrap() }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    let close =
        |(a, b): (&f64, &f64)| (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-12 * b.abs().max(1.0);
    assert_eq!(found.len(), expected.len(), "{what}");
    assert!(found.iter().zip(expected).all(close), "{what}: {found:?} instead of {expected:?}");
}

#[test]
fn every_metric_equals_scikit_learns() {
    for Case { name, threshold, labels, scores, expected } in cases() {
        let found = serde_json::to_value(evaluate(&labels, &scores, threshold).unwrap()).unwrap();
        for metric in [
            "roc_auc",
            "average_precision",
            "log_loss",
            "brier",
            "recall_at_fpr_001",
            "precision",
            "recall",
            "f1",
            "mcc",
            "accuracy",
        ] {
            assert_close(
                &format!("{name}: {metric}"),
                &[number(&found[metric])],
                &[number(&expected[metric])],
            );
        }
        assert_eq!(found["confusion"], expected["confusion"], "{name}");
    }
}

#[test]
fn single_functions_say_the_same_as_the_report() {
    for Case { name, labels, scores, expected, .. } in cases() {
        let found = [
            ("roc_auc", roc_auc(&labels, &scores)),
            ("average_precision", average_precision(&labels, &scores)),
            ("log_loss", log_loss(&labels, &scores)),
            ("brier", brier(&labels, &scores)),
            ("recall_at_fpr_001", recall_at_fpr(&labels, &scores, 0.01)),
        ];
        for (metric, value) in found {
            assert_close(&format!("{name}: {metric}"), &[value.unwrap()], &[number(&expected[metric])]);
        }
    }
}

#[test]
fn curves_equal_scikit_learns() {
    for Case { name, labels, scores, expected, .. } in cases() {
        let roc = roc_curve(&labels, &scores).unwrap();
        assert_eq!(roc.thresholds[0], f64::INFINITY, "{name}");
        let found = [&roc.false_positive_rate[..], &roc.true_positive_rate, &roc.thresholds[1..]];
        for (index, found) in found.into_iter().enumerate() {
            assert_close(&format!("{name}: roc {index}"), found, &numbers(&expected["roc_curve"][index]));
        }
        let curve = precision_recall_curve(&labels, &scores).unwrap();
        let found = [&curve.precision, &curve.recall, &curve.thresholds];
        for (index, found) in found.into_iter().enumerate() {
            let expected = numbers(&expected["precision_recall_curve"][index]);
            assert_close(&format!("{name}: precision and recall {index}"), found, &expected);
        }
    }
}

#[test]
fn thresholds_are_chosen_from_scikit_learns_curve() {
    for Case { name, labels, scores, expected, .. } in cases() {
        let best = max_f1_threshold(&labels, &scores).unwrap();
        assert_eq!(best, expected["max_f1_threshold"].as_f64(), "{name}");
        let reaching = lowest_threshold_with_precision(&labels, &scores, 0.6).unwrap();
        assert_eq!(reaching, expected["lowest_threshold_with_precision_0.6"].as_f64(), "{name}");
    }
}

/// The worked example of the Fraud Detection Handbook, threshold-based metrics: 10 transactions, 2 frauds.
#[test]
fn the_handbooks_ten_transactions() {
    let labels = [true, false, false, true, false, false, false, false, false, false];
    let scores = [0.9, 0.45, 0.4, 0.35, 0.2, 0.2, 0.2, 0.1, 0.1, 0.0];
    let thresholds = [0.9, 0.45, 0.4, 0.35, 0.2, 0.1, 0.0];
    let published = [
        ("recall", [0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]),
        ("false positive rate", [0.0, 0.125, 0.25, 0.25, 0.625, 0.875, 1.0]),
        ("precision", [1.0, 0.5, 0.333, 0.5, 0.2857, 0.2222, 0.2]),
        ("f1", [0.667, 0.5, 0.4, 0.667, 0.444, 0.364, 0.333]),
    ];
    for (metric, expected) in published {
        for (threshold, expected) in thresholds.into_iter().zip(expected) {
            let confusion = Confusion::at(&labels, &scores, threshold).unwrap();
            let found = match metric {
                "recall" => confusion.recall(),
                "false positive rate" => confusion.false_positives as f64 / 8.0,
                "precision" => confusion.precision(),
                _ => confusion.f1(),
            };
            assert!((found - expected).abs() <= 5e-4, "{metric} at {threshold}: {found}");
        }
    }
    // Both 0.9 and 0.35 have an F1 of two thirds: the one that raises fewer alerts.
    assert_eq!(max_f1_threshold(&labels, &scores), Ok(Some(0.9)));
}
