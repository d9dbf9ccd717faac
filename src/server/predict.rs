//! `POST /predict` and `POST /predict_map`: one transaction in, one decision out.

use std::time::Instant;

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::deciding::Wants;
use super::problem::Refusal;
use super::{App, answer, body, deciding};

/// `POST /predict`
pub(super) async fn predict(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(app, &request, payload, Wants::default()).await
}

/// `POST /predict_map`: the same, and an alert goes to the map.
pub(super) async fn predict_map(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(app, &request, payload, Wants { map: true, ..Wants::default() }).await
}

async fn receive(
    app: web::Data<App>,
    request: &HttpRequest,
    payload: Payload,
    wants: Wants,
) -> Result<HttpResponse, Refusal> {
    let body = body::read(request, payload).await?;
    let started = Instant::now();
    let request = app.engine.read(&body)?;
    Ok(answer(&deciding::decide(app, request, wants, started).await?.0))
}
