//! `fraudctl train`: both models, reproducible, with a run folder that can be trusted.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Outcome, Place, bank, creditcard, fraudctl, trained};

#[test]
fn a_run_folder_holds_all_that_serving_needs() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let mut names: Vec<String> = fs::read_dir(&run)
        .expect("a run folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "curves",
            "data.json",
            "drift.json",
            "golden.json",
            "history.csv",
            "manifest.json",
            "metrics.json",
            "model.txt",
            "preprocess.json",
            "report.html",
            "schema.json",
            "threshold.json"
        ]
    );
    let metrics = read(&run, "metrics.json");
    assert_eq!(metrics["valid"]["rows"], 320);
    assert!(metrics["valid"]["amount_recall"].is_f64(), "{metrics}");
    let manifest = read(&run, "manifest.json");
    for curve in ["roc", "precision_recall", "gains", "thresholds", "score_histogram"] {
        let name = format!("curves/{curve}.csv");
        let text = fs::read_to_string(place.path().join(&run).join(&name)).expect("a curve");
        assert!(text.lines().count() > 3, "{name}: {text}");
        assert!(manifest["checksums"][&name].is_string(), "{manifest}");
    }
}

/// A JSON file of a run.
fn read(run: &str, name: &str) -> Value {
    let text = fs::read_to_string(Path::new(run).join(name)).expect("a file of the run");
    serde_json::from_str(&text).expect("JSON")
}

/// Trains a small model with more flags; gives the run and what the command said.
fn train(place: &Place, data: &str, name: &str, more: &[&str]) -> (String, Outcome) {
    let run = place.at(name);
    let arguments = ["train", data, "--model", "lightgbm", "--out", &run, "--set", "rounds=30", "--json"];
    let outcome = fraudctl(arguments.into_iter().chain(more.iter().copied()));
    (run, outcome)
}

#[test]
fn thresholds_follow_the_rules_and_say_so() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let chosen = read(&run, "threshold.json");
    assert_eq!(
        (&chosen["chosen"]["review"]["rule"], &chosen["chosen"]["review"]["metric"]),
        (&json!("f1"), &json!("f1"))
    );
    assert_eq!(chosen["chosen"]["review"]["value"], read(&run, "metrics.json")["valid"]["f1"]);
    assert_eq!(chosen["chosen"]["block"]["rule"], "precision:0.95");
    assert_eq!((&chosen["chosen"]["rows"], &chosen["chosen"]["positives"]), (&json!(320), &json!(16)));
    for (place_of_rule, rule) in
        ["recall:1", "fpr:0.01", "alerts:5%", "cost:20,1", "amount:10", "0.25"].iter().enumerate()
    {
        let (run, outcome) =
            train(&place, &data, &format!("r{place_of_rule}"), &["--review", rule, "--block", "none"]);
        let summary = outcome.json();
        let (file, metrics) = (read(&run, "threshold.json"), &read(&run, "metrics.json")["valid"]);
        assert_eq!((&file["chosen"]["review"]["rule"], &file["block"]), (&json!(rule), &Value::Null));
        assert_eq!(summary["thresholds"]["review"], file["review"]);
        let value = file["chosen"]["review"]["value"].as_f64().expect("a value");
        let number = |name: &str| metrics[name].as_f64().expect("a metric");
        match *rule {
            "recall:1" => assert_eq!((value, number("recall")), (1.0, 1.0)),
            "fpr:0.01" => assert!(value <= 0.01 && (value - (1.0 - number("specificity"))).abs() < 1e-12),
            "alerts:5%" => assert!(value > 0.04 && value <= 0.05, "{value}"),
            "amount:10" => {
                let missed = number("amount_frauds") - number("amount_caught");
                let cells = &metrics["confusion"];
                let alerts = cells["tp"].as_f64().zip(cells["fp"].as_f64()).map(|(tp, fp)| tp + fp);
                assert!((value - missed - 10.0 * alerts.expect("counts")).abs() < 1e-9, "{value}");
            }
            "0.25" => assert_eq!(file["review"], 0.25),
            _ => assert!(value >= 0.0),
        }
        // And the run decides by it.
        assert_eq!(fraudctl(["evaluate", &run, "--json"]).json()["threshold"], file["review"]);
    }
}

