//! What the columns of a table become in `fraudctl prep`, and in the commands that read tables afterwards.

use std::fmt::Write;
use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::prep::complaint;
use crate::support::{Place, all_kinds, creditcard, fraudctl};

fn schema(place: &Place, folder: &str) -> Value {
    let text = fs::read_to_string(place.path().join(folder).join("schema.json")).expect("written");
    serde_json::from_str(&text).expect("JSON")
}

/// A table of these columns, a cell for each row from its number, with a label that is 1 in every tenth row.
fn table(rows: usize, columns: &[(&str, &dyn Fn(usize) -> String)]) -> String {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("{},Class\n", names.join(","));
    for row in 0..rows {
        let cells: Vec<String> = columns.iter().map(|(_, cell)| cell(row)).collect();
        writeln!(text, "{},{}", cells.join(","), u8::from(row % 10 == 3)).expect("into a String");
    }
    text
}

fn one_of(words: &'static [&'static str]) -> impl Fn(usize) -> String {
    move |row| words[row % words.len()].to_owned()
}

#[test]
fn columns_of_all_kinds_become_numbers_learnt_from_training_rows() {
    let place = Place::new();
    let table = place.write("cards.csv", &all_kinds(3_000));
    let out = place.at("out");
    let outcome = fraudctl(["prep", &table, "--out", &out, "--json"]);
    let summary = outcome.json();
    let features: Vec<&str> =
        summary["features"].as_array().expect("names").iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(
        features,
        [
            "amount",
            "kind",
            "abroad",
            "made",
            "made_hour",
            "made_weekday",
            "sent",
            "sent_hour",
            "sent_weekday",
            "payee",
            "same",
            "again",
            "sent_minus_made"
        ]
    );
    assert_eq!(summary["dropped_columns"], serde_json::json!(["note", "nothing"]));
    assert_eq!(summary["constant_columns"], serde_json::json!(["same"]));
    assert_eq!(summary["duplicate_columns"], serde_json::json!([["again", "amount"]]));
    let missing = summary["missing"]["amount"].as_u64().expect("a count");
    assert!((100..300).contains(&missing), "{missing}");
    assert_eq!(summary["encodings_fitted"], serde_json::json!({"part": "train", "rows": 1920}));
    assert!(
        outcome.stderr.contains(r#"column "note" has another text in nearly every row: it is left out"#),
        "{}",
        outcome.stderr
    );
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(place.at("out/schema.json")).expect("written"))
            .expect("JSON");
    let kinds = schema["inputs"][1]["encoding"]["category"].as_array().expect("values");
    assert_eq!((kinds.len(), &kinds[0]), (5, &"crypto".into()), "the most frequent one first");
}

#[test]
fn what_was_learnt_of_words_serves_every_command() {
    let place = Place::new();
    let table = place.write("cards.csv", &all_kinds(3_000));
    let (out, scored) = (place.at("out"), place.at("scored.ndjson"));
    fraudctl(["prep", &table, "--out", &out]).succeeds();
    for (model, setting) in [("lightgbm", "rounds=60"), ("mlp", "epochs=4")] {
        let run = place.at(model);
        fraudctl(["train", &out, "--model", model, "--out", &run, "--set", setting]).succeeds();
        let test = fraudctl(["evaluate", &run, "--json"]).json();
        assert!(test["average_precision"].as_f64() > Some(0.8), "{model}: {test}");
        fraudctl(["predict", &run, &table, "--out", &scored, "--force"]).succeeds();
        let all = fraudctl(["evaluate", &run, "--data", &table, "--json"]).json();
        assert_eq!(all["rows"], 3_000);
    }
}

#[test]
fn copies_of_training_rows_in_other_parts_are_counted() {
    let place = Place::new();
    let mut text = creditcard(400);
    let rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    // Every row a second time: most pairs are divided by the split.
    text.push_str(&(rows.join("\n") + "\n"));
    let table = place.write("cards.csv", &text);
    let outcome = fraudctl(["prep", &table, "--out", &place.at("out"), "--json"]);
    let copies = &outcome.json()["copies_of_training_rows"];
    assert!((80..130).contains(&copies["test"].as_u64().expect("a count")), "{copies}");
    assert!(outcome.stderr.contains("say the same as a training row in every column"), "{}", outcome.stderr);
    let single = place.write("single.csv", &creditcard(400));
    let none = fraudctl(["prep", &single, "--out", &place.at("none"), "--json"]).json();
    assert_eq!(none["copies_of_training_rows"], serde_json::json!({"valid": 0, "test": 0}));
}

