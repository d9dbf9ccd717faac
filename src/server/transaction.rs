//! `GET /transactions/{id}`: a stored decision, what moved its score, what became known of it, and what its customer paid besides.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::access::{Scope, Shown};
use super::problem::Refusal;
use super::{App, answer};
use crate::store::{Payment, PlaceFrom, Store, StoreError, StoredDecision, Told};
use crate::wire::{Before, FeatureValue, Reasons, StoredTransaction, Verdict};

/// Payments of the customer that are shown: before it, and after.
const BEFORE: usize = 40;
const AFTER: usize = 10;

/// What the database knows of a transaction.
struct Found {
    stored: StoredDecision,
    told: Option<Told>,
    /// The newest first.
    payments: Vec<Payment>,
}

/// `GET /transactions/{id}`
pub(super) async fn transaction(
    app: web::Data<App>,
    request: HttpRequest,
    path: web::Path<String>,
) -> Result<HttpResponse, Refusal> {
    let id = app.engine.fields().without_card(&path).into_owned();
    let Some(store) = app.store.clone() else {
        let error = "the server stores no decisions: start it with --db";
        return Err(Refusal::new(StatusCode::NOT_FOUND, "no_database", error));
    };
    let looked = id.clone();
    let found = web::block(move || find(&*store, &looked)).await.unwrap_or(Err(StoreError::Closed))?;
    let Some(found) = found else {
        let error = format!("no decision is stored under the id {id:?}");
        return Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_id", error).about("id"));
    };
    let may_ask = app.access.admit(Scope::Explain, &Shown::of(&request)).is_ok();
    let reasons = if may_ask {
        reasons(&app, &found.stored)
    } else {
        Err("a token of scope explain may ask".to_owned())
    };
    Ok(answer(&told(found, reasons)))
}

fn find(store: &dyn Store, id: &str) -> Result<Option<Found>, StoreError> {
    let Some(stored) = store.decision(id)? else { return Ok(None) };
    let mut payments = Vec::new();
    if let Some(customer) = &stored.record.customer {
        let time = stored.record.time;
        payments = store.payments_after(customer, time, AFTER)?;
        payments.reverse();
        payments.extend(store.payments_until(customer, time, BEFORE + 1)?);
        payments.retain(|payment| payment.id != stored.record.id);
        payments.truncate(BEFORE + AFTER);
    }
    Ok(Some(Found { told: store.told(id)?, stored, payments }))
}

/// What moved a score, where the model that gave it is still there to ask; else why there is none.
fn reasons(app: &App, stored: &StoredDecision) -> Result<Reasons, String> {
    let record = &stored.record;
    let models = [Some(app.engine.model()), app.engine.previous()];
    let is_it = |version: &str, name: &str| version == record.model.version && name == record.model.name;
    let model = models.into_iter().flatten().find(|model| is_it(&model.version, &model.name));
    let model = model.filter(|_| !record.row.is_empty());
    let model =
        model.ok_or_else(|| format!("the model {:?} that decided is no longer served", record.model.name))?;
    let explained = model.explain(&record.row, record.row.len()).map_err(|error| error.to_string())?;
    Ok(Reasons { base: explained.base, contributions: explained.contributions, rest: explained.rest })
}

fn told(found: Found, reasons: Result<Reasons, String>) -> StoredTransaction {
    let Found { stored: StoredDecision { record, .. }, told, payments } = found;
    let value = |(feature, value): (&String, f64)| FeatureValue {
        feature: feature.clone(),
        value: Some(value).filter(|value| value.is_finite()),
    };
    let features = record.model.features.iter().zip(record.row.iter().copied()).map(value).collect();
    let words = record.words.as_deref().and_then(|words| serde_json::from_str(words).ok());
    let unexplained = reasons.as_ref().err().cloned();
    StoredTransaction {
        id: record.id.as_str().to_owned(),
        time: record.time.to_string(),
        decided: record.created.to_string(),
        customer: record.customer.map(|customer| customer.as_str().to_owned()),
        terminal: record.terminal.map(|terminal| terminal.as_str().to_owned()),
        amount: record.amount,
        score: record.score,
        decision: record.decision,
        threshold: record.threshold,
        model: record.model.name.clone(),
        model_version: record.model.version.clone(),
        title: record.title,
        country: record.country,
        latitude: record.place.map(|place| place.latitude),
        longitude: record.place.map(|place| place.longitude),
        simulated: record.place_from == PlaceFrom::Drawn,
        suppressed: record.suppressed,
        features,
        words: words.unwrap_or_default(),
        label: told
            .map(|told| Verdict { fraud: told.fraud, told: told.given.map(|given| given.to_string()) }),
        reasons: reasons.ok(),
        unexplained,
        history: payments.into_iter().map(before).collect(),
    }
}

fn before(payment: Payment) -> Before {
    Before {
        id: payment.id.as_str().to_owned(),
        time: payment.time.to_string(),
        amount: payment.amount,
        terminal: payment.terminal.as_str().to_owned(),
        latitude: payment.place.map(|place| place.latitude),
        longitude: payment.place.map(|place| place.longitude),
        score: payment.score,
        decision: payment.decision,
        fraud: payment.fraud,
    }
}
