//! `fraudctl predict`.

use std::fs::{self, File};

use polars::prelude::{ParquetReader, ParquetWriter, SerReader};

use crate::support::{Place, fraudctl, trained};

#[test]
fn rows_keep_their_text_and_order_and_gain_score_and_decision() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let raw = "Time,V1,V2,V3,Amount,note\n0,-1.50,3.10,0.5,007,\"a, b\"\n1,1.5,0.25,,10,\n";
    let input = place.write("new.csv", raw);
    let out = place.at("scored.csv");
    let summary = fraudctl(["predict", &run, &input, "--out", &out, "--json"]).json();
    assert_eq!(summary["rows"], 2);
    let scored = fs::read_to_string(&out).expect("written");
    let lines: Vec<&str> = scored.lines().collect();
    assert_eq!(lines[0], "Time,V1,V2,V3,Amount,note,score,decision");
    assert!(lines[1].starts_with("0,-1.50,3.10,0.5,007,\"a, b\",0."), "{scored}");
    assert!(lines[1].ends_with(",review") || lines[1].ends_with(",block"), "{scored}");
    assert!(lines[2].starts_with("1,1.5,0.25,,10,,0.") && lines[2].ends_with(",approve"), "{scored}");
}

#[test]
fn every_format_holds_the_same_scores() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let input = place.at("cards.csv");
    let write = |out: &str| fraudctl(["predict", &run, &input, "--out", &place.at(out), "--json"]).json();
    for out in ["a.csv", "a.parquet", "a.ndjson"] {
        assert_eq!(write(out)["rows"], 2_000, "{out}");
    }
    let csv = fs::read_to_string(place.path().join("a.csv")).expect("written");
    let ndjson = fs::read_to_string(place.path().join("a.ndjson")).expect("written");
    for (line, object) in csv.lines().skip(1).zip(ndjson.lines()) {
        let object: serde_json::Value = serde_json::from_str(object).expect("JSON");
        let score: f64 = line.rsplit(',').nth(1).expect("a score").parse().expect("a number");
        assert_eq!(object["score"], score);
    }
    let again = fraudctl(["predict", &run, &place.at("a.parquet"), "--out", &place.at("b.csv")]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("it has a column \"score\" already"), "{}", again.stderr);
}

#[test]
fn a_column_that_the_model_needs_is_named_when_it_is_missing() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let input = place.write("new.csv", "Time,V1,V3,Amount\n0,1,2,3\n");
    let outcome = fraudctl(["predict", &run, &input, "--out", &place.at("out.csv")]);
    assert_eq!(outcome.code, 1);
    assert!(outcome.stderr.contains("no V2 column"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("as in the rows that run was trained on"), "{}", outcome.stderr);
    assert!(!place.path().join("out.csv").exists());
}

#[test]
fn blank_lines_quotes_and_long_numbers_survive_in_every_format() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let raw =
        "id,Time,V1,V2,V3,Amount,note\n007,0,1,2,3,4.50,5\" pipe\n\n12345678901234567890,1,1,2,3,4.50,\n\n";
    let input = place.write("new.csv", raw);
    for out in ["scored.csv", "scored.ndjson", "scored.parquet"] {
        let summary = fraudctl(["predict", &run, &input, "--out", &place.at(out), "--json"]).json();
        assert_eq!(summary["rows"], 2, "{out}");
    }
    let read = |name: &str| fs::read_to_string(place.path().join(name)).expect("written");
    let csv = read("scored.csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[1].starts_with("007,0,1,2,3,4.50,\"5\"\" pipe\",0."), "{csv}");
    assert!(lines[2].starts_with("12345678901234567890,1,1,2,3,4.50,,0."), "{csv}");
    let first = read("scored.ndjson").lines().next().expect("a line").to_owned();
    let object: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!((&object["id"], &object["Time"], &object["Amount"]), (&"007".into(), &0.into(), &4.5.into()));
    let again = fraudctl(["predict", &run, &place.at("scored.parquet"), "--out", &place.at("again.parquet")]);
    assert!(again.stderr.contains("a column \"score\" already"), "{}", again.stderr);
}

#[test]
fn a_parquet_file_keeps_its_types() {
    let place = Place::new();
    let (log, run) = crate::support::bank(&place);
    let out = place.at("scored.parquet");
    fraudctl(["predict", &run, &log, "--out", &out, "--json"]).json();
    let types = |path: &str| {
        let file = File::open(path).expect("a Parquet file");
        let schema = ParquetReader::new(file).schema().expect("its schema");
        schema.iter().map(|(name, field)| format!("{name} {:?}", field.dtype)).collect::<Vec<_>>()
    };
    let (before, after) = (types(&log), types(&out));
    assert!(before.len() > 5 && before.iter().any(|column| !column.contains("Utf8")), "{before:?}");
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.len(), before.len() + 2);
}

#[test]
fn missing_numbers_and_long_ones_with_a_sign_survive() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let raw = "Time,V1,V2,V3,Amount,ref\n0,1,2,,4,-12345678901234567\n1,1,2,0.5,4,7\n";
    let input = place.write("new.csv", raw);
    let score = |from: &str, to: &str| {
        let outcome = fraudctl(["predict", &run, from, "--out", &place.at(to)]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    };
    score(&input, "first.parquet");
    // Read again without the columns that were added: V3 has a NaN, and stays a column of numbers.
    let file = File::open(place.at("first.parquet")).expect("written");
    let frame = ParquetReader::new(file).finish().expect("readable");
    let mut frame = frame.drop_many(["score", "decision"]);
    let file = File::create(place.at("second.parquet")).expect("made");
    ParquetWriter::new(file).finish(&mut frame).expect("written");
    score(&place.at("second.parquet"), "second.ndjson");
    let text = fs::read_to_string(place.at("second.ndjson")).expect("written");
    let rows: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((&rows[0]["V3"], &rows[1]["V3"]), (&serde_json::Value::Null, &0.5.into()));
    assert_eq!((&rows[0]["ref"], &rows[1]["ref"]), (&"-12345678901234567".into(), &"7".into()));
}
