//! What becomes known of decisions, whose alerts are not shown, and what is forgotten.

use rusqlite::Connection;

use super::tests::{decision, open, place, rows, source};
use super::*;
use crate::domain::{CustomerId, Decision, TransactionId};
use crate::store::{DecisionRecord, Entity, Feedback, Noted, Order, Outcome, Recorded};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn label(id: &str, fraud: bool) -> Feedback {
    Feedback { id: TransactionId::parse(id).unwrap(), fraud, given: at(100) }
}

async fn store_all(writer: &Writer, records: Vec<DecisionRecord>) {
    let stored = writer.reserve(records.len()).unwrap().record_all(records).await.unwrap();
    assert!(stored.iter().all(|stored| matches!(stored, Ok(Recorded::New(_)))), "{stored:?}");
}

#[tokio::test]
async fn rows_of_a_block_are_answered_one_by_one() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let other = DecisionRecord { digest: [8; 32], ..decision("a", Decision::Review) };
    let bad = DecisionRecord { score: f64::NAN, ..decision("bad", Decision::Review) };
    let records = vec![decision("a", Decision::Review), decision("a", Decision::Review), other, bad];
    let slots = writer.reserve(4).unwrap();
    assert_eq!(writer.waiting(), 4);
    let stored = slots.record_all(records).await.unwrap();
    assert!(matches!(stored[0], Ok(Recorded::New(1))));
    assert!(matches!(&stored[1], Ok(Recorded::Repeated(before)) if before.seq == 1));
    assert!(matches!(stored[2], Ok(Recorded::Conflict)));
    assert!(matches!(stored[3], Err(StoreError::Database { .. })));
    assert_eq!(writer.waiting(), 0);
    assert_eq!(store.counts().unwrap().decisions, 1);
}

#[tokio::test]
async fn a_label_is_told_of_decisions_only_and_may_be_corrected() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let stored = decision("a", Decision::Review);
    store_all(&writer, vec![stored.clone(), decision("b", Decision::Approve)]).await;
    let noted = async |labels: Vec<Feedback>| match writer.obey(Order::Label(labels)).await.unwrap() {
        Outcome::Noted(noted) => noted,
        other => panic!("{other:?}"),
    };
    let event = stored.terminal.clone().zip(Some(stored.time));
    let decided = Some((Decision::Review, stored.model.clone()));
    let about = |told| Some(Noted { event: event.clone(), decided: decided.clone(), told, loaded: None });
    assert_eq!(noted(vec![label("nobody", true), label("a", true)]).await, [None, about(None)]);
    assert_eq!(noted(vec![label("a", true)]).await, [about(Some(true))]);
    assert_eq!(noted(vec![label("a", false)]).await, [about(Some(true))]);
    let all: Vec<Labelled> = store.labelled().unwrap().map(Result::unwrap).collect();
    let told: Vec<_> = all.iter().map(|one| (one.decision.id.as_str(), one.fraud, one.known)).collect();
    assert_eq!(told, [("a", Some(false), Some(at(100))), ("b", None, None)]);
    assert_eq!(all[0].decision, stored, "with its row");
}

#[tokio::test]
async fn what_was_loaded_is_labelled_too() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&rows(0..2)).unwrap();
    let writer = store.writer().unwrap();
    let outcome = writer.obey(Order::Label(vec![label("1", true)])).await.unwrap();
    let event = Some((TerminalId::from(1), at(1)));
    assert_eq!(
        outcome,
        Outcome::Noted(vec![Some(Noted { event, decided: None, told: None, loaded: Some(false) })])
    );
    let labels: Vec<_> = store.history(None).unwrap().map(|read| read.unwrap().fraud).collect();
    assert_eq!(labels, [Some(true), Some(true)]);
}

