//! `fraudctl consume`.

use std::fs;

use crate::serve::serving_with;
use crate::support::{Place, bank, fraudctl};

#[test]
fn alerts_are_followed_as_ndjson_to_stdout_and_to_a_file() {
    let place = Place::new();
    let (log, run) = bank(&place);
    let server = serving_with(&run, Some(place.at("fraud.db")), Some(0.02));
    let url = format!("http://{}", server.address());
    let produced = fraudctl(["produce", &log, "--to", &format!("{url}/predict_map"), "--json"]).json();
    assert!(produced["alerts"].as_u64() > Some(5), "{produced}");
    let outcome = fraudctl(["consume", &url, "--history", "--limit", "5"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let alerts: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(alerts.len(), 5);
    for alert in &alerts {
        assert!(alert["latitude"].is_f64() && alert["decision"] != "approve", "{alert}");
        assert_eq!(alert["simulated"], false, "the log knows where its terminals stand");
    }
    let out = place.at("alerts.ndjson");
    assert_eq!(fraudctl(["consume", &url, "--history", "--limit", "3", "--out", &out]).code, 0);
    assert_eq!(fs::read_to_string(out).expect("written").lines().count(), 3);
}

#[test]
fn a_url_that_is_none_is_an_error() {
    assert_eq!(fraudctl(["consume", "nowhere"]).code, 1);
    fraudctl(["consume", "ftp://127.0.0.1"]).fails(1, "only http:// and https://");
}