#[test]
fn categories_are_rebalanced_as_categories() {
    let place = Place::new();
    let table = place.write("cards.csv", &all_kinds(2_000));
    let prep = |balance: &str, name: &str| {
        let out = place.at(name);
        fraudctl(["prep", &table, "--out", &out, "--balance", balance, "--drop", "amount,again", "--json"])
    };
    let refused = prep("smote", "smote");
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("\"kind\"") && refused.stderr.contains("smotenc"), "{}", refused.stderr);
    let summary = prep("smotenc:0.5", "smotenc").json();
    let genuine =
        summary["train"]["rows"].as_u64().unwrap_or(0) - summary["train"]["positives"].as_u64().unwrap_or(0);
    assert_eq!(summary["train"]["positives"].as_u64(), Some(genuine / 2), "{summary}");
}

#[test]
fn copies_are_told_whatever_is_left_out_of_them() {
    let place = Place::new();
    let unique = |row: usize| format!("{row:08x}-no-two-alike");
    let text = table(400, &[("a", &|row| (row / 10 % 7).to_string()), ("note", &unique)]);
    let file = place.write("t.csv", &text);
    let summary = fraudctl(["prep", &file, "--out", &place.at("out"), "--json"]).json();
    assert_eq!(summary["dropped_columns"], json!(["note"]));
    assert_eq!(summary["copies_of_training_rows"], json!({"valid": 64, "test": 80}), "all of them");
}

#[test]
fn numbers_are_names_where_the_user_says_so() {
    let place = Place::new();
    let codes = one_of(&["5411", "0742", "7995", "5812", "7995"]);
    let file = place.write("t.csv", &table(600, &[("a", &|row| (row % 17).to_string()), ("mcc", &codes)]));
    let (out, run, scored) = (place.at("out"), place.at("run"), place.at("scored.csv"));
    fraudctl(["prep", &file, "--out", &out, "--category", "mcc"]).succeeds();
    let inputs = &schema(&place, "out")["inputs"];
    assert_eq!(inputs[1]["encoding"]["category"][0], "7995", "the most frequent one first");
    assert_eq!(inputs[1]["encoding"]["category"].as_array().map(Vec::len), Some(4));
    fraudctl(["train", &out, "--model", "lightgbm", "--out", &run, "--set", "rounds=3"]).succeeds();
    fraudctl(["predict", &run, &file, "--out", &scored]).succeeds();
    let unknown = complaint("t.csv", "a,Class\n1,0\n", &["--category", "mcc"]);
    assert!(unknown.contains("--category names the column \"mcc\", which is not there"), "{unknown}");
}

#[test]
fn a_missing_cell_is_spelled_in_one_way_for_all_kinds() {
    let place = Place::new();
    let columns: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("number", &one_of(&["1.5", "nan", "2"])),
        ("truth", &one_of(&["yes", "no", "NaN"])),
        ("made", &one_of(&["2018-04-01", "NaN", "2018-04-02 10:00", "N/A"])),
        ("word", &one_of(&["food", "NaN", "fuel", "null", " toys "])),
        ("wide", &one_of(&["-1e308", "1e308"])),
    ];
    let mut text = table(600, &columns);
    text.push_str("1,yes,2018-04-01,food,1,NaN\n");
    let file = place.write("t.csv", &text);
    let out = place.at("out");
    let summary = fraudctl(["prep", &file, "--out", &out, "--json"]).json();
    assert_eq!((&summary["rows"], &summary["set_aside"]), (&json!(600), &json!(1)));
    assert_eq!(summary["missing"], json!({"number": 200, "truth": 200, "made": 300, "word": 240}));
    let mut words: Vec<Value> =
        schema(&place, "out")["inputs"][3]["encoding"]["category"].as_array().expect("words").clone();
    words.sort_by_key(Value::to_string);
    assert_eq!(words, ["food", "fuel", "toys"]);
    // A column of both ends of the numbers has no spread that is one; the folder is whole all the same.
    fraudctl(["train", &out, "--model", "mlp", "--out", &place.at("run"), "--set", "epochs=1"]).succeeds();
}

#[test]
fn words_that_hardly_repeat_are_left_out_however_many_are_missing() {
    let place = Place::new();
    let half = |row: usize| if row.is_multiple_of(2) { String::new() } else { format!("word {row}") };
    let file = place.write("t.csv", &table(400, &[("a", &|row| row.to_string()), ("half", &half)]));
    let summary = fraudctl(["prep", &file, "--out", &place.at("out"), "--json"]).json();
    assert_eq!(summary["dropped_columns"], json!(["half"]));
}

