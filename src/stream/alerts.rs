//! Alerts from the WebSocket of `serve`, each once, across lost connections.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::{Error, Pull, Source};
use crate::client::{self, Subscription, Target};
use crate::progress::Progress;
use crate::wire::{self, AlertEvent, Frame};

/// The first pause before another try to connect; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Frames that may wait here; beyond that the server's own queue for this client fills, and it counts what it drops.
const QUEUE: usize = 256;

/// Ids that are remembered to tell a new alert from one already seen: far more than a hello's snapshot holds.
const MEMORY: usize = 100_000;

/// What to follow.
#[derive(Debug, Clone)]
pub struct Follow {
    /// The `/ws` of a `fraudctl serve`.
    pub target: Target,
    /// Also hand over the stored alerts that the server shows at the first connection.
    pub history: bool,
    /// How long connecting may take, and how long the server may be silent before it counts as lost.
    pub timeout: Duration,
}

impl Follow {
    /// Follows `target` from now on, with a timeout of 10 s.
    pub const fn new(target: Target) -> Self {
        Self { target, history: false, timeout: Duration::from_secs(10) }
    }
}

/// A [`Source`] of alerts that connects again when it loses the server.
///
/// Alerts raised while it was away are caught up from the hello's snapshot. Owns its event loop: not to be used
/// from within another.
pub struct AlertFeed<'a> {
    runtime: Runtime,
    news: mpsc::Receiver<News>,
    progress: &'a dyn Progress,
    history: bool,
    seen: Seen,
    ready: VecDeque<AlertEvent>,
    greeted: bool,
    missed: u64,
    reconnects: u64,
}

/// What the task that listens tells.
enum News {
    Frame(Frame),
    Lost(String),
    Failed(client::Error),
}

impl<'a> AlertFeed<'a> {
    /// Connects; a server that is not there at the start is an error at once, later losses are waited out.
    ///
    /// # Errors
    /// [`Error::Client`] when nobody answers, or no WebSocket is there.
    pub fn open(follow: &Follow, progress: &'a dyn Progress) -> Result<Self, Error> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::System)?;
        let subscription = runtime.block_on(Subscription::open(&follow.target, follow.timeout))?;
        let (sender, news) = mpsc::channel(QUEUE);
        runtime.spawn(listen(subscription, follow.target.clone(), follow.timeout, sender));
        Ok(Self {
            runtime,
            news,
            progress,
            history: follow.history,
            seen: Seen::new(MEMORY),
            ready: VecDeque::new(),
            greeted: false,
            missed: 0,
            reconnects: 0,
        })
    }

    /// Alerts that the server dropped because this client read too slowly.
    pub const fn missed(&self) -> u64 {
        self.missed
    }

    /// How often the connection was lost and found again.
    pub const fn reconnects(&self) -> u64 {
        self.reconnects
    }

    fn take(&mut self, news: News) -> Result<(), Error> {
        match news {
            News::Frame(Frame::Hello { version, alerts, .. }) => self.greet(version, alerts)?,
            News::Frame(Frame::Alerts { events, dropped }) => {
                if dropped > 0 {
                    self.missed += dropped;
                    self.progress
                        .warn(format!("{dropped} alerts were missed: they came faster than they were read"));
                }
                self.keep_new(events);
            }
            News::Frame(Frame::Stats(_) | Frame::Model(_) | Frame::Pong { .. } | Frame::Other) => {}
            News::Lost(reason) => self.progress.warn(format!("{reason}; connecting again")),
            News::Failed(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn greet(&mut self, version: u32, alerts: Vec<AlertEvent>) -> Result<(), Error> {
        if version > wire::VERSION {
            return Err(Error::Version { theirs: version, ours: wire::VERSION });
        }
        let again = std::mem::replace(&mut self.greeted, true);
        if !again && !self.history {
            for event in &alerts {
                self.seen.insert(&event.id);
            }
            return Ok(());
        }
        if again {
            self.reconnects += 1;
            // With none seen before, as many as fit into a hello may not be all.
            let gap = !alerts.is_empty()
                && (!self.seen.is_empty() || alerts.len() >= wire::SNAPSHOT_ALERTS)
                && alerts.iter().all(|event| !self.seen.contains(&event.id));
            self.progress.note("connected again".to_owned());
            if gap {
                self.progress.warn(
                    "alerts may be missing: those that the server still shows are all newer than the last one \
                     before the connection was lost"
                        .to_owned(),
                );
            }
        }
        self.keep_new(alerts);
        Ok(())
    }

    fn keep_new(&mut self, events: Vec<AlertEvent>) {
        for event in events {
            if self.seen.insert(&event.id) {
                self.ready.push_back(event);
            }
        }
    }
}

impl Source<AlertEvent> for AlertFeed<'_> {
    fn pull(&mut self, patience: Duration) -> Result<Pull<AlertEvent>, Error> {
        let deadline = std::time::Instant::now() + patience;
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Ok(Pull::Item(event));
            }
            let news = &mut self.news;
            let next =
                self.runtime.block_on(async { tokio::time::timeout_at(deadline.into(), news.recv()).await });
            match next {
                Err(_) => return Ok(Pull::Quiet),
                Ok(None) => return Ok(Pull::End),
                Ok(Some(news)) => self.take(news)?,
            }
        }
    }
}

/// Hands over every frame, and connects again whenever the server is lost; ends when nobody listens any more.
async fn listen(first: Subscription, target: Target, timeout: Duration, news: mpsc::Sender<News>) {
    let mut subscription = first;
    loop {
        let reason = loop {
            match subscription.next().await {
                Ok(Some(frame)) => {
                    if news.send(News::Frame(frame)).await.is_err() {
                        return;
                    }
                }
                Ok(None) => break format!("{} closed the WebSocket", target.address()),
                Err(error) if error.is_passing() => break error.to_string(),
                Err(error) => {
                    let _ = news.send(News::Failed(error)).await; // Nobody listens: then it does not matter.
                    return;
                }
            }
        };
        if news.send(News::Lost(reason)).await.is_err() {
            return;
        }
        subscription = match again(&target, timeout).await {
            Ok(subscription) => subscription,
            Err(error) => {
                let _ = news.send(News::Failed(error)).await;
                return;
            }
        };
    }
}

/// Tries until the server is back; an error only when waiting cannot help.
async fn again(target: &Target, timeout: Duration) -> Result<Subscription, client::Error> {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::time::sleep(pause).await;
        match Subscription::open(target, timeout).await {
            Err(error) if error.is_passing() => pause = (pause * 2).min(LONGEST_PAUSE),
            done => return done,
        }
    }
}

/// The newest ids, so that each is told once.
struct Seen {
    known: HashSet<Arc<str>>,
    order: VecDeque<Arc<str>>,
    capacity: usize,
}

impl Seen {
    fn new(capacity: usize) -> Self {
        Self { known: HashSet::new(), order: VecDeque::new(), capacity }
    }

    /// True when `id` was not known.
    fn insert(&mut self, id: &str) -> bool {
        if self.known.contains(id) {
            return false;
        }
        let id: Arc<str> = id.into();
        self.known.insert(Arc::clone(&id));
        self.order.push_back(id);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }

    fn contains(&self, id: &str) -> bool {
        self.known.contains(id)
    }

    fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_forgets_the_oldest_first() {
        let mut seen = Seen::new(2);
        assert!(seen.is_empty() && seen.insert("a") && seen.insert("b") && !seen.insert("a"));
        assert!(seen.insert("c") && !seen.contains("a") && seen.contains("b"));
        assert_eq!((seen.known.len(), seen.order.len()), (2, 2));
    }
}
