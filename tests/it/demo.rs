//! `fraudctl demo`: the whole path, small.

use std::fs;

use crate::support::{Place, fraudctl};

#[test]
fn everything_that_was_replayed_is_decided_and_stored() {
    let place = Place::new();
    let size = ["--customers", "150", "--terminals", "200", "--days", "60"];
    let out = place.at("demo");
    let arguments = ["demo", "--exit", "--json", "--out", &out, "--threads", "2"];
    let summary = fraudctl(arguments.into_iter().chain(size)).json();
    assert!(summary["map"].as_str().expect("an address").starts_with("http://127.0.0.1:"), "{summary}");
    assert!(summary["rows"].as_u64() > Some(10_000), "{summary}");
    assert_eq!(summary["replayed"], summary["stored"], "{summary}");
    assert!(summary["alerts"].as_u64() > Some(0), "{summary}");
    for model in ["lightgbm", "mlp"] {
        assert!(summary[model]["average_precision"].is_f64(), "{summary}");
        assert!(summary[model]["roc_auc"].as_f64() > Some(0.6), "{summary}");
    }
    let refused = fraudctl(arguments.into_iter().chain(size));
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("already exists"), "{}", refused.stderr);
    let again = fraudctl(arguments.into_iter().chain(size).chain(["--force"])).json();
    assert_eq!((&again["stored"], &again["alerts"]), (&summary["stored"], &summary["alerts"]));
}

#[test]
fn a_folder_that_no_demo_made_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path().join("data")).expect("made");
    let database = place.write("data/fraud.db", "precious");
    for force in [&[][..], &["--force"]] {
        let arguments = ["demo", "--exit", "--out", &place.at("data")];
        let refused = fraudctl(arguments.iter().chain(force));
        assert_eq!(refused.code, 1, "{}", refused.stderr);
        assert_eq!(fs::read_to_string(&database).expect("still there"), "precious");
        assert_eq!(fs::read_dir(place.path().join("data")).expect("readable").count(), 1);
    }
}
