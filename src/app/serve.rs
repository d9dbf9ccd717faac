//! `serve`: a run, a database and a history become a listening server.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::cards::CardNumbers;
use super::load::locations;
use super::memory::Memory;
use super::shelf::Runs;
use super::{AppError, runs};
use crate::domain::Thresholds;
use crate::engine::{Engine, EngineConfig, Model, Shadow};
use crate::features::{InputKind, Reasons};
use crate::model::artifact::{self, Run};
use crate::model::drift::Window;
use crate::progress::Progress;
use crate::server::{
    self, AtEnd, Clock, ModelError, OpenModel, Running, ServerConfig, ServerError, Sites, Tls, Tokens,
};
use crate::store::{self, Durability};
use crate::wire::Stats;

/// How far features look back besides the label delay.
const WINDOW_DAYS: u32 = 30;

/// What to serve, and where.
#[derive(Clone)]
pub struct ServeConfig {
    /// The run folder.
    pub run: PathBuf,
    /// The database: history to start from, and every decision.
    pub database: Option<PathBuf>,
    /// How many days decisions stay in it; `None` for ever.
    pub keep_days: Option<u32>,
    /// How long it goes on answering after it was asked to stop, while it says that it is not ready.
    pub drain: Duration,
    /// What a commit survives.
    pub durability: Durability,
    /// Where to listen; port 0 picks one.
    pub bind: SocketAddr,
    /// Review from this score on, instead of what the run says.
    pub review: Option<f64>,
    /// Block from this score on, instead of what the run says.
    pub block: Option<f64>,
    /// A run that scores along, and of how many rows, from 0 to 1.
    pub shadow: Option<(PathBuf, f64)>,
    /// What becomes of card numbers where ids are expected.
    pub cards: CardNumbers,
    /// Who may do what; `None` when everybody may do everything.
    pub tokens: Option<Tokens>,
    /// Names that the server goes by, and pages that may connect.
    pub sites: Sites,
    /// What it shows to who connects; `None` for no TLS.
    pub tls: Option<Tls>,
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
    let live = run.schema.kind == InputKind::Transactions;
    let state = live.then(|| run.schema.state()).transpose()?;
    let delay = run.schema.label_delay_days.days();
    if let Some(days) = config.keep_days.filter(|days| live && *days < WINDOW_DAYS + delay) {
        return Err(AppError::KeepsTooLittle { days, needed: WINDOW_DAYS + delay, run: run.name });
    }
    let store = match &config.database {
        Some(path) => Some(store::open(path, config.durability)?),
        None => None,
    };
    let cards = config.cards.key(config.database.as_deref().zip(store.as_deref()))?;
    let model = model(run, config.review, config.block);
    let engine = Arc::new(Engine::new(EngineConfig { model, state, cards })?);
    let shadow = match &config.shadow {
        Some((run, share)) => Some(shadow(&engine, run, *share)?),
        None => None,
    };
    let memory = match (live, &store, &config.database) {
        (true, Some(store), Some(path)) => {
            Some(Memory::recall(engine.clone(), store.clone(), path, progress)?)
        }
        _ => None,
    };
    let mut places = store.as_ref().map_or(Ok(Vec::new()), |store| store.locations())?;
    if places.is_empty() {
        places = locations();
    }
    Ok(server::start(ServerConfig {
        bind: config.bind,
        engine,
        open: opener(config),
        shelf: Arc::new(Runs::with(&config.run)),
        shadow,
        store,
        keep_days: config.keep_days,
        drain: config.drain,
        tokens: config.tokens.clone(),
        sites: config.sites.clone(),
        tls: config.tls.clone(),
        locations: places,
        workers: config.workers,
        clock: Arc::clone(&config.clock),
        at_end: memory.map(|memory| -> AtEnd { Box::new(move |stats| save(&memory, stats)) }),
    })?)
}

/// Saves what live features remember, when all that they have seen is stored.
fn save(memory: &Memory, stats: &Stats) {
    if let Err(error) = memory.save(stats.transactions) {
        tracing::warn!(%error, "the live features were not saved; the next start reads more of the history");
    }
}

/// The model of a run, under other limits than its own where they are given.
fn model(run: Run, review: Option<f64>, block: Option<f64>) -> Model {
    Model {
        thresholds: Thresholds {
            review: review.unwrap_or(run.thresholds.review),
            block: block.or(run.thresholds.block),
        },
        version: run.manifest.version(),
        kind: run.manifest.facts.model,
        encoder: run.schema.encoder(),
        label_delay: (run.schema.kind == InputKind::Transactions).then_some(run.schema.label_delay_days),
        reasons: Reasons::new(&run.schema),
        drift: run.drift.map(|reference| Mutex::new(Window::new(reference))),
        name: run.name,
        scorer: run.scorer,
    }
}

/// A run that scores along under its own limits.
fn shadow(engine: &Engine, run: &Path, share: f64) -> Result<Shadow, AppError> {
    let model = model(artifact::open(run)?, None, None);
    engine.check_successor(&model)?;
    Ok(Shadow::start(model, share).map_err(ServerError::Io)?)
}

/// Notices that a link, such as `artifacts/latest`, points to another run.
#[derive(Debug)]
pub struct Watch {
    link: Option<PathBuf>,
    target: Option<PathBuf>,
}

impl Watch {
    /// Watches `run` when it is a link; of a folder nothing is noticed.
    pub fn new(run: &Path) -> Self {
        let link = run.is_symlink().then(|| run.to_owned());
        let target = link.as_deref().and_then(|link| link.canonicalize().ok());
        Self { link, target }
    }

    /// True when it points to another run than at the last look. A link that is being replaced, or leads nowhere, does not.
    pub fn moved(&mut self) -> bool {
        let Some(target) = self.link.as_deref().and_then(|link| link.canonicalize().ok()) else {
            return false;
        };
        let moved = self.target.as_ref() != Some(&target);
        self.target = Some(target);
        moved
    }
}

/// What opens the models that follow: by a bare name in `artifacts/`, never by a path that a client made up.
fn opener(config: &ServeConfig) -> OpenModel {
    let (first, review, block) = (config.run.clone(), config.review, config.block);
    Arc::new(move |name| {
        let folder = match name {
            None => first.clone(),
            Some(name) => runs::named(name).ok_or_else(|| ModelError::Name(name.to_owned()))?,
        };
        let run = artifact::open(&folder).map_err(|error| ModelError::Unusable(error.to_string()))?;
        Ok(model(run, review, block))
    })
}
