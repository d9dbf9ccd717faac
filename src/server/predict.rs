//! `POST /predict` and `POST /predict_map`: one transaction in, one decision out.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};

use super::problem::Refusal;
use super::request::Request;
use super::{App, alert, answer, body, origin};
use crate::domain::{Decision, GeoPoint, TerminalId, Timestamp, Transaction, TransactionId};
use crate::engine::{Given, Scored};
use crate::store::{DecisionRecord, PlaceFrom, Recorded, StoreError};
use crate::wire::Answer;

/// How far a transaction's time may lie after the clock. The live state keeps what lies within its windows before
/// the newest time it has seen: a time in the far future would cost its customer and terminal their history.
const AHEAD_US: i64 = Timestamp::DAY_US;

/// `POST /predict`
pub(super) async fn predict(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(app, &request, payload, false).await
}

/// `POST /predict_map`: the same, and an alert goes to the map.
pub(super) async fn predict_map(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    receive(app, &request, payload, true).await
}

/// Reads the request and has it decided. The task ends what it has begun even when the client leaves meanwhile, which
/// drops this future: what is stored is counted and shown as well.
async fn receive(
    app: web::Data<App>,
    request: &HttpRequest,
    payload: Payload,
    on_map: bool,
) -> Result<HttpResponse, Refusal> {
    origin::check(request)?;
    let body = body::read(request, payload).await?;
    let started = Instant::now();
    let request = Request::parse(&app.fields, &body)?;
    let decided = rt::spawn(async move { decide(&app, request, on_map, started).await }).await;
    decided.unwrap_or_else(|_| {
        let error = "the server failed on this request";
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", error))
    })
}

async fn decide(
    app: &App,
    request: Request,
    on_map: bool,
    started: Instant,
) -> Result<HttpResponse, Refusal> {
    let slot = app.writer.as_ref().map(|writer| writer.reserve()).transpose()?;
    let asked = Asked::new(app, request, on_map)?;
    let scored = asked.score(app)?;
    let is_alert = on_map && scored.decision != Decision::Approve;
    let answered = Answer {
        id: asked.id.as_str().to_owned(),
        fraud: scored.score,
        decision: scored.decision,
        threshold: scored.threshold,
        model: app.engine.name().to_owned(),
    };
    if slot.is_none() && !is_alert {
        app.metrics.decided(scored.decision, false, started.elapsed());
        return Ok(answer(&answered));
    }
    let record = asked.record(app, scored, is_alert).await?;
    let event = is_alert.then(|| alert::event(record.clone()));
    if let Some(slot) = slot {
        match slot.record(record).await? {
            Recorded::New(_) => {}
            Recorded::Repeated(before) => return Ok(answer(&answered_before(before.record))),
            Recorded::Conflict => return Err(Refusal::conflict(&answered.id)),
        }
    }
    app.metrics.decided(scored.decision, is_alert, started.elapsed());
    event.into_iter().for_each(|event| app.hub.publish(event));
    Ok(answer(&answered))
}

/// What was answered when `record` was decided.
fn answered_before(record: DecisionRecord) -> Answer {
    Answer {
        id: record.id.as_str().to_owned(),
        fraud: record.score,
        decision: record.decision,
        threshold: record.threshold,
        model: record.model,
    }
}

/// A request with everything it left out.
struct Asked {
    request: Request,
    id: TransactionId,
    time: Timestamp,
    now: Timestamp,
    on_map: bool,
    is_transaction: bool,
    given: Given,
}

impl Asked {
    fn new(app: &App, mut request: Request, on_map: bool) -> Result<Self, Refusal> {
        let now = (app.clock)();
        let time = request.time.unwrap_or(now);
        if time.micros() > now.micros().saturating_add(AHEAD_US) {
            let error = format!("{} is more than a day ahead of the server's clock", time);
            return Err(Refusal::out_of_range("time", error));
        }
        let given = Given { id: request.id.is_some(), time: request.time.is_some() };
        let is_transaction = request.is_transaction(&app.fields);
        let id = request.id.take().unwrap_or_else(|| app.ids.next());
        Ok(Self { id, time, now, on_map, is_transaction, given, request })
    }

