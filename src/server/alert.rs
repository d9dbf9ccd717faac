//! Alerts on the wire, and `GET /alerts`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::problem::Refusal;
use super::{App, answer};
use crate::domain::Timestamp;
use crate::engine::input;
use crate::store::{DecisionRecord, Period, PlaceFrom, StoreError};
use crate::wire::AlertEvent;

/// Alerts in one answer, when the client names no number, and at most.
const DEFAULT_LIMIT: usize = 100;
const LARGEST_LIMIT: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    since: Option<String>,
    limit: Option<usize>,
    from: Option<String>,
    to: Option<String>,
}

impl Query {
    /// The period that is asked for; open ends where only one is named, `None` where neither is.
    fn period(&self) -> Result<Option<Period>, Refusal> {
        let time = |name: &'static str, text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let error = || format!("{name}: not an RFC 3339 time such as 2025-01-31T12:00:00Z");
            let time = input::time_of(text).ok_or_else(|| Refusal::bad("invalid_value", error()).about(name));
            time.map(Some)
        };
        let (from, to) = (time("from", &self.from)?, time("to", &self.to)?);
        let ends = |time: Option<Timestamp>, end| time.unwrap_or(Timestamp::from_micros(end));
        Ok((from.is_some() || to.is_some())
            .then(|| Period { from: ends(from, i64::MIN), to: ends(to, i64::MAX) }))
    }
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
        decided: record.created.to_string(),
        from_latitude: record.from.map(|place| place.latitude),
        from_longitude: record.from.map(|place| place.longitude),
    }
}

/// `GET /alerts?since=ID&from=TIME&to=TIME&limit=N`: the alerts after the one with that id, or decided within that period, or both,
/// oldest first; without any of them the newest.
pub(super) async fn alerts(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let query = web::Query::<Query>::from_query(request.query_string())
        .map_err(|error| {
            Refusal::bad("invalid_query", format!("{error}; known are since, limit, from and to"))
        })?
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
    let period = query.period()?;
    let since = query.since.map(|id| app.engine.fields().without_card(&id).into_owned());
    let events = match app.store.clone() {
        None if period.is_some() => {
            let error = "the server stores no decisions, so that it knows no periods: start it with --db";
            return Err(Refusal::new(StatusCode::NOT_FOUND, "no_database", error));
        }
        None => app.hub.alerts_after(since.as_deref(), limit).ok_or_else(unknown)?,
        Some(store) => {
            let found = web::block(move || {
                let seen = match since.map(|id| store.decision(&id)).transpose()? {
                    Some(None) => return Ok(None),
                    seen => seen.flatten(),
                };
                let found = match (period, &seen) {
                    (Some(period), _) => store.alerts_of(period, seen.as_ref(), limit),
                    (None, Some(seen)) => store.alerts_after(seen.seq, limit),
                    (None, None) => store.latest_alerts(limit),
                };
                found.map(Some)
            });
            let stored = found.await.unwrap_or(Err(StoreError::Closed))?.ok_or_else(unknown)?;
            stored.into_iter().map(|stored| event(stored.record)).collect()
        }
    };
    Ok(answer(&events))
}
