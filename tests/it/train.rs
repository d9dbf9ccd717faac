//! `fraudctl train`: both models, reproducible, with a run folder that can be trusted.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Place, creditcard, fraudctl, trained};

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
            "history.csv",
            "manifest.json",
            "metrics.json",
            "model.txt",
            "preprocess.json",
            "schema.json",
            "threshold.json"
        ]
    );
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
    let kept: serde_json::Value = serde_json::from_str(&read("trials.json")).expect("JSON");
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
    let again = tuned("two", &["--force"]).json();
    let values = |summary: &serde_json::Value| -> Vec<serde_json::Value> {
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
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
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
