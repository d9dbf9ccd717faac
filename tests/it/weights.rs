//! A network's file is read elsewhere: Python's safetensors and numpy give the same scores.

use std::process::Command;

use fraudctl::dataset::{Part, Prepared};
use fraudctl::matrix::Matrix;
use fraudctl::model::{artifact, score_rows};

use crate::support::{Place, all_kinds, fraudctl};

/// Scores of a run's network by tests/weights.py, which knows nothing of fraudctl.
fn scores_in_python(place: &Place, run: &str, rows: &Matrix) -> Vec<f64> {
    let values = |row: &[f64]| -> Vec<Option<f64>> {
        row.iter().map(|value| Some(*value).filter(|value| !value.is_nan())).collect()
    };
    let rows: Vec<Vec<Option<f64>>> = rows.iter_rows().map(values).collect();
    let file = place.write("rows.json", &serde_json::to_string(&rows).expect("numbers"));
    let python = std::env::var("FRAUDCTL_PYTHON").expect("scripts/setup.sh test, then its env file");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/weights.py");
    let output = Command::new(python).args([script, run, &file]).output().expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a list of numbers")
}

#[test]
fn python_reads_the_weights_and_has_the_same_scores() {
    let place = Place::new();
    let (table, data) = (place.write("kinds.csv", &all_kinds(600)), place.at("data"));
    fraudctl(["prep", &table, "--out", &data, "--label", "fraud", "--json"]).json();
    let prepared = Prepared::open(data.as_ref()).expect("a prepared folder");
    let rows = prepared.part(Part::Test).expect("test rows").features;
    assert!(rows.values().iter().any(|value| value.is_nan()), "a missing value is part of it");
    for (name, settings) in
        [("plain", ["frequencies=0", "activation=selu"]), ("waves", ["members=3", "hidden=24"])]
    {
        let run = place.at(name);
        let command = [
            "train",
            &data,
            "--model",
            "mlp",
            "--out",
            &run,
            "--set",
            "epochs=20",
            "--set",
            "batch_size=32",
            "--json",
        ];
        let settings = settings.iter().flat_map(|setting| ["--set", *setting]);
        fraudctl(command.into_iter().chain(settings)).json();
        let scores = score_rows(&*artifact::open(run.as_ref()).expect("a run").scorer, &rows);
        let elsewhere = scores_in_python(&place, &run, &rows);
        assert_eq!(scores.len(), elsewhere.len());
        let spread = scores.iter().copied().fold(0.0, f64::max) - scores.iter().copied().fold(1.0, f64::min);
        assert!(spread > 0.05, "{name}: scores within {spread} would prove nothing");
        for (score, other) in scores.iter().zip(elsewhere) {
            assert!((score - other).abs() < 2e-6, "{name}: {score} here, {other} in Python");
        }
    }
}
