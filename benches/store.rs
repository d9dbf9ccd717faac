//! How many decisions a second the database stores: blocks of 256 and single ones, many under way at a time, and the disk asked
//! or not.
//!
//!     cargo bench --bench store -- FOLDER [ROUNDS]
//!
//! FOLDER lies on the disk that is to be measured. A decision has 30 features and what an alert has. Prints the medians.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use fraudctl::domain::{Decision, GeoPoint, Timestamp, TransactionId};
use fraudctl::store::{self, DecisionRecord, Durability, Mailbox, ModelRecord, PlaceFrom, Recorded};
use futures_util::stream::{self, StreamExt};

const FEATURES: usize = 30;

fn decision(model: &Arc<ModelRecord>, number: usize) -> DecisionRecord {
    let time = Timestamp::from_micros(1_700_000_000_000_000 + number as i64);
    DecisionRecord {
        id: TransactionId::from(number as u64),
        time,
        customer: None,
        terminal: None,
        amount: Some(12.5),
        score: 0.25,
        decision: Decision::Review,
        threshold: 0.2,
        model: model.clone(),
        row: (0..FEATURES).map(|feature| (number * feature) as f64 / 7.0).collect(),
        words: None,
        place: Some(GeoPoint { latitude: 50.85, longitude: 4.35 }),
        from: None,
        title: "Brussels".to_owned(),
        country: Some("BE".to_owned()),
        place_from: PlaceFrom::Drawn,
        on_map: true,
        suppressed: false,
        digest: [7; 32],
        created: time,
    }
}

/// Stores `count` decisions in blocks of `block`, `under_way` blocks at a time; gives how many a second.
async fn rate(folder: &Path, durability: Durability, block: usize, under_way: usize, count: usize) -> f64 {
    let place = tempfile::tempdir_in(folder).expect("FOLDER can be written to");
    let store = store::open(&place.path().join("fraud.db"), durability).expect("a database");
    let writer = store.writer().expect("a writer");
    let mailbox = Mailbox::default();
    let post = tokio::spawn(mailbox.clone().run());
    let inputs: Vec<String> = (0..FEATURES).map(|feature| format!("V{feature}")).collect();
    let model = Arc::new(ModelRecord {
        name: "run".to_owned(),
        version: "1".to_owned(),
        features: inputs.clone(),
        inputs,
    });
    let started = Instant::now();
    let blocks = (0..count / block).map(|number| {
        let records: Vec<_> = (0..block).map(|place| decision(&model, number * block + place)).collect();
        let (writer, mailbox) = (&writer, &mailbox);
        async move {
            let room = writer.room(block).await.expect("it is open").through(mailbox);
            room.record_all(records).await.expect("it is open")
        }
    });
    let stored = stream::iter(blocks).buffer_unordered(under_way).concat().await;
    let took = started.elapsed().as_secs_f64();
    assert!(stored.iter().all(|stored| matches!(stored, Ok(Recorded::New(_)))), "each is stored once");
    post.abort();
    count as f64 / took
}

/// SQLite alone with as many columns, 5,000 rows a commit: what there is to be had. How many rows a second.
fn bare(folder: &Path, rows: usize) -> f64 {
    let place = tempfile::tempdir_in(folder).expect("FOLDER can be written to");
    let connection = rusqlite::Connection::open(place.path().join("bare.db")).expect("a database");
    let columns: Vec<String> = (0..33).map(|column| format!("c{column} REAL")).collect();
    let set_up = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;";
    connection.execute_batch(&format!("{set_up} CREATE TABLE t ({})", columns.join(", "))).expect("a table");
    let insert = format!("INSERT INTO t VALUES ({})", vec!["?"; 33].join(", "));
    let started = Instant::now();
    for first in (0..rows).step_by(5_000) {
        connection.execute_batch("BEGIN").expect("it begins");
        let mut statement = connection.prepare_cached(&insert).expect("SQL");
        for row in first..rows.min(first + 5_000) {
            let values = (0..33).map(|column| (row * column) as f64 / 7.0);
            statement.execute(rusqlite::params_from_iter(values)).expect("a row");
        }
        connection.execute_batch("COMMIT").expect("it ends");
    }
    rows as f64 / started.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect(); // which cargo adds
    let Some(folder) = arguments.first() else { return }; // a bare `cargo bench`
    let rounds: usize = arguments.get(1).map_or(5, |rounds| rounds.parse().expect("ROUNDS is a number"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let cases = [
        ("process", Durability::Process, 256, 14, 400 * 1_024),
        ("process", Durability::Process, 1, 512, 200 * 1_024),
        ("power", Durability::Power, 256, 14, 200 * 1_024),
        ("power", Durability::Power, 1, 512, 50 * 1_024),
    ];
    // By turns, because machines have moods.
    let mut bares = Vec::new();
    let mut rates = vec![Vec::new(); cases.len()];
    for _ in 0..rounds {
        bares.push(bare(Path::new(folder), 400_000));
        for ((_, durability, block, under_way, count), rates) in cases.into_iter().zip(&mut rates) {
            rates.push(runtime.block_on(rate(Path::new(folder), durability, block, under_way, count)));
        }
    }
    let bare = median(bares);
    println!("bare SQLite, 33 numbers, 5,000 rows a commit: {bare:.0} rows/s");
    for ((name, _, block, under_way, _), rates) in cases.into_iter().zip(rates) {
        let rate = median(rates);
        println!(
            "{name}, blocks of {block}, {under_way} under way: {rate:.0} decisions/s, {:.2} of that",
            rate / bare
        );
    }
}
