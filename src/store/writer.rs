//! The one thread that writes. It commits all that is waiting as soon as the commit before has ended: under light load
//! a decision is stored at once, under heavy load thousands share the cost of one commit.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use super::error::StoreError;
use super::mailbox::{Letter, Mailbox};
use super::records::{DecisionRecord, Entity, Feedback, Noted, Recorded, Suppression};
use crate::domain::Timestamp;

/// How many decisions may wait to be written.
pub const QUEUE_CAPACITY: usize = 4_096;

/// Something to be written besides decisions.
#[derive(Debug, Clone, PartialEq)]
pub enum Order {
    /// Note labels.
    Label(Vec<Feedback>),
    /// Show no alerts of an entity, or on other terms than before.
    Suppress(Suppression),
    /// Show them again.
    Lift(Entity),
    /// Delete the oldest decisions that were made before this time, so many at most, with what was told of them.
    Forget(Timestamp, usize),
}

/// What became of an [`Order`].
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Of labels, of each in their order; `None` for an id that nothing is stored under, of which nothing was stored.
    Noted(Vec<Option<Noted>>),
    /// Of any other: how many rows it changed.
    Changed(usize),
}

/// What a database does for a [`Writer`].
pub(super) trait Commit: Send {
    /// Stores all of `records`, or none; says what became of each, or why nothing was stored.
    fn store(&mut self, records: &[DecisionRecord]) -> Vec<Result<Recorded, StoreError>>;

    /// Does what it says, or nothing.
    fn obey(&mut self, order: &Order) -> Result<Outcome, StoreError>;

    /// Leaves the database as those like it that were never busy.
    fn finish(&mut self);
}

enum Job {
    Store(Box<DecisionRecord>, Waiting),
    StoreAll(Vec<DecisionRecord>, Waiting),
    Obey(Order, oneshot::Sender<Result<Outcome, StoreError>>),
    Close(oneshot::Sender<()>),
}

/// Who waits for decisions to be stored.
struct Waiting {
    asked: Asked,
    mailbox: Option<Mailbox>,
    /// Given back after the commit.
    room: OwnedSemaphorePermit,
}

enum Asked {
    One(oneshot::Sender<Result<Recorded, StoreError>>),
    Many(oneshot::Sender<Vec<Result<Recorded, StoreError>>>, usize),
}

/// Hands decisions to the thread that stores them. Dropping it stores what is waiting, then ends the thread.
#[derive(Debug)]
pub struct Writer {
    queue: Option<mpsc::UnboundedSender<Job>>,
    /// What bounds the queue: one for each decision that waits, or is about to.
    room: Arc<Semaphore>,
    thread: Option<JoinHandle<()>>,
}

/// Room for decisions in the queue. Reserved before scoring, so that nothing is scored that can't be stored.
#[derive(Debug)]
pub struct Slots<'writer> {
    writer: &'writer Writer,
    room: OwnedSemaphorePermit,
    mailbox: Option<Mailbox>,
}

impl Slots<'_> {
    /// Has the answer come through `mailbox`, which somebody has to [`run`](Mailbox::run).
    #[must_use]
    pub fn through(self, mailbox: &Mailbox) -> Self {
        Self { mailbox: Some(mailbox.clone()), ..self }
    }

    /// Stores `record`; the answer comes after its commit.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it could not be committed, [`StoreError::Closed`] when the writer ended before.
    pub async fn record(self, record: DecisionRecord) -> Result<Recorded, StoreError> {
        let (sender, outcome) = oneshot::channel();
        let Self { writer, room, mailbox } = self;
        writer.send(Job::Store(Box::new(record), Waiting { asked: Asked::One(sender), mailbox, room }))?;
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Stores `records` in one commit, for each of which there has to be room; says what became of each.
    ///
    /// # Errors
    /// [`StoreError::Closed`] when the writer ended before.
    pub async fn record_all(
        self,
        records: Vec<DecisionRecord>,
    ) -> Result<Vec<Result<Recorded, StoreError>>, StoreError> {
        let Self { writer, room, mailbox } = self;
        debug_assert!(records.len() <= room.num_permits());
        let (sender, outcomes) = oneshot::channel();
        let asked = Asked::Many(sender, records.len());
        writer.send(Job::StoreAll(records, Waiting { asked, mailbox, room }))?;
        outcomes.await.map_err(|_| StoreError::Closed)
    }
}

