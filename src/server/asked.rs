//! A request with everything it left out, and what is stored of it.

use actix_web::web;

use super::App;
use super::deciding::Verdict;
use super::metrics::OfModel;
use super::problem::Refusal;
use super::spot::{Spot, locate};
use crate::domain::{Timestamp, TransactionId};
use crate::engine::input::Request;
use crate::engine::{Given, Scored};
use crate::store::{DecisionRecord, PlaceFrom};

/// How far a transaction's time may lie after the clock. The live state keeps what lies within its windows before
/// the newest time it has seen: a time in the far future would cost its customer and terminal their history.
const AHEAD_US: i64 = Timestamp::DAY_US;

/// A request that has an id and a time.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) id: TransactionId,
    pub(super) time: Timestamp,
    pub(super) now: Timestamp,
    pub(super) on_map: bool,
    pub(super) given: Given,
}

impl Asked {
    pub(super) fn new(app: &App, mut request: Request, on_map: bool) -> Result<Self, Refusal> {
        let now = Self::check_time(app, &request)?;
        let time = request.time.unwrap_or(now);
        let given = Given { id: request.id.is_some(), time: request.time.is_some() };
        let id = request.id.take().unwrap_or_else(|| app.ids.next());
        Ok(Self { id, time, now, on_map, given, request })
    }

    /// Refuses a request that comes from the future; else gives the time of now.
    pub(super) fn check_time(app: &App, request: &Request) -> Result<Timestamp, Refusal> {
        let now = (app.clock)();
        match request.time.filter(|time| time.micros() > now.micros().saturating_add(AHEAD_US)) {
            None => Ok(now),
            Some(time) => {
                let error = format!("{time} is more than a day ahead of the server's clock");
                Err(Refusal::out_of_range("time", error))
            }
        }
    }

    /// What was decided under its id so long ago that the live features no longer know the row, which must not count twice.
    ///
    /// # Errors
    /// A conflict when it was another transaction, or when the database does not work.
    pub(super) async fn decided_before(&self, app: &App) -> Result<Option<DecisionRecord>, Refusal> {
        let Some(store) = app.store.as_ref().filter(|_| self.given.id) else { return Ok(None) };
        if !self.request.is_transaction(app.engine.fields()) || !app.engine.has_forgotten(&self.id) {
            return Ok(None);
        }
        let (store, id) = (store.clone(), self.id.clone());
        let found =
            web::block(move || store.decision(id.as_str())).await.map_err(|_| Refusal::failed())??;
        match found {
            Some(stored) if stored.record.digest == self.request.digest(self.on_map) => {
                Ok(Some(stored.record))
            }
            Some(_) => Err(Refusal::conflict(self.id.as_str())),
            None => Ok(None),
        }
    }

    /// What is stored of it.
    pub(super) async fn record(
        self,
        app: &App,
        counts: &OfModel,
        row: Vec<f64>,
        scored: Scored,
        verdict: Verdict,
    ) -> Result<DecisionRecord, Refusal> {
        let request = &self.request;
        let spot = match (verdict.is_shown(), request.place) {
            (true, _) => locate(app, &self.id, self.time, request).await?,
            (false, place) => Spot {
                place,
                from: None,
                title: String::new(),
                country: None,
                place_from: PlaceFrom::Request,
            },
        };
        let fields = app.engine.fields();
        let digest = request.digest(self.on_map);
        let paid = || fields.amount().map(|position| row[position]);
        let amount = request.amount.map(|amount| amount.value()).or_else(paid);
        let words = request.words_json(fields);
        // Whoever has a customer, a terminal and an amount in the database is history that live features start from.
        let (customer, terminal) = match request.is_transaction(fields) {
            true => (self.request.customer, self.request.terminal),
            false => (None, None),
        };
        Ok(DecisionRecord {
            time: self.time,
            amount: amount.filter(|amount| !amount.is_nan()),
            score: scored.score,
            decision: scored.decision,
            threshold: scored.threshold,
            model: counts.record.clone(),
            row,
            words,
            place: spot.place,
            from: spot.from,
            title: spot.title,
            country: spot.country,
            place_from: spot.place_from,
            on_map: self.on_map,
            suppressed: verdict == Verdict::Suppressed,
            digest,
            created: self.now,
            customer,
            terminal,
            id: self.id,
        })
    }
}
