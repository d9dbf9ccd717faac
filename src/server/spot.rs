//! The place and the title of an alert.

use actix_web::web;

use super::App;
use super::problem::Refusal;
use crate::domain::{GeoPoint, TerminalId, TransactionId};
use crate::store::{PlaceFrom, StoreError};

/// Where an alert is shown.
pub(super) struct Spot {
    pub place: Option<GeoPoint>,
    pub title: String,
    pub country: Option<String>,
    pub place_from: PlaceFrom,
}

/// The place the body names, else the stored place of its terminal, else a city drawn by the id.
pub(super) async fn locate(
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
    let found = web::block(move || store.terminal_place(&terminal)).await;
    Ok(found.unwrap_or(Err(StoreError::Closed))?)
}
