//! `fraudctl serve`: over a real socket, with the runs that `train` makes.

use std::sync::Arc;
use std::time::Duration;

use fraudctl::app::cards::CardNumbers;
use fraudctl::app::serve::{ServeConfig, serve};
use fraudctl::client::{Bytes, Connection, Target};
use fraudctl::domain::Timestamp;
use fraudctl::progress::Silent;
use fraudctl::server::{Running, Sites};
use fraudctl::store::Durability;

use crate::support::{Place, bank, fraudctl, trained};

const PATIENCE: Duration = Duration::from_secs(20);

/// Serves `run` on a free port with its own limits.
pub fn serving(run: &str, database: Option<String>) -> Running {
    serving_with(run, database, None)
}

/// Serves `run` on a free port; `review` makes more or fewer alerts than the run's own limit.
pub fn serving_with(run: &str, database: Option<String>, review: Option<f64>) -> Running {
    serving_as(run, |config| {
        config.database = database.map(Into::into);
        config.review = review;
    })
}

/// Serves `run` on a free port as `change` says.
pub fn serving_as(run: &str, change: impl FnOnce(&mut ServeConfig)) -> Running {
    let mut config = ServeConfig {
        run: run.into(),
        database: None,
        durability: Durability::Process,
        bind: ([127, 0, 0, 1], 0).into(),
        review: None,
        block: None,
        shadow: None,
        keep_days: None,
        drain: Duration::ZERO,
        cards: CardNumbers::Replace(None),
        tokens: None,
        sites: Sites::default(),
        tls: None,
        workers: 2,
        clock: Arc::new(|| Timestamp::from_seconds(1_700_000_000)),
    };
    change(&mut config);
    serve(&config, &Silent::default()).expect("it serves")
}

/// Posts one body after the other; gives status and JSON of each.
pub fn post(server: &Running, path: &str, bodies: &[String]) -> Vec<(u16, serde_json::Value)> {
    let target = Target::parse(&format!("http://{}{path}", server.address())).expect("a URL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut connection = Connection::open(&target, PATIENCE).await.expect("it listens");
        let mut answers = Vec::new();
        for body in bodies {
            let response = connection.post(Bytes::from(body.clone())).await.expect("an answer");
            let json = serde_json::from_slice(&response.body).expect("JSON");
            answers.push((response.status, json));
        }
        answers
    })
}

#[test]
fn the_scores_of_serve_are_those_of_predict_to_the_last_bit() {
    let place = Place::new();
    let (data, run) = trained(&place);
    assert_served_as_predicted(&place, &run, "run");
    for calibration in ["isotonic", "platt"] {
        let run = place.at(calibration);
        let settings = ["--set", "rounds=30", "--calibrate", calibration, "--out", &run];
        fraudctl(["train", &data, "--model", "lightgbm"].into_iter().chain(settings)).succeeds();
        assert_served_as_predicted(&place, &run, calibration);
    }
    let run = place.at("blend");
    let settings = ["--set", "lightgbm.rounds=30", "--set", "mlp.epochs=2", "--out", &run];
    fraudctl(["train", &data, "--model", "blend"].into_iter().chain(settings)).succeeds();
    assert_served_as_predicted(&place, &run, "blend");
}

fn assert_served_as_predicted(place: &Place, run: &str, name: &str) {
    let out = place.at("scored.ndjson");
    fraudctl(["predict", run, &place.at("cards.csv"), "--out", &out, "--force", "--json"]).json();
    let scored = std::fs::read_to_string(out).expect("written");
    let rows: Vec<serde_json::Value> =
        scored.lines().take(300).map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let bodies: Vec<String> = rows
        .iter()
        .map(|row| {
            let mut body = row.clone();
            let fields = body.as_object_mut().expect("an object");
            fields.retain(|name, _| !["Class", "score", "decision"].contains(&name.as_str()));
            body.to_string()
        })
        .collect();
    let server = serving(run, None);
    for ((status, answer), row) in post(&server, "/predict", &bodies).iter().zip(&rows) {
        assert_eq!(*status, 200, "{answer}");
        // Files write 0 where JSON has 0.0.
        assert!(answer["fraud"].is_f64() && answer["fraud"].as_f64() == row["score"].as_f64(), "{answer}");
        assert_eq!(answer["decision"], row["decision"]);
        assert_eq!(answer["model"], name);
    }
    assert_eq!(server.stats().transactions, 300);
}

/// What a client sends of a simulated transaction.
const COLUMNS: [&str; 7] = ["id", "time", "customer", "terminal", "amount", "latitude", "longitude"];

#[test]
fn live_features_are_those_of_prep_to_the_last_bit() {
    let place = Place::new();
    let (log, run) = bank(&place);
    // All labels unknown offline, as they are online when a transaction is scored.
    let unlabelled = place.at("unlabelled.ndjson");
    fraudctl(["produce", &log, "--to", &unlabelled]);
    let lines = std::fs::read_to_string(unlabelled).expect("written");
    let bodies: Vec<String> = lines.lines().map(str::to_owned).collect();
    let table = place.at("unlabelled.csv");
    let mut text = COLUMNS.join(",") + "\n";
    for line in &bodies {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let cell = |name: &str| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
        text.push_str(&COLUMNS.map(cell).join(","));
        text.push('\n');
    }
    std::fs::write(&table, text).expect("written");
    let scored = place.at("scored.ndjson");
    fraudctl(["predict", &run, &table, "--out", &scored, "--json"]).json();
    let scored = std::fs::read_to_string(scored).expect("written");
    let server = serving(&run, Some(place.at("fraud.db")));
    let answers = post(&server, "/predict", &bodies);
    assert!(answers.len() > 1_000);
    for ((status, answer), line) in answers.iter().zip(scored.lines()) {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((*status, &answer["fraud"]), (200, &row["score"]), "{line}");
        assert_eq!(answer["id"].as_str(), Some(row["id"].to_string().as_str()));
    }
}

#[test]
fn a_public_address_needs_insecure_said() {
    let place = Place::new();
    let refused = fraudctl(["serve", &place.at("run"), "--bind", "0.0.0.0:0"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--insecure"), "{}", refused.stderr);
}

#[test]
fn thresholds_in_the_wrong_order_are_a_usage_error() {
    let place = Place::new();
    let refused = fraudctl(["serve", &place.at("run"), "--review", "0.9", "--block", "0.1"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--block 0.1 lies below --review 0.9"), "{}", refused.stderr);
}

#[test]
fn the_committed_run_opens_and_scores_as_it_did() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/run");
    let body = std::fs::read_to_string(format!("{folder}/fraud.json")).expect("a body");
    let server = serving(folder, None);
    let (status, answer) = post(&server, "/predict_map", &[body]).remove(0);
    assert_eq!((status, &answer["decision"]), (200, &"block".into()), "{answer}");
    assert!(answer["fraud"].as_f64() > Some(0.5), "{answer}");
}

#[test]
fn decisions_are_kept_as_long_as_features_look_back() {
    let place = Place::new();
    let (_, run) = bank(&place);
    let refused =
        fraudctl(["serve", &run, "--db", &place.at("fraud.db"), "--keep", "36", "--bind", "127.0.0.1:0"]);
    refused.fails(1, "--keep 36: the features of bank look back 37 days");
}
