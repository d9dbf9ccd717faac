//! The Open Inference Protocol, version 2, as KServe, Triton and Seldon speak it: what is served, is it ready, and infer.

mod infer;
mod tensor;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

pub(super) use infer::infer;

use super::problem::Refusal;
use super::{App, answer, health};
use crate::engine::Model;
use crate::features::encoding::Encoding;

/// `GET /v2`
pub(super) async fn server() -> HttpResponse {
    answer(&json!({ "name": "fraudctl", "version": env!("CARGO_PKG_VERSION"), "extensions": [] }))
}

/// `GET /v2/health/live`
pub(super) async fn live() -> HttpResponse {
    health::live().await
}

/// `GET /v2/health/ready`
pub(super) async fn ready(app: web::Data<App>) -> Result<HttpResponse, Refusal> {
    health::ready(app).await
}

/// `GET /v2/models/NAME/ready`
pub(super) async fn model_ready(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let name = asked_for(&app.engine.model(), &request)?;
    health::ready(app).await?;
    Ok(answer(&json!({ "name": name, "ready": true })))
}

/// `GET /v2/models/NAME`
pub(super) async fn model(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let model = app.engine.model();
    let name = asked_for(&model, &request)?;
    let column = |name: &str, datatype: &str| json!({ "name": name, "datatype": datatype, "shape": [-1] });
    let inputs = model.encoder.inputs().iter().map(|input| {
        let datatype = match input.encoding {
            Encoding::Boolean => "BOOL",
            Encoding::Number => "FP64",
            _ => "BYTES",
        };
        column(&input.name, datatype)
    });
    Ok(answer(&json!({
        "name": name,
        "versions": [model.version],
        "platform": format!("fraudctl_{}", model.kind.as_str()),
        "inputs": inputs.collect::<Vec<_>>(),
        "outputs": [column("fraud", "FP64"), column("decision", "BYTES"), column("id", "BYTES")],
    })))
}

/// The name of the model in the address, which has to be the one that is served.
fn asked_for(model: &Model, request: &HttpRequest) -> Result<String, Refusal> {
    let segment = |name: &str| request.match_info().get(name);
    let named = segment("model").unwrap_or_default();
    if named == model.name && segment("version").is_none_or(|version| version == model.version) {
        return Ok(model.name.clone());
    }
    let error = format!("there is no such model; {:?} in version {:?} is served", model.name, model.version);
    Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_model", error))
}
