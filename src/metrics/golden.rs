//! The metrics beside scikit-learn's own values, made by `scripts/golden_metrics.py`, to 1e-12.

use serde_json::Value;

use super::*;

struct Case {
    name: String,
    threshold: f64,
    labels: Vec<bool>,
    scores: Vec<f64>,
    amounts: Vec<f64>,
    days: Vec<i64>,
    cards: Vec<u32>,
    expected: Value,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("golden.json")).unwrap();
    let case = |case: &Value| Case {
        name: case["name"].as_str().unwrap().to_owned(),
        threshold: number(&case["threshold"]),
        labels: case["labels"].as_array().unwrap().iter().map(|label| label == 1).collect(),
        scores: numbers(&case["scores"]),
        amounts: numbers(&case["amounts"]),
        days: serde_json::from_value(case["days"].clone()).unwrap(),
        cards: serde_json::from_value(case["cards"].clone()).unwrap(),
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
    for Case { name, threshold, labels, scores, expected, .. } in cases() {
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
            "specificity",
            "balanced_accuracy",
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

#[test]
fn amounts_are_scikit_learns_weights() {
    for Case { name, threshold, labels, scores, amounts, expected, .. } in cases() {
        let found = amounts_at(&labels, &scores, &amounts, threshold).unwrap();
        let expected = ["amount_recall", "amount_precision"].map(|metric| number(&expected[metric]));
        assert_close(&name, &[found.recall, found.precision], &expected);
    }
}

#[test]
fn reliability_curves_and_histograms_equal_scikit_learns_and_numpys() {
    for Case { name, labels, scores, expected, .. } in cases() {
        for (index, binning) in [Binning::Uniform, Binning::Quantile].into_iter().enumerate() {
            let found = reliability_curve(&labels, &scores, 10, binning).unwrap();
            let expected = &expected["reliability"][index];
            let column = |value: fn(&ReliabilityBin) -> f64| found.iter().map(value).collect::<Vec<_>>();
            let (means, rates) = (column(|bin| bin.mean_score), column(|bin| bin.fraud_rate));
            assert_close(&format!("{name}: {binning:?} scores"), &means, &numbers(&expected[0]));
            assert_close(&format!("{name}: {binning:?} rates"), &rates, &numbers(&expected[1]));
            assert_eq!(column(|bin| bin.rows as f64), numbers(&expected[2]), "{name}: {binning:?}");
            let error = expected_calibration_error(&found);
            assert_close(&format!("{name}: {binning:?} error"), &[error], &[number(&expected[3])]);
        }
        let found = score_histogram(&labels, &scores, 50).unwrap();
        let found = serde_json::json!([found.genuine, found.frauds]);
        assert_eq!(found, expected["score_histogram"], "{name}");
    }
}

#[test]
fn frauds_among_the_first_rows_are_counted_as_over_all_orders() {
    for Case { name, labels, scores, expected, .. } in cases() {
        let ranking = Ranking::new(&labels, &scores).unwrap();
        let found: Vec<f64> = (1..=labels.len()).map(|rows| ranking.frauds_among(rows)).collect();
        assert_close(&name, &found, &numbers(&expected["frauds_among"]));
    }
}

#[test]
fn card_precision_equals_the_definition_word_for_word() {
    for Case { name, labels, scores, days, cards, expected, .. } in cases() {
        for k in [1, 3] {
            let found = card_precision(&days, &cards, &labels, &scores, k).unwrap();
            let expected = &expected["card_precision"][k.to_string()];
            let per_day = found
                .per_day
                .iter()
                .map(|day| serde_json::json!([day.day, day.cards, day.compromised, day.detected]));
            assert_eq!(Value::from_iter(per_day), expected["per_day"], "{name}");
            assert_close(&name, &[found.mean], &[number(&expected["mean"])]);
        }
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
        ("g-mean", [0.5_f64.sqrt(), 0.6614, 0.6124, 0.8660, 0.6124, 0.3536, 0.0]),
    ];
    for (metric, expected) in published {
        for (threshold, expected) in thresholds.into_iter().zip(expected) {
            let confusion = Confusion::at(&labels, &scores, threshold).unwrap();
            let found = match metric {
                "recall" => confusion.recall(),
                "false positive rate" => confusion.false_positive_rate(),
                "precision" => confusion.precision(),
                "g-mean" => confusion.g_mean(),
                _ => confusion.f1(),
            };
            assert!((found - expected).abs() <= 5e-4, "{metric} at {threshold}: {found}");
        }
    }
    // Both 0.9 and 0.35 have an F1 of two thirds: the one that raises fewer alerts.
    assert_eq!(max_f1_threshold(&labels, &scores), Ok(Some(0.9)));
}