impl Writer {
    pub(super) fn start(committer: impl Commit + 'static) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(QUEUE_CAPACITY));
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(committer, jobs))
            .map_err(|error| StoreError::Thread { source: Arc::new(error) })?;
        Ok(Self { queue: Some(queue), room, thread: Some(thread) })
    }

    /// Reserves room for `count` decisions, [`QUEUE_CAPACITY`] at most.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when there is not as much, [`StoreError::Closed`] after [`Writer::close`].
    pub fn reserve(&self, count: usize) -> Result<Slots<'_>, StoreError> {
        match self.room.clone().try_acquire_many_owned(permits(count)) {
            Ok(room) => Ok(Slots { writer: self, room, mailbox: None }),
            Err(TryAcquireError::NoPermits) => Err(StoreError::Busy { capacity: QUEUE_CAPACITY }),
            Err(TryAcquireError::Closed) => Err(StoreError::Closed),
        }
    }

    /// Waits for room for `count` decisions, [`QUEUE_CAPACITY`] at most: for who has begun to answer and goes on.
    ///
    /// # Errors
    /// [`StoreError::Closed`] after [`Writer::close`].
    pub async fn room(&self, count: usize) -> Result<Slots<'_>, StoreError> {
        let permit = self.room.clone().acquire_many_owned(permits(count)).await;
        permit.map(|room| Slots { writer: self, room, mailbox: None }).map_err(|_| StoreError::Closed)
    }

    /// Has something else written; what was handed over before is written before.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it could not be committed, [`StoreError::Closed`] when the writer ended before.
    pub async fn obey(&self, order: Order) -> Result<Outcome, StoreError> {
        let (sender, outcome) = oneshot::channel();
        // It counts as one decision: orders are bounded too.
        let _room = self.room(1).await?;
        self.send(Job::Obey(order, sender))?;
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }

    /// How many decisions wait, of [`QUEUE_CAPACITY`].
    pub fn waiting(&self) -> usize {
        QUEUE_CAPACITY - self.room.available_permits()
    }

    /// True while decisions are taken.
    pub fn is_open(&self) -> bool {
        !self.room.is_closed() && self.queue.as_ref().is_some_and(|queue| !queue.is_closed())
    }

    /// Stores what is waiting and takes nothing more.
    pub async fn close(&self) {
        self.room.close();
        let (sender, closed) = oneshot::channel();
        if self.send(Job::Close(sender)).is_ok() {
            // An error means that the thread has ended, which is what is waited for.
            let _ = closed.await;
        }
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().expect("only drop takes it");
        queue.send(job).map_err(|_| StoreError::Closed)
    }
}

fn permits(count: usize) -> u32 {
    assert!(count <= QUEUE_CAPACITY, "{count} decisions never find room");
    count as u32
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been answered: everybody who waited got `Closed`.
            let _ = thread.join();
        }
    }
}

fn run(mut committer: impl Commit, mut jobs: mpsc::UnboundedReceiver<Job>) {
    let mut group = Vec::with_capacity(QUEUE_CAPACITY);
    let mut closers = Vec::new();
    while jobs.blocking_recv_many(&mut group, QUEUE_CAPACITY) > 0 {
        // Who shares this core may have more to say: one commit for all of it costs as much as for the first.
        std::thread::yield_now();
        while group.len() < QUEUE_CAPACITY
            && let Ok(job) = jobs.try_recv()
        {
            group.push(job);
        }
        let mut batch = Batch::default();
        for job in group.drain(..) {
            match job {
                Job::Store(record, waiting) => batch.add([*record], waiting),
                Job::StoreAll(records, waiting) => batch.add(records, waiting),
                Job::Obey(order, sender) => {
                    std::mem::take(&mut batch).store(&mut committer);
                    // Who no longer waits has lost the connection; it is done all the same.
                    let _ = sender.send(committer.obey(&order));
                }
                Job::Close(sender) => {
                    jobs.close();
                    closers.push(sender);
                }
            }
        }
        batch.store(&mut committer);
    }
    committer.finish();
    for closer in closers {
        let _ = closer.send(());
    }
}

/// Decisions that share a commit.
#[derive(Default)]
struct Batch {
    records: Vec<DecisionRecord>,
    waiting: Vec<Waiting>,
}

impl Batch {
    fn add(&mut self, records: impl IntoIterator<Item = DecisionRecord>, waiting: Waiting) {
        self.records.extend(records);
        self.waiting.push(waiting);
    }

    fn store(self, committer: &mut impl Commit) {
        if self.waiting.is_empty() {
            return;
        }
        let mut outcomes = committer.store(&self.records).into_iter();
        let mut boxes: Vec<(Mailbox, Vec<Letter>)> = Vec::new();
        for Waiting { asked, mailbox, room } in self.waiting {
            drop(room);
            let letter = match asked {
                Asked::One(sender) => Letter::new(sender, outcomes.next().unwrap_or(Err(StoreError::Closed))),
                Asked::Many(sender, count) => Letter::new(sender, outcomes.by_ref().take(count).collect()),
            };
            match (mailbox, boxes.last_mut()) {
                (None, _) => letter.open(),
                (Some(mailbox), Some((last, letters))) if last.is(&mailbox) => letters.push(letter),
                (Some(mailbox), _) => boxes.push((mailbox, vec![letter])),
            }
        }
        for (mailbox, letters) in boxes {
            mailbox.put(letters);
        }
    }
}
