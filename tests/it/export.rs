//! `fraudctl export`: what was decided goes back into training.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::serve::{post, serving};
use crate::support::{Place, bank, bodies, fraudctl, trained};

fn lines(path: &str) -> Vec<BTreeMap<String, Value>> {
    let text = fs::read_to_string(path).expect("the file");
    text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

#[test]
fn raw_transactions_become_an_event_log_that_prep_takes() {
    let place = Place::new();
    let db = place.at("fraud.db");
    let (_, run) = bank(&place);
    let server = serving(&run, Some(db.clone()));
    let payment = |id: usize| {
        let (day, customer, terminal) = (1 + id % 28, id % 5, id % 3);
        format!(
            r#"{{"id":"{id}","time":"2023-01-{day:02}T10:00:00Z","customer":"c{customer}","terminal":"t{terminal}","amount":{id}}}"#
        )
    };
    post(&server, "/predict", &(0..200).map(payment).collect::<Vec<_>>());
    let label = |id: usize| format!(r#"{{"id":"{id}","fraud":{}}}"#, id.is_multiple_of(10));
    for (status, answer) in post(&server, "/feedback", &(0..150).map(label).collect::<Vec<_>>()) {
        assert_eq!(status, 200, "{answer}");
    }
    server.stop().expect("it stops");
    let out = place.at("decided.ndjson");
    let told = fraudctl(["export", "--db", &db, "--out", &out, "--json"]).json();
    let counts = ["rows", "labelled", "frauds", "left_out"].map(|name| told[name].as_u64());
    assert_eq!(counts, [Some(200), Some(150), Some(15), Some(0)]);
    let rows = lines(&out);
    let names: Vec<&str> = rows[0].keys().map(String::as_str).collect();
    assert_eq!(names, ["amount", "customer", "fraud", "id", "latitude", "longitude", "terminal", "time"]);
    assert_eq!(
        (&rows[10]["fraud"], &rows[11]["fraud"], &rows[199]["fraud"]),
        (&1.into(), &0.into(), &Value::Null)
    );
    let csv = place.at("decided.csv");
    fraudctl(["export", "--db", &db, "--out", &csv]).succeeds();
    let prepared = fraudctl(["prep", &csv, "--out", &place.at("data"), "--json"]).json();
    assert_eq!((&prepared["rows"], &prepared["positives"]), (&150.into(), &15.into()));
}

#[test]
fn rows_of_features_become_a_table_and_audits_are_asked_for() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let db = place.at("fraud.db");
    let server = serving(&run, Some(db.clone()));
    let bodies = bodies(30);
    let answers = post(&server, "/predict", &bodies);
    server.stop().expect("it stops");
    let out = place.at("table.ndjson");
    fraudctl(["export", "--db", &db, "--out", &out]).succeeds();
    let rows = lines(&out);
    assert_eq!((rows.len(), rows[0].len()), (30, 7), "the features, an id and the label");
    let sent: BTreeMap<String, Value> = serde_json::from_str(&bodies[7]).expect("an object");
    for (name, value) in sent {
        assert_eq!(rows[7][&name].as_f64(), value.as_f64(), "{name}");
    }
    let audit = place.at("audit.ndjson");
    fraudctl(["export", "--db", &db, "--out", &audit, "--decided"]).succeeds();
    let first = &lines(&audit)[0];
    assert_eq!(
        (&first["score"], &first["model_version"]),
        (&answers[0].1["fraud"], &answers[0].1["model_version"])
    );
}

#[test]
fn what_is_exported_is_what_was_sent_and_prep_takes_it() {
    let place = Place::new();
    let table = place.write("kinds.csv", &crate::support::all_kinds(600));
    let (data, run, db) = (place.at("data"), place.at("run"), place.at("fraud.db"));
    let prep = ["--label", "fraud", "--category", "kind"];
    fraudctl(["prep", &table, "--out", &data].into_iter().chain(prep)).succeeds();
    fraudctl(["train", &data, "--model", "lightgbm", "--set", "rounds=5", "--out", &run]).succeeds();
    let server = serving(&run, Some(db.clone()));
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(format!("{run}/schema.json")).expect("a schema"))
            .expect("JSON");
    let inputs: Vec<&str> = schema["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["name"].as_str())
        .collect();
    let said = |name: &str, id: usize| match name {
        "kind" => {
            format!(
                r#""kind":{}"#,
                if id.is_multiple_of(2) { "\"food\"".to_owned() } else { (id % 5).to_string() }
            )
        }
        "abroad" => format!(r#""abroad":{}"#, id.is_multiple_of(3)),
        "made" => format!(r#""made":"4/{}/2018 9:30""#, 1 + id % 28),
        "sent" => format!(r#""sent":"2018-04-{:02} 23:00:00""#, 1 + id % 28),
        "payee" => format!(r#""payee":"payee {id}""#),
        name => format!(r#""{name}":{id}"#),
    };
    let body = |id: usize| {
        let fields: Vec<String> = inputs.iter().map(|name| said(name, id)).collect();
        format!(r#"{{"id":"{id}",{}}}"#, fields.join(","))
    };
    for (status, answer) in post(&server, "/predict", &(0..100).map(body).collect::<Vec<_>>()) {
        assert_eq!(status, 200, "{answer}");
    }
    let label = |id: usize| format!(r#"{{"id":{id},"fraud":{}}}"#, id.is_multiple_of(10));
    for (status, answer) in post(&server, "/feedback", &(0..100).map(label).collect::<Vec<_>>()) {
        assert_eq!(status, 200, "{answer}");
    }
    server.stop().expect("it stops");
    let out = place.at("decided.ndjson");
    fraudctl(["export", "--db", &db, "--out", &out]).succeeds();
    let rows = lines(&out);
    let mut expected: Vec<&str> = inputs.iter().copied().chain(["fraud", "id"]).collect();
    expected.sort_unstable();
    assert_eq!(
        rows[0].keys().map(String::as_str).collect::<Vec<_>>(),
        expected,
        "nothing that was made of it"
    );
    assert_eq!(
        (&rows[2]["kind"], &rows[3]["kind"]),
        (&"food".into(), &"3".into()),
        "words and numbers as they were sent"
    );
    let csv = place.at("decided.csv");
    fraudctl(["export", "--db", &db, "--out", &csv]).succeeds();
    fraudctl(["prep", &csv, "--out", &place.at("again"), "--label", "fraud"]).succeeds();
}

#[test]
fn what_can_not_be_exported_is_said() {
    let place = Place::new();
    let (db, out) = (place.at("none.db"), place.at("out.csv"));
    fraudctl(["export", "--db", &db, "--out", &out]).fails(1, "there is no such database");
    assert!(!std::path::Path::new(&db).exists(), "it was not made");
    let log = place.write("log.csv", "id,time,customer,terminal,amount,fraud\n1,2025-01-01,a,b,5,0\n");
    fraudctl(["load", &log, "--db", &db]).succeeds();
    fraudctl(["export", "--db", &db, "--out", &out]).fails(1, "there are no decisions to export");
    assert!(!std::path::Path::new(&out).exists());
}
