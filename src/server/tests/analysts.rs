//! What analysts ask and tell: explanations, labels, suppressions.

use super::*;

fn payment(id: &str, customer: u32, amount: f64) -> String {
    let time = "2023-11-14T12:00:00Z";
    format!(r#"{{"id":"{id}","time":"{time}","customer":{customer},"terminal":"T9","amount":{amount}}}"#)
}

async fn delete(app: &web::Data<App>, path: &str) -> Reply {
    send(app, TestRequest::delete().uri(path)).await
}

#[actix_web::test]
async fn an_explanation_adds_up_and_is_a_decision() {
    let folder = tempfile::tempdir().unwrap();
    for stored in [None, Some(store(folder.path()))] {
        let (app, _stop) = app(live(), stored);
        let reply = post(&app, "/explain?top=2", &payment("a", 7, 0.6)).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
        assert_eq!((&reply.json["decision"], &reply.json["id"]), (&"review".into(), &"a".into()));
        let told = reply.json["contributions"].as_array().unwrap();
        assert_eq!((told.len(), &told[0]["feature"]), (2, &"TX_AMOUNT".into()));
        assert_eq!(told[0]["reason"], "TX_AMOUNT = 0.6");
        let sum: f64 = told.iter().map(|one| one["contribution"].as_f64().unwrap()).sum();
        let number = |name: &str| reply.json[name].as_f64().unwrap();
        let raw = number("base") + sum + number("rest");
        assert!((raw - 0.6).abs() < 1e-12, "{raw}");
        let again = post(&app, "/explain?top=2", &payment("a", 7, 0.6)).await;
        assert_eq!(again.json, reply.json);
        assert_eq!(post(&app, "/explain?top=x", &payment("b", 7, 0.6)).await.refusal().1, "invalid_query");
    }
}

#[actix_web::test]
async fn a_label_teaches_the_terminal_and_counts_beside_the_decision() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let at = |id: &str, seconds: i64| {
        format!(r#"{{"id":"{id}","time":{seconds},"customer":7,"terminal":"T9","amount":0.6}}"#)
    };
    let start = 1_600_000_000;
    let risk = async |id: &str, days: i64| {
        post(&app, "/predict", &at(id, start + days * 86_400)).await;
        let row = app.store.as_ref().unwrap().decision(id).unwrap().unwrap().record.row;
        row[HANDBOOK.iter().position(|name| *name == "TERMINAL_ID_RISK_30DAY_WINDOW").unwrap()]
    };
    assert_eq!(risk("a", 0).await, 0.0);
    assert_eq!(risk("b", 8).await, 0.0);
    let told = post(&app, "/feedback", r#"{"id":"a","fraud":true}"#).await;
    assert_eq!(told.json, serde_json::json!({ "id": "a", "fraud": true, "decision": "review" }));
    assert_eq!(risk("c", 8).await, 1.0, "one transaction lies before the delay, and it is a fraud now");
    let again = post(&app, "/feedback", r#"{"id":"a","fraud":true}"#).await;
    assert_eq!(again.json["before"], true);
    assert_eq!(risk("d", 8).await, 1.0, "told twice, counted once");
    post(&app, "/feedback", r#"{"id":"a","fraud":false}"#).await;
    assert_eq!(risk("e", 8).await, 0.0, "corrected");
    let line = r#"fraudctl_labels_total{model="run-7",version="1a2b3c",decision="review",label="fraud"} 1"#;
    assert!(app.metrics.text().contains(line));
    let line = line.replace("labels_total", "labels_withdrawn_total");
    assert!(app.metrics.text().contains(&line), "{}", app.metrics.text());
}

#[actix_web::test]
async fn labels_of_one_request_are_bounded() {
    let (app, _stop) = app(live(), None);
    let body = format!("[{}1]", "1,".repeat(65_536));
    assert_eq!(post(&app, "/feedback", &body).await.refusal(), (413, "too_large", ""));
    let number = post(&app, "/feedback", r#"{"id":7,"fraud":true}"#).await;
    assert_eq!(number.refusal(), (404, "unknown_id", "id"), "an id may be a number");
    let long = format!(r#"{{"id":"{}","fraud":true}}"#, "x".repeat(129));
    assert_eq!(post(&app, "/feedback", &long).await.refusal(), (400, "invalid_value", "id"));
}

#[actix_web::test]
async fn labels_come_alone_in_an_array_or_one_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    post(&app, "/predict", &payment("a", 7, 0.1)).await;
    let unknown = post(&app, "/feedback", r#"{"id":"nobody","fraud":true}"#).await;
    assert_eq!(unknown.refusal(), (404, "unknown_id", "id"));
    assert_eq!(post(&app, "/feedback", r#"{"id":"a"}"#).await.refusal(), (400, "missing_field", "fraud"));
    let many =
        post(&app, "/feedback", r#"[{"id":"nobody","fraud":true},{"id":"a","fraud":false},{"id":" "}]"#)
            .await;
    assert_eq!(
        (many.status, &many.json[0]["code"], &many.json[0]["row"]),
        (200, &"unknown_id".into(), &1.into())
    );
    assert_eq!((&many.json[1]["fraud"], &many.json[2]["code"]), (&false.into(), &"missing_field".into()));
    let lines = TestRequest::post().uri("/feedback").insert_header(("content-type", "application/x-ndjson"));
    let reply = send(&app, lines.set_payload("{\"id\":\"a\",\"fraud\":false}\n")).await;
    assert_eq!(reply.json["before"], false);
}

#[actix_web::test]
async fn without_a_database_what_passed_lately_can_be_labelled() {
    let (app, _stop) = app(live(), None);
    post(&app, "/predict", &payment("a", 7, 0.1)).await;
    assert_eq!(post(&app, "/feedback", r#"{"id":"a","fraud":true}"#).await.status, 200);
    assert_eq!(post(&app, "/feedback", r#"{"id":"b","fraud":true}"#).await.refusal().1, "unknown_id");
}

#[actix_web::test]
async fn a_suppressed_customer_is_scored_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    for stored in [None, Some(store(folder.path()))] {
        let (app, stop) = app(live(), stored.clone());
        let order = r#"{"kind":"customer","id":"7","until":"2030-01-01T00:00:00Z","reason":"travels"}"#;
        let told = post(&app, "/suppressions", order).await;
        assert_eq!((told.status, &told.json["until"]), (200, &"2030-01-01T00:00:00Z".into()));
        for (id, customer) in [("a", 7), ("b", 8)] {
            let answer = post(&app, "/predict_map", &payment(id, customer, 0.95)).await.json;
            assert_eq!(answer["decision"], "block");
            assert_eq!(answer["suppressed"].as_bool().unwrap_or(false), customer == 7);
        }
        let events: Vec<_> = shown(&app).await.into_iter().map(|event| event.id).collect();
        assert_eq!(events, ["b"]);
        assert_eq!(get(&app, "/suppressions").await.json, serde_json::json!([told.json]));
        if stored.is_some() {
            let again = post(&app, "/predict_map", &payment("a", 7, 0.95)).await.json;
            assert_eq!(again["suppressed"], true, "as it was answered before");
            drop((app, stop));
            let (app, _stop) = super::app(live(), stored);
            assert_eq!(
                get(&app, "/suppressions").await.json,
                serde_json::json!([told.json]),
                "after a restart"
            );
            assert_eq!(delete(&app, "/suppressions?kind=customer&id=7").await.status, 200);
            assert_eq!(get(&app, "/suppressions").await.json, serde_json::json!([]));
            let gone = delete(&app, "/suppressions?kind=customer&id=7").await;
            assert_eq!(gone.refusal(), (404, "unknown_id", "id"));
        }
    }
}

#[actix_web::test]
async fn suppressions_that_can_not_be_are_refused() {
    let (app, _stop) = app(live(), None);
    for (order, refusal) in [
        (r#"{"kind":"country","id":"BE"}"#, (400, "invalid_value", "kind")),
        (r#"{"kind":"customer","id":" "}"#, (400, "invalid_value", "id")),
        (r#"{"kind":"customer"}"#, (400, "missing_field", "id")),
        (r#"{"kind":"customer","id":"7","until":"soon"}"#, (400, "invalid_value", "until")),
        (r#"{"kind":"customer","id":"7","until":"2001-01-01T00:00:00Z"}"#, (422, "out_of_range", "until")),
    ] {
        assert_eq!(post(&app, "/suppressions", order).await.refusal(), refusal, "{order}");
    }
    assert_eq!(delete(&app, "/suppressions?kind=customer").await.refusal().1, "invalid_query");
    assert_eq!(delete(&app, "/predict").await.header("allow"), "POST");
    assert_eq!(
        send(&app, TestRequest::put().uri("/suppressions")).await.header("allow"),
        "GET, HEAD, POST, DELETE"
    );
}
