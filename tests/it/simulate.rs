//! `fraudctl simulate`.

use std::fs;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use crate::support::{Place, bank, fraudctl};

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
    let size = ["--customers", "200", "--terminals", "300", "--days", "60"];
    fraudctl(["simulate", "--out", &place.at("log.ndjson")].into_iter().chain(size)).succeeds();
    let text = |name: &str| fs::read_to_string(place.path().join(name)).expect("a file");
    let (csv, ndjson) = (text("log.csv"), text("log.ndjson"));
    assert_eq!(csv.lines().count(), ndjson.lines().count() + 1);
    let row: serde_json::Value = serde_json::from_str(ndjson.lines().last().expect("a row")).expect("JSON");
    let cells: Vec<&str> = csv.lines().last().expect("a row").split(',').collect();
    assert_eq!(
        (row["TRANSACTION_ID"].to_string(), row["TX_AMOUNT"].to_string()),
        (cells[0].into(), cells[4].into())
    );
    assert_eq!((row["TX_DATETIME"].as_str(), row["TX_CURRENCY"].as_str()), (Some(cells[1]), Some("EUR")));
}

#[test]
fn a_currency_and_places_are_the_demos_and_seconds_and_days_the_handbooks() {
    let place = Place::new();
    let header = |preset: &str| {
        let out = place.at(&format!("{preset}.csv"));
        let size = ["--customers", "20", "--terminals", "300", "--days", "3", "--preset", preset];
        fraudctl(["simulate", "--out", &out, "--json"].into_iter().chain(size)).json();
        let text = fs::read_to_string(out).expect("written");
        text.lines().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_snapshot!(header("demo").join("\n"), @r"
    TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_CURRENCY,TERMINAL_LATITUDE,TERMINAL_LONGITUDE,TX_FRAUD,TX_FRAUD_SCENARIO
    0,2018-04-01T03:26:51Z,18,47,31.71,EUR,-19.90899,-43.93797,0,0
    ");
    assert_snapshot!(header("handbook").join("\n"), @r"
    TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_TIME_SECONDS,TX_TIME_DAYS,TX_FRAUD,TX_FRAUD_SCENARIO
    0,2018-04-01T01:11:00Z,8,46,2.08,4260,0,0,0
    ");
}

#[test]
fn only_a_given_seed_leaves_the_published_data() {
    let place = Place::new();
    let simulated = |name: &str, seed: &[&str]| {
        let out = place.at(name);
        let size = ["--customers", "40", "--terminals", "300", "--days", "10", "--json"];
        fraudctl(["simulate", "--preset", "handbook", "--out", &out].iter().chain(&size).chain(seed)).json();
        fs::read(out).expect("written")
    };
    let published = simulated("published.csv", &[]);
    assert_eq!(published, simulated("0.csv", &["--seed", "0"]));
    assert_ne!(published, simulated("42.csv", &["--seed", "42"]));
    let large = fraudctl(["simulate", "--preset", "handbook", "--out", "x.csv", "--seed", "4294967296"]);
    assert_eq!(large.code, 1);
    assert_snapshot!(large.stderr, @"error: the seed of a handbook world must be between 0 and 4284967295, not 4294967296");
}

#[test]
fn a_seed_in_the_environment_is_given_too() {
    let place = Place::new();
    let simulated = |name: &str, seed: &str| {
        let out = place.at(name);
        let mut command = Command::new(env!("CARGO_BIN_EXE_fraudctl"));
        command.args(["simulate", "--preset", "handbook", "--out", &out, "--customers", "40", "--days", "5"]);
        let output = command.env("FRAUDCTL_SEED", seed).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(out).expect("written")
    };
    assert_ne!(simulated("0.csv", "0"), simulated("42.csv", "42"));
}

#[test]
fn a_handbook_log_is_prepared_loaded_and_scored_like_any_other() {
    let place = Place::new();
    let (_, run) = bank(&place);
    let [log, data, database, scored] =
        ["handbook.parquet", "handbook", "handbook.db", "scored.parquet"].map(|name| place.at(name));
    let size = ["--customers", "60", "--days", "60", "--json"];
    let simulated =
        fraudctl(["simulate", "--preset", "handbook", "--out", &log].into_iter().chain(size)).json();
    let by_scenario =
        ["1", "2", "3"].map(|scenario| simulated["scenarios"][scenario].as_u64().expect("a count"));
    assert_eq!(simulated["frauds"], by_scenario.iter().sum::<u64>());
    for arguments in [
        vec!["prep", &log, "--out", &data],
        vec!["load", &log, "--db", &database],
        vec!["predict", &run, &log, "--out", &scored],
    ] {
        let summary = fraudctl(arguments.into_iter().chain(["--json"])).json();
        assert_eq!(summary["rows"], simulated["rows"], "{summary}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_simulation_exits_with_130_and_leaves_nothing() {
    let place = Place::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_fraudctl"))
        .args(["simulate", "--out", &place.at("long.parquet"), "--customers", "1000", "--days", "36500"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    // The unfinished file is there under another name.
    while fs::read_dir(place.path()).expect("readable").next().is_none() {
        assert_eq!(child.try_wait().expect("its state"), None, "it has not ended yet");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(fs::read_dir(place.path()).expect("readable").count(), 0);
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
