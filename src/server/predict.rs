//! `POST /predict` and `POST /predict_map`: one transaction in, one decision out.

use std::time::Instant;

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::deciding::{self, Place, Wants};
use super::problem::Refusal;
use super::worker::Worker;
use super::{App, answer, body};

/// `POST /predict`
pub(super) async fn predict(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(Place { app, worker }, &request, payload, Wants::default()).await
}

/// `POST /predict_map`: the same, and an alert goes to the map.
pub(super) async fn predict_map(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(Place { app, worker }, &request, payload, Wants { map: true, ..Wants::default() }).await
}

async fn receive(
    place: Place,
    request: &HttpRequest,
    payload: Payload,
    wants: Wants,
) -> Result<HttpResponse, Refusal> {
    let body = body::read(request, payload).await?;
    let started = Instant::now();
    let request = place.app.engine.read(&body)?;
    Ok(answer(&deciding::decide(place, request, wants, started).await?.0))
}
