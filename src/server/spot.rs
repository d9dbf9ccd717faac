//! The place and the title of an alert.

use actix_web::web;

use super::App;
use super::problem::Refusal;
use crate::domain::{GeoPoint, Timestamp, TransactionId};
use crate::engine::input::Request;
use crate::store::{PlaceFrom, StoreError};

/// Where an alert is shown.
pub(super) struct Spot {
    pub place: Option<GeoPoint>,
    /// Where the customer paid last before, when both places are known.
    pub from: Option<GeoPoint>,
    pub title: String,
    pub country: Option<String>,
    pub place_from: PlaceFrom,
}

/// The place the body names, else the stored place of its terminal, else a city drawn by the id.
pub(super) async fn locate(
    app: &App,
    id: &TransactionId,
    time: Timestamp,
    request: &Request,
) -> Result<Spot, Refusal> {
    let (named, terminal) = (request.place, request.terminal.as_ref());
    let Stored { terminal: stored, last } = stored(app, time, request).await?;
    let known = named.or(stored);
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
        from: last.filter(|_| known.is_some()),
        title,
        country: city.map(|city| city.country.clone()),
        place_from: match (named, known, city) {
            (None, Some(_), _) => PlaceFrom::Terminal,
            (None, None, Some(_)) => PlaceFrom::Drawn,
            _ => PlaceFrom::Request,
        },
    })
}

/// What the database knows of places.
#[derive(Debug, Default)]
struct Stored {
    /// Where the terminal stands, when the request does not say.
    terminal: Option<GeoPoint>,
    /// Where the customer paid last.
    last: Option<GeoPoint>,
}

async fn stored(app: &App, time: Timestamp, request: &Request) -> Result<Stored, Refusal> {
    let terminal = request.terminal.clone().filter(|_| request.place.is_none());
    let customer = request.customer.clone().filter(|_| request.is_transaction(app.engine.fields()));
    let Some(store) = app.store.clone().filter(|_| terminal.is_some() || customer.is_some()) else {
        return Ok(Stored::default());
    };
    let found = web::block(move || {
        let terminal = terminal.map(|terminal| store.terminal_place(&terminal)).transpose()?.flatten();
        let last = customer.map(|customer| store.payments_until(&customer, time, 1)).transpose()?;
        let last = last.and_then(|mut last| last.pop()?.place);
        Ok(Stored { terminal, last })
    });
    Ok(found.await.unwrap_or(Err(StoreError::Closed))?)
}
