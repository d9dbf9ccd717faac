use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::domain::{
    Amount, CustomerId, Decision, GeoPoint, TerminalId, Timestamp, Transaction, TransactionId,
};
use crate::store::{
    Appended, Case, DecisionRecord, ModelRecord, PlaceFrom, QUEUE_CAPACITY, Recorded, Row, Slots,
};

pub(super) struct Place {
    _folder: TempDir,
    pub(super) path: PathBuf,
}

pub(super) fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { path: folder.path().join("fraud.db"), _folder: folder }
}

pub(super) fn open(place: &Place) -> Sqlite {
    Sqlite::open(&place.path, Durability::Process).unwrap()
}

pub(super) fn transaction(id: u64, seconds: i64) -> Transaction {
    Transaction {
        id: TransactionId::from(id),
        time: Timestamp::from_seconds(seconds),
        customer: CustomerId::from(id % 3),
        terminal: TerminalId::from(id % 2),
        amount: Amount::try_from(12.5).unwrap(),
        place: Some(GeoPoint { latitude: id as f64, longitude: -1.0 }),
        fraud: Some(id.is_multiple_of(2)),
    }
}

pub(super) fn rows(ids: std::ops::Range<u64>) -> Vec<Row> {
    ids.map(|id| Row::Transaction(transaction(id, id as i64))).collect()
}

pub(super) fn source(fingerprint: &str) -> Source {
    Source { name: "events.csv".to_owned(), fingerprint: fingerprint.to_owned() }
}

pub(super) fn decision(id: &str, decision: Decision) -> DecisionRecord {
    DecisionRecord {
        id: TransactionId::parse(id).unwrap(),
        time: Timestamp::from_seconds(7),
        customer: Some(CustomerId::from(1)),
        terminal: Some(TerminalId::from(2)),
        amount: Some(3.5),
        score: 0.75,
        decision,
        threshold: 0.5,
        model: Arc::new(ModelRecord {
            name: "run".to_owned(),
            version: "1a2b3c".to_owned(),
            features: vec!["a".to_owned(), "b".to_owned()],
            inputs: vec!["a".to_owned()],
        }),
        row: vec![0.5, f64::INFINITY],
        words: None,
        suppressed: false,
        place: Some(GeoPoint { latitude: 1.0, longitude: 2.0 }),
        from: None,
        title: "Brussels".to_owned(),
        country: Some("BE".to_owned()),
        place_from: PlaceFrom::Drawn,
        on_map: true,
        digest: [7; 32],
        created: Timestamp::from_seconds(8),
    }
}

fn ids(history: Rows<Transaction>) -> Vec<String> {
    history.map(|transaction| transaction.unwrap().id.to_string()).collect()
}

#[test]
fn a_load_that_was_cut_short_resumes_with_the_next_row() {
    let place = place();
    let mut first = open(&place).loader(source("a")).unwrap();
    assert_eq!(first.rows_done(), 0);
    assert_eq!(first.append(&rows(0..10)).unwrap(), Appended { inserted: 10, replaced: 0 });
    drop(first);

    let store = open(&place);
    let mut second = store.loader(source("a")).unwrap();
    assert_eq!(second.rows_done(), 10);
    second.append(&rows(10..15)).unwrap();
    second.finish().unwrap();
    assert_eq!(store.counts().unwrap().transactions, 15);
    assert_eq!(store.loader(source("a")).unwrap().rows_done(), 15);
}

#[test]
fn a_chunk_that_fails_leaves_neither_rows_nor_progress() {
    let place = place();
    let store = open(&place);
    let mut loader = store.loader(source("a")).unwrap();
    Connection::open(&place.path)
        .unwrap()
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON transactions WHEN new.id = '7' \
             BEGIN SELECT raise(ABORT, 'disk full'); END",
        )
        .unwrap();
    let error = loader.append(&rows(0..10)).unwrap_err();
    assert!(error.to_string().contains("fraud.db: disk full"), "{error}");
    assert_eq!(store.counts().unwrap().transactions, 0);
    assert_eq!(store.loader(source("a")).unwrap().rows_done(), 0);
}

#[test]
fn a_changed_source_is_loaded_again_over_its_old_rows() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&rows(0..4)).unwrap();
    let mut again = store.loader(source("b")).unwrap();
    assert_eq!(again.rows_done(), 0);
    let mut corrected = transaction(3, 99);
    corrected.fraud = None;
    let appended = again.append(&[Row::Transaction(corrected.clone()), rows(8..9).remove(0)]).unwrap();
    assert_eq!(appended, Appended { inserted: 1, replaced: 1 });
    let stored: Vec<Transaction> = store.history(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(stored.len(), 5);
    assert_eq!(stored.last(), Some(&corrected));
}

#[test]
fn two_loads_of_one_source_do_not_mix() {
    let place = place();
    let store = open(&place);
    let mut one = store.loader(source("a")).unwrap();
    let mut other = store.loader(source("a")).unwrap();
    one.append(&rows(0..4)).unwrap();
    assert!(matches!(other.append(&rows(0..4)), Err(StoreError::LoadedElsewhere { .. })));
    assert_eq!(store.counts().unwrap().transactions, 4);
}

