//! Whose alerts are not shown: `GET`, `POST` and `DELETE /suppressions`.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};
use serde::Deserialize;

use super::problem::Refusal;
use super::{App, answer, body};
use crate::cards;
use crate::domain::{CustomerId, TerminalId, Timestamp};
use crate::engine::input;
use crate::store::{Entity, Order, Suppression};
use crate::wire::Suppressed;

/// The longest reason in bytes.
const REASON_LIMIT: usize = 1_024;
/// Entities that can be suppressed at the same time: this is for exceptions.
const MOST: usize = 100_000;

/// All suppressions, in memory: each alert asks.
#[derive(Debug, Default)]
pub(super) struct Suppressions(RwLock<HashMap<Entity, Suppression>>);

impl Suppressions {
    pub(super) fn new(stored: Vec<Suppression>) -> Self {
        let by_entity = stored.into_iter().map(|suppression| (suppression.entity.clone(), suppression));
        Self(RwLock::new(by_entity.collect()))
    }

    /// True when one of both is suppressed at `now`.
    pub(super) fn hold(
        &self,
        customer: Option<&CustomerId>,
        terminal: Option<&TerminalId>,
        now: Timestamp,
    ) -> bool {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return false;
        }
        let entities = [customer.cloned().map(Entity::Customer), terminal.cloned().map(Entity::Terminal)]
            .into_iter()
            .flatten();
        entities.filter_map(|entity| all.get(&entity)).any(|suppression| holds(suppression, now))
    }

    fn list(&self, now: Timestamp) -> Vec<Suppression> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut held: Vec<Suppression> = all.values().filter(|one| holds(one, now)).cloned().collect();
        held.sort_by(|a, b| (a.entity.kind(), a.entity.id()).cmp(&(b.entity.kind(), b.entity.id())));
        held
    }

    fn is_full_for(&self, entity: &Entity, now: Timestamp) -> bool {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, suppression| holds(suppression, now));
        }
        all.len() >= MOST && !all.contains_key(entity)
    }

    fn put(&self, suppression: Suppression) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(suppression.entity.clone(), suppression);
    }

    fn remove(&self, entity: &Entity) -> bool {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(entity).is_some()
    }
}

fn holds(suppression: &Suppression, now: Timestamp) -> bool {
    suppression.until.is_none_or(|until| now < until)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    kind: String,
    id: String,
}

/// `GET /suppressions`
pub(super) async fn list(app: web::Data<App>) -> HttpResponse {
    let all = app.suppressions.list((app.clock)());
    answer(&all.iter().map(told).collect::<Vec<Suppressed>>())
}

/// `POST /suppressions`
pub(super) async fn suppress(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let body = body::read(&request, payload).await?;
    let said: Suppressed = body::parse(&body)?;
    let suppression = read(&app, said, (app.clock)())?;
    if app.suppressions.is_full_for(&suppression.entity, suppression.created) {
        let error = format!("{MOST} entities are suppressed: lift some, or change the thresholds");
        return Err(Refusal::new(StatusCode::CONFLICT, "too_many", error));
    }
    let told = told(&suppression);
    change(app, Order::Suppress(suppression.clone()), move |all| all.put(suppression)).await?;
    Ok(answer(&told))
}

/// `DELETE /suppressions?kind=KIND&id=ID`
pub(super) async fn lift(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse, Refusal> {
    let which = web::Query::<Which>::from_query(request.query_string())
        .map_err(|error| Refusal::bad("invalid_query", format!("{error}; kind and id are needed")))?
        .into_inner();
    let entity = entity(&app, &which.kind, &which.id)?;
    let lifted = entity.clone();
    match change(app, Order::Lift(entity.clone()), move |all| all.remove(&lifted)).await? {
        true => Ok(answer(&serde_json::json!({ "lifted": true }))),
        false => {
            let error = format!("{} {:?} is not suppressed", entity.kind(), entity.id());
            Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_id", error).about("id"))
        }
    }
}

/// Carries an order out in the database and then in memory: to the end even when the client leaves meanwhile, and in one order.
async fn change<T: 'static>(
    app: web::Data<App>,
    order: Order,
    apply: impl FnOnce(&Suppressions) -> T + 'static,
) -> Result<T, Refusal> {
    let changed = rt::spawn(async move {
        let _turn = app.orders.lock().await;
        if let Some(writer) = &app.writer {
            writer.obey(order).await?;
        }
        Ok(apply(&app.suppressions))
    });
    changed.await.unwrap_or_else(|_| Err(Refusal::failed()))
}

fn read(app: &App, said: Suppressed, now: Timestamp) -> Result<Suppression, Refusal> {
    let until = match &said.until {
        None => None,
        Some(text) => Some(input::time_of(text).ok_or_else(|| {
            Refusal::bad("invalid_value", "until: not an RFC 3339 time such as 2025-01-31T12:00:00Z")
                .about("until")
        })?),
    };
    if until.is_some_and(|until| until <= now) {
        return Err(Refusal::out_of_range("until", "until lies in the past"));
    }
    if said.reason.as_ref().is_some_and(|reason| reason.len() > REASON_LIMIT) {
        let error = format!("a reason may have {REASON_LIMIT} bytes");
        return Err(Refusal::out_of_range("reason", error));
    }
    let reason = said.reason.map(|reason| cards::masked(&reason).into_owned());
    Ok(Suppression { entity: entity(app, &said.kind, &said.id)?, until, reason, created: now })
}

fn entity(app: &App, kind: &str, id: &str) -> Result<Entity, Refusal> {
    if !["customer", "terminal"].contains(&kind) {
        let error = format!("field \"kind\": {kind:?} is neither customer nor terminal");
        return Err(Refusal::bad("invalid_value", error).about("kind"));
    }
    Ok(input::id(app.engine.fields(), "id", id, |id| Entity::parse(kind, id))?)
}

fn told(suppression: &Suppression) -> Suppressed {
    Suppressed {
        kind: suppression.entity.kind().to_owned(),
        id: suppression.entity.id().to_owned(),
        until: suppression.until.map(|until| until.to_string()),
        reason: suppression.reason.clone(),
    }
}
