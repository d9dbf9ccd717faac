//! A server's life: from binding the address to the last stored decision.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use actix_web::{HttpServer, rt, web};
use tokio::sync::watch;

use super::routes::application;
use super::{App, AtEnd, ModelError, Reloaded, ServerConfig, Tls, Tokens, drifting, retention, scores};
use crate::store::StoreError;
use crate::wire::Stats;

/// Seconds that requests under way may take to finish when the server stops.
const STOP_SECONDS: u64 = 25;

/// Threads that actix-server takes at most; it panics at more.
const MOST_WORKERS: usize = 512;

/// Why a server did not start, or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address can not be listened on.
    #[error("can not listen on {bind}: {source}")]
    Bind {
        /// The address.
        bind: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The database does not work.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system refused a thread, or the event loop failed.
    #[error("the server failed: {0}")]
    Io(#[from] io::Error),
    /// A bug: the server's thread panicked.
    #[error("the server ended with a panic")]
    Panicked,
}

/// A server that listens.
pub struct Running {
    address: SocketAddr,
    app: Arc<App>,
    stopper: Stopper,
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// Asks a server to stop; may be sent to where signals arrive.
#[derive(Debug, Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Stopper {
    /// Asks, and returns at once: readiness goes first, then requests under way are answered, WebSockets are closed
    /// and everything decided is stored.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The counters.
    pub fn stats(&self) -> Stats {
        self.app.metrics.stats()
    }

    /// True when it has ended, asked or not; [`Running::stop`] says how.
    pub fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Reads the model again that it was started with, and serves it as it is now.
    ///
    /// # Errors
    /// When the run can not be opened or does not fit; the model that is served goes on.
    pub fn reload(&self) -> Result<Reloaded, ModelError> {
        self.app.reload(None)
    }

    /// Other tokens count from now on, where tokens count at all.
    pub fn exchange_tokens(&self, tokens: Tokens) {
        self.app.access.exchange(tokens);
    }

    /// Something that can stop it from elsewhere.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Waits until it has been stopped and has ended.
    ///
    /// # Errors
    /// [`ServerError::Io`] when the event loop failed, [`ServerError::Panicked`] after a bug.
    pub fn wait(mut self) -> Result<(), ServerError> {
        self.join()
    }

    /// Stops it and waits for its end; returns the counters as they stood then.
    ///
    /// # Errors
    /// Those of [`Running::wait`].
    pub fn stop(mut self) -> Result<Stats, ServerError> {
        self.stopper.stop();
        self.join()?;
        Ok(self.app.metrics.stats())
    }

    fn join(&mut self) -> Result<(), ServerError> {
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(ended)) => Ok(ended?),
            Some(Err(_)) => Err(ServerError::Panicked),
            None => Ok(()),
        }
    }
}

impl Drop for Running {
    /// Nothing decided is lost when a caller forgets to stop.
    fn drop(&mut self) {
        self.stopper.stop();
        // Who wants to know how it ended calls `stop` or `wait`.
        let _ = self.join();
    }
}

/// Starts a server in threads of its own; it listens and is ready when this returns.
///
/// # Errors
/// [`ServerError`] when the database does not open or the address is not free.
pub fn start(mut config: ServerConfig) -> Result<Running, ServerError> {
    let (stop, stopped) = watch::channel(false);
    let bind = config.bind;
    let life = Life {
        bind,
        workers: config.workers,
        keep_days: config.keep_days,
        drain: config.drain,
        tls: config.tls.clone(),
        at_end: config.at_end.take(),
    };
    let app = Arc::new(App::new(config, stopped)?);
    let last = app.store.as_ref().map(|store| store.position()).transpose()?;
    let last = last.map_or(0, |position| position.decisions);
    let (started, address) = mpsc::channel();
    let served = app.clone();
    let thread = thread::Builder::new()
        .name("server".to_owned())
        .spawn(move || rt::System::new().block_on(serve(served, life, last, started)))?;
    let stopper = Stopper(Arc::new(stop));
    match address.recv() {
        Ok(Ok(address)) => Ok(Running { address, app, stopper, thread: Some(thread) }),
        Ok(Err(source)) => Err(ServerError::Bind { bind, source }),
        Err(_) => Err(ServerError::Panicked),
    }
}

/// What a server does besides answering.
struct Life {
    bind: SocketAddr,
    workers: usize,
    keep_days: Option<u32>,
    drain: Duration,
    tls: Option<Tls>,
    at_end: Option<AtEnd>,
}

async fn serve(
    app: Arc<App>,
    life: Life,
    last: i64,
    started: mpsc::Sender<io::Result<SocketAddr>>,
) -> io::Result<()> {
    let Life { bind, workers, keep_days, drain, tls, at_end } = life;
    let data = web::Data::from(app.clone());
    let served = data.clone();
    let mut server =
        HttpServer::new(move || application(served.clone())).disable_signals().shutdown_timeout(STOP_SECONDS);
    if workers > 0 {
        server = server.workers(workers.min(MOST_WORKERS));
    }
    let bound = match &tls {
        None => server.bind(bind),
        Some(tls) => server.bind_rustls_0_23(bind, tls.config()),
    };
    let server = match bound {
        Ok(server) => server,
        Err(error) => {
            // The starter waits for nothing else and has the error now.
            let _ = started.send(Err(error));
            return Ok(());
        }
    };
    let address = server.addrs().first().copied().unwrap_or(bind);
    let server = server.run();
    let handle = server.handle();
    let mut stop = app.stop.clone();
    rt::spawn(async move {
        // An error means that nobody is left who could ask: then it ends too.
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(drain).await;
        handle.stop(true).await;
    });
    let distributing = rt::spawn(app.hub.clone().run(app.metrics.clone(), app.stop.clone()));
    rt::spawn(drifting::run(app.clone(), app.stop.clone()));
    rt::spawn(scores::recall(data, last));
    if let Some(days) = keep_days {
        rt::spawn(retention::run(app.clone(), days, app.stop.clone()));
    }
    // The starter waits for this.
    let _ = started.send(Ok(address));
    let ended = server.await;
    distributing.abort();
    if let Some(writer) = &app.writer {
        writer.close().await;
    }
    if let Some(at_end) = at_end {
        at_end(&app.metrics.stats());
    }
    ended
}