#[test]
fn rows_of_a_table_are_stored_and_are_no_history() {
    let place = place();
    let store = open(&place);
    let case = Case {
        id: TransactionId::from(1),
        time: None,
        fraud: Some(true),
        features: serde_json::Map::from_iter([("V1".to_owned(), 0.5.into())]),
    };
    store.loader(source("a")).unwrap().append(&[Row::Case(case)]).unwrap();
    assert_eq!(store.counts().unwrap().transactions, 1);
    assert_eq!(store.history(None).unwrap().count(), 0);
}

#[test]
fn a_terminal_stands_where_it_was_last() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&rows(0..6)).unwrap();
    let found = |terminal: u64| store.terminal_place(&TerminalId::from(terminal)).unwrap();
    assert_eq!(found(0), Some(GeoPoint { latitude: 4.0, longitude: -1.0 }));
    assert_eq!(found(9), None);
}

#[test]
fn locations_are_replaced_as_a_whole() {
    let place = place();
    let store = open(&place);
    let location = |name: &str| Location {
        name: name.to_owned(),
        country: "BE".to_owned(),
        latitude: 50.0,
        longitude: 4.0,
        population: 1_000,
        time_zone: "Europe/Brussels".to_owned(),
    };
    store.replace_locations(&[location("Gent"), location("Aalst")]).unwrap();
    store.replace_locations(&[location("Brugge")]).unwrap();
    assert_eq!(store.locations().unwrap(), [location("Brugge")]);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_drop() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let stored = decision("a", Decision::Block);
    assert_eq!(writer.reserve(1).unwrap().record(stored.clone()).await.unwrap(), Recorded::New(1));
    // Handed over, but not waited for: dropping the writer stores it.
    let unheard = writer.reserve(1).unwrap().record(decision("b", Decision::Approve));
    let _ = futures_util::FutureExt::now_or_never(unheard);
    drop(writer);
    let store = open(&place);
    let alerts = store.latest_alerts(10).unwrap();
    assert_eq!(alerts, [StoredDecision { seq: 1, record: stored }]);
    assert_eq!(store.counts().unwrap().decisions, 2);
}

#[tokio::test]
async fn many_decisions_share_commits_and_each_is_acknowledged() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let waiting: Vec<_> = (0..500)
        .map(|id| writer.reserve(1).unwrap().record(decision(&id.to_string(), Decision::Review)))
        .collect();
    for recorded in futures_util::future::join_all(waiting).await {
        assert!(matches!(recorded, Ok(Recorded::New(_))));
    }
    assert_eq!(store.counts().unwrap().decisions, 500);
}

#[tokio::test]
async fn an_id_is_stored_once() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let record = |record| writer.reserve(1).unwrap().record(record);
    let first = decision("a", Decision::Review);
    record(first.clone()).await.unwrap();
    let again = DecisionRecord { score: 0.1, decision: Decision::Approve, ..first.clone() };
    let Recorded::Repeated(stored) = record(again.clone()).await.unwrap() else { panic!("not repeated") };
    assert_eq!(stored.record, first);
    let other = DecisionRecord { digest: [8; 32], ..again };
    assert_eq!(record(other).await.unwrap(), Recorded::Conflict);
    assert_eq!(store.counts().unwrap().decisions, 1);
}

#[tokio::test]
async fn a_full_queue_says_so_and_a_closed_writer_too() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let slots: Vec<Slots<'_>> = (0..QUEUE_CAPACITY).map(|_| writer.reserve(1).unwrap()).collect();
    assert_eq!(writer.waiting(), QUEUE_CAPACITY);
    assert!(matches!(writer.reserve(1), Err(StoreError::Busy { capacity: QUEUE_CAPACITY })));
    drop(slots);
    assert!(writer.is_open());
    writer.close().await;
    assert!(!writer.is_open());
    assert!(matches!(writer.reserve(1), Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_failed_commit_is_told_to_all_who_wait_and_the_next_one_works() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let other = Connection::open(&place.path).unwrap();
    other.execute_batch("ALTER TABLE decisions RENAME TO gone").unwrap();
    let error = writer.reserve(1).unwrap().record(decision("a", Decision::Review)).await.unwrap_err();
    assert!(matches!(error, StoreError::Database { .. }), "{error}");
    other.execute_batch("ALTER TABLE gone RENAME TO decisions").unwrap();
    assert!(matches!(
        writer.reserve(1).unwrap().record(decision("a", Decision::Review)).await,
        Ok(Recorded::New(_))
    ));
}

#[tokio::test]
async fn a_record_the_table_refuses_does_not_take_others_with_it() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let bad = DecisionRecord { score: f64::NAN, ..decision("bad", Decision::Review) };
    let records = [decision("a", Decision::Review), bad, decision("b", Decision::Review)];
    let waiting = records.map(|record| writer.reserve(1).unwrap().record(record));
    let outcomes = futures_util::future::join_all(waiting).await;
    assert!(outcomes[0].is_ok() && outcomes[1].is_err() && outcomes[2].is_ok(), "{outcomes:?}");
}

