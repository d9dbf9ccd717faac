//! `--model blend`: trees and a network as one model.

use std::fs;

use serde_json::Value;

use crate::support::{Outcome, Place, fraudctl, trained};

const SMALL: [&str; 8] =
    ["--model", "blend", "--set", "lightgbm.rounds=30", "--set", "mlp.epochs=3", "--set", "mlp.hidden=16"];

fn train(data: &str, run: &str, more: &[&str]) -> Outcome {
    let flags = ["train", data, "--out", run, "--threads", "2", "--json"];
    fraudctl(flags.into_iter().chain(SMALL).chain(more.iter().copied()))
}

fn scores(place: &Place, run: &str) -> Vec<f64> {
    let out = place.at("scored.ndjson");
    fraudctl(["predict", run, &place.at("cards.csv"), "--out", &out, "--force", "--json"]).json();
    let text = fs::read_to_string(out).expect("written");
    let row = |line| serde_json::from_str::<Value>(line).expect("JSON")["score"].as_f64().expect("a score");
    text.lines().map(row).collect()
}

fn json(place: &Place, name: &str) -> Value {
    let text = fs::read_to_string(place.path().join(name)).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

#[test]
fn a_blend_is_the_mean_of_its_parts_in_log_odds() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let (run, again) = (place.at("blend"), place.at("again"));
    let summary = train(&data, &run, &["--set", "weights=1,3"]).json();
    assert_eq!(summary["model"], "blend");
    assert!(summary["best_iteration"].is_null());
    let parts = summary["parts"].as_array().expect("two parts");
    assert_eq!(parts[0]["weight"], 0.25);
    // The same parts by themselves.
    let alone = |model: &str, settings: &[&str]| {
        let own = place.at(model);
        let flags = ["train", &data, "--model", model, "--out", &own, "--threads", "2", "--json"];
        let summary = fraudctl(flags.into_iter().chain(settings.iter().copied())).json();
        (summary, scores(&place, &own))
    };
    let trees = alone("lightgbm", &["--set", "rounds=30"]);
    let network = alone("mlp", &["--set", "epochs=3", "--set", "hidden=16"]);
    for (part, (summary, _)) in parts.iter().zip([&trees, &network]) {
        assert_eq!(part["model"], summary["model"]);
        assert_eq!(part["best_iteration"], summary["best_iteration"]);
        assert_eq!(part["valid_average_precision"], summary["valid"]["average_precision"]);
    }
    for ((blend, trees), network) in scores(&place, &run).iter().zip(&trees.1).zip(&network.1) {
        let expected = 0.25 * log_odds(*trees) + 0.75 * log_odds(*network);
        assert!((log_odds(*blend) - expected).abs() < 1e-6, "{blend} of {trees} and {network}");
    }
    // It is reproducible, and its folder says what is in it.
    train(&data, &again, &["--set", "weights=1,3"]).succeeds();
    let of_run = |name: &str| json(&place, &format!("{name}/manifest.json"))["checksums"].clone();
    for (file, sum) in of_run("again").as_object().expect("checksums") {
        // The page has the run's name.
        assert!(of_run("blend")[file] == *sum || file == "report.html", "{file}");
    }
    for file in ["model.txt", "weights.safetensors", "blend.json", "history-lightgbm.csv", "history-mlp.csv"]
    {
        assert!(of_run("blend")[file].is_string(), "{file}");
    }
    let report = fs::read_to_string(place.path().join("blend/report.html")).expect("a page");
    for words in ["blend: 0.25 lightgbm (alone", "mlp: log loss", "lightgbm.rounds = 30", "mlp.hidden = [16]"]
    {
        assert!(report.contains(words), "{words}");
    }
}

#[test]
fn its_weights_are_chosen_and_every_command_takes_it() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let run = place.at("blend");
    let summary = train(&data, &run, &["--calibrate", "isotonic"]).json();
    assert_eq!(summary["calibration"], "isotonic");
    let weights: Vec<f64> = summary["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .map(|part| part["weight"].as_f64().unwrap())
        .collect();
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9 && weights.iter().all(|weight| *weight >= 0.1));
    let found = fraudctl(["evaluate", &run, "--json"]).json();
    assert!(found["average_precision"].as_f64() > Some(0.5), "{found}");
    let shown = fraudctl(["runs", "show", &run]);
    assert!(
        shown.stdout.contains("lightgbm.rounds") && shown.stdout.contains("mlp.hidden"),
        "{}",
        shown.stdout
    );
    let plain = place.at("plain");
    train(&data, &plain, &[]).succeeds();
    let explained = fraudctl(["explain", &plain, &place.at("cards.csv"), "--rows", "20", "--json"]).json();
    for row in explained["explained"].as_array().expect("a list") {
        let contributions = row["contributions"].as_array().expect("a list").iter();
        let sum: f64 = contributions.map(|one| one["contribution"].as_f64().expect("a number")).sum();
        let of_others = row["base"].as_f64().unwrap() + row["rest"].as_f64().unwrap();
        assert!((sum + of_others - log_odds(row["score"].as_f64().unwrap())).abs() < 1e-4, "{row}");
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let place = Place::new();
    let (data, run) = trained(&place);
    let said = |more: &[&str]| {
        let refused = train(&data, &place.at("refused"), more);
        assert_eq!((refused.code, place.path().join("refused").exists()), (2, false), "{}", refused.stderr);
        refused.stderr
    };
    assert!(said(&["--set", "rounds=3"]).contains("lightgbm.KEY"));
    assert!(said(&["--set", "lightgbm.round=3"]).contains("did you mean rounds?"));
    assert!(said(&["--set", "weights=1"]).contains("for each part: lightgbm,mlp"));
    assert!(said(&["--watch", "train"]).contains("--watch is for lightgbm"));
    let further = train(&data, &place.at("refused"), &["--continue", &run]);
    assert!(further.stderr.contains("only a lightgbm run can be trained further"), "{}", further.stderr);
}