#[test]
fn rules_that_cannot_be_followed_are_refused_before_the_training() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let refused = |more: &[&str]| {
        let (run, outcome) = train(&place, &data, "refused", more);
        assert!(!Path::new(&run).exists());
        (outcome.code, outcome.stderr)
    };
    let (code, said) = refused(&["--review", "precison:0.9"]);
    assert!(code == 2 && said.contains("did you mean precision?"), "{said}");
    let (code, said) = refused(&["--block", "alerts:5"]);
    assert!(code == 2 && said.contains("--block: \"alerts:5\": write it as alerts:100/day"), "{said}");
    assert_eq!(refused(&["--review", "none"]).0, 2);
    let (code, said) = refused(&["--review", "alerts:5/day"]);
    assert!(code == 1 && said.contains("the rows have no time") && said.contains("--time COLUMN"), "{said}");
    assert!(!said.contains("training lightgbm"), "{said}");
}

#[test]
fn alerts_a_day_and_amounts_of_an_event_log() {
    let place = Place::new();
    let (_, run) = bank(&place);
    let data = place.at("prepared");
    let (budget, outcome) =
        train(&place, &data, "budget", &["--review", "alerts:2/day", "--block", "amount:5"]);
    outcome.succeeds();
    let chosen = &read(&budget, "threshold.json")["chosen"];
    let alerts = chosen["review"]["value"].as_f64().expect("a value");
    assert!(alerts > 1.0 && alerts <= 2.0, "{chosen}");
    let days = read(&budget, "metrics.json")["valid"]["per_day"].clone();
    let days = days.as_array().expect("days");
    let all: f64 = days.iter().filter_map(|day| day["alerts"].as_f64()).sum();
    assert_eq!(alerts, all / days.len() as f64);
    assert_eq!(chosen["block"]["metric"], "cost");
    assert_eq!(read(&run, "threshold.json")["chosen"]["review"]["rule"], "f1");
}

#[test]
fn calibration_makes_probabilities_of_the_scores_of_rebalanced_rows() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(4_000));
    let data = place.at("prepared");
    fraudctl(["prep", &table, "--out", &data, "--balance", "rus"]).succeeds();
    let test = |name: &str, more: &[&str]| {
        let (run, outcome) = train(&place, &data, name, more);
        outcome.succeeds();
        (fraudctl(["evaluate", &run, "--json"]).json(), outcome.stderr, run)
    };
    let loss = |found: &Value| found["log_loss"].as_f64().expect("a loss");
    let (raw, said, run) = test("raw", &[]);
    assert!(said.contains("(rus): scores are shifted") && said.contains("--calibrate prior"), "{said}");
    assert!(!Path::new(&run).join("calibration.json").exists());
    assert_eq!(raw["calibration"], "none");
    for method in ["prior", "platt", "isotonic"] {
        let (found, said, run) = test(method, &["--calibrate", method]);
        assert!(!said.contains("shifted"), "{said}");
        assert_eq!(found["calibration"], method);
        assert!(loss(&found) < 0.8 * loss(&raw), "{method}: {} and {}", loss(&found), loss(&raw));
        assert_eq!(read(&run, "calibration.json")["calibration"]["method"], method);
        assert_eq!(read(&run, "calibration.json")["rows"], if method == "prior" { 0 } else { 640 });
        if method != "isotonic" {
            assert_eq!(found["roc_auc"], raw["roc_auc"], "{method}: the order stays");
        }
    }
    let (plain, other) = (place.at("plain"), place.at("weights"));
    fraudctl(["prep", &table, "--out", &plain]).succeeds();
    fraudctl(["prep", &table, "--out", &other, "--balance", "weights"]).succeeds();
    let (run, outcome) = train(&place, &plain, "none", &["--calibrate", "prior"]);
    assert!(outcome.stderr.contains("there is no prior to correct"), "{}", outcome.stderr);
    assert!(!Path::new(&run).join("calibration.json").exists());
    let (run, _) = train(&place, &other, "weighed", &["--calibrate", "prior"]);
    let ratio = read(&run, "calibration.json")["calibration"]["odds_ratio"].as_f64().expect("a ratio");
    assert!((ratio - 1.0 / 19.0).abs() < 1e-12, "{ratio}");
    let weight = ["--calibrate", "prior", "--set", "scale_pos_weight=4"];
    let (run, _) = train(&place, &plain, "scaled", &weight);
    assert_eq!(read(&run, "calibration.json")["calibration"]["odds_ratio"], 0.25);
}

