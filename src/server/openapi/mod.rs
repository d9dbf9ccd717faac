//! `GET /openapi.json`: the description of all addresses, made of the table of routes, the types of the wire and the names that
//! the served model takes.

mod parameters;
mod schemas;

use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

pub(super) use parameters::{FROM, ID, KIND, LIMIT, MAP, Parameter, SINCE, TO, TOP};

use super::access::Scope;
use super::routes::{Entry, TABLE};
use super::{App, answer, body};
use crate::engine::input::{Fields, Form};

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
            "schemas": schemas::schemas(fields),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(entry: &Entry) -> Value {
    let (taken, given) = entry.lines.unzip();
    let mut good = json!({ "description": entry.does });
    if let Some(name) = entry.gives {
        good["content"] = content(name, given);
    }
    let refused = json!({ "description": "Refused, and why", "content": content("Problem", None) });
    let mut operation = json!({
        "summary": entry.does,
        "operationId": format!("{} {}", entry.method.as_str().to_lowercase(), entry.path)
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        "responses": { "4XX": refused, "5XX": refused },
    });
    operation["responses"][entry.status.as_str()] = good;
    if let Some(name) = entry.takes {
        operation["requestBody"] = json!({ "required": entry.needs_body, "content": content(name, taken) });
    }
    if entry.token != Scope::Open {
        operation["security"] = json!([{ "token": [] }, {}]);
        operation["description"] =
            json!(format!("Needs a token of scope {} where the server takes tokens.", entry.token.as_str()));
    }
    let parameters = parameters_of(entry);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}

/// What stands in the path and behind the `?`.
fn parameters_of(entry: &Entry) -> Vec<Value> {
    let segments = entry.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = segments
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    in_path.chain(entry.query.iter().map(Parameter::described)).collect()
}

/// A body of the schema `name`; its rows may come one a line too, when there is a schema for a `row`.
fn content(name: &str, row: Option<&str>) -> Value {
    let mut content = json!({ (body::content_type(Form::Array)): { "schema": reference(name) } });
    if let Some(row) = row {
        let mut schema = reference(row);
        schema["description"] = json!("A row; they stand one a line (NDJSON)");
        content[body::content_type(Form::Lines)] = json!({ "schema": schema });
    }
    content
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
