//! `fraudctl load`.

use std::fs;

use crate::support::{Place, creditcard, fraudctl};

#[test]
fn loading_twice_changes_nothing() {
    let place = Place::new();
    let log = place.at("log.parquet");
    let size = ["--customers", "50", "--terminals", "80", "--days", "20", "--json"];
    let rows = fraudctl(["simulate", "--out", &log].into_iter().chain(size)).json()["rows"].clone();
    let load = || fraudctl(["load", &log, "--db", &place.at("fraud.db"), "--json"]).json();
    let first = load();
    assert_eq!((&first["rows"], &first["inserted"], &first["resumed_at"]), (&rows, &rows, &0.into()));
    assert!(first["locations"].as_u64() > Some(5_000));
    let again = load();
    assert_eq!((&again["inserted"], &again["replaced"], &again["resumed_at"]), (&0.into(), &0.into(), &rows));
}

#[test]
fn two_tables_without_ids_stay_apart() {
    let place = Place::new();
    let load = |name: &str, rows: usize| {
        let folder = place.path().join(rows.to_string());
        fs::create_dir(&folder).expect("a folder");
        let table = place.write(&format!("{rows}/{name}"), &creditcard(rows));
        fraudctl(["load", &table, "--db", &place.at("fraud.db"), "--json"]).json()["inserted"].clone()
    };
    assert_eq!(load("log.csv", 300), 300);
    assert_eq!(load("log.csv", 200), 200);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(10));
    let other = place.write("precious.txt", &"not a database, but somebody's text\n".repeat(50));
    let refused = fraudctl(["load", &table, "--db", &other]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(fs::read_to_string(other).expect("still there").starts_with("not a database"));
}