#[test]
fn a_calibration_that_is_newer_or_damaged_is_refused() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let (run, outcome) = train(&place, &data, "calibrated", &["--calibrate", "platt"]);
    outcome.succeeds();
    let path = Path::new(&run).join("calibration.json");
    let before = fs::read_to_string(&path).expect("a calibration");
    let opened_with = |text: &str| {
        fs::write(&path, text).expect("written");
        let manifest = Path::new(&run).join("manifest.json");
        let mut value = read(&run, "manifest.json");
        value["checksums"]["calibration.json"] = fraudctl::files::checksum(&path).expect("readable").into();
        fs::write(&manifest, value.to_string()).expect("written");
        fraudctl(["evaluate", &run])
    };
    assert_eq!(opened_with(&before).code, 0);
    let newer = opened_with(&before.replace("\"format_version\": 1", "\"format_version\": 2"));
    assert!(newer.stderr.contains("format version 2"), "{}", newer.stderr);
    let wrong = r#"{"format_version": 1, "rows": 0, "calibration": {"method": "prior", "odds_ratio": -1}}"#;
    let wrong = opened_with(wrong);
    assert!(wrong.code == 1 && wrong.stderr.contains("no calibration of scores"), "{}", wrong.stderr);
}

#[test]
fn the_same_seed_and_threads_give_the_same_model() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(1_000));
    let data = place.at("prepared");
    fraudctl(["prep", &table, "--out", &data, "--json"]).json();
    for (model, file, setting) in
        [("lightgbm", "model.txt", "rounds=20"), ("mlp", "weights.safetensors", "epochs=3")]
    {
        let bytes = |name: &str, seed: &str| {
            let run = place.at(&format!("{model}-{name}"));
            let fixed =
                ["train", &data, "--model", model, "--set", setting, "--threads", "2", "--seed", seed];
            fraudctl(fixed.into_iter().chain(["--out", &run, "--json"])).json();
            fs::read(place.path().join(&run).join(file)).expect("a model")
        };
        assert_eq!(bytes("one", "1"), bytes("two", "1"), "{model}");
        assert_ne!(bytes("one-more", "1"), bytes("three", "2"), "{model}");
    }
}

#[test]
fn both_devices_train_the_network() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(1_000));
    let data = place.at("prepared");
    fraudctl(["prep", &table, "--out", &data, "--json"]).json();
    for device in ["flex", "ndarray"] {
        let run = place.at(device);
        let arguments = ["train", &data, "--model", "mlp", "--device", device, "--out", &run, "--json"];
        let summary = fraudctl(arguments).json();
        let precision = summary["valid"]["average_precision"].as_f64().expect("a number");
        assert!(precision > 0.9, "{device}: {precision}");
    }
}

#[test]
fn an_unknown_parameter_is_refused_with_a_suggestion() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let outcome =
        fraudctl(["train", &data, "--model", "lightgbm", "--out", &place.at("r"), "--set", "num_leafs=3"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("did you mean num_leaves?"), "{}", outcome.stderr);
    assert!(!place.path().join("r").exists());
}

#[test]
fn a_damaged_or_foreign_folder_is_refused() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let train = |data: &str| fraudctl(["train", data, "--model", "lightgbm", "--out", &place.at("r")]);
    fs::write(place.path().join("prepared/train.parquet"), "damaged").expect("written");
    assert_snapshot!(place.neutral(&train(&data).stderr), @r#"
    error: PLACE/prepared/train.parquet: its checksum differs from the one in manifest.json: the file is damaged or was changed
      hint: make it again from its source
    "#);
    assert_snapshot!(place.neutral(&train(&place.at("nowhere")).stderr), @r#"
    error: PLACE/nowhere: there is no prepared folder here
      hint: prep makes one; a bare name is looked for in artifacts/
    "#);
}

#[test]
fn contradictions_are_refused_before_anything_is_read() {
    let place = Place::new();
    let nowhere = place.at("nowhere");
    for (settings, said) in [
        (&["max_depth=3", "num_leaves=31"][..], "8 leaves at most"),
        (&["is_unbalance=true", "scale_pos_weight=9"], "both weigh the classes"),
        (&["boosting=dart", "early_stopping_rounds=5"], "leave out early_stopping_rounds"),
        (&["metric=auc"], "did you mean roc_auc?"),
        (&["reg_lambda=1"], "did you mean lambda_l2?"),
    ] {
        let set = settings.iter().flat_map(|setting| ["--set", setting]);
        let outcome = fraudctl(["train", &nowhere, "--model", "lightgbm"].into_iter().chain(set));
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(said) && !outcome.stderr.contains("training"), "{}", outcome.stderr);
    }
}

