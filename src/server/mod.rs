//! The HTTP and WebSocket face of the engine: start it, ask for its address, stop it.
//!
//! Handlers are small: they read, ask the engine and the store, and answer. What is known about a transaction's
//! meaning is the engine's, what is known about durability the store's.

mod access;
mod alert;
mod asked;
mod batch;
mod body;
mod budget;
mod collect;
mod deciding;
mod drifting;
mod explain;
mod feedback;
mod health;
mod identity;
mod latency;
mod live;
mod metrics;
mod models;
mod openapi;
mod page;
mod place;
mod predict;
mod problem;
mod requests;
mod retention;
mod routes;
mod running;
mod runs;
mod scores;
mod spot;
mod suppressions;
mod tls;
mod transaction;
mod turns;
mod v2;
mod worker;
mod ws;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::HttpResponse;
use serde::Serialize;
use tokio::sync::watch;

pub use access::{NewToken, Scope, Sites, Tokens, TokensError};
pub use models::{ModelError, OpenModel, Reloaded};
pub use running::{Running, ServerError, Stopper, start};
pub use runs::Shelf;
pub use tls::{Tls, TlsError};

use crate::domain::Timestamp;
use crate::engine::{Engine, Shadow};
use crate::store::{Location, Store, Writer};
use crate::wire::{SNAPSHOT_ALERTS, Stats};
use access::Access;
use collect::Observed;
use drifting::Course;
use identity::Ids;
use live::Hub;
use metrics::Metrics;
use place::Atlas;
use suppressions::Suppressions;

/// Tells the time; tests have their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What is to be done when everything decided is stored and nothing more comes.
pub type AtEnd = Box<dyn FnOnce(&Stats) + Send>;

/// What a server is made of.
pub struct ServerConfig {
    /// Where to listen; port 0 picks a free one.
    pub bind: SocketAddr,
    /// Scores.
    pub engine: Arc<Engine>,
    /// Opens the models that follow.
    pub open: OpenModel,
    /// The runs that it can tell of.
    pub shelf: Arc<dyn Shelf>,
    /// Scores along, when there is one.
    pub shadow: Option<Shadow>,
    /// Keeps every decision, when there is one.
    pub store: Option<Arc<dyn Store>>,
    /// How long it goes on answering after it was asked to stop, while it says that it is not ready.
    pub drain: Duration,
    /// For so many days; `None` for ever.
    pub keep_days: Option<u32>,
    /// Cities that alerts without a known place are drawn from, and that give known places a name.
    pub locations: Vec<Location>,
    /// Who may do what; `None` when everybody may do everything.
    pub tokens: Option<Tokens>,
    /// Names that the server goes by, and pages that may connect.
    pub sites: Sites,
    /// What it shows to who connects; `None` for no TLS.
    pub tls: Option<Tls>,
    /// Threads that answer requests; 0 for one per core.
    pub workers: usize,
    /// The time of transactions that come without one; none may lie more than a day after it.
    pub clock: Clock,
    /// Done last.
    pub at_end: Option<AtEnd>,
}

/// What all handlers share.
struct App {
    engine: Arc<Engine>,
    open: OpenModel,
    shelf: Arc<dyn Shelf>,
    shadow: Option<Arc<Shadow>>,
    /// Dropped before the store, which closes the database.
    writer: Option<Writer>,
    store: Option<Arc<dyn Store>>,
    atlas: Atlas,
    hub: Arc<Hub>,
    suppressions: Suppressions,
    access: Access,
    /// Held by who gives the database an order and then changes what is in memory, so that both happen in one order.
    orders: tokio::sync::Mutex<()>,
    /// Held by who exchanges the model.
    exchanges: Mutex<()>,
    metrics: Arc<Metrics>,
    drift: Course,
    clock: Clock,
    ids: Ids,
    /// True from the moment the server was asked to stop.
    stop: watch::Receiver<bool>,
}

impl App {
    fn new(config: ServerConfig, stop: watch::Receiver<bool>) -> Result<Self, ServerError> {
        let ServerConfig { engine, open, shelf, shadow, store, locations, clock, tokens, sites, tls, .. } =
            config;
        let writer = store.as_ref().map(|store| store.writer()).transpose()?;
        let (recent, suppressed) = match &store {
            Some(store) => (store.latest_alerts(SNAPSHOT_ALERTS)?, store.suppressions()?),
            None => (Vec::new(), Vec::new()),
        };
        let shadow = shadow.map(Arc::new);
        let mut metrics = Metrics::new();
        metrics.collect(Observed { engine: engine.clone(), shadow: shadow.clone() });
        let recent = recent.into_iter().map(|stored| alert::event(stored.record)).collect();
        Ok(Self {
            metrics: Arc::new(metrics),
            hub: Arc::new(Hub::new(recent)),
            access: Access::new(tokens, sites, tls.is_some()),
            suppressions: Suppressions::new(suppressed),
            orders: tokio::sync::Mutex::default(),
            exchanges: Mutex::default(),
            ids: Ids::since(clock()),
            atlas: Atlas::new(locations),
            drift: Course::default(),
            engine,
            open,
            shelf,
            shadow,
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