#[tokio::test]
async fn history_comes_with_the_labels_that_came_later() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&rows(0..2)).unwrap();
    let writer = store.writer().unwrap();
    let live = |id: &str| DecisionRecord { time: at(50), ..decision(id, Decision::Approve) };
    // The file says that 0 was a fraud and 1 was none.
    store_all(&writer, vec![live("0"), live("8"), live("9")]).await;
    writer.obey(Order::Label(vec![label("0", false), label("8", true)])).await.unwrap();
    let labels: Vec<_> = store
        .history(None)
        .unwrap()
        .map(Result::unwrap)
        .map(|transaction| (transaction.id.to_string(), transaction.fraud))
        .collect();
    let expected = [("0", Some(false)), ("1", Some(false)), ("8", Some(true)), ("9", None)];
    assert_eq!(labels, expected.map(|(id, fraud)| (id.to_owned(), fraud)));
}

#[tokio::test]
async fn suppressions_are_kept_changed_and_lifted() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let suppression = |until| Suppression {
        entity: Entity::Customer(CustomerId::from(7)),
        until,
        reason: Some("travels".to_owned()),
        created: at(5),
    };
    writer.obey(Order::Suppress(suppression(None))).await.unwrap();
    let terminal = Entity::Terminal(TerminalId::from(7));
    let other = Suppression { entity: terminal.clone(), ..suppression(None) };
    writer.obey(Order::Suppress(other.clone())).await.unwrap();
    writer.obey(Order::Suppress(suppression(Some(at(9))))).await.unwrap();
    assert_eq!(open(&place).suppressions().unwrap(), [suppression(Some(at(9))), other]);
    assert_eq!(writer.obey(Order::Lift(terminal.clone())).await.unwrap(), Outcome::Changed(1));
    assert_eq!(writer.obey(Order::Lift(terminal)).await.unwrap(), Outcome::Changed(0));
    assert_eq!(store.suppressions().unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_suppressed_is_stored_and_no_alert() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let quiet = DecisionRecord { suppressed: true, ..decision("quiet", Decision::Block) };
    store_all(&writer, vec![quiet.clone(), decision("loud", Decision::Block)]).await;
    let alerts: Vec<_> = store.alerts_after(0, 9).unwrap().into_iter().map(|alert| alert.record.id).collect();
    assert_eq!(alerts, [TransactionId::parse("loud").unwrap()]);
    assert_eq!(store.decision("quiet").unwrap().unwrap().record, quiet);
    assert_eq!(store.counts().unwrap().alerts, 1);
}

#[tokio::test]
async fn the_oldest_are_forgotten_first_and_with_what_was_told_of_them() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let made = |id: u64, seconds: i64| DecisionRecord {
        created: at(seconds),
        ..decision(&id.to_string(), Decision::Approve)
    };
    store_all(&writer, (0..10).map(|id| made(id, 10 - id as i64)).collect()).await;
    writer.obey(Order::Label((0..10).map(|id: u64| label(&id.to_string(), true)).collect())).await.unwrap();
    assert_eq!(writer.obey(Order::Forget(at(6), 3)).await.unwrap(), Outcome::Changed(3));
    assert!(store.decision("9").unwrap().is_none() && store.decision("6").unwrap().is_some());
    assert_eq!(writer.obey(Order::Forget(at(6), 3)).await.unwrap(), Outcome::Changed(2));
    assert_eq!(writer.obey(Order::Forget(at(6), 3)).await.unwrap(), Outcome::Changed(0));
    assert_eq!(
        store.labelled().unwrap().map(Result::unwrap).filter(|one| one.fraud == Some(true)).count(),
        5
    );
    let labels = Connection::open(&place.path).unwrap();
    let count: i64 = labels.query_row("SELECT count(*) FROM feedback", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 5);
}