#[test]
fn a_search_is_resumed_kept_in_the_run_and_found_in_its_parameters() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let tuned = |out: &str, more: &[&str]| {
        let run = place.at(out);
        let fixed =
            ["train", &data, "--model", "lightgbm", "--set", "rounds=15", "--tune", "4", "--out", &run];
        fraudctl(fixed.into_iter().chain(["--json"]).chain(more.iter().copied()))
    };
    let summary = tuned("one", &[]).json();
    let trials = summary["trials"].as_array().expect("trials");
    assert_eq!(trials.len(), 4);
    assert!(trials.iter().all(|trial| trial["value"].as_f64().is_some_and(|value| value > 0.0)));
    let best = trials.iter().map(|trial| trial["value"].as_f64().expect("a number")).fold(0.0, f64::max);
    assert_eq!(summary["valid"]["average_precision"], best, "the run is that of the best trial");
    let read = |name: &str| fs::read_to_string(place.path().join("one").join(name)).expect("it is there");
    let kept: Value = serde_json::from_str(&read("trials.json")).expect("JSON");
    assert_eq!(kept["trials"], summary["trials"]);
    assert!(!place.path().join("one.trials.jsonl").exists(), "the run holds them now");
    let header = read("history.csv").lines().next().map(str::to_owned);
    assert_eq!(header.as_deref(), Some("member,round,set,average_precision,log_loss"));

    // A search that was stopped: its first two trials are there.
    let names = ["manifest.json", "trials.json"];
    assert!(names.iter().all(|name| place.path().join("one").join(name).exists()));
    fs::write(place.path().join("two.trials.jsonl"), "{}\n").expect("written");
    let refused = tuned("two", &[]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("--resume goes on"), "{}", refused.stderr);
    let foreign = tuned("two", &["--resume"]);
    assert!(foreign.stderr.contains("of another search"), "{}", foreign.stderr);
    let none = tuned("three", &["--resume"]);
    assert!(none.stderr.contains("there are no trials to go on with"), "{}", none.stderr);
    let again = tuned("two", &["--force"]).json();
    let values = |summary: &Value| -> Vec<Value> {
        summary["trials"].as_array().expect("trials").iter().map(|trial| trial["value"].clone()).collect()
    };
    assert_eq!(values(&again), values(&summary), "the same seed draws the same trials");
}

#[test]
fn a_run_is_trained_further_and_more_rows_are_watched() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let further = place.at("further");
    let arguments = ["train", &data, "--model", "lightgbm", "--continue", &run, "--out", &further];
    let more = ["--watch", "train", "--watch", &data, "--set", "rounds=3", "--json"];
    let summary = fraudctl(arguments.into_iter().chain(more)).json();
    let manifest = fs::read_to_string(place.path().join("further/manifest.json")).expect("a manifest");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["parent"], "run");
    let history = fs::read_to_string(place.path().join("further/history.csv")).expect("a history");
    for set in ["1,1,valid,", "1,1,train,", "1,1,prepared,"] {
        assert!(history.contains(set), "{history}");
    }
    let before = fraudctl(["evaluate", &run, "--json"]).json();
    assert!(
        summary["valid"]["average_precision"].as_f64() > Some(0.5) && before["roc_auc"].as_f64().is_some()
    );
    let mlp = fraudctl(["train", &data, "--model", "mlp", "--continue", &run, "--out", &place.at("mlp")]);
    assert!(mlp.stderr.contains("only a lightgbm run can be trained further"), "{}", mlp.stderr);
}
