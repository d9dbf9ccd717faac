//! `POST /explain`: a decision, and what moved it.

use std::time::Instant;

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::deciding::{self, Place, Wants};
use super::problem::Refusal;
use super::worker::Worker;
use super::{App, answer, body};
use crate::wire::Explained;

/// Contributions that are told one by one when the client names no number.
const DEFAULT_TOP: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    top: Option<usize>,
}

/// `POST /explain?top=N`
pub(super) async fn explain(
    app: web::Data<App>,
    worker: web::Data<Worker>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let query = web::Query::<Query>::from_query(request.query_string())
        .map_err(|error| Refusal::bad("invalid_query", format!("{error}; known is top")))?;
    let body = body::read(&request, payload).await?;
    let started = Instant::now();
    let read = app.engine.read(&body)?;
    let wants = Wants { map: false, contributions: Some(query.top.unwrap_or(DEFAULT_TOP)) };
    let (decided, explanation) = deciding::decide(Place { app, worker }, read, wants, started).await?;
    let Some(explanation) = explanation else { return Err(Refusal::failed()) };
    Ok(answer(&Explained {
        answer: decided,
        base: explanation.base,
        contributions: explanation.contributions,
        rest: explanation.rest,
    }))
}