    fn score(&self, app: &App) -> Result<Scored, Refusal> {
        if !self.is_transaction {
            return Ok(app.engine.score_row(&self.request.row)?);
        }
        let request = &self.request;
        let (Some(customer), Some(terminal), Some(amount)) =
            (request.customer.clone(), request.terminal.clone(), request.amount)
        else {
            unreachable!("Request::parse has checked that a raw transaction is complete");
        };
        let transaction = Transaction {
            id: self.id.clone(),
            time: self.time,
            customer,
            terminal,
            amount,
            place: request.place,
            fraud: None,
        };
        Ok(app.engine.score_transaction(&transaction, self.given)?)
    }

    async fn record(self, app: &App, scored: Scored, is_alert: bool) -> Result<DecisionRecord, Refusal> {
        let request = &self.request;
        let spot = match (is_alert, request.place) {
            (true, known) => locate(app, &self.id, request.terminal.as_ref(), known).await?,
            (false, place) => {
                Spot { place, title: String::new(), country: None, place_from: PlaceFrom::Request }
            }
        };
        let digest = request.digest(self.on_map);
        let paid = || app.fields.amount().map(|position| request.row[position]);
        let amount = request.amount.map(|amount| amount.value()).or_else(paid);
        // Whoever has a customer, a terminal and an amount in the database is history that live features start from.
        let (customer, terminal) = match self.is_transaction {
            true => (self.request.customer, self.request.terminal),
            false => (None, None),
        };
        Ok(DecisionRecord {
            time: self.time,
            amount: amount.filter(|amount| !amount.is_nan()),
            score: scored.score,
            decision: scored.decision,
            threshold: scored.threshold,
            model: app.engine.name().to_owned(),
            place: spot.place,
            title: spot.title,
            country: spot.country,
            place_from: spot.place_from,
            on_map: self.on_map,
            digest,
            created: self.now,
            customer,
            terminal,
            id: self.id,
        })
    }
}

/// Where an alert is shown.
struct Spot {
    place: Option<GeoPoint>,
    title: String,
    country: Option<String>,
    place_from: PlaceFrom,
}

/// The place the body names, else the stored place of its terminal, else a city drawn by the id.
async fn locate(
    app: &App,
    id: &TransactionId,
    terminal: Option<&TerminalId>,
    named: Option<GeoPoint>,
) -> Result<Spot, Refusal> {
    let known = match (named, terminal) {
        (None, Some(terminal)) => stored_place(app, terminal).await?,
        _ => named,
    };
    let city = match known {
        Some(place) => app.atlas.nearest(place),
        None => app.atlas.draw(id.as_str()),
    };
    let drawn = || city.map(|city| GeoPoint { latitude: city.latitude, longitude: city.longitude });
    let title = match (city, terminal) {
        (Some(city), _) => city.name.clone(),
        (None, Some(terminal)) => format!("terminal {terminal}"),
        (None, None) => format!("transaction {id}"),
    };
    Ok(Spot {
        place: known.or_else(drawn),
        title,
        country: city.map(|city| city.country.clone()),
        place_from: match (named, known, city) {
            (None, Some(_), _) => PlaceFrom::Terminal,
            (None, None, Some(_)) => PlaceFrom::Drawn,
            _ => PlaceFrom::Request,
        },
    })
}

async fn stored_place(app: &App, terminal: &TerminalId) -> Result<Option<GeoPoint>, Refusal> {
    let Some(store) = app.store.clone() else { return Ok(None) };
    let terminal = terminal.clone();
    let found = web::block(move || store.read(|reader| reader.terminal_place(&terminal))).await;
    Ok(found.unwrap_or(Err(StoreError::Closed))?)
}
