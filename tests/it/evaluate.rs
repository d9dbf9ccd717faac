//! `fraudctl evaluate`.

use std::fs::{self, File};

use insta::assert_snapshot;
use polars::prelude::{ParquetReader, ParquetWriter, SerReader};
use serde_json::Value;

use crate::support::{Place, bank, creditcard, fraudctl, trained};

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
        "specificity",
        "balanced_accuracy",
        "g_mean",
        "expected_calibration_error",
        "amount_recall",
        "amount_precision",
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
    assert_eq!(fraudctl(["evaluate", &run, "--max", "log_loss=1", "--min", "amount_recall=0.1"]).code, 0);
    assert_eq!(fraudctl(["evaluate", &run, "--max", "brier=0"]).code, 3);
    let undefined = fraudctl(["evaluate", &run, "--min", "card_precision_at_100=0"]);
    assert!(undefined.code == 3 && undefined.stderr.contains("not defined"), "a table has no cards");
    for wrong in ["beauty=1", "log_loss=0.5", "roc_auc"] {
        let usage = fraudctl(["evaluate", &run, "--min", wrong]);
        assert_eq!((usage.code, usage.stdout.as_str()), (2, ""), "{wrong}");
    }
}

#[test]
fn intervals_hold_the_metrics_and_can_be_left_out() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let found = fraudctl(["evaluate", &run, "--json"]).json();
    let number = |value: &Value| value.as_f64().expect("a number");
    for metric in ["roc_auc", "average_precision", "log_loss", "brier", "f1"] {
        let interval = &found["intervals"][metric];
        let (low, high) = (number(&interval[0]), number(&interval[1]));
        let value = number(&found[metric]);
        assert!(low <= value && value <= high, "{metric}: {low} to {high} around {value}");
        // The small model may order its test rows without a mistake, but it is not sure of any.
        assert!(low < high || value == 1.0, "{metric}: {low} to {high} around {value}");
    }
    let same = fraudctl(["evaluate", &run, "--json", "--threads", "1"]).json();
    assert_eq!(same["intervals"], found["intervals"]);
    let other = fraudctl(["evaluate", &run, "--json", "--seed", "7"]).json();
    assert_ne!(other["intervals"], found["intervals"]);
    assert_eq!(other["roc_auc"], found["roc_auc"]);
    let without = fraudctl(["evaluate", &run, "--json", "--bootstrap", "0"]).json();
    assert!(without.get("intervals").is_none(), "{without}");
    let text = fraudctl(["evaluate", &run]).stdout;
    assert!(text.contains("recall in amounts") && text.contains("highest scores"), "{text}");
    assert!(text.contains(" [0."), "{text}");
}

#[test]
fn cards_and_days_of_an_event_log_are_judged() {
    let place = Place::new();
    let (log, run) = bank(&place);
    let found = fraudctl(["evaluate", &run, "--json", "--card-k", "3"]).json();
    let mean = found["card_precision_at_3"].as_f64().expect("a mean");
    let days = found["per_day"].as_array().expect("days");
    let of_days: Vec<f64> = days.iter().filter_map(|day| day["card_precision"].as_f64()).collect();
    assert!(days.len() > 5 && of_days.len() == days.len(), "{days:?}");
    assert!((mean - of_days.iter().sum::<f64>() / days.len() as f64).abs() < 1e-12);
    let sum = |name: &str| days.iter().filter_map(|day| day[name].as_u64()).sum::<u64>();
    assert_eq!(
        (Some(sum("rows")), Some(sum("frauds"))),
        (found["rows"].as_u64(), found["positives"].as_u64())
    );
    assert_eq!(Some(sum("caught")), found["confusion"]["tp"].as_u64());
    let caught: f64 = days.iter().filter_map(|day| day["amount_caught"].as_f64()).sum();
    assert!((caught - found["amount_caught"].as_f64().expect("a sum")).abs() < 1e-6);
    let raw = fraudctl(["evaluate", &run, "--data", &log, "--json"]).json();
    assert!(raw["card_precision_at_100"].is_f64() && raw["per_day"].as_array().map_or(0, Vec::len) > 50);
    let text = fraudctl(["evaluate", &run, "--data", &log]).stdout;
    assert!(text.contains("card precision at 100") && text.contains("the last 14 of 60 days"), "{text}");
}

#[test]
fn a_folder_of_an_older_version_has_no_cards() {
    let place = Place::new();
    let (_, _) = bank(&place);
    let data = place.path().join("prepared");
    let checksums = data.join("manifest.json");
    let mut manifest: Value =
        serde_json::from_str(&fs::read_to_string(&checksums).expect("a manifest")).expect("JSON");
    for part in ["train.parquet", "valid.parquet", "test.parquet"] {
        let path = data.join(part);
        let file = File::open(&path).expect("a part");
        let frame = ParquetReader::new(file).finish().expect("readable");
        assert!(frame.column("customer").is_ok(), "{part}");
        let file = File::create(&path).expect("made");
        ParquetWriter::new(file).finish(&mut frame.drop_many(["customer"])).expect("written");
        manifest["checksums"][part] = fraudctl::files::checksum(&path).expect("readable").into();
    }
    fs::write(&checksums, manifest.to_string()).expect("written");
    let run = place.at("again");
    let data = place.at("prepared");
    fraudctl(["train", &data, "--model", "lightgbm", "--set", "rounds=5", "--out", &run]).succeeds();
    let found = fraudctl(["evaluate", &run, "--json"]).json();
    assert!(found.get("card_precision_at_100").is_none() && found["amount_recall"].is_f64(), "{found}");
    assert!(found["per_day"][0].get("card_precision").is_none());
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

#[test]
fn a_page_is_written_and_never_over_what_is_read() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let page = place.at("page.html");
    assert_eq!(fraudctl(["evaluate", &run, "--html", &page]).code, 0);
    let text = fs::read_to_string(&page).expect("a page");
    for said in ["judged by the test rows of", "Model card", "Learning", "95 % interval", "its SHA-256"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(!text.contains("http") && !text.contains("<script"), "nothing from elsewhere");
    let kept = fs::read_to_string(place.path().join("run/report.html")).expect("a page of the run");
    assert!(kept.contains("by these very rows"), "it is judged by validation rows, and says so");
    let cards = place.at("cards.csv");
    for target in [&cards, &format!("{run}/metrics.json"), &format!("{data}/test.parquet")] {
        let outcome = fraudctl(["evaluate", &run, "--data", &cards, "--html", target, "--force"]);
        assert_eq!(outcome.code, 1, "{target}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("name another file"), "{}", outcome.stderr);
    }
}
