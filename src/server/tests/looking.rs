//! What those ask who look at the map.

use super::*;
use crate::wire::{Curves, Drift, Models, Run, Scores, StoredTransaction};

fn payment(id: &str, customer: u32, amount: f64, minute: u32, place: &str) -> String {
    let time = format!("2023-11-14T12:{minute:02}:00Z");
    format!(
        r#"{{"id":"{id}","time":"{time}","customer":{customer},"terminal":"T9","amount":{amount}{place}}}"#
    )
}

fn read<T: serde::de::DeserializeOwned>(reply: &Reply) -> T {
    assert_eq!(reply.status, 200, "{}", reply.json);
    serde_json::from_value(reply.json.clone()).unwrap()
}

#[actix_web::test]
async fn a_stored_transaction_is_told_with_its_reasons_its_label_and_its_customers_history() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let brussels = r#","latitude":50.8,"longitude":4.3"#;
    post(&app, "/predict", &payment("first", 7, 0.1, 0, brussels)).await;
    post(&app, "/predict", &payment("other", 8, 0.2, 1, "")).await;
    post(&app, "/predict_map", &payment("a/b ?", 7, 0.6, 2, r#","latitude":48.8,"longitude":2.3"#)).await;
    post(&app, "/predict", &payment("later", 7, 0.3, 3, "")).await;
    post(&app, "/feedback", r#"{"id":"first","fraud":true}"#).await;
    post(&app, "/feedback", r#"{"id":"a/b ?","fraud":false}"#).await;

    let told: StoredTransaction = read(&get(&app, "/transactions/a%2Fb%20%3F").await);
    assert_eq!((told.id.as_str(), told.score, told.customer.as_deref()), ("a/b ?", 0.6, Some("7")));
    let label = told.label.unwrap();
    assert!(!label.fraud && label.told.is_some());
    let reasons = told.reasons.unwrap();
    let sum: f64 = reasons.contributions.iter().map(|one| one.contribution).sum();
    assert!((reasons.base + sum + reasons.rest - 0.6).abs() < 1e-12);
    assert_eq!(reasons.contributions.len(), HANDBOOK.len());
    let values: Vec<&str> = told.features.iter().map(|value| value.feature.as_str()).collect();
    assert_eq!(values, HANDBOOK);
    let history: Vec<_> = told.history.iter().map(|one| (one.id.as_str(), one.fraud, one.latitude)).collect();
    assert_eq!(history, [("later", None, None), ("first", Some(true), Some(50.8))]);

    let alert = get(&app, "/alerts").await;
    let from = (&alert.json[0]["from_latitude"], &alert.json[0]["from_longitude"]);
    assert_eq!(from, (&50.8.into(), &4.3.into()), "where the customer paid last");
    assert_eq!(get(&app, "/transactions/nobody").await.refusal(), (404, "unknown_id", "id"));
}

#[actix_web::test]
async fn without_a_database_nothing_is_kept_to_be_told() {
    let (app, _stop) = app(live(), None);
    assert_eq!(get(&app, "/transactions/a").await.refusal().1, "no_database");
    assert_eq!(get(&app, "/alerts?from=2023-11-14T00:00:00Z").await.refusal().1, "no_database");
    assert_eq!(get(&app, "/alerts?from=yesterday").await.refusal(), (400, "invalid_value", "from"));
}

#[actix_web::test]
async fn the_alerts_of_a_period_come_in_pages_and_in_the_order_in_which_they_were_decided() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    for number in 0..5 {
        post(&app, "/predict_map", &payment(&format!("p{number}"), number, 0.7, number, "")).await;
    }
    post(&app, "/predict", &payment("quiet", 9, 0.7, 9, "")).await;
    // All were decided at the clock of the tests: 2023-11-14T22:13:20Z.
    let ids = async |query: &str| {
        let reply = get(&app, &format!("/alerts?{query}")).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        let all = reply.json.as_array().unwrap().iter();
        all.map(|alert| alert["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let period = "from=2023-11-14T22:13:20Z&to=2023-11-14T22:13:21Z";
    assert_eq!(ids(&format!("{period}&limit=2")).await, ["p0", "p1"]);
    assert_eq!(ids(&format!("{period}&limit=2&since=p1")).await, ["p2", "p3"]);
    assert_eq!(ids(&format!("{period}&limit=2&since=p3")).await, ["p4"]);
    assert!(ids("to=2023-11-14T22:13:20Z").await.is_empty(), "the end is not part of it");
    assert_eq!(ids("from=2023-11-14T22:13:20Z").await.len(), 5);
    assert_eq!(get(&app, &format!("/alerts?{period}&since=nobody")).await.refusal().1, "unknown_id");
}

#[actix_web::test]
async fn scores_of_today_are_counted_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let count = |scores: &Scores| scores.bins.iter().sum::<u64>();
    {
        let (app, _stop) = app(live(), Some(store(folder.path())));
        post(&app, "/predict", &payment("a", 7, 0.6004, 0, "")).await;
        post(&app, "/predict", &payment("a", 7, 0.6004, 0, "")).await;
        let scores: Scores = read(&get(&app, "/scores").await);
        assert_eq!((count(&scores), scores.bins[600], scores.bins.len()), (1, 1, 1_000));
        assert_eq!(scores.thresholds, Thresholds { review: 0.5, block: Some(0.9) });
        assert_eq!(scores.since, "2023-11-14T22:13:20Z", "nobody knows what was before");
    }
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let last = app.store.as_ref().unwrap().position().unwrap().decisions;
    post(&app, "/predict", &payment("b", 7, 1.0, 1, "")).await;
    scores::recall(app.clone(), last).await;
    let scores: Scores = read(&get(&app, "/scores").await);
    assert_eq!((count(&scores), scores.bins[600], scores.bins[999]), (2, 1, 1));
    assert_eq!(scores.since, "2023-11-14T00:00:00Z");
}

#[actix_web::test]
async fn runs_models_and_drift_are_told() {
    let (app, _stop) = app(tabular(), None);
    let runs: Vec<Run> = read(&get(&app, "/runs").await);
    let roles: Vec<_> = runs.iter().map(|run| (run.name.as_str(), run.role.as_deref())).collect();
    assert_eq!(roles, [("other", None), ("run-7", Some("serving"))]);
    assert_eq!(read::<Curves>(&get(&app, "/runs/run-7/curves").await).name, "run-7");
    assert_eq!(get(&app, "/runs/nobody/curves").await.refusal(), (404, "unknown_run", "name"));
    assert_eq!(get(&app, "/runs/broken/curves").await.refusal().1, "runs_unreadable");
    let models: Models = read(&get(&app, "/models").await);
    assert_eq!((models.serving.model.as_str(), models.shadow, models.drift), ("run-7", None, None));
    let drift: Drift = read(&get(&app, "/drift").await);
    assert_eq!((drift.model.as_str(), drift.points.len(), drift.features.len()), ("run-7", 0, 0));
}
