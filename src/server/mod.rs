//! The HTTP and WebSocket face of the engine: start it, ask for its address, stop it.
//!
//! Handlers are small: they read, ask the engine and the store, and answer. What is known about a transaction's
//! meaning is the engine's, what is known about durability the store's.

mod alert;
mod body;
mod fields;
mod health;
mod identity;
mod latency;
mod live;
mod metrics;
mod origin;
mod page;
mod place;
mod predict;
mod problem;
mod request;
mod routes;
mod running;
mod time;
mod ws;

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::HttpResponse;
use serde::Serialize;
use tokio::sync::watch;

pub use running::{Running, ServerError, Stopper, start};

use crate::domain::Timestamp;
use crate::engine::Engine;
use crate::store::{Location, Store, Writer};
use crate::wire::SNAPSHOT_ALERTS;
use fields::Fields;
use identity::Ids;
use live::Hub;
use metrics::Metrics;
use place::Atlas;

/// Tells the time; tests have their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a server is made of.
pub struct ServerConfig {
    /// Where to listen; port 0 picks a free one.
    pub bind: SocketAddr,
    /// Scores.
    pub engine: Arc<Engine>,
    /// Keeps every decision, when there is one.
    pub store: Option<Arc<Store>>,
    /// Cities that alerts without a known place are drawn from, and that give known places a name.
    pub locations: Vec<Location>,
    /// Threads that answer requests; 0 for one per core.
    pub workers: usize,
    /// The time of transactions that come without one; none may lie more than a day after it.
    pub clock: Clock,
}

/// What all handlers share.
struct App {
    engine: Arc<Engine>,
    fields: Fields,
    store: Option<Arc<Store>>,
    writer: Option<Writer>,
    atlas: Atlas,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    clock: Clock,
    ids: Ids,
    /// True from the moment the server was asked to stop.
    stop: watch::Receiver<bool>,
}

impl App {
    fn new(config: ServerConfig, stop: watch::Receiver<bool>) -> Result<Self, ServerError> {
        let ServerConfig { engine, store, locations, clock, .. } = config;
        engine.warm_up()?;
        let writer = store.as_ref().map(|store| store.writer()).transpose()?;
        let recent = match &store {
            Some(store) => store.read(|reader| reader.latest_alerts(SNAPSHOT_ALERTS))?,
            None => Vec::new(),
        };
        let recent = recent.into_iter().map(|stored| alert::event(stored.record)).collect();
        Ok(Self {
            fields: Fields::of(&engine),
            metrics: Arc::new(Metrics::new(engine.name())),
            hub: Arc::new(Hub::new(recent)),
            ids: Ids::since(clock()),
            atlas: Atlas::new(locations),
            engine,
            store,
            writer,
            clock,
            stop,
        })
    }
}

/// 200 with `content` as JSON.
fn answer(content: &impl Serialize) -> HttpResponse {
    let body = serde_json::to_vec(content).expect("answers have text keys");
    HttpResponse::Ok().content_type("application/json").insert_header(page::NO_SNIFFING).body(body)
}

#[cfg(test)]
mod tests;
