//! The one thread that writes. It commits all that is waiting as soon as the commit before has ended: under light load
//! a decision is stored at once, under heavy load thousands share the cost of one commit.

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, mpsc, oneshot};

use super::error::StoreError;
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
    /// Of labels, of each in their order.
    Noted(Vec<Noted>),
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
    Store(Box<DecisionRecord>, oneshot::Sender<Result<Recorded, StoreError>>, OwnedSemaphorePermit),
    StoreAll(Vec<DecisionRecord>, oneshot::Sender<Vec<Result<Recorded, StoreError>>>, OwnedSemaphorePermit),
    Obey(Order, oneshot::Sender<Result<Outcome, StoreError>>),
    Close(oneshot::Sender<()>),
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
    permit: OwnedSemaphorePermit,
}

impl Slots<'_> {
    /// Stores `record`; the answer comes after its commit.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it could not be committed, [`StoreError::Closed`] when the writer ended before.
    pub async fn record(self, record: DecisionRecord) -> Result<Recorded, StoreError> {
        let (sender, outcome) = oneshot::channel();
        self.writer.send(Job::Store(Box::new(record), sender, self.permit))?;
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
        debug_assert!(records.len() <= self.permit.num_permits());
        let (sender, outcomes) = oneshot::channel();
        self.writer.send(Job::StoreAll(records, sender, self.permit))?;
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
            Ok(permit) => Ok(Slots { writer: self, permit }),
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
        permit.map(|permit| Slots { writer: self, permit }).map_err(|_| StoreError::Closed)
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

/// Who waits for decisions to be stored.
enum Waiting {
    One(oneshot::Sender<Result<Recorded, StoreError>>),
    Many(oneshot::Sender<Vec<Result<Recorded, StoreError>>>, usize),
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
                Job::Store(record, sender, room) => batch.add([*record], Waiting::One(sender), room),
                Job::StoreAll(records, sender, room) => {
                    let waiting = Waiting::Many(sender, records.len());
                    batch.add(records, waiting, room);
                }
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
    /// Given back after the commit.
    room: Vec<OwnedSemaphorePermit>,
}

impl Batch {
    fn add(
        &mut self,
        records: impl IntoIterator<Item = DecisionRecord>,
        waiting: Waiting,
        room: OwnedSemaphorePermit,
    ) {
        self.records.extend(records);
        self.waiting.push(waiting);
        self.room.push(room);
    }

    fn store(self, committer: &mut impl Commit) {
        if self.waiting.is_empty() {
            return;
        }
        let mut outcomes = committer.store(&self.records).into_iter();
        drop(self.room);
        for waiting in self.waiting {
            // Who no longer waits has lost the connection; the decision is stored all the same.
            match waiting {
                Waiting::One(sender) => {
                    let _ = sender.send(outcomes.next().unwrap_or(Err(StoreError::Closed)));
                }
                Waiting::Many(sender, count) => {
                    let _ = sender.send(outcomes.by_ref().take(count).collect());
                }
            }
        }
    }
}
