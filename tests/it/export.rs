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
