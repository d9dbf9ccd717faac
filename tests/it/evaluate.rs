//! `fraudctl evaluate`.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Place, creditcard, fraudctl, trained};

#[test]
fn the_test_part_is_judged_and_every_metric_is_there() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let found = fraudctl(["evaluate", &run, "--json"]).json();
    assert_eq!(
        (&found["split"], &found["rows"], &found["positives"]),
        (&"test".into(), &400.into(), &20.into())
    );
    for metric in [
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
        "recall_at_fpr_001",
        "threshold",
        "precision",
        "recall",
        "f1",
        "mcc",
        "accuracy",
    ] {
        assert!(found[metric].is_f64(), "{metric}: {}", found[metric]);
    }
    assert!(found["average_precision"].as_f64() > Some(0.9), "{found}");
    let cells = ["tn", "fp", "fn", "tp"].map(|cell| found["confusion"][cell].as_u64().expect("a count"));
    assert_eq!(cells.iter().sum::<u64>(), 400);
}

#[test]
fn a_raw_file_goes_through_the_runs_own_preprocessing() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let raw = place.at("cards.csv");
    let found = fraudctl(["evaluate", &run, "--data", &raw, "--json"]).json();
    assert_eq!((&found["split"], &found["rows"]), (&"all".into(), &2_000.into()));
    let warned = fraudctl(["evaluate", &run, "--data", &raw]).stderr;
    assert!(warned.contains("trained on rows of this very file"), "{warned}");
    let other = place.write("other.csv", &creditcard(1_000));
    let quiet = fraudctl(["evaluate", &run, "--data", &other]).stderr;
    assert!(!quiet.contains("trained on"), "{quiet}");
}

#[test]
fn a_gate_that_is_missed_exits_with_3_after_printing_the_result() {
    let place = Place::new();
    let (_, run) = trained(&place);
    assert_eq!(fraudctl(["evaluate", &run, "--min", "roc_auc=0.5"]).code, 0);
    let missed = fraudctl(["evaluate", &run, "--min", "roc_auc=1.1"]);
    assert_eq!(missed.code, 3);
    assert!(missed.stdout.contains("ROC AUC"));
    for wrong in ["beauty=1", "log_loss=0.5", "roc_auc"] {
        let usage = fraudctl(["evaluate", &run, "--min", wrong]);
        assert_eq!((usage.code, usage.stdout.as_str()), (2, ""), "{wrong}");
    }
}

#[test]
fn a_folder_that_was_prepared_anew_is_refused() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let table = place.write("other.csv", &creditcard(1_000));
    assert_eq!(fraudctl(["prep", &table, "--out", &data, "--force"]).code, 0);
    assert_snapshot!(place.neutral(&fraudctl(["evaluate", &run]).stderr), @r#"
    error: PLACE/prepared: this folder was prepared anew from other data than run was trained from
      hint: train again, or name the rows to judge it by with --data
    "#);
}

#[test]
fn another_division_of_the_same_rows_is_refused_under_any_path() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let other = place.at("other");
    let table = place.at("cards.csv");
    assert_eq!(fraudctl(["prep", &table, "--out", &other, "--seed", "9"]).code, 0);
    let refused = fraudctl(["evaluate", &run, "--data", &other]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("another division"), "{}", refused.stderr);
    assert_eq!(fraudctl(["evaluate", &run, "--data", &data]).code, 0);
}

#[test]
fn a_damaged_run_is_refused_whatever_was_damaged() {
    let place = Place::new();
    let (_, run) = trained(&place);
    for name in ["model.txt", "schema.json", "threshold.json", "manifest.json"] {
        let path = place.path().join(&run).join(name);
        let whole = fs::read(&path).expect("a file of the run");
        fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        let outcome = fraudctl(["evaluate", &run]);
        assert_eq!(outcome.code, 1, "{name}");
        assert!(outcome.stderr.contains(name), "{name}: {}", outcome.stderr);
        fs::write(&path, whole).expect("restored");
    }
    assert_eq!(fraudctl(["evaluate", &run]).code, 0);
}
