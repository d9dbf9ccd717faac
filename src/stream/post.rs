//! Posts each transaction to a server and waits for its answer before the next one leaves.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::runtime::Runtime;

use super::{Delivery, Error, Refusal, Sink, raw_transaction};
use crate::client::{self, Bytes, Connection, Response, Target};
use crate::domain::{Decision, Transaction};
use crate::progress::Progress;
use crate::wire::Problem;

/// The first pause before another try; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// The longest wait without a look at whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where to post, and how long to try.
#[derive(Debug, Clone)]
pub struct Post {
    /// Usually the `/predict_map` of a `fraudctl serve`.
    pub target: Target,
    /// How long one answer may take.
    pub timeout: Duration,
    /// How long one transaction is tried while the server is busy or cannot be reached.
    pub patience: Duration,
}

impl Post {
    /// Posts to `target` with 10 s for an answer and 60 s of patience.
    pub const fn new(target: Target) -> Self {
        Self { target, timeout: Duration::from_secs(10), patience: Duration::from_secs(60) }
    }
}

/// Posts over one connection, so that transactions arrive in the order in which they were put.
///
/// A server that is busy (429, 503) is asked again after the time it names; a lost connection is opened again and
/// the transaction sent once more, which is safe because the server knows each by its id. Nothing is skipped.
/// Owns its event loop: not to be used from within another.
pub struct PostSink<'a> {
    post: Post,
    progress: &'a dyn Progress,
    runtime: Runtime,
    connection: Connection,
}

impl<'a> PostSink<'a> {
    /// Connects; a server that is not there at the start is an error at once, not a reason to wait.
    ///
    /// # Errors
    /// [`Error::Client`] when nobody answers.
    pub fn open(post: Post, progress: &'a dyn Progress) -> Result<Self, Error> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::System)?;
        let connection = runtime.block_on(Connection::open(&post.target, post.timeout))?;
        Ok(Self { post, progress, runtime, connection })
    }

    /// Tries until there is an answer that settles it.
    fn deliver(&mut self, id: &str, body: &Bytes) -> Result<Response, Error> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let setback = match self.runtime.block_on(self.connection.post(body.clone())) {
                Ok(response) if is_busy(response.status) => Setback::Busy(response),
                Ok(response) => return Ok(response),
                Err(error) if error.is_passing() => Setback::Lost(error),
                Err(error) => return Err(error.into()),
            };
            let wait = setback.asked_for().unwrap_or(pause);
            if began.elapsed() + wait > self.post.patience {
                let waited_seconds = began.elapsed().as_secs_f64();
                return Err(Error::Patience {
                    id: id.to_owned(),
                    waited_seconds,
                    reason: setback.to_string(),
                });
            }
            if pause == FIRST_PAUSE {
                self.progress.warn(format!("{setback}; trying again until it goes on"));
            }
            self.wait(wait)?;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn wait(&self, time: Duration) -> Result<(), Error> {
        let until = Instant::now() + time;
        loop {
            if self.progress.interrupted() {
                return Err(Error::Interrupted);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(LOOK_EVERY));
        }
    }
}

impl Sink<Transaction> for PostSink<'_> {
    fn put(&mut self, transaction: &Transaction) -> Result<Delivery, Error> {
        let id = transaction.id.as_str();
        let body =
            serde_json::to_vec(&raw_transaction(transaction)).map_err(|error| Error::Write(error.into()))?;
        let response = self.deliver(id, &Bytes::from(body))?;
        if response.is_success() {
            return Ok(Delivery::Accepted { alert: is_alert(&response.body) });
        }
        let (id, status, error) = (id.to_owned(), response.status, problem(&response.body));
        match status {
            400 | 409 | 413 | 422 => Ok(Delivery::Refused(Refusal { id, status, error })),
            _ => Err(Error::Rejected { url: self.post.target.to_string(), id, status, error }),
        }
    }
}

/// Why another try is needed.
enum Setback {
    Busy(Response),
    Lost(client::Error),
}

impl Setback {
    fn asked_for(&self) -> Option<Duration> {
        match self {
            Self::Busy(response) => response.retry_after,
            Self::Lost(_) => None,
        }
    }
}

impl fmt::Display for Setback {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(error) => error.fmt(formatter),
            Self::Busy(response) => {
                write!(
                    formatter,
                    "the server is busy (status {}: {})",
                    response.status,
                    problem(&response.body)
                )?;
                match response.retry_after {
                    Some(wait) => write!(formatter, " and asks to wait {} s", wait.as_secs()),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Too slow a request, too many, or a server (or the proxy before it) that cannot work for the moment.
const fn is_busy(status: u16) -> bool {
    matches!(status, 408 | 429 | 502..=504)
}

/// Whether the answer says review or block; other answers than a `fraudctl serve`'s say nothing.
fn is_alert(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Verdict {
        decision: Decision,
    }
    serde_json::from_slice::<Verdict>(body).is_ok_and(|verdict| verdict.decision != Decision::Approve)
}

/// What the server says about a refusal: its [`Problem`], else the start of whatever it sent.
fn problem(body: &[u8]) -> String {
    match serde_json::from_slice::<Problem>(body) {
        Ok(Problem { error, field: Some(field), .. }) => format!("{error} (field {field})"),
        Ok(Problem { error, .. }) => error,
        Err(_) if body.is_empty() => "no reason given".to_owned(),
        Err(_) => String::from_utf8_lossy(body).chars().take(200).collect(),
    }
}
