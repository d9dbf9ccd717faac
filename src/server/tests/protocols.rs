//! The API's description, and the Open Inference Protocol.

use serde_json::json;

use super::super::routes::{Entry, TABLE};
use super::*;
use crate::cards;

#[actix_web::test]
async fn the_description_tells_every_address_and_only_schemas_that_are_there() {
    let (app, _stop) = app(worded(), None);
    let description = get(&app, "/openapi.json").await.json;
    let mut ids: Vec<&str> = Vec::new();
    for entry in TABLE {
        let operation = operation(&description, entry);
        assert_eq!(operation["summary"], entry.does, "{} {}", entry.method, entry.path);
        assert_eq!(operation["requestBody"].is_object(), entry.takes.is_some());
        ids.push(operation["operationId"].as_str().unwrap());
    }
    let described = description["paths"].as_object().unwrap().values();
    assert_eq!(described.map(|path| path.as_object().unwrap().len()).sum::<usize>(), TABLE.len());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), TABLE.len());
    let schemas = &description["components"]["schemas"];
    let text = description.to_string();
    for (place, _) in text.match_indices("#/components/schemas/") {
        let name = text[place + 21..].split('"').next().unwrap();
        assert!(schemas[name].is_object(), "{name} is not described");
    }
    let transaction = &schemas["Transaction"];
    assert_eq!(transaction["properties"]["kind"]["examples"], json!(["food", "fuel"]));
    assert_eq!(transaction["anyOf"][0]["required"], json!(["kind", "abroad", "amount"]));
    assert_eq!(schemas["Answer"]["properties"]["fraud"]["type"], "number");
    let named = |name: &str| json!(format!("#/components/schemas/{name}"));
    for (path, taken, given) in
        [("/predict/batch", "Transaction", "AnswerOrProblem"), ("/feedback", "Label", "NotedOrProblem")]
    {
        let lines = |body: &Value| body["content"]["application/x-ndjson"]["schema"]["$ref"].clone();
        let operation = &description["paths"][path]["post"];
        assert_eq!(lines(&operation["requestBody"]), named(taken));
        assert_eq!(lines(&operation["responses"]["200"]), named(given));
        assert_eq!(schemas[given]["oneOf"][1]["$ref"], named("Problem"));
    }
    assert_eq!(schemas["NotedLabels"]["oneOf"][1]["items"]["$ref"], named("NotedOrProblem"));
}

fn operation<'a>(description: &'a Value, entry: &Entry) -> &'a Value {
    &description["paths"][entry.path][entry.method.as_str().to_lowercase()]
}

/// A request to an address, with this behind the `?`.
fn request(entry: &Entry, query: &str) -> TestRequest {
    let path = entry
        .path
        .replace("{model}", "run-7")
        .replace("{name}", "run-7")
        .replace("{id}", "known")
        .replace("{version}", "1a2b3c");
    TestRequest::with_uri(&format!("{path}?{query}")).method(entry.method.clone())
}

/// What is described of what stands behind the `?`.
fn parameters<'a>(description: &'a Value, entry: &Entry) -> Vec<&'a Value> {
    let all = operation(description, entry)["parameters"].as_array().into_iter().flatten();
    all.filter(|one| one["in"] == "query").collect()
}

