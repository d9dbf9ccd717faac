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
fn the_same_file_read_by_other_columns_is_loaded_again() {
    let place = Place::new();
    let log = place.write(
        "log.csv",
        "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TIP\n\
         1,2018-04-01 00:00:31,596,3156,57.16,5\n2,2018-04-01 00:02:10,4961,3412,81.51,8\n",
    );
    let load = |map: &[&str]| {
        let args = ["load", &log, "--db", &place.at("fraud.db"), "--json"];
        fraudctl(args.iter().chain(map)).json()
    };
    assert_eq!(load(&["--map", "amount=TIP"])["inserted"], 2);
    let right = load(&[]);
    assert_eq!((&right["resumed_at"], &right["replaced"]), (&0.into(), &2.into()));
}

#[test]
fn rows_without_ids_stay_apart_and_their_file_may_grow() {
    let place = Place::new();
    let text = creditcard(300);
    let lines: Vec<&str> = text.lines().collect();
    let load = |name: &str, rows: &[&str]| {
        let table = place.write(name, &[&lines[..1], rows].concat().join("\n"));
        let loaded = fraudctl(["load", &table, "--db", &place.at("fraud.db"), "--json"]).json();
        (loaded["inserted"].as_u64(), loaded["replaced"].as_u64())
    };
    assert_eq!(load("log.csv", &lines[1..201]), (Some(200), Some(0)));
    assert_eq!(load("other.csv", &lines[251..]), (Some(50), Some(0)));
    assert_eq!(load("log.csv", &lines[1..251]), (Some(50), Some(200)));
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

#[test]
fn a_database_is_used_with_one_key_of_card_numbers() {
    let place = Place::new();
    let log = place.write("log.csv", "id,time,customer,terminal,amount\n1,2025-01-01,4111111111111111,b,5\n");
    let (db, key) = (place.at("fraud.db"), place.at("fraud.db.key"));
    fraudctl(["load", &log, "--db", &db]).succeeds();
    fraudctl(["load", &log, "--db", &db, "--keep-card-numbers"])
        .fails(1, "go on without --keep-card-numbers");
    let moved = place.at("safe.key");
    fs::rename(&key, &moved).expect("moved");
    fraudctl(["load", &log, "--db", &db]).fails(1, "restore that, or name it with --card-key");
    assert!(!fs::exists(&key).expect("readable"), "no other key was made");
    let other = place.write("other.key", &"k".repeat(32));
    fraudctl(["load", &log, "--db", &db, "--card-key", &other])
        .fails(1, "under another key than this --card-key");
    fraudctl(["load", &log, "--db", &db, "--card-key", &moved]).succeeds();
    let kept = place.at("kept.db");
    fraudctl(["load", &log, "--db", &kept, "--keep-card-numbers"]).succeeds();
    fraudctl(["load", &log, "--db", &kept]).fails(1, "go on with --keep-card-numbers");
}
