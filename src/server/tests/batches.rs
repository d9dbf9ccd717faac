//! Many rows in one body.

use super::*;

const TYPES: [&str; 2] = ["application/json", "application/x-ndjson"];

/// Status and rows of a batch's answer.
async fn send_rows(app: &web::Data<App>, path: &str, kind: &str, body: &str) -> (u16, Vec<Value>) {
    let service = init_service(application(app.clone())).await;
    let request =
        TestRequest::post().uri(path).insert_header(("content-type", kind)).set_payload(body.to_owned());
    let response = call_service(&service, request.to_request()).await;
    let status = response.status().as_u16();
    assert_eq!(response.headers().get("content-type").unwrap(), if status == 200 { kind } else { TYPES[0] });
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    let text = std::str::from_utf8(&body).unwrap();
    let rows = match (kind, status) {
        ("application/json", 200) => serde_json::from_str(text).unwrap(),
        ("application/json", _) => vec![serde_json::from_str(text).unwrap()],
        _ => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
    };
    (status, rows)
}

fn body(kind: &str, rows: &[String]) -> String {
    if kind == TYPES[0] { format!("[{}]", rows.join(",")) } else { rows.join("\n") }
}

#[actix_web::test]
async fn each_row_has_its_answer_or_its_problem_in_order() {
    let folder = tempfile::tempdir().unwrap();
    for (store, kind) in [(None, TYPES[0]), (None, TYPES[1]), (Some(store(folder.path())), TYPES[1])] {
        let stored = store.is_some();
        let (app, _stop) = app(tabular(), store);
        // More than two blocks, so that answers are streamed.
        let mut rows: Vec<String> =
            (0..600).map(|id| format!(r#"{{"id":"{id}","V1":0.{:03},"Time":0,"Amount":1}}"#, id)).collect();
        rows[3] = r#"{"id":"3","V1":"high","Time":0,"Amount":1}"#.to_owned();
        rows[300] = r#"{"id":"300","V1":1e39,"Time":0,"Amount":1}"#.to_owned();
        rows[599] = "{".to_owned();
        let (status, answers) = send_rows(&app, "/predict/batch", kind, &body(kind, &rows)).await;
        assert_eq!((status, answers.len()), (200, 600), "{kind}");
        for (place, answer) in answers.iter().enumerate() {
            let problem = (answer["code"].as_str(), answer["field"].as_str(), answer["row"].as_u64());
            match place {
                3 => assert_eq!(problem, (Some("wrong_type"), Some("V1"), Some(4))),
                300 => assert_eq!(problem, (Some("out_of_range"), Some("V1"), Some(301))),
                599 => assert_eq!(problem, (Some("malformed"), None, Some(600))),
                _ => {
                    assert_eq!(answer["id"], place.to_string());
                    assert_eq!(answer["fraud"], place as f64 / 1000.0);
                    assert_eq!(answer["decision"], if place < 500 { "approve" } else { "review" });
                }
            }
        }
        assert_eq!(app.metrics.stats().transactions, 597);
        assert_eq!(
            app.store.as_ref().map_or(0, |store| store.counts().unwrap().decisions),
            if stored { 597 } else { 0 }
        );
    }
}

#[actix_web::test]
async fn a_row_of_a_batch_is_decided_as_if_it_came_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let row = |id: &str, amount: f64| {
        format!(r#"{{"id":"{id}","time":1700000000,"customer":7,"terminal":"T9","amount":{amount}}}"#)
    };
    let alone = post(&app, "/predict", &row("a", 0.6)).await.json;
    // Known before, twice in one block, and the same id with something else.
    let rows = [row("a", 0.6), row("b", 0.7), row("b", 0.7), row("b", 0.8), row("c", 0.95)];
    let (_, answers) = send_rows(&app, "/predict/batch", TYPES[1], &body(TYPES[1], &rows)).await;
    assert_eq!(answers[0], alone);
    assert_eq!((&answers[1]["decision"], &answers[2]), (&"review".into(), &answers[1]));
    assert_eq!(answers[3]["code"], "conflict");
    assert_eq!(answers[4]["decision"], "block");
    assert_eq!(app.store.as_ref().unwrap().counts().unwrap().decisions, 3);
    assert!(shown(&app).await.is_empty(), "nobody asked for the map");
    let (_, answers) =
        send_rows(&app, "/predict/batch?map=true", TYPES[1], &body(TYPES[1], &[row("d", 0.99)])).await;
    assert_eq!(answers[0]["decision"], "block");
    assert_eq!(shown(&app).await.len(), 1);
}

#[actix_web::test]
async fn what_is_no_batch_is_refused_as_a_whole() {
    let (app, _stop) = app(tabular(), None);
    let refused = async |path: &str, kind: &str, body: &str| {
        let (status, rows) = send_rows(&app, path, kind, body).await;
        (status, rows[0]["code"].as_str().unwrap().to_owned())
    };
    assert_eq!(refused("/predict/batch", TYPES[0], r#"{"V1":1}"#).await, (400, "malformed".to_owned()));
    assert_eq!(refused("/predict/batch?mop=1", TYPES[0], "[]").await, (400, "invalid_query".to_owned()));
    assert_eq!(refused("/predict/batch", "text/csv", "a,b").await, (415, "unsupported_type".to_owned()));
    let large = " ".repeat(4 * 1024 * 1024 + 1);
    assert_eq!(refused("/predict/batch", TYPES[0], &large).await, (413, "too_large".to_owned()));
    assert_eq!(send_rows(&app, "/predict/batch", TYPES[0], "[]").await, (200, vec![]));
    assert_eq!(send_rows(&app, "/predict/batch", TYPES[1], "\n\n").await, (200, vec![]));
}

#[actix_web::test]
async fn without_its_database_no_row_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(tabular(), Some(store(folder.path())));
    app.writer.as_ref().unwrap().close().await;
    let row = r#"{"V1":0.7,"Time":0,"Amount":1}"#;
    let (_, answers) = send_rows(&app, "/predict/batch", TYPES[1], &[row, row].join("\n")).await;
    assert_eq!(
        answers.iter().map(|row| row["code"].as_str().unwrap()).collect::<Vec<_>>(),
        ["store_unavailable"; 2]
    );
}

#[actix_web::test]
async fn a_transaction_that_comes_again_late_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = app(live(), Some(store(folder.path())));
    let payment = |id: usize, customer: usize| {
        format!(
            r#"{{"id":"p{id}","time":1600000000,"customer":"c{customer}","terminal":"t{id}","amount":0.25}}"#
        )
    };
    let first = post(&app, "/predict", &payment(0, 0)).await;
    // More than are remembered with their rows.
    let others: Vec<String> = (1..16_400).map(|id| payment(id, 1 + id % 900)).collect();
    let (status, answers) = send_rows(&app, "/predict/batch", TYPES[1], &body(TYPES[1], &others)).await;
    assert_eq!((status, answers.len()), (200, others.len()));
    assert_eq!(app.engine.unstored(), 0);
    let again = post(&app, "/predict", &payment(0, 0)).await;
    assert_eq!((again.status, &again.json), (200, &first.json));
    let (_, answers) = send_rows(&app, "/predict/batch", TYPES[1], &payment(0, 0)).await;
    assert_eq!(answers, [first.json]);
    let other = payment(0, 0).replace("0.25", "0.75");
    assert_eq!(post(&app, "/predict", &other).await.refusal(), (409, "conflict", "id"));
    post(&app, "/predict", &payment(20_000, 0)).await;
    let row = app.store.as_ref().unwrap().decision("p20000").unwrap().unwrap().record.row;
    let count = HANDBOOK.iter().position(|name| *name == "CUSTOMER_ID_NB_TX_1DAY_WINDOW").unwrap();
    assert_eq!(row[count], 2.0, "itself and the first");
}

#[actix_web::test]
async fn memory_for_bodies_is_bounded() {
    let (app, _stop) = app(tabular(), None);
    let worker = web::Data::new(worker::Worker::start(&app));
    let hold = |bytes| budget::Budget::hold(&worker, bytes);
    let most = 16 * 1024 * 1024;
    let first = hold(most - 5).ok().unwrap();
    assert!(hold(6).is_err());
    let second = hold(5).ok().unwrap();
    assert_eq!(app.metrics.bodies_held.get(), most as i64);
    drop((first, second));
    assert_eq!(app.metrics.bodies_held.get(), 0);
    assert!(hold(most).is_ok());
}
