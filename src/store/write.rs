//! The one thread that stores decisions. It commits all that is waiting as soon as the commit before has ended:
//! under light load a decision is stored at once, under heavy load thousands share the cost of one commit.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::error::StoreError;
use super::read::decision_by_id;
use super::records::{DecisionRecord, Recorded};

/// How many decisions may wait to be written.
pub const QUEUE_CAPACITY: usize = 4_096;

const INSERT: &str = "INSERT INTO decisions (id, time_us, customer, terminal, amount, score, decision, threshold, \
    model, latitude, longitude, title, country, simulated, on_map, digest, created_us) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) \
    ON CONFLICT (id) DO NOTHING";

type Outcome = Result<Recorded, StoreError>;

enum Job {
    Store(Box<DecisionRecord>, oneshot::Sender<Outcome>),
    Close(oneshot::Sender<()>),
}

/// Hands decisions to the thread that stores them. Dropping it stores what is waiting, then ends the thread.
#[derive(Debug)]
pub struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// Room for one decision in the queue. Reserved before scoring, so that nothing is scored that can't be stored.
#[derive(Debug)]
pub struct Slot<'writer>(mpsc::Permit<'writer, Job>);

impl Slot<'_> {
    /// Stores `record`; the answer comes after its commit.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it could not be committed, [`StoreError::Closed`] when the writer ended before.
    pub async fn record(self, record: DecisionRecord) -> Result<Recorded, StoreError> {
        let (sender, outcome) = oneshot::channel();
        self.0.send(Job::Store(Box::new(record), sender));
        outcome.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Writer {
    pub(super) fn start(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(QUEUE_CAPACITY);
        let mut committer = Committer { connection, path: path.to_owned() };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || committer.run(jobs))
            .map_err(|error| StoreError::Thread { source: Arc::new(error) })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Reserves room for one decision.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the queue is full, [`StoreError::Closed`] after [`Writer::close`].
    pub fn reserve(&self) -> Result<Slot<'_>, StoreError> {
        self.queue().try_reserve().map(Slot).map_err(|refusal| match refusal {
            TrySendError::Full(()) => StoreError::Busy { capacity: QUEUE_CAPACITY },
            TrySendError::Closed(()) => StoreError::Closed,
        })
    }

    /// How many decisions wait, of [`QUEUE_CAPACITY`].
    pub fn waiting(&self) -> usize {
        self.queue().max_capacity() - self.queue().capacity()
    }

    /// True while decisions are taken.
    pub fn is_open(&self) -> bool {
        !self.queue().is_closed()
    }

    /// Stores what is waiting and takes nothing more.
    pub async fn close(&self) {
        let (sender, closed) = oneshot::channel();
        if self.queue().send(Job::Close(sender)).await.is_ok() {
            // An error means that the thread has ended, which is what is waited for.
            let _ = closed.await;
        }
    }

    fn queue(&self) -> &mpsc::Sender<Job> {
        self.queue.as_ref().expect("only drop takes it")
    }
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

struct Committer {
    connection: Connection,
    path: PathBuf,
}

impl Committer {
    fn run(&mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut group = Vec::with_capacity(QUEUE_CAPACITY);
        let mut closers = Vec::new();
        while jobs.blocking_recv_many(&mut group, QUEUE_CAPACITY) > 0 {
            let mut records = Vec::with_capacity(group.len());
            let mut waiting = Vec::with_capacity(group.len());
            for job in group.drain(..) {
                match job {
                    Job::Store(record, sender) => {
                        records.push(record);
                        waiting.push(sender);
                    }
                    Job::Close(sender) => {
                        jobs.close();
                        closers.push(sender);
                    }
                }
            }
            for (sender, outcome) in waiting.into_iter().zip(self.store(&records)) {
                // Who no longer waits has lost the connection; the decision is stored all the same.
                let _ = sender.send(outcome);
            }
        }
        for closer in closers {
            let _ = closer.send(());
        }
    }

    /// Stores all of `records`, or none.
    fn store(&mut self, records: &[Box<DecisionRecord>]) -> Vec<Outcome> {
        if records.is_empty() {
            return Vec::new();
        }
        self.commit(records).unwrap_or_else(|error| {
            let error = self.located(error);
            records.iter().map(|_| Err(error.clone())).collect()
        })
    }

    fn commit(&mut self, records: &[Box<DecisionRecord>]) -> rusqlite::Result<Vec<Outcome>> {
        let mut outcomes = Vec::with_capacity(records.len());
        let path = &self.path;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for record in records {
            outcomes.push(match insert(&transaction, record) {
                Ok(recorded) => Ok(recorded),
                // One record that the table refuses must not take the others with it.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Err(StoreError::Database { path: path.clone(), source: Arc::new(error) })
                }
                Err(error) => return Err(error),
            });
        }
        transaction.commit()?;
        Ok(outcomes)
    }

    fn located(&self, error: rusqlite::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), source: Arc::new(error) }
    }
}

fn insert(connection: &Connection, record: &DecisionRecord) -> rusqlite::Result<Recorded> {
    let inserted = connection.prepare_cached(INSERT)?.execute(rusqlite::params![
        record.id.as_str(),
        record.time.micros(),
        record.customer.as_ref().map(|customer| customer.as_str()),
        record.terminal.as_ref().map(|terminal| terminal.as_str()),
        record.amount,
        record.score,
        record.decision.as_str(),
        record.threshold,
        record.model,
        record.place.map(|place| place.latitude),
        record.place.map(|place| place.longitude),
        record.title,
        record.country,
        record.place_from.code(),
        record.on_map,
        record.digest,
        record.created.micros(),
    ])?;
    if inserted == 1 {
        return Ok(Recorded::New(connection.last_insert_rowid()));
    }
    Ok(match decision_by_id(connection, record.id.as_str())? {
        Some(stored) if stored.record.digest == record.digest => Recorded::Repeated(Box::new(stored)),
        _ => Recorded::Conflict,
    })
}