/// All that is needed behind the `?` but `left_out`.
fn needed(parameters: &[&Value], left_out: &Value) -> String {
    let needed = parameters.iter().filter(|one| one["required"] == true && one["name"] != *left_out);
    let pairs = needed.map(|one| {
        let value = if one["name"] == "kind" { "customer" } else { "7" };
        format!("{}={value}", one["name"].as_str().unwrap())
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[actix_web::test]
async fn the_description_tells_what_routes_take_behind_the_question_mark() {
    let (app, _stop) = app(worded(), None);
    let description = get(&app, "/openapi.json").await.json;
    for entry in TABLE {
        let told = parameters(&description, entry);
        let names: Vec<&str> = told.iter().map(|one| one["name"].as_str().unwrap()).collect();
        let what = format!("{} {}", entry.method, entry.path);
        let refusal = async |query: String| send(&app, request(entry, &query)).await.json;
        // What is known then stands in quotes behind what is not.
        let refused = refusal("nobody-knows=1".to_owned()).await;
        let is_refused = refused["code"] == "invalid_query";
        let error = refused["error"].as_str().filter(|_| is_refused).unwrap_or_default();
        assert_eq!(names, error.split('`').skip(3).step_by(2).collect::<Vec<_>>(), "{what}");
        for one in &told {
            let (name, schema) = (&one["name"], &one["schema"]);
            let others = needed(&told, name);
            let alone = refusal(others.clone()).await;
            assert_eq!(alone["code"] == "invalid_query", one["required"] == true, "{what} without {name}");
            let with =
                async |value: &str| refusal(format!("{others}&{}={value}", name.as_str().unwrap())).await;
            let word = with("word").await;
            assert_eq!(word["code"] == "invalid_query", schema["type"] != "string", "{what}: {name}");
            if let Some(most) = schema["maximum"].as_u64() {
                assert_eq!(with(&most.to_string()).await["code"], Value::Null, "{what}: {name}");
                assert_eq!(with(&(most + 1).to_string()).await["code"], "out_of_range", "{what}: {name}");
            }
        }
    }
}

#[actix_web::test]
async fn the_description_tells_what_counts_where_a_client_says_nothing() {
    let (app, _stop) = app(live(), None);
    let description = get(&app, "/openapi.json").await.json;
    let default = |path: &str, method: &str, place: usize| {
        description["paths"][path][method]["parameters"][place]["schema"]["default"].as_u64().unwrap()
    };
    let payment = r#"{"customer":7,"terminal":9,"amount":0.95}"#;
    let explained = post(&app, "/explain", payment).await.json;
    let told = explained["contributions"].as_array().unwrap().len();
    assert_eq!(told as u64, default("/explain", "post", 0));
    assert_eq!(get(&app, "/alerts").await.json, json!([]), "without map=true");
    let many = format!("[{}]", [payment; 200].join(","));
    post(&app, "/predict/batch?map=true", &many).await;
    let alerts = get(&app, "/alerts").await.json.as_array().unwrap().len();
    assert_eq!(alerts as u64, default("/alerts", "get", 1));
}

/// A body of a schema; nothing for one that is optional.
fn body(schema: &str) -> String {
    let row = r#"{"kind":"fuel","abroad":true,"amount":3}"#;
    let label = r#"{"id":"a","fraud":true}"#;
    match schema {
        "Transaction" => row.to_owned(),
        "Transactions" => format!("[{row},{row}]"),
        "Label" => label.to_owned(),
        "Labels" => format!("[{label}]"),
        "Suppressed" => r#"{"kind":"customer","id":"7"}"#.to_owned(),
        "Tensors" => r#"{"inputs":[]}"#.to_owned(),
        _ => String::new(),
    }
}

/// What makes a WebSocket of a request.
const UPGRADE: [(&str, &str); 4] = [
    ("upgrade", "websocket"),
    ("connection", "upgrade"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// An application that may exchange its model for the same one.
fn reloading(store: Option<Arc<dyn Store>>) -> (web::Data<App>, watch::Sender<bool>) {
    let engine = worded();
    let encoder = engine.fields().encoder().clone();
    let thresholds = engine.model().thresholds;
    let open: OpenModel = Arc::new(move |_: Option<&str>| {
        Ok(Model::of(encoder.clone(), Arc::new(First(encoder.features().len())), thresholds))
    });
    let (stop, stopped) = watch::channel(false);
    (web::Data::new(App::new(ServerConfig { open, ..config(engine, store) }, stopped).unwrap()), stop)
}

#[actix_web::test]
async fn the_description_tells_what_routes_take_and_how_they_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (app, _stop) = reloading(Some(store(folder.path())));
    post(&app, "/predict", r#"{"id":"known","kind":"fuel","abroad":true,"amount":3}"#).await;
    let description = get(&app, "/openapi.json").await.json;
    let service = init_service(application(app.clone())).await;
    for entry in TABLE {
        let operation = operation(&description, entry);
        let query = needed(&parameters(&description, entry), &Value::Null);
        let content = operation["requestBody"]["content"].as_object();
        let mut forms: Vec<(&str, &str)> = Vec::new();
        for (form, of) in content.into_iter().flatten() {
            forms.push((form.as_str(), of["schema"]["$ref"].as_str().unwrap()));
        }
        if forms.is_empty() {
            forms.push(("application/json", ""));
        }
        for (form, schema) in forms {
            let what = format!("{} {} {form}", entry.method, entry.path);
            let mut request = request(entry, &query).insert_header(("content-type", form));
            for header in UPGRADE.into_iter().filter(|_| entry.path == "/ws") {
                request = request.insert_header(header);
            }
            let text = body(schema.trim_start_matches("#/components/schemas/"));
            let response = call_service(&service, request.set_payload(text).to_request()).await;
            let told = &operation["responses"][response.status().as_str()];
            assert!(told.is_object(), "{what}: {}", response.status());
            if entry.gives.is_some() {
                assert_eq!(response.headers().get("content-type").unwrap(), form, "{what}");
                assert!(told["content"][form].is_object(), "{what}");
            }
        }
        if content.is_some() {
            let request = request(entry, &query).insert_header(("content-type", "application/json"));
            let is_taken = send(&app, request).await.status == 200;
            assert_eq!(operation["requestBody"]["required"], !is_taken, "{} without a body", entry.path);
        }
    }
}

#[actix_web::test]
async fn the_description_asks_for_a_token_where_the_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let made = NewToken::make("map", "read").unwrap();
    std::fs::write(&path, &made.line).unwrap();
    let (_stop, stopped) = watch::channel(false);
    let config = ServerConfig { tokens: Some(Tokens::read(&path).unwrap()), ..config(worded(), None) };
    let app = web::Data::new(App::new(config, stopped).unwrap());
    let description = get(&app, "/openapi.json").await.json;
    let bearer = ("authorization", format!("Bearer {}", made.secret));
    for entry in TABLE {
        let (operation, what) = (operation(&description, entry), format!("{} {}", entry.method, entry.path));
        let nobody = send(&app, request(entry, "")).await.status;
        assert_eq!(operation["security"].is_array(), nobody == 401, "{what}: {nobody}");
        let known = send(&app, request(entry, "").insert_header(bearer.clone())).await.status;
        let text = operation["description"].as_str().unwrap_or_default();
        assert_eq!(text.contains("scope") && !text.contains("scope read "), known == 403, "{what}: {known}");
        if entry.path == "/session" {
            assert!(operation["responses"][known.to_string()].is_object(), "{what}: {known}");
        }
    }
}

#[actix_web::test]
async fn a_card_number_that_a_model_has_learnt_as_a_word_is_told_to_nobody() {
    let mut words: Vec<String> = (0..30).map(|place| format!("word {place}")).collect();
    words[1] = "4111 1111 1111 1111".to_owned();
    let kind = Input { name: "kind".to_owned(), encoding: Encoding::Category(words) };
    let (app, _stop) = app(engine_of(Encoder::new(vec![kind]), None), None);
    let description = get(&app, "/openapi.json").await.json;
    let examples = &description["components"]["schemas"]["Transaction"]["properties"]["kind"]["examples"];
    assert_eq!(examples.as_array().unwrap().len(), 20);
    assert_eq!((&examples[0], &examples[1]), (&"word 0".into(), &"word 2".into()));
    assert!(!cards::is_found_in(&description.to_string()));
    let explained = post(&app, "/explain", r#"{"kind":"4111 1111 1111 1111"}"#).await.json;
    assert_eq!(explained["contributions"][0]["reason"], "kind = [card number]", "{explained}");
    assert!(!cards::is_found_in(&explained.to_string()), "{explained}");
}

const MODEL: &str = "/v2/models/run-7";

#[actix_web::test]
async fn a_model_is_described_and_ready_under_its_name_and_version_only() {
    let (app, stop) = app(worded(), None);
    let told = get(&app, MODEL).await.json;
    assert_eq!((&told["name"], &told["versions"]), (&"run-7".into(), &json!(["1a2b3c"])));
    assert_eq!(told["inputs"][0], json!({ "name": "kind", "datatype": "BYTES", "shape": [-1] }));
    assert_eq!(get(&app, "/v2").await.json["name"], "fraudctl");
    for path in ["/v2/health/live", "/v2/health/ready", "/v2/models/run-7/ready"] {
        assert_eq!(get(&app, path).await.status, 200, "{path}");
    }
    assert_eq!(get(&app, "/v2/models/run-7/versions/1a2b3c/ready").await.json["ready"], true);
    for path in ["/v2/models/run-8", "/v2/models/run-7/versions/2", "/v2/models/run-8/ready"] {
        assert_eq!(get(&app, path).await.refusal(), (404, "unknown_model", ""), "{path}");
    }
    stop.send_replace(true);
    assert_eq!(get(&app, "/v2/models/run-7/ready").await.status, 503);
}

#[actix_web::test]
async fn tensors_are_scored_as_objects_are() {
    let (app, _stop) = app(tabular(), None);
    let infer = async |body: Value| post(&app, &format!("{MODEL}/infer"), &body.to_string()).await;
    let table = json!({ "id": "r1", "inputs": [
        { "name": "x", "shape": [2, 3], "datatype": "FP64", "data": [0.7, 0, 12, 0.95, 1, 13] },
    ]});
    let reply = infer(table).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    assert_eq!((&reply.json["model_name"], &reply.json["id"]), (&"run-7".into(), &"r1".into()));
    assert_eq!(
        reply.json["outputs"][0],
        json!({ "name": "fraud", "datatype": "FP64", "shape": [2], "data": [0.7, 0.95] })
    );
    assert_eq!(reply.json["outputs"][1]["data"], json!(["review", "block"]));
    let column =
        |name: &str, data: Value| json!({ "name": name, "shape": [2], "datatype": "FP64", "data": data });
    let columns = json!({ "outputs": [{ "name": "id" }, { "name": "fraud" }], "inputs": [
        column("Amount", json!([12, 13])), column("V1", json!([0.7, 0.95])), column("Time", json!([0, null])),
        { "name": "id", "shape": [2], "datatype": "BYTES", "data": ["a", "b"] },
    ]});
    let outputs = infer(columns).await.json["outputs"].clone();
    assert_eq!((&outputs[0]["data"], &outputs[1]["data"]), (&json!(["a", "b"]), &json!([0.7, 0.95])));
    assert_eq!(app.metrics.stats().transactions, 4);
    let missing = infer(json!({ "inputs": [column("V1", json!([1, 2]))] })).await;
    assert_eq!(missing.refusal(), (400, "missing_field", "Time"));
    assert!(missing.json["error"].as_str().unwrap().starts_with("row 0: "));
    let unknown = infer(json!({ "inputs": [column("V9", json!([1, 2]))] })).await;
    assert_eq!(unknown.refusal(), (400, "unknown_field", "V9"));
    let output = infer(json!({ "inputs": [], "outputs": [{ "name": "logit" }] })).await;
    assert_eq!(output.refusal(), (400, "unknown_field", "outputs"));
    assert_eq!(infer(json!({ "inputs": 3 })).await.refusal(), (400, "wrong_type", ""));
    let late = json!({ "inputs": [{ "name": "x", "shape": [2, 3], "datatype": "FP64", "data": [0.7, 0, 12, 1e39, 0, 1] }] });
    let late = infer(late).await;
    assert_eq!(late.refusal(), (422, "out_of_range", "V1"));
    assert!(late.json["error"].as_str().unwrap().starts_with("row 1: "));
    let many = infer(
        json!({ "inputs": [column("V1", json!([1, 2])), { "name": "Time", "shape": [5000], "datatype": "FP64", "data": [] }] }),
    );
    assert_eq!(many.await.refusal(), (413, "too_large", "Time"));
    assert_eq!(app.metrics.stats().transactions, 4, "nothing of what was refused was decided");
}