#[test]
fn what_cannot_become_features_is_said_before_the_long_work() {
    let made = one_of(&["2018-04-01", "2018-04-02"]);
    let hours = one_of(&["1", "2", "3"]);
    let twice = complaint("t.csv", &table(200, &[("made", &made), ("made_hour", &hours)]), &[]);
    assert_snapshot!(twice, @r#"
    exit 1
    error: PLACE/t.csv: a column of times becomes several features, one of them "made_hour", and a column has that name already; rename one, or leave one out with --drop
    "#);
    let day = |row: usize| format!("2018-{:02}-{:02}", 1 + row / 28, 1 + row % 28);
    let late = |row: usize| if row < 200 { String::new() } else { ["x", "y"][row % 2].to_owned() };
    let only_late = table(280, &[("day", &day), ("word", &late)]);
    let options = ["--time", "day", "--drop", "day", "--split", "time"];
    assert_snapshot!(complaint("t.csv", &only_late, &options), @r#"
    exit 1
    error: PLACE/t.csv: no column is left to learn from: column "word" is empty in the training rows: it is left out
    "#);
}

#[test]
fn a_feature_may_be_called_customer() {
    let place = Place::new();
    let number = |row: usize| (row % 13).to_string();
    let file =
        place.write("t.csv", &table(300, &[("customer", &number), ("amount", &one_of(&["5", "7", ""]))]));
    let (out, run) = (place.at("out"), place.at("run"));
    fraudctl(["prep", &file, "--out", &out]).succeeds();
    fraudctl(["train", &out, "--model", "lightgbm", "--out", &run, "--set", "rounds=2"]).succeeds();
    let found = fraudctl(["evaluate", &run, "--json"]).json();
    assert!(found.get("card_precision_at_100").is_none() && found["amount_frauds"].is_f64(), "{found}");
}

#[test]
fn times_end_with_the_year_9999() {
    let place = Place::new();
    let far = one_of(&["2018-04-01 10:00:00", "9999-12-31 23:59:59.999999", "2018-04-02 10:00:00"]);
    let file = place.write("t.csv", &table(200, &[("until", &far)]));
    fraudctl(["prep", &file, "--out", &place.at("out")]).succeeds();
    let farther = |row: usize| if row == 7 { "+12345-01-01".to_owned() } else { far(row) };
    let refused = complaint("t.csv", &table(200, &[("until", &farther)]), &[]);
    assert!(refused.contains(":9:1: column \"until\": \"+12345-01-01\" is not a time"), "{refused}");
}

#[test]
fn a_column_that_was_learnt_from_is_not_taken_for_the_label() {
    let place = Place::new();
    let other = |row: usize| u8::from(row.is_multiple_of(3)).to_string();
    let text = table(300, &[("a", &|row| row.to_string()), ("is_fraud", &other)]);
    let file = place.write("t.csv", &text);
    let (out, run) = (place.at("out"), place.at("run"));
    fraudctl(["prep", &file, "--out", &out, "--label", "Class"]).succeeds();
    fraudctl(["train", &out, "--model", "lightgbm", "--out", &run, "--set", "rounds=2"]).succeeds();
    let unlabelled: String =
        text.lines().map(|line| line.rsplit_once(',').expect("cells").0.to_owned() + "\n").collect();
    let unlabelled = place.write("unlabelled.csv", &unlabelled);
    let refused = fraudctl(["evaluate", &run, "--data", &unlabelled]);
    assert_ne!(refused.code, 0, "{}", refused.stdout);
    assert!(refused.stderr.contains("label"), "{}", refused.stderr);
}

#[test]
fn a_column_may_be_a_feature_and_the_time_in_every_format() {
    let place = Place::new();
    let (_, run) = crate::support::trained(&place);
    let (csv, parquet) = (place.at("cards.csv"), place.at("scored.parquet"));
    assert_eq!(fraudctl(["predict", &run, &csv, "--out", &parquet]).code, 0);
    let by_time = |table: &str, out: &str, more: &[&str]| {
        let out = place.at(out);
        let arguments = ["prep", table, "--split", "time", "--time", "Time", "--out", &out, "--json"];
        let mut summary = fraudctl(arguments.iter().chain(more)).json();
        for other in ["source", "source_sha256", "seconds", "left_out_columns"] {
            summary.as_object_mut().expect("an object").remove(other);
        }
        summary
    };
    let from_csv = by_time(&csv, "from-csv", &[]);
    assert_eq!((&from_csv["split"], &from_csv["features"][0]), (&"time".into(), &"Time".into()));
    assert_eq!(from_csv, by_time(&parquet, "from-parquet", &["--drop", "score,decision"]));
}
