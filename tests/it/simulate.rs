//! `fraudctl simulate`.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Place, fraudctl};

#[test]
fn a_seed_makes_the_same_file_and_another_seed_another() {
    let place = Place::new();
    let bytes = |name: &str, seed: &str, threads: &str| {
        let out = place.at(name);
        let size = ["--customers", "50", "--terminals", "80", "--days", "20"];
        let arguments = ["simulate", "--out", &out, "--seed", seed, "--threads", threads, "--json"];
        let summary = fraudctl(arguments.into_iter().chain(size)).json();
        assert!(summary["rows"].as_u64() > Some(500), "{summary}");
        assert!(summary["seconds"].is_f64());
        fs::read(out).expect("written")
    };
    assert_eq!(bytes("a.csv", "7", "1"), bytes("b.csv", "7", "2"));
    assert_ne!(bytes("c.csv", "7", "2"), bytes("d.csv", "8", "2"));
    bytes("e.parquet", "7", "2");
}

#[test]
fn csv_and_parquet_hold_the_same_log_which_prep_understands() {
    let place = Place::new();
    let prepared = |name: &str| {
        let (out, data) = (place.at(name), place.at(&format!("{name}-prepared")));
        let size = ["--customers", "200", "--terminals", "300", "--days", "60"];
        fraudctl(["simulate", "--out", &out, "--json"].into_iter().chain(size)).json();
        fraudctl(["prep", &out, "--out", &data, "--json"]).json();
        ["train", "valid", "test"].map(|part| fs::read(format!("{data}/{part}.parquet")).expect("a part"))
    };
    assert_eq!(prepared("log.csv"), prepared("log.parquet"));
}

#[test]
fn what_makes_no_world_is_refused() {
    let place = Place::new();
    let none = fraudctl(["simulate", "--out", &place.at("x.csv"), "--customers", "0"]);
    assert_eq!(none.code, 1);
    assert_snapshot!(none.stderr, @r#"error: customers must be between 1 and 10000000, not 0"#);
    let date = fraudctl(["simulate", "--out", &place.at("x.csv"), "--start", "tomorrow"]);
    assert_eq!(date.code, 2);
    assert!(!place.path().join("x.csv").exists());
}
