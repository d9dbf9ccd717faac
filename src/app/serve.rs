//! `serve`: a run, a database and a history become a listening server.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::AppError;
use super::load::locations;
use crate::domain::Thresholds;
use crate::engine::{Engine, EngineConfig};
use crate::features::InputKind;
use crate::model::artifact;
use crate::progress::Progress;
use crate::server::{self, Clock, Running, ServerConfig};
use crate::store::{Durability, Store};

/// What to serve, and where.
#[derive(Clone)]
pub struct ServeConfig {
    /// The run folder.
    pub run: PathBuf,
    /// The database: history to start from, and every decision.
    pub database: Option<PathBuf>,
    /// What a commit survives.
    pub durability: Durability,
    /// Where to listen; port 0 picks one.
    pub bind: SocketAddr,
    /// Review from this score on, instead of what the run says.
    pub review: Option<f64>,
    /// Block from this score on, instead of what the run says.
    pub block: Option<f64>,
    /// Threads that answer requests.
    pub workers: usize,
    /// The time of transactions that come without one.
    pub clock: Clock,
}

/// Opens everything and listens. Event-log models start warm: from the transactions that the database holds.
///
/// # Errors
/// When the run or the database cannot be opened, or the address cannot be bound.
pub fn serve(config: &ServeConfig, progress: &dyn Progress) -> Result<Running, AppError> {
    let run = artifact::open(&config.run)?;
    let thresholds = Thresholds {
        review: config.review.unwrap_or(run.thresholds.review),
        block: config.block.or(run.thresholds.block),
    };
    let live = run.schema.kind == InputKind::Transactions;
    let engine = Engine::new(EngineConfig {
        name: run.name,
        state: live.then(|| run.schema.state()).transpose()?,
        encoder: run.schema.encoder(),
        scorer: run.scorer,
        thresholds,
    })?;
    let store = match &config.database {
        Some(path) => Some(Arc::new(Store::open(path, config.durability)?)),
        None => None,
    };
    let mut places = Vec::new();
    if let Some(store) = &store {
        places = store.read(|reader| reader.locations())?;
        if live {
            warm_start(&engine, store, progress)?;
        }
    }
    if places.is_empty() {
        places = locations();
    }
    Ok(server::start(ServerConfig {
        bind: config.bind,
        engine: Arc::new(engine),
        store,
        locations: places,
        workers: config.workers,
        clock: Arc::clone(&config.clock),
    })?)
}

fn warm_start(engine: &Engine, store: &Store, progress: &dyn Progress) -> Result<(), AppError> {
    progress.start("reading the history", None);
    let mut failure = None;
    let history = store.history(None)?;
    let readable = history.map_while(|transaction| transaction.map_err(|error| failure = Some(error)).ok());
    let count = engine.warm_start(readable);
    progress.finish();
    match failure {
        Some(error) => Err(error.into()),
        None => {
            progress.note(format!("started from {count} stored transactions"));
            Ok(())
        }
    }
}
