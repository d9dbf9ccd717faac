//! `GET /openapi.json`: the description of all addresses, made of the table of routes, the types of the wire and the names that
//! the served model takes.

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::access::Scope;
use super::routes::{Entry, TABLE};
use super::{App, answer};
use crate::engine::input::Fields;
use crate::features::encoding::Encoding;
use crate::wire;

/// `GET /openapi.json`
pub(super) async fn openapi(app: web::Data<App>) -> HttpResponse {
    answer(&description(app.engine.fields()))
}

/// OpenAPI 3.1.
fn description(fields: &Fields) -> Value {
    let mut paths = Map::new();
    for entry in TABLE {
        let path = paths.entry(entry.path).or_insert_with(|| json!({}));
        path[entry.method.as_str().to_lowercase()] = operation(entry);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "fraudctl serve",
            "version": env!("CARGO_PKG_VERSION"),
            "description": env!("CARGO_PKG_DESCRIPTION"),
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "paths": paths,
        "components": {
            "schemas": schemas(fields),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(entry: &Entry) -> Value {
    let content = |name: &str| json!({ "application/json": { "schema": reference(name) } });
    let mut good = json!({ "description": entry.does });
    if let Some(name) = entry.gives {
        good["content"] = content(name);
    }
    let refused = json!({ "description": "Refused, and why", "content": content("Problem") });
    let mut operation = json!({
        "summary": entry.does,
        "operationId": format!("{} {}", entry.method.as_str().to_lowercase(), entry.path)
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        "responses": { "200": good, "4XX": refused, "5XX": refused },
    });
    if let Some(name) = entry.takes {
        operation["requestBody"] = json!({ "required": true, "content": content(name) });
    }
    if entry.scope != Scope::Open {
        operation["security"] = json!([{ "token": [] }, {}]);
        operation["description"] =
            json!(format!("Needs a token of scope {} where the server takes tokens.", entry.scope.as_str()));
    }
    let segments = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameters: Vec<Value> = segments
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn schemas(fields: &Fields) -> Map<String, Value> {
    let mut all = Vec::new();
    add::<wire::Answer<'_>>(&mut all);
    add::<wire::Explained<'_>>(&mut all);
    add::<wire::Label>(&mut all);
    add::<wire::Noted>(&mut all);
    add::<wire::Suppressed>(&mut all);
    add::<wire::Problem>(&mut all);
    add::<wire::AlertEvent>(&mut all);
    let mut schemas: Map<String, Value> = all.into_iter().collect();
    let array = |name: &str| json!({ "type": "array", "items": reference(name) });
    let one_or_many = |name: &str| json!({ "oneOf": [reference(name), array(name)] });
    schemas.insert("Transaction".to_owned(), transaction(fields));
    schemas.insert("Transactions".to_owned(), array("Transaction"));
    let each = json!({ "type": "array", "items": { "oneOf": [reference("Answer"), reference("Problem")] } });
    schemas.insert("Answers".to_owned(), each);
    schemas.insert("Labels".to_owned(), one_or_many("Label"));
    schemas.insert("NotedLabels".to_owned(), one_or_many("Noted"));
    schemas.insert("Suppressions".to_owned(), array("Suppressed"));
    schemas.insert("Alerts".to_owned(), array("AlertEvent"));
    schemas.insert("Any".to_owned(), json!({ "type": "object" }));
    schemas.insert(
        "Reload".to_owned(),
        json!({ "type": "object", "properties": {
            "run": { "type": "string", "description": "Name of a run; without it the one that the server was started with" },
            "roll_back": { "type": "boolean", "description": "Serve the model again that was served before" },
        }}),
    );
    schemas.insert(
        "Tensors".to_owned(),
        json!({ "type": "object", "required": ["inputs"], "description": "Open Inference Protocol, version 2" }),
    );
    schemas
}

fn add<T: ToSchema>(all: &mut Vec<(String, Value)>) {
    let mut needed = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut needed);
    let value = |schema| serde_json::to_value(schema).expect("a schema is JSON");
    all.extend(needed.into_iter().map(|(name, schema)| (name, value(schema))));
}

/// What the served model takes.
fn transaction(fields: &Fields) -> Value {
    let kind = |encoding: &Encoding| match encoding {
        Encoding::Number => json!({ "type": ["number", "null"] }),
        Encoding::Boolean => json!({ "type": ["boolean", "number", "string", "null"] }),
        Encoding::Category(words) => json!({ "type": ["string", "number", "null"], "examples": words }),
        _ => json!({ "type": ["string", "number", "null"] }),
    };
    let inputs = fields.encoder().inputs();
    let mut row: Map<String, Value> =
        inputs.iter().map(|input| (input.name.clone(), kind(&input.encoding))).collect();
    let required: Vec<&String> = inputs.iter().map(|input| &input.name).collect();
    let features = json!({ "type": "object", "required": required, "title": "A row of features, by name" });
    let about = json!({
        "id": { "type": ["string", "integer"], "description": "Unique; without it the server makes one" },
        "time": { "type": ["string", "number"], "description": "RFC 3339, or seconds since 1970; without it now" },
        "customer": { "type": ["string", "integer"], "description": "Who pays" },
        "terminal": { "type": ["string", "integer"], "description": "Where it is paid" },
        "amount": { "type": "number" },
        "currency": { "type": "string", "description": "ISO 4217" },
        "latitude": { "type": "number", "minimum": -90, "maximum": 90 },
        "longitude": { "type": "number", "minimum": -180, "maximum": 180 },
    });
    for (name, schema) in about.as_object().into_iter().flatten() {
        row.entry(name.clone()).or_insert_with(|| schema.clone());
    }
    let mut forms = vec![features];
    if fields.takes_transactions() {
        let needed = ["customer", "terminal", "amount"];
        forms.push(json!({ "type": "object", "required": needed, "title": "A raw transaction; its features are made live" }));
    }
    json!({ "type": "object", "properties": row, "additionalProperties": false, "anyOf": forms })
}
