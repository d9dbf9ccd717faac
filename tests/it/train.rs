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
        ["manifest.json", "metrics.json", "model.txt", "preprocess.json", "schema.json", "threshold.json"]
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
    assert_snapshot!(place.neutral(&train(&place.at("nowhere")).stderr), @r#"error: PLACE/nowhere/manifest.json: No such file or directory (os error 2)"#);
}
