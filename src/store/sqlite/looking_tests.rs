//! What people look at, when there is more than one kind of it.

use rusqlite::Connection;

use super::tests::{decision, open, place, source, transaction};
use super::*;
use crate::domain::{CustomerId, Decision, GeoPoint, TransactionId};
use crate::store::{DecisionRecord, Feedback, ModelRecord, Order, Payment, Period, PlaceFrom, Row, Told};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

async fn store_all(writer: &Writer, records: Vec<DecisionRecord>) {
    let stored = writer.reserve(records.len()).unwrap().record_all(records).await.unwrap();
    assert!(stored.iter().all(Result::is_ok), "{stored:?}");
}

fn ids(payments: &[Payment]) -> Vec<&str> {
    payments.iter().map(|payment| payment.id.as_str()).collect()
}

#[tokio::test]
async fn a_customers_payments_are_those_decided_and_those_loaded_each_once_and_near_the_moment() {
    let place = place();
    let store = open(&place);
    // 1, 4, 7, ... are of customer 1.
    let loaded: Vec<Row> = (0..30).map(|id| Row::Transaction(transaction(id, 10 * id as i64))).collect();
    store.loader(source("a")).unwrap().append(&loaded).unwrap();
    let writer = store.writer().unwrap();
    let decided = |id: &str, seconds| DecisionRecord { time: at(seconds), ..decision(id, Decision::Review) };
    let known = DecisionRecord { place_from: PlaceFrom::Request, ..decided("13", 130) };
    store_all(&writer, vec![known, decided("new", 135), decided("late", 500)]).await;
    let label = Feedback { id: TransactionId::parse("new").unwrap(), fraud: true, given: at(600) };
    writer.obey(Order::Label(vec![label])).await.unwrap();

    let customer = CustomerId::from(1);
    let before = store.payments_until(&customer, at(160), 4).unwrap();
    assert_eq!(ids(&before), ["16", "new", "13", "10"]);
    let told: Vec<_> = before.iter().map(|one| (one.score, one.fraud)).collect();
    assert_eq!(
        told,
        [(None, Some(true)), (Some(0.75), Some(true)), (Some(0.75), Some(false)), (None, Some(true))]
    );
    assert_eq!(before[2].place, Some(GeoPoint { latitude: 1.0, longitude: 2.0 }), "as it was sent");
    assert_eq!(before[1].place, None, "a drawn place is none, and nobody knows its terminal");
    assert_eq!(ids(&store.payments_after(&customer, at(160), 3).unwrap()), ["19", "22", "25"]);
    assert_eq!(ids(&store.payments_after(&customer, at(280), 3).unwrap()), ["late"]);
    assert!(store.payments_until(&CustomerId::from(99), at(500), 9).unwrap().is_empty());
}

#[tokio::test]
async fn what_was_told_last_is_known_and_else_what_a_file_says() {
    let place = place();
    let store = open(&place);
    store.loader(source("a")).unwrap().append(&[Row::Transaction(transaction(2, 2))]).unwrap();
    let writer = store.writer().unwrap();
    store_all(&writer, vec![decision("a", Decision::Review), decision("b", Decision::Review)]).await;
    let label = |fraud, seconds| {
        let id = TransactionId::parse("a").unwrap();
        Order::Label(vec![Feedback { id, fraud, given: at(seconds) }])
    };
    writer.obey(label(true, 20)).await.unwrap();
    writer.obey(label(false, 30)).await.unwrap();
    assert_eq!(store.told("a").unwrap(), Some(Told { fraud: false, given: Some(at(30)) }));
    assert_eq!(store.told("2").unwrap(), Some(Told { fraud: true, given: None }));
    assert_eq!((store.told("b").unwrap(), store.told("nobody").unwrap()), (None, None));
}

#[tokio::test]
async fn the_alerts_of_a_period_come_in_the_order_in_which_they_were_decided() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let made = |id: &str, seconds| DecisionRecord { created: at(seconds), ..decision(id, Decision::Block) };
    let quiet = DecisionRecord { suppressed: true, ..made("quiet", 20) };
    store_all(
        &writer,
        vec![made("c", 30), made("a", 10), made("b", 20), made("B", 20), quiet, made("d", 40)],
    )
    .await;
    let period = Period { from: at(10), to: at(40) };
    let page = |after: Option<&StoredDecision>, limit| store.alerts_of(period, after, limit).unwrap();
    let named =
        |page: &[StoredDecision]| page.iter().map(|one| one.record.id.to_string()).collect::<Vec<_>>();
    let first = page(None, 2);
    assert_eq!(named(&first), ["a", "b"]);
    assert_eq!(named(&page(first.last(), 2)), ["B", "c"], "two of one instant are told apart");
}

#[tokio::test]
async fn scores_are_counted_of_one_model_from_a_moment_up_to_a_decision() {
    let place = place();
    let store = open(&place);
    let writer = store.writer().unwrap();
    let made = |id: &str, score, seconds| DecisionRecord {
        score,
        created: at(seconds),
        ..decision(id, Decision::Approve)
    };
    let other = Arc::new(ModelRecord { version: "other".to_owned(), ..(*made("x", 0.0, 0).model).clone() });
    let others = DecisionRecord { model: other, ..made("others", 0.5, 20) };
    let all = vec![
        made("old", 0.5, 9),
        made("zero", 0.0, 10),
        made("half", 0.5, 20),
        others,
        made("one", 1.0, 20),
        made("next", 1.0, 20),
    ];
    store_all(&writer, all).await;
    let last = store.decision("one").unwrap().unwrap().seq;
    let model = made("x", 0.0, 0).model;
    assert_eq!(store.scores(&model, at(10), last, 4).unwrap(), [1, 0, 1, 1]);
}

#[test]
fn a_first_load_makes_the_index_of_customers_when_it_is_done_and_later_ones_keep_it() {
    let place = place();
    let has_index = || {
        let count = "SELECT count(*) FROM sqlite_schema WHERE name = 'transactions_of_customer'";
        let found: i64 =
            Connection::open(&place.path).unwrap().query_row(count, [], |row| row.get(0)).unwrap();
        found == 1
    };
    let row = |id| [Row::Transaction(transaction(id, 1))];
    let mut first = open(&place).loader(source("a")).unwrap();
    first.append(&row(1)).unwrap();
    assert!(!has_index());
    drop(first);
    let store = open(&place);
    assert!(has_index(), "of a load that was cut short it is made when the database is opened");
    let mut resumed = store.loader(source("a")).unwrap();
    assert!(resumed.rows_done() == 1 && !has_index());
    resumed.append(&row(2)).unwrap();
    resumed.finish().unwrap();
    assert!(has_index());
    let other = Source { name: "later.csv".to_owned(), fingerprint: "b".to_owned() };
    store.loader(other).unwrap().append(&row(3)).unwrap();
    assert!(has_index());
}
