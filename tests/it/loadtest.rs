//! `fraudctl loadtest`.

use crate::serve::serving;
use crate::support::{Place, fraudctl, trained};

#[test]
fn both_loops_report_counts_percentiles_and_whether_to_believe_them() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let server = serving(&run, None);
    let url = format!("http://{}", server.address());
    let data = place.at("cards.csv");
    for mode in [["--concurrency", "4"], ["--rate", "200"]] {
        let fixed = ["loadtest", &url, "--data", &data, "--duration", "400ms", "--warmup", "100ms", "--json"];
        let report = fraudctl(fixed.into_iter().chain(mode)).json();
        assert!(report["requests"].as_u64() > Some(0), "{report}");
        assert_eq!(report["errors"], 0, "{report}");
        assert_eq!(report["schema_version"], 1);
        let latency = &report["latency_us"];
        let rising: Vec<u64> = ["p50", "p90", "p95", "p99", "p999", "max"]
            .map(|name| latency[name].as_u64().expect("a percentile"))
            .to_vec();
        assert!(rising.is_sorted(), "{rising:?}");
        assert!(report["valid"].is_boolean() && report["send_lag_us"].is_object(), "{report}");
    }
}

#[test]
fn a_limit_that_is_missed_exits_with_3() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let server = serving(&run, None);
    let url = format!("http://{}/predict", server.address());
    let data = place.at("cards.csv");
    let fixed =
        ["loadtest", &url, "--data", &data, "--duration", "200ms", "--warmup", "0s", "--max-p99", "0us"];
    let missed = fraudctl(fixed);
    assert_eq!(missed.code, 3, "{}", missed.stderr);
    assert!(missed.stdout.contains("p99"));
}

#[test]
fn answers_that_are_no_success_are_errors() {
    let place = Place::new();
    let (_, run) = trained(&place);
    let server = serving(&run, None);
    // A model of a table does not take the simulator's raw transactions.
    let url = format!("http://{}/predict", server.address());
    let report = fraudctl(["loadtest", &url, "--duration", "200ms", "--warmup", "0s", "--json"]).json();
    assert_eq!(report["errors"], report["requests"]);
    assert_eq!(report["status"]["400"], report["requests"]);
    let gate = fraudctl(["loadtest", &url, "--duration", "200ms", "--warmup", "0s", "--max-p99", "10s"]);
    assert_eq!(gate.code, 3, "failures meet no limit: {}", gate.stderr);
}