#[tokio::test]
async fn alerts_are_read_after_a_number_and_only_those_for_the_map() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    for (id, decided, on_map) in [
        ("a", Decision::Block, true),
        ("b", Decision::Approve, true),
        ("c", Decision::Block, false),
        ("d", Decision::Review, true),
        ("e", Decision::Review, true),
    ] {
        let record = DecisionRecord { on_map, ..decision(id, decided) };
        writer.reserve(1).unwrap().record(record).await.unwrap();
    }
    let ids = |alerts: Vec<StoredDecision>| -> Vec<String> {
        alerts.into_iter().map(|alert| alert.record.id.to_string()).collect()
    };
    let seen = store.decision("a").unwrap().unwrap();
    assert_eq!(ids(store.alerts_after(seen.seq, 10).unwrap()), ["d", "e"]);
    assert_eq!(ids(store.alerts_after(0, 2).unwrap()), ["a", "d"]);
    assert_eq!(ids(store.latest_alerts(2).unwrap()), ["d", "e"]);
    assert_eq!(store.counts().unwrap().alerts, 3);
}

#[tokio::test]
async fn history_merges_loaded_and_decided_transactions_in_time() {
    let place = place();
    let store = open(&place);
    let late: Vec<Row> =
        [(5, 30), (4, 10), (3, 10)].map(|(id, seconds)| Row::Transaction(transaction(id, seconds))).into();
    store.loader(source("a")).unwrap().append(&late).unwrap();
    let writer = store.writer().unwrap();
    for (id, seconds) in [("live", 20), ("5", 31), ("tie", 10)] {
        let time = Timestamp::from_seconds(seconds);
        let record = DecisionRecord { time, ..decision(id, Decision::Approve) };
        writer.reserve(1).unwrap().record(record).await.unwrap();
    }
    let unnamed = DecisionRecord { customer: None, ..decision("features", Decision::Approve) };
    writer.reserve(1).unwrap().record(unnamed).await.unwrap();
    assert_eq!(ids(store.history(None).unwrap()), ["4", "3", "tie", "live", "5"]);
    assert_eq!(ids(store.history(Some(Timestamp::from_seconds(20))).unwrap()), ["4", "3", "tie"]);
    let place_of = |store: &dyn Store, id: &str| {
        store.history(None).unwrap().map(Result::unwrap).find(|found| found.id.as_str() == id).unwrap().place
    };
    assert_eq!(place_of(&store, "live"), None, "a drawn place is no knowledge");
    for (id, place_from) in [("terminal", PlaceFrom::Terminal), ("request", PlaceFrom::Request)] {
        let record = DecisionRecord { place_from, ..decision(id, Decision::Approve) };
        writer.reserve(1).unwrap().record(record.clone()).await.unwrap();
        let stored = store.decision(id).unwrap().unwrap().record;
        assert_eq!(stored, record);
    }
    assert_eq!(place_of(&store, "terminal"), None, "the live features did not see it");
    assert!(place_of(&store, "request").is_some());
}

#[test]
fn history_is_complete_across_pages() {
    let place = place();
    let store = open(&place);
    // All at one instant: the pages have to break between rows of the same time.
    let rows: Vec<Row> = (0..20_000).map(|id| Row::Transaction(transaction(id, 1))).collect();
    store.loader(source("a")).unwrap().append(&rows).unwrap();
    let expected: Vec<String> = (0..20_000).map(|id: u64| id.to_string()).collect();
    assert_eq!(ids(store.history(None).unwrap()), expected);
}

#[test]
fn files_that_must_not_be_touched_are_refused() {
    let (newer, foreign, garbage) = (place(), place(), place());
    drop(open(&newer));
    Connection::open(&newer.path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let error = Sqlite::open(&newer.path, Durability::Power).unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");

    Connection::open(&foreign.path).unwrap().execute_batch("CREATE TABLE notes (text)").unwrap();
    let error = Sqlite::open(&foreign.path, Durability::Process).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");

    std::fs::write(&garbage.path, "id,time,amount\n".repeat(100)).unwrap();
    let error = Sqlite::open(&garbage.path, Durability::Process).unwrap_err();
    assert!(error.to_string().contains("file is not a database"), "{error}");
}

#[test]
fn the_durability_that_was_asked_for_is_in_force() {
    let place = place();
    for (durability, synchronous) in [(Durability::Process, 1), (Durability::Power, 2)] {
        let store = Sqlite::open(&place.path, durability).unwrap();
        let connection = store.write_connection().unwrap();
        let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(pragma("synchronous"), synchronous);
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
    }
}

#[test]
fn readings_can_not_write() {
    let place = place();
    let store = open(&place);
    let refused = store.reader().unwrap().connection.execute("DELETE FROM decisions", []);
    assert!(refused.unwrap_err().to_string().contains("readonly"));
}