/// What the first release left behind.
#[test]
fn a_database_of_the_first_version_is_migrated_with_all_it_holds() {
    let place = place();
    let old = Connection::open(&place.path).unwrap();
    old.execute_batch(include_str!("schema_1.sql")).unwrap();
    old.execute_batch("PRAGMA application_id = 0x66726374; PRAGMA user_version = 1").unwrap();
    let insert = "INSERT INTO decisions (id, time_us, score, decision, threshold, model, title, simulated, on_map, \
        digest, created_us) VALUES (?1, 7000000, 0.75, ?2, 0.5, ?3, '', 0, 1, ?4, 8000000)";
    for (id, decided, model) in [("a", "block", "one"), ("b", "approve", "two"), ("c", "review", "one")] {
        old.execute(insert, (id, decided, model, [7_u8; 32])).unwrap();
    }
    drop(old);
    let store = open(&place);
    let found = store.decision("c").unwrap().unwrap();
    assert_eq!((found.seq, found.record.model.name.as_str()), (3, "one"));
    assert_eq!((found.record.model.version.as_str(), found.record.row.len()), ("", 0));
    assert!(!found.record.suppressed);
    let alerts: Vec<i64> = store.alerts_after(0, 9).unwrap().iter().map(|alert| alert.seq).collect();
    assert_eq!(alerts, [1, 3]);
    assert_eq!(store.labelled().unwrap().count(), 3);
}

#[tokio::test]
async fn after_a_clean_end_there_is_one_file() {
    let place = place();
    {
        let store = open(&place);
        let writer = store.writer().unwrap();
        store_all(&writer, vec![decision("a", Decision::Review)]).await;
        store.counts().unwrap();
        writer.close().await;
    }
    let folder = place.path.parent().unwrap();
    let names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["fraud.db"]);
}

#[tokio::test]
async fn two_writers_on_one_file_take_turns() {
    let place = place();
    let (one, other) = (open(&place), open(&place));
    let (first, second) = (one.writer().unwrap(), other.writer().unwrap());
    let both = (0..200).map(|id| {
        let writer = if id % 2 == 0 { &first } else { &second };
        writer.reserve(1).unwrap().record(decision(&id.to_string(), Decision::Review))
    });
    for stored in futures_util::future::join_all(both).await {
        assert!(matches!(stored, Ok(Recorded::New(_))), "{stored:?}");
    }
    assert_eq!(one.counts().unwrap().decisions, 200);
}

#[tokio::test]
async fn a_history_is_gone_on_with_from_where_it_stood() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&rows(0..2)).unwrap();
    let writer = store.writer().unwrap();
    let live = |id: &str, seconds| DecisionRecord { time: at(seconds), ..decision(id, Decision::Approve) };
    let tell = async |labels: Vec<Feedback>| drop(writer.obey(Order::Label(labels)).await.unwrap());
    store_all(&writer, vec![live("8", 50), live("9", 51)]).await;
    tell(vec![label("8", true)]).await;
    let position = store.position().unwrap();
    let since = || store.since(&position).unwrap().expect("the same history");
    assert_eq!((since().transactions.count(), since().corrections), (0, vec![]));

    // One that comes late, one that was loaded, and labels: of one before, of one since, and one that is taken back and told again.
    store_all(&writer, vec![live("12", 60), live("11", 20), live("1", 61)]).await;
    tell(vec![label("9", true), label("11", true), label("8", false), label("12", false)]).await;
    tell(vec![label("8", true), label("1", true)]).await;
    let told: Vec<_> = since()
        .transactions
        .map(Result::unwrap)
        .map(|transaction| (transaction.id.to_string(), transaction.fraud))
        .collect();
    assert_eq!(told, [("12".to_owned(), Some(false)), ("11".to_owned(), Some(true))], "as they were decided");
    let corrected: Vec<_> = since().corrections.iter().map(|one| (one.time, one.fraud)).collect();
    assert_eq!(corrected, [(at(51), true), (at(1), true)]);

    writer.obey(Order::Forget(at(i64::from(u32::MAX)), 100)).await.unwrap();
    assert!(store.since(&position).unwrap().is_none(), "the decision that it ended with is gone");
    let position = store.position().unwrap();
    assert!(store.since(&position).unwrap().is_some());
    store.loader(source("b")).unwrap().append(&rows(5..6)).unwrap();
    assert!(store.since(&position).unwrap().is_none(), "loaded meanwhile");
}