#[test]
fn damaged_weights_are_refused() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let run = place.at("blend");
    train(&data, &run, &[]).succeeds();
    let refused = |text: &str| {
        let folder = place.path().join("blend");
        fs::write(folder.join("blend.json"), text).expect("written");
        let mut manifest = json(&place, "blend/manifest.json");
        let sum = fraudctl::files::checksum(&folder.join("blend.json")).expect("readable");
        manifest["checksums"]["blend.json"] = sum.into();
        fs::write(folder.join("manifest.json"), manifest.to_string()).expect("written");
        let outcome = fraudctl(["evaluate", &run]);
        assert_eq!(outcome.code, 1);
        outcome.stderr
    };
    let of =
        |weights: &str, version: u32| format!("{{\"format_version\": {version}, \"weights\": {weights}}}");
    assert!(refused(&of("{\"lightgbm\": 0.5, \"mlp\": 0.6}", 1)).contains("no weights of a blend's parts"));
    assert!(refused(&of("{\"lightgbm\": 1}", 1)).contains("no weights of a blend's parts"));
    assert!(refused(&of("{}", 2)).contains("newer"));
    assert!(refused("nonsense").contains("blend.json"));
}

#[test]
fn each_part_is_searched_and_a_stopped_search_goes_on() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let tuned = |run: &str, more: &[&str]| {
        let flags = ["--set", "mlp.frequencies=0", "--tune", "2"];
        train(&data, &place.at(run), &[&flags[..], more].concat())
    };
    let summary = tuned("one", &[]).json();
    let trials = summary["trials"].as_array().expect("trials");
    let models: Vec<&str> = trials.iter().map(|trial| trial["model"].as_str().expect("a model")).collect();
    assert_eq!(models, ["lightgbm", "lightgbm", "mlp", "mlp"]);
    let searched = trials[3]["settings"].as_array().expect("settings");
    assert!(searched.iter().all(|pair| pair[0] != "frequencies" && pair[0] != "epochs"), "{searched:?}");
    assert!(!place.path().join("one.trials.mlp.jsonl").exists(), "the run holds them now");
    // A search that was stopped after the trees' trials, and one in the network's.
    let none = tuned("two", &["--resume"]);
    assert!(none.stderr.contains("there are no trials to go on with"), "{}", none.stderr);
    fs::write(place.path().join("two.trials.mlp.jsonl"), "{}\n").expect("written");
    let refused = tuned("two", &[]);
    assert!(refused.stderr.contains("--resume goes on"), "{}", refused.stderr);
    let other = tuned("two", &["--resume"]);
    assert!(other.stderr.contains("these trials are of another search"), "{}", other.stderr);
    assert!(place.path().join("two.trials.lightgbm.jsonl").exists(), "the trees' trials are kept");
    fs::remove_file(place.path().join("two.trials.mlp.jsonl")).expect("it was there");
    let resumed = tuned("two", &["--resume"]).json();
    let values = |summary: &Value| -> Vec<Value> {
        summary["trials"].as_array().expect("trials").iter().map(|trial| trial["value"].clone()).collect()
    };
    assert_eq!(values(&resumed), values(&summary));
}

#[test]
fn a_backtest_chooses_weights_on_validation_folds() {
    let place = Place::new();
    let log = place.at("log.parquet");
    let size = ["--customers", "400", "--terminals", "300", "--days", "63", "--start", "2024-01-01"];
    fraudctl(["simulate", "--out", &log].into_iter().chain(size)).succeeds();
    let backtest = |more: &[&str]| {
        let fixed =
            ["backtest", &log, "--protocol", "handbook", "--from", "2024-02-12", "--folds", "2", "--json"];
        fraudctl(fixed.into_iter().chain(SMALL).chain(more.iter().copied())).json()
    };
    let equal = backtest(&[]);
    assert!(equal["chosen"]["parameters"]["weights"].is_null(), "{equal}");
    assert!(equal["mean"]["roc_auc"].as_f64() > Some(0.6), "{equal}");
    let half = backtest(&["--set", "weights=1,1"]);
    assert_eq!(half["mean"], equal["mean"]);
    let tuned = backtest(&["--tune", "1"]);
    let parameters = &tuned["chosen"]["parameters"];
    let weights: Vec<f64> = parameters["weights"]
        .as_str()
        .expect("chosen")
        .split(',')
        .map(|weight| weight.parse().unwrap())
        .collect();
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{weights:?}");
    assert!(parameters["lightgbm.rounds"].is_string(), "{parameters}");
    assert_eq!(tuned["chosen"]["trials"].as_array().map(Vec::len), Some(2));
}
