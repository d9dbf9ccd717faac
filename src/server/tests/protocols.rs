//! The API's description, and the Open Inference Protocol.

use serde_json::json;

use super::super::routes::TABLE;
use super::*;

#[actix_web::test]
async fn the_description_tells_every_address_and_only_schemas_that_are_there() {
    let (app, _stop) = app(worded(), None);
    let description = get(&app, "/openapi.json").await.json;
    for entry in TABLE {
        let method = entry.method.as_str().to_lowercase();
        let operation = &description["paths"][entry.path][&method];
        assert_eq!(operation["summary"], entry.does, "{method} {}", entry.path);
        assert_eq!(operation["requestBody"].is_object(), entry.takes.is_some());
    }
    let mut ids: Vec<String> = Vec::new();
    let schemas = &description["components"]["schemas"];
    let text = description.to_string();
    for (place, _) in text.match_indices("#/components/schemas/") {
        let name = text[place + 21..].split('"').next().unwrap();
        assert!(schemas[name].is_object(), "{name} is not described");
    }
    for path in description["paths"].as_object().unwrap().values() {
        ids.extend(
            path.as_object().unwrap().values().map(|one| one["operationId"].as_str().unwrap().to_owned()),
        );
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), count), (TABLE.len(), TABLE.len()));
    let transaction = &schemas["Transaction"];
    assert_eq!(transaction["properties"]["kind"]["examples"], json!(["food", "fuel"]));
    assert_eq!(transaction["anyOf"][0]["required"], json!(["kind", "abroad", "amount"]));
    assert_eq!(schemas["Answer"]["properties"]["fraud"]["type"], "number");
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
    assert_eq!(infer(json!({ "inputs": 3 })).await.refusal(), (400, "malformed", ""));
    assert_eq!(app.metrics.stats().transactions, 4, "nothing of what was refused was decided");
}
