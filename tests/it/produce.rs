//! `fraudctl produce`: to a server and to files.

use std::fs;

use crate::serve::serving;
use crate::support::{Place, bank, creditcard, fraudctl};

#[test]
fn every_transaction_is_sent_once_decided_once_and_stored_once() {
    let place = Place::new();
    let (log, run) = bank(&place);
    let server = serving(&run, Some(place.at("fraud.db")));
    let url = format!("http://{}/predict_map", server.address());
    let produced = fraudctl(["produce", &log, "--to", &url, "--json"]).json();
    assert!(produced["sent"].as_u64() > Some(1_000), "{produced}");
    assert_eq!(produced["sent"], produced["accepted"]);
    assert_eq!(server.stats().transactions, produced["sent"].as_u64().expect("a count"));
    assert_eq!(server.stats().alerts, produced["alerts"].as_u64().expect("a count"));
    // Sent again, every id is known: the same answers, nothing new.
    let again = fraudctl(["produce", &log, "--to", &url, "--json"]).json();
    assert_eq!(again["accepted"], produced["sent"]);
    let stats = server.stop().expect("it stops");
    assert_eq!(stats.alerts, produced["alerts"].as_u64().expect("a count"));
}

#[test]
fn stdout_is_ndjson_in_the_order_of_time() {
    let place = Place::new();
    let text = "time,customer,terminal,amount,fraud\n\
                2018-04-02 10:00:00,1,1,5.5,0\n2018-04-01 10:00:00,2,1,7,1\n";
    let outcome = fraudctl(["produce", &place.write("log.csv", text), "--to", "-"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let lines: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["customer"], &lines[0]["time"]), (&"2".into(), &"2018-04-01T10:00:00Z".into()));
    assert!(lines[0].get("fraud").is_none(), "clients do not know the label");
    // Without a column of ids a transaction is known by what it says, in whatever file it stands.
    let next_day = "time,customer,terminal,amount\n2018-04-03,2,1,7\n2018-04-02 10:00:00,1,1,5.5\n";
    let outcome = fraudctl(["produce", &place.write("next.csv", next_day), "--to", "-"]);
    let next: Vec<serde_json::Value> =
        outcome.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(next[0]["id"], lines[1]["id"]);
    assert!(lines.iter().all(|line| line["id"] != next[1]["id"]));
}

#[test]
fn a_table_cannot_be_replayed_and_an_absent_server_is_named() {
    let place = Place::new();
    let table = fraudctl(["produce", &place.write("cards.csv", &creditcard(5)), "--to", "-"]);
    assert_eq!(table.code, 1);
    assert!(table.stderr.contains("needs an event log"), "{}", table.stderr);
    let text = "time,customer,terminal,amount\n2018-04-02,1,1,5.5\n";
    let log = place.write("log.csv", text);
    let absent = fraudctl(["produce", &log, "--to", "http://127.0.0.1:1/predict_map"]);
    assert_eq!(absent.code, 1);
    assert!(absent.stderr.contains("127.0.0.1:1"), "{}", absent.stderr);
    let out = place.write("there.ndjson", "precious");
    assert_eq!(fraudctl(["produce", &log, "--to", &out]).code, 1);
    assert_eq!(fs::read_to_string(out).expect("still there"), "precious");
}
