//! The routes that only read.

use super::*;

#[actix_web::test]
async fn health_answers_as_older_clients_expect() {
    let (app, stop) = app(tabular(), None);
    let service = init_service(application(app.clone())).await;
    let response = service.call(TestRequest::get().uri("/health").to_request()).await.unwrap();
    assert_eq!(to_bytes(response.into_body()).await.ok().unwrap(), r#"{"health":"OK"}"#);
    assert_eq!(get(&app, "/health/live").await.status, 200);
    assert_eq!(get(&app, "/health/ready").await.status, 200);
    stop.send_replace(true);
    assert_eq!(get(&app, "/health/ready").await.refusal(), (503, "not_ready", ""));
    assert_eq!(get(&app, "/health/live").await.status, 200);
}

#[actix_web::test]
async fn unknown_addresses_and_methods_get_json_too() {
    let (app, _stop) = app(tabular(), None);
    assert_eq!(get(&app, "/nowhere").await.refusal(), (404, "not_found", ""));
    assert_eq!(get(&app, "/../Cargo.toml").await.refusal(), (404, "not_found", ""));
    assert_eq!(post(&app, "/nowhere", "{}").await.refusal(), (404, "not_found", ""));
    let reply = get(&app, "/predict").await;
    assert_eq!(reply.refusal(), (405, "method_not_allowed", ""));
    assert_eq!(reply.header("allow"), "POST");
    assert_eq!(post(&app, "/health", "{}").await.header("allow"), "GET, HEAD");
    assert_eq!(
        send(&app, TestRequest::with_uri("/health").method("HEAD".parse().unwrap())).await.status,
        200
    );
}

#[actix_web::test]
async fn the_page_is_served_with_its_policy_and_revalidated() {
    let (app, _stop) = app(tabular(), None);
    for path in ["/", "/map", "/index.html"] {
        let reply = get(&app, path).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/html"));
        assert!(reply.header("content-security-policy").starts_with("default-src 'self';"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("cache-control"), "no-cache");
        let known = TestRequest::get().uri(path).insert_header(("if-none-match", reply.header("etag")));
        assert_eq!(send(&app, known).await.status, 304);
    }
}

#[actix_web::test]
async fn alerts_are_told_after_an_id_with_and_without_a_database() {
    let folder = tempfile::tempdir().unwrap();
    for store in [None, Some(store(folder.path()))] {
        let (app, _stop) = app(tabular(), store);
        for id in ["a", "b", "c"] {
            post(&app, "/predict_map", &format!(r#"{{"id":"{id}","V1":0.99,"Time":0,"Amount":1}}"#)).await;
        }
        app.hub.send_pending(&app.metrics);
        let ids = async |path: &str| -> Vec<String> {
            let reply = get(&app, path).await;
            let events: Vec<crate::wire::AlertEvent> = serde_json::from_value(reply.json).unwrap();
            events.into_iter().map(|event| event.id).collect()
        };
        assert_eq!(ids("/alerts").await, ["a", "b", "c"]);
        assert_eq!(ids("/alerts?limit=2").await, ["b", "c"]);
        assert_eq!(ids("/alerts?since=a&limit=1").await, ["b"]);
        assert_eq!(ids("/alerts?since=c").await, Vec::<String>::new());
        assert_eq!(get(&app, "/alerts?since=x").await.refusal(), (404, "unknown_id", "since"));
        assert_eq!(get(&app, "/alerts?limit=0").await.refusal(), (422, "out_of_range", "limit"));
        assert_eq!(get(&app, "/alerts?limit=x").await.refusal(), (400, "invalid_query", ""));
        assert_eq!(get(&app, "/alerts?form=1").await.refusal(), (400, "invalid_query", ""));
    }
}

#[actix_web::test]
async fn a_new_server_shows_the_alerts_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _stop) = app(tabular(), Some(store(folder.path())));
    post(&before, "/predict_map", r#"{"id":"a","V1":0.99,"Time":0,"Amount":1}"#).await;
    let sent = shown(&before).await;
    drop(before);
    let (after, _stop) = app(tabular(), Some(store(folder.path())));
    assert_eq!(after.hub.join().2, sent);
}

#[actix_web::test]
async fn metrics_count_requests_decisions_and_durations() {
    let (app, _stop) = app(tabular(), None);
    post(&app, "/predict", r#"{"V1":0.99,"Time":0,"Amount":1}"#).await;
    post(&app, "/predict", "no").await;
    get(&app, "/nowhere/at/all").await;
    let service = init_service(application(app.clone())).await;
    let response = service.call(TestRequest::get().uri("/metrics").to_request()).await.unwrap();
    let text = to_bytes(response.into_body()).await.ok().unwrap();
    let text = std::str::from_utf8(&text).unwrap();
    for line in [
        r#"fraudctl_http_requests_total{route="/predict",status="200"} 1"#,
        r#"fraudctl_http_requests_total{route="/predict",status="400"} 1"#,
        r#"fraudctl_http_requests_total{route="other",status="404"} 1"#,
        r#"fraudctl_decisions_total{model="run-7",version="1a2b3c",decision="block"} 1"#,
        r#"fraudctl_alerts_total{model="run-7",version="1a2b3c"} 0"#,
        r#"fraudctl_decision_duration_seconds_count{model="run-7",version="1a2b3c"} 1"#,
        r#"fraudctl_decision_duration_seconds_bucket{le="+Inf",model="run-7",version="1a2b3c"} 1"#,
        "fraudctl_store_queue_length 0",
        "fraudctl_websocket_clients 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}
