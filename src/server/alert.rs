//! Alerts on the wire, and `GET /alerts`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::problem::Refusal;
use super::{App, answer};
use crate::store::{DecisionRecord, PlaceFrom, StoreError};
use crate::wire::AlertEvent;

/// Alerts in one answer, when the client names no number, and at most.
const DEFAULT_LIMIT: usize = 100;
const LARGEST_LIMIT: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    since: Option<String>,
    limit: Option<usize>,
}

/// The alert that `record` is.
pub(super) fn event(record: DecisionRecord) -> AlertEvent {
    AlertEvent {
        id: record.id.as_str().to_owned(),
        time: record.time.to_string(),
        amount: record.amount,
        score: record.score,
        decision: record.decision,
        model: record.model.name.clone(),
        title: record.title,
        latitude: record.place.map(|place| place.latitude),
        longitude: record.place.map(|place| place.longitude),
        country: record.country,
        simulated: record.place_from == PlaceFrom::Drawn,
    }
}

/// `GET /alerts?since=ID&limit=N`: the alerts after the one with that id, oldest first; without `since` the newest.
pub(super) async fn alerts(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let query = web::Query::<Query>::from_query(request.query_string())
        .map_err(|error| Refusal::bad("invalid_query", format!("{error}; known are since and limit")))?
        .into_inner();
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=LARGEST_LIMIT).contains(&limit) {
        let error = format!("limit has to be between 1 and {LARGEST_LIMIT}");
        return Err(Refusal::out_of_range("limit", error));
    }
    let unknown = || {
        Refusal::new(StatusCode::NOT_FOUND, "unknown_id", "no decision is stored under the id in since")
            .about("since")
    };
    let since = query.since.map(|id| app.engine.fields().without_card(&id).into_owned());
    let events = match app.store.clone() {
        None => app.hub.alerts_after(since.as_deref(), limit).ok_or_else(unknown)?,
        Some(store) => {
            let found = web::block(move || {
                let Some(id) = since else { return store.latest_alerts(limit).map(Some) };
                let Some(seen) = store.decision(&id)? else { return Ok(None) };
                store.alerts_after(seen.seq, limit).map(Some)
            });
            let stored = found.await.unwrap_or(Err(StoreError::Closed))?.ok_or_else(unknown)?;
            stored.into_iter().map(|stored| event(stored.record)).collect()
        }
    };
    Ok(answer(&events))
}
