//! `fraudctl explain`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Place, bank, fraudctl, trained};

/// A LightGBM run of the columns V1, V2 and Amount, whose frauds can be told by V1 and V2.
fn fixture() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/run").to_string_lossy().into_owned()
}

const ROWS: &str = "V1,V2,Amount,note\n-1.25,3.25,120.5,a\n1,0.5,20,b\n,3.3,20,c\n";

fn sum(explained: &Value) -> f64 {
    let contributions = explained["contributions"].as_array().expect("a list").iter();
    let parts = contributions.map(|contribution| contribution["contribution"].as_f64().expect("a number"));
    let number = |name: &str| explained[name].as_f64().expect("a number");
    number("base") + number("rest") + parts.sum::<f64>()
}

#[test]
fn base_and_contributions_add_up_to_the_logit_of_the_score() {
    let place = Place::new();
    let input = place.write("new.csv", ROWS);
    let object = fraudctl(["explain", &fixture(), &input, "--top", "2", "--json"]).json();
    assert_eq!((&object["rows"], &object["matching"]), (&3.into(), &3.into()));
    assert!(object["seconds"].is_number());
    let explained = object["explained"].as_array().expect("a list");
    assert_eq!(explained.len(), 3);
    let out = place.at("scored.ndjson");
    fraudctl(["predict", &fixture(), &input, "--out", &out, "--json"]).json();
    let predicted = fs::read_to_string(&out).expect("written");
    for ((row, predicted), explained) in (1..).zip(predicted.lines()).zip(explained) {
        let predicted: Value = serde_json::from_str(predicted).expect("JSON");
        assert_eq!((&explained["row"], &explained["id"]), (&row.into(), &Value::Null));
        for name in ["score", "decision"] {
            assert_eq!(explained[name], predicted[name], "{name}");
        }
        let score = explained["score"].as_f64().expect("a number");
        assert!((sum(explained) - (score / (1.0 - score)).ln()).abs() < 1e-9, "{explained}");
        let contributions = explained["contributions"].as_array().expect("a list");
        assert_eq!(contributions.len(), 2);
        let amount = |place: usize| contributions[place]["contribution"].as_f64().expect("a number").abs();
        assert!(amount(0) >= amount(1), "the greatest first");
    }
    let first = &explained[0]["contributions"][0];
    assert_eq!((&first["feature"], &first["reason"]), (&"V2".into(), &"V2 = 3.25".into()), "{first}");
    let lowered = &explained[1]["contributions"][0];
    assert!(lowered["contribution"].as_f64() < Some(0.0) && lowered["reason"].is_null(), "{lowered}");
    let missing = fraudctl(["explain", &fixture(), &input, "--top", "3", "--json"]).json();
    let found = missing["explained"][2]["contributions"].as_array().expect("a list").iter();
    let v1 = found.clone().find(|contribution| contribution["feature"] == "V1").expect("all three");
    assert!(v1["value"].is_null(), "{v1}");
}

#[test]
fn people_read_the_rows_that_score_enough() {
    let place = Place::new();
    let input = place.write("new.csv", ROWS);
    let outcome = fraudctl(["explain", &fixture(), &input, "--min-score", "0.3", "--rows", "1"]);
    outcome.succeeds();
    let text = &outcome.stdout;
    assert!(text.starts_with("row 1: score 0.") && text.contains("  V2 = 3.25\n"), "{text}");
    assert!(text.contains("  base\n") && text.contains("  all other features\n"), "{text}");
    assert!(!text.contains("row 2"), "{text}");
    assert!(text.contains("rows shown (--rows 1) that score 0.3 or more, of 3 in all"), "{text}");
}

#[test]
fn all_rows_go_to_a_file() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let out = place.at("reasons.ndjson");
    let input = place.at("cards.csv");
    let summary = fraudctl(["explain", &run, &input, "--out", &out, "--rows", "2", "--json"]).json();
    assert_eq!(summary["explained"].as_array().map(Vec::len), Some(2));
    let written = fs::read_to_string(&out).expect("written");
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2_000);
    assert_eq!(lines[..2], *summary["explained"].as_array().expect("a list"));
    assert!((1..).zip(&lines).all(|(row, line)| line["row"] == row));
    let again = fraudctl(["explain", &run, &input, "--out", &out]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    let csv = fraudctl(["explain", &run, &input, "--out", &place.at("reasons.csv")]);
    assert!(csv.code == 1 && csv.stderr.contains(".ndjson"), "{}", csv.stderr);
    let same = fraudctl(["explain", &run, &out, "--out", &out, "--force"]);
    assert_eq!(same.code, 1, "{}", same.stderr);
}

#[test]
fn the_features_of_a_log_are_said_in_words() {
    let place = Place::new();
    let (log, run) = bank(&place);
    let object = fraudctl(["explain", &run, &log, "--min-score", "0.02", "--rows", "50", "--json"]).json();
    let explained = object["explained"].as_array().expect("a list");
    assert!(!explained.is_empty() && explained.iter().all(|row| row["id"].is_string()), "{object}");
    let reasons: Vec<&str> = explained
        .iter()
        .flat_map(|row| row["contributions"].as_array().expect("a list"))
        .filter_map(|contribution| contribution["reason"].as_str())
        .collect();
    assert!(reasons.iter().any(|reason| reason.starts_with("amount ")), "{reasons:?}");
    assert!(reasons.iter().all(|reason| !reason.contains("_WINDOW") || reason.ends_with(" is missing")));
}

#[test]
fn a_network_is_explained() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let run = place.at("mlp");
    let settings = ["--set", "epochs=1", "--json"];
    fraudctl(["train", &data, "--model", "mlp", "--out", &run].into_iter().chain(settings)).json();
    let object = fraudctl(["explain", &run, &place.at("cards.csv"), "--rows", "50", "--json"]).json();
    let explained = object["explained"].as_array().expect("a list");
    assert_eq!(explained.len(), 50);
    for row in explained {
        let score = row["score"].as_f64().expect("a number");
        assert!((sum(row) - (score / (1.0 - score)).ln()).abs() < 1e-4, "{row}");
    }
}
