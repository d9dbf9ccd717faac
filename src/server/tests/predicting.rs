//! `POST /predict` and `POST /predict_map`.

use super::*;

const RAW: &str = r#"{"id":"t1","time":"2023-01-31T12:00:00Z","customer":7,"terminal":"T9","amount":0.6}"#;

#[actix_web::test]
async fn a_feature_object_is_scored_by_name() {
    let (app, _stop) = app(tabular(), None);
    let reply = post(&app, "/predict", r#"{"Amount":12,"V1":0.95,"Time":0}"#).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.json["fraud"], 0.95);
    assert_eq!(reply.json["decision"], "block");
    assert_eq!(reply.json["threshold"], 0.5);
    assert_eq!(reply.json["model"], "run-7");
    let other = post(&app, "/predict", r#"{"Amount":12,"V1":0.95,"Time":0}"#).await;
    assert_ne!(reply.json["id"], other.json["id"], "each transaction without an id gets one of its own");
}

#[actix_web::test]
async fn a_raw_transaction_gets_its_features_from_the_live_state() {
    let (app, _stop) = app(live(), None);
    let reply = post(&app, "/predict", RAW).await;
    assert_eq!((reply.status, &reply.json["id"], &reply.json["fraud"]), (200, &"t1".into(), &0.6.into()));
    let features: serde_json::Map<String, Value> =
        HANDBOOK.iter().map(|name| ((*name).to_owned(), 0.25.into())).collect();
    let reply = post(&app, "/predict", &Value::Object(features).to_string()).await;
    assert_eq!(reply.json["fraud"], 0.25, "a feature object is scored as it is");
    assert_eq!(post(&app, "/predict", "{}").await.refusal(), (400, "missing_field", "customer"));
}

#[actix_web::test]
async fn bad_input_is_refused_with_a_code_and_the_field() {
    let (app, _stop) = app(tabular(), None);
    for (body, expected) in [
        ("", (400, "malformed", "")),
        ("{", (400, "malformed", "")),
        ("[1]", (400, "wrong_type", "")),
        ("\u{feff}{}", (400, "malformed", "")),
        (r#"{"V1":NaN,"Time":0,"Amount":1}"#, (400, "malformed", "V1")),
        (r#"{"V1":1e999,"Time":0,"Amount":1}"#, (400, "malformed", "V1")),
        (r#"{"V1":"1","Time":0,"Amount":1}"#, (400, "wrong_type", "V1")),
        (r#"{"V1":1,"Time":0,"Amount":1,"amount":null}"#, (400, "wrong_type", "amount")),
        (r#"{"V1":null,"V1":1,"Time":0,"Amount":1}"#, (400, "duplicate_field", "V1")),
        (r#"{"V1":null,"Time":0}"#, (400, "missing_field", "Amount")),
        (r#"{"V1":{"a":1},"Time":0,"Amount":1}"#, (400, "wrong_type", "V1")),
        (r#"{"V1":1,"V1":1,"Time":0,"Amount":1}"#, (400, "duplicate_field", "V1")),
        (r#"{"V1":1,"Time":0}"#, (400, "missing_field", "Amount")),
        (r#"{"V1":1,"Time":0,"Amount":1,"Class":1}"#, (400, "unknown_field", "Class")),
        (r#"{"V1":1,"Time":0,"Amount":1} x"#, (400, "malformed", "")),
        (r#"{"V1":1,"Time":0,"Amount":1,"id":" "}"#, (400, "invalid_value", "id")),
        (r#"{"V1":1,"Time":0,"Amount":1,"id":true}"#, (400, "wrong_type", "id")),
        (r#"{"V1":1,"Time":0,"Amount":1,"time":"noon"}"#, (400, "invalid_value", "time")),
        (r#"{"V1":1,"Time":0,"Amount":1,"currency":"euro"}"#, (400, "invalid_value", "currency")),
        (r#"{"V1":1,"Time":0,"Amount":1,"latitude":1}"#, (400, "missing_field", "longitude")),
        (r#"{"V1":3.5e38,"Time":0,"Amount":1}"#, (422, "out_of_range", "V1")),
        (r#"{"V1":1,"Time":0,"Amount":1,"time":1e18}"#, (422, "out_of_range", "time")),
        (r#"{"V1":1,"Time":0,"Amount":1,"time":1700086401}"#, (422, "out_of_range", "time")),
        (r#"{"V1":1,"Time":0,"Amount":1,"amount":1e13}"#, (422, "out_of_range", "amount")),
        (r#"{"V1":1,"Time":0,"Amount":1,"latitude":91,"longitude":0}"#, (422, "out_of_range", "latitude")),
    ] {
        assert_eq!(post(&app, "/predict", body).await.refusal(), expected, "{body}");
    }
    let deep = format!(r#"{{"V1":{}1"#, "[".repeat(10_000));
    assert_eq!(post(&app, "/predict", &deep).await.status, 400);
}

#[actix_web::test]
async fn only_json_of_a_bounded_size_is_read() {
    let (app, _stop) = app(tabular(), None);
    let body = r#"{"V1":0.1,"Time":0,"Amount":1}"#;
    let typed = |kind: &str| {
        TestRequest::post().uri("/predict").insert_header(("content-type", kind)).set_payload(body)
    };
    assert_eq!(send(&app, typed("application/json; charset=utf-8")).await.status, 200);
    assert_eq!(send(&app, TestRequest::post().uri("/predict").set_payload(body)).await.status, 200);
    assert_eq!(send(&app, typed("text/csv")).await.refusal().0, 415);
    let gzip = typed("application/json").insert_header(("content-encoding", "gzip"));
    assert_eq!(send(&app, gzip).await.refusal(), (415, "unsupported_type", ""));
    let invalid = TestRequest::post().uri("/predict").set_payload(&b"{\"V1\xff\":1}"[..]);
    assert_eq!(send(&app, invalid).await.refusal().0, 400);
    let large = format!("{{{}}}", " ".repeat(64 * 1024));
    assert_eq!(post(&app, "/predict", &large).await.refusal(), (413, "too_large", ""));
}

#[actix_web::test]
async fn an_alert_goes_to_the_map_with_the_place_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut loader =
        store.loader(crate::store::Source { name: "a".into(), fingerprint: "a".into() }).unwrap();
    let mut event: crate::domain::Transaction =
        serde_json::from_str(r#"{"id":"x","time":1,"customer":"1","terminal":"T9","amount":1}"#).unwrap();
    event.place = Some(crate::domain::GeoPoint { latitude: 50.0, longitude: 4.0 });
    loader.append(&[crate::store::Row::Transaction(event)]).unwrap();

    let (app, _stop) = app(tabular(), Some(store));
    let alert = |rest: &str| format!(r#"{{"V1":0.7,"Time":0,"Amount":12.5{rest}}}"#);
    let own = alert(r#","id":"own","latitude":50.86,"longitude":4.36"#);
    let terminal = alert(r#","id":"terminal","terminal":"T9""#);
    let drawn = alert(r#","id":"drawn","terminal":"T8","time":1700000000.5"#);
    for body in [own, terminal, drawn] {
        assert_eq!(post(&app, "/predict_map", &body).await.json["decision"], "review");
    }
    post(&app, "/predict", &alert(r#","id":"quiet""#)).await;
    post(&app, "/predict_map", r#"{"V1":0.1,"Time":0,"Amount":1,"id":"fine"}"#).await;

    let events = shown(&app).await;
    let places: Vec<_> =
        events.iter().map(|event| (event.id.as_str(), event.latitude, event.simulated)).collect();
    assert_eq!(
        places,
        [("own", Some(50.86), false), ("terminal", Some(50.0), false), ("drawn", Some(50.85), true)]
    );
    let last = &events[2];
    assert_eq!((last.title.as_str(), last.country.as_deref()), ("Brussels", Some("BE")));
    assert_eq!((last.time.as_str(), last.amount), ("2023-11-14T22:13:20.500Z", Some(12.5)));
    let counts = app.store.as_ref().unwrap().counts().unwrap();
    assert_eq!((counts.decisions, counts.alerts), (5, 3));
    let stats = app.metrics.stats();
    assert_eq!((stats.transactions, stats.alerts, stats.blocked), (5, 3, 0));
}

#[actix_web::test]
async fn without_cities_or_coordinates_an_alert_has_no_place() {
    let (_stop, stopped) = watch::channel(false);
    let config = ServerConfig { locations: Vec::new(), ..config(live(), None) };
    let app = web::Data::new(App::new(config, stopped).unwrap());
    post(&app, "/predict_map", RAW).await;
    let events = shown(&app).await;
    assert_eq!((events[0].title.as_str(), events[0].latitude), ("terminal T9", None));
    assert!(!events[0].simulated);
}

#[actix_web::test]
async fn a_repeated_id_gets_the_stored_answer_and_another_body_is_a_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(tabular(), Some(store(folder.path())));
    let first = post(&app, "/predict_map", r#"{"id":"a","V1":0.7,"Time":0,"Amount":1}"#).await;
    let again = post(&app, "/predict_map", r#"{"Amount":1.0,"Time":0,"V1":0.7,"id":"a"}"#).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    let other = post(&app, "/predict_map", r#"{"id":"a","V1":0.8,"Time":0,"Amount":1}"#).await;
    assert_eq!(other.refusal(), (409, "conflict", "id"));
    assert_eq!(shown(&app).await.len(), 1);
    assert_eq!(app.metrics.stats().transactions, 1);
}

#[actix_web::test]
async fn a_full_queue_refuses_before_scoring_and_asks_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let writer = app.writer.as_ref().unwrap();
    let slots: Vec<_> = (0..crate::store::QUEUE_CAPACITY).map(|_| writer.reserve(1).unwrap()).collect();
    let reply = post(&app, "/predict", RAW).await;
    assert_eq!(reply.refusal(), (503, "busy", ""));
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(get(&app, "/health/ready").await.refusal(), (503, "not_ready", ""));
    drop(slots);
    assert_eq!(post(&app, "/predict", RAW).await.status, 200);
}

#[actix_web::test]
async fn without_its_database_a_server_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(tabular(), Some(store(folder.path())));
    app.writer.as_ref().unwrap().close().await;
    let reply = post(&app, "/predict", r#"{"V1":0.7,"Time":0,"Amount":1}"#).await;
    assert_eq!(reply.refusal(), (503, "store_unavailable", ""));
    assert!(!reply.json.to_string().contains("fraud.db"));
    assert_eq!(get(&app, "/health/ready").await.refusal(), (503, "not_ready", ""));
}

#[actix_web::test]
async fn one_id_sent_many_times_at_once_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let replies = futures_util::future::join_all((0..64).map(|_| post(&app, "/predict_map", RAW))).await;
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.json == replies[0].json));
    assert_eq!((app.metrics.stats().transactions, shown(&app).await.len()), (1, 1));
    let next = RAW.replace("t1", "t2");
    assert_eq!(post(&app, "/predict", &next).await.status, 200);
    let history = app.store.as_ref().unwrap().history(None).unwrap();
    assert_eq!(history.map(|stored| stored.unwrap().id.to_string()).collect::<Vec<_>>(), ["t1", "t2"]);
}

#[actix_web::test]
async fn a_time_may_be_a_day_ahead_of_the_clock_and_no_more() {
    let (app, _stop) = app(live(), None);
    let at = |id: &str, seconds: i64| {
        format!(r#"{{"id":"{id}","time":{seconds},"customer":7,"terminal":9,"amount":0.6}}"#)
    };
    let tomorrow = 1_700_000_000 + 86_400;
    assert_eq!(post(&app, "/predict", &at("past", 0)).await.status, 200);
    assert_eq!(post(&app, "/predict", &at("tomorrow", tomorrow)).await.status, 200);
    let late = post(&app, "/predict", &at("late", tomorrow + 1)).await;
    assert_eq!(late.refusal(), (422, "out_of_range", "time"));
}

#[actix_web::test]
async fn a_missing_value_is_scored_online_as_it_is_in_files() {
    let (app, _stop) = app(tabular(), None);
    let reply = post(&app, "/predict_map", r#"{"V1":0.7,"Time":null,"Amount":null}"#).await;
    assert_eq!((reply.status, &reply.json["fraud"]), (200, &0.7.into()));
    assert_eq!(shown(&app).await[0].amount, None);
    let blank = post(&app, "/predict", r#"{"V1":null,"Time":0,"Amount":1}"#).await;
    assert_eq!(blank.refusal(), (422, "no_score", ""), "this model makes nothing of a missing V1");

    let (app, _stop) = super::app(live(), None);
    let mut features: serde_json::Map<String, Value> =
        HANDBOOK.iter().map(|name| ((*name).to_owned(), 0.25.into())).collect();
    features.insert(HANDBOOK[1].to_owned(), Value::Null);
    let reply = post(&app, "/predict", &Value::Object(features).to_string()).await;
    assert_eq!(reply.refusal(), (400, "wrong_type", HANDBOOK[1]), "live features are never missing");
}

#[actix_web::test]
async fn words_and_truths_are_read_as_in_files() {
    let (app, _stop) = app(worded(), None);
    let scored = async |body: &str| post(&app, "/predict", body).await.json["fraud"].clone();
    // The first model scores a row by its first value: the category's code.
    assert_eq!(scored(r#"{"kind":"fuel","abroad":true,"amount":9}"#).await, 1.0);
    assert_eq!(scored(r#"{"kind":" food ","abroad":"no","amount":null}"#).await, 0.0);
    assert_eq!(scored(r#"{"kind":"food","abroad":1,"amount":9}"#).await, 0.0);
    let unseen = post(&app, "/predict", r#"{"kind":"fun","abroad":null,"amount":9}"#).await;
    assert_eq!(unseen.refusal(), (422, "no_score", ""), "this model makes nothing of what is missing");
    let wrong = post(&app, "/predict", r#"{"kind":"food","abroad":"perhaps","amount":9}"#).await;
    assert_eq!(wrong.refusal(), (400, "invalid_value", "abroad"));
    let wrong = post(&app, "/predict", r#"{"kind":["food"],"abroad":true,"amount":9}"#).await;
    assert_eq!(wrong.refusal(), (400, "wrong_type", "kind"));
    let missing = post(&app, "/predict", r#"{"kind":"NA","abroad":"NaN","amount":9}"#).await;
    assert_eq!(missing.refusal(), (422, "no_score", ""), "missing, as in a file");
}

#[actix_web::test]
async fn words_that_become_the_same_number_are_other_requests_all_the_same() {
    let (app, _stop) = app(worded(), None);
    let digest = |kind: &str| {
        let body = format!(r#"{{"kind":{kind},"abroad":true,"amount":9}}"#);
        app.engine.read(body.as_bytes()).unwrap().digest(false)
    };
    assert_eq!(digest(r#""poker""#), digest(r#"" poker""#));
    assert_ne!(digest(r#""poker""#), digest(r#""charity""#));
    assert_ne!(digest(r#""poker""#), digest("null"));
}

#[actix_web::test]
async fn an_id_with_other_content_is_a_conflict_without_a_database_too() {
    let (app, _stop) = app(live(), None);
    let first = post(&app, "/predict", RAW).await;
    assert_eq!(post(&app, "/predict", RAW).await.json, first.json);
    for (from, to) in [("0.6", "0.7"), (":7", ":8"), ("T9", "T8"), ("12:00", "12:01")] {
        let other = post(&app, "/predict", &RAW.replace(from, to)).await;
        assert_eq!(other.refusal(), (409, "conflict", "id"), "{to}");
    }
}

#[actix_web::test]
async fn an_id_decided_by_one_route_is_a_conflict_on_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    assert_eq!(post(&app, "/predict", RAW).await.status, 200);
    let reply = post(&app, "/predict_map", RAW).await;
    assert_eq!(reply.refusal(), (409, "conflict", "id"));
    assert!(reply.json["error"].as_str().unwrap().contains("decided before on other terms"));
}

#[actix_web::test]
async fn a_feature_object_leaves_no_raw_transaction_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let mut body: serde_json::Map<String, Value> =
        HANDBOOK.iter().map(|name| ((*name).to_owned(), 0.25.into())).collect();
    body.extend([
        ("id".to_owned(), "f1".into()),
        ("customer".to_owned(), 7.into()),
        ("terminal".to_owned(), "T9".into()),
        ("amount".to_owned(), 0.6.into()),
    ]);
    assert_eq!(post(&app, "/predict", &Value::Object(body).to_string()).await.status, 200);
    let stored = app.store.as_ref().unwrap().decision("f1").unwrap().unwrap().record;
    assert_eq!((stored.customer, stored.terminal, stored.amount), (None, None, Some(0.6)));
    assert_eq!(app.store.as_ref().unwrap().history(None).unwrap().count(), 0);
}

#[actix_web::test]
async fn an_alert_is_shown_and_counted_though_its_client_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(tabular(), Some(store(folder.path())));
    let body = r#"{"id":"a","V1":0.7,"Time":0,"Amount":1}"#;
    let mut request = Box::pin(post(&app, "/predict_map", body));
    assert!(futures_util::poll!(request.as_mut()).is_pending());
    drop(request);
    let seen = async {
        while shown(&app).await.is_empty() {
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.expect("an alert");
    assert_eq!((app.metrics.stats().transactions, app.metrics.stats().alerts), (1, 1));
    let counts = app.store.as_ref().unwrap().counts().unwrap();
    assert_eq!((counts.decisions, counts.alerts), (1, 1));
}

#[actix_web::test]
async fn pages_of_other_origins_may_not_have_anything_decided() {
    let (app, _stop) = app(tabular(), None);
    let from = |path: &str, origin: &str| {
        let request = TestRequest::post().uri(path).insert_header(("host", "bank.example:8000"));
        let request = request.insert_header(("origin", origin.to_owned()));
        request.set_payload(r#"{"V1":0.1,"Time":0,"Amount":1}"#)
    };
    for path in ["/predict", "/predict_map"] {
        assert_eq!(send(&app, from(path, "http://bank.example:8000")).await.status, 200);
        for foreign in ["http://elsewhere.example", "http://bank.example", "null"] {
            assert_eq!(send(&app, from(path, foreign)).await.refusal(), (403, "foreign_origin", ""));
        }
    }
    assert_eq!(app.metrics.stats().transactions, 2);
}

#[actix_web::test]
async fn a_refused_payment_is_no_history_to_go_on_from() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let payment = |amount: f64| {
        format!(r#"{{"id":"a","time":1600000000,"customer":"c","terminal":"t","amount":{amount}}}"#)
    };
    post(&app, "/predict", &payment(0.25)).await;
    assert_eq!(app.engine.unstored(), 0);
    // On the map it is another request, which the live features can not tell from a repetition.
    assert_eq!(post(&app, "/predict_map", &payment(0.25)).await.status, 409);
    assert_eq!(app.engine.unstored(), 0, "it was the same payment");
    app.writer.as_ref().unwrap().close().await;
    let late = payment(0.25).replace(r#""a""#, r#""b""#);
    assert_eq!(post(&app, "/predict", &late).await.status, 503);
    assert_eq!(app.engine.unstored(), 0, "refused before it was counted");
}
