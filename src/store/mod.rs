//! The database: loaded transactions, populated places, every decision that was made, and what became known later.
//!
//! What a database has to do is [`Store`]; SQLite does it. One [`Writer`] thread stores decisions, many in one commit;
//! readings never wait for it. Time and policy are the caller's: nothing here looks at a clock.

mod error;
mod mailbox;
mod records;
mod sqlite;
mod writer;

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;

pub use error::StoreError;
pub use mailbox::Mailbox;
pub use records::{
    Appended, Case, Correction, Counts, DecisionRecord, Durability, Entity, Feedback, Labelled, Location,
    ModelRecord, Noted, Payment, Period, PlaceFrom, Position, Recorded, Row, Since, Source, StoredDecision,
    Suppression, Told,
};
pub use writer::{Order, Outcome, QUEUE_CAPACITY, Slots, Writer};

use crate::domain::{CustomerId, GeoPoint, TerminalId, Timestamp, Transaction};

/// Rows that are read one after the other; it ends after an error.
pub type Rows<T> = Box<dyn Iterator<Item = Result<T, StoreError>> + Send>;

/// A database that is there, ours and of the current version. Its errors are [`StoreError::Database`] where nothing else is said.
pub trait Store: Debug + Send + Sync {
    /// Starts the thread that stores decisions.
    ///
    /// # Errors
    /// When the database can not be written to.
    fn writer(&self) -> Result<Writer, StoreError>;

    /// Begins, or resumes, loading `source`.
    ///
    /// # Errors
    /// When the database can not be written to.
    fn loader(&self, source: Source) -> Result<Box<dyn Loader>, StoreError>;

    /// Makes `locations` the table of populated places.
    ///
    /// # Errors
    /// The table is then what it was before.
    fn replace_locations(&self, locations: &[Location]) -> Result<(), StoreError>;

    /// What was settled under this name for all who use the database.
    ///
    /// # Errors
    /// When it can not be read.
    fn fact(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Settles `value` under this name.
    ///
    /// # Errors
    /// When the database can not be written to.
    fn settle(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// True when an id of a transaction, a customer or a terminal begins with `prefix`: all of them are looked at.
    ///
    /// # Errors
    /// When they can not be read.
    fn has_ids_like(&self, prefix: &str) -> Result<bool, StoreError>;

    /// How much is stored.
    ///
    /// # Errors
    /// When it can not be read.
    fn counts(&self) -> Result<Counts, StoreError>;

    /// All populated places, in the order they were given.
    ///
    /// # Errors
    /// When they can not be read.
    fn locations(&self) -> Result<Vec<Location>, StoreError>;

    /// Where the terminal stood last.
    ///
    /// # Errors
    /// When it can not be read.
    fn terminal_place(&self, terminal: &TerminalId) -> Result<Option<GeoPoint>, StoreError>;

    /// The decision stored under `id`.
    ///
    /// # Errors
    /// When it can not be read.
    fn decision(&self, id: &str) -> Result<Option<StoredDecision>, StoreError>;

    /// Up to `limit` alerts stored after the one numbered `seq`, oldest first.
    ///
    /// # Errors
    /// When they can not be read.
    fn alerts_after(&self, seq: i64, limit: usize) -> Result<Vec<StoredDecision>, StoreError>;

    /// The newest alerts, `limit` at most, oldest first.
    ///
    /// # Errors
    /// When they can not be read.
    fn latest_alerts(&self, limit: usize) -> Result<Vec<StoredDecision>, StoreError>;

    /// Up to `limit` alerts decided in `period`, oldest first: those behind `after` where it is given, the last one of the page before.
    ///
    /// # Errors
    /// When they can not be read.
    fn alerts_of(
        &self,
        period: Period,
        after: Option<&StoredDecision>,
        limit: usize,
    ) -> Result<Vec<StoredDecision>, StoreError>;

    /// Up to `limit` decided or loaded payments of a customer until `time` (at that time too), the newest first.
    ///
    /// # Errors
    /// When they can not be read.
    fn payments_until(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError>;

    /// Up to `limit` of those after `time`, the oldest first.
    ///
    /// # Errors
    /// When they can not be read.
    fn payments_after(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> Result<Vec<Payment>, StoreError>;

    /// What is known of a transaction; `None` while nobody knows.
    ///
    /// # Errors
    /// When it can not be read.
    fn told(&self, id: &str) -> Result<Option<Told>, StoreError>;

    /// How many decisions a model made from `since` on, up to the one numbered `last`, by score in `bins` of equal width from 0 to 1.
    ///
    /// # Errors
    /// When they can not be read.
    fn scores(
        &self,
        model: &ModelRecord,
        since: Timestamp,
        last: i64,
        bins: usize,
    ) -> Result<Vec<u64>, StoreError>;

    /// Whose alerts are not shown; those of the past too.
    ///
    /// # Errors
    /// When they can not be read.
    fn suppressions(&self) -> Result<Vec<Suppression>, StoreError>;

    /// All stored raw transactions in the order of time (then of storing), those before `until` when it is given:
    /// loaded ones, and those that were scored live and are not in a loaded file, each with its label where one is known.
    ///
    /// # Errors
    /// When it can not be read.
    fn history(&self, until: Option<Timestamp>) -> Result<Rows<Transaction>, StoreError>;

    /// How far the history goes now.
    ///
    /// # Errors
    /// When it can not be read.
    fn position(&self) -> Result<Position, StoreError>;

    /// What the history has gained after `position`; `None` when it is another one: files were loaded since, the last decision
    /// of then is no longer there, or it is another database.
    ///
    /// # Errors
    /// When it can not be read.
    fn since(&self, position: &Position) -> Result<Option<Since>, StoreError>;

    /// All decisions in the order of storing, each with its label where one is known.
    ///
    /// # Errors
    /// When they can not be read.
    fn labelled(&self) -> Result<Rows<Labelled>, StoreError>;
}

/// A load under way. The rows and how far the load has come are committed together, so that a load that was killed
/// resumes with the very next row.
pub trait Loader: Debug {
    /// How many of the source's rows are stored: those to skip before the first [`Loader::append`].
    fn rows_done(&self) -> u64;

    /// Stores the source's next rows in one transaction.
    ///
    /// # Errors
    /// [`StoreError::LoadedElsewhere`] when another process loads the same source, else [`StoreError::Database`];
    /// nothing of `rows` is stored then.
    fn append(&mut self, rows: &[Row]) -> Result<Appended, StoreError>;

    /// Notes that the source ends here.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    fn finish(&mut self) -> Result<(), StoreError>;
}

/// Opens the database at `path`; makes it when there is none, migrates it when it is older.
///
/// # Errors
/// [`StoreError::Newer`] or [`StoreError::Foreign`] for a file that must not be touched, else
/// [`StoreError::Database`].
pub fn open(path: &Path, durability: Durability) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(sqlite::Sqlite::open(path, durability)?))
}

/// Opens the database at `path`, for who has nothing to put into a new one.
///
/// # Errors
/// [`StoreError::Missing`], and those of [`open`].
pub fn open_existing(path: &Path) -> Result<Arc<dyn Store>, StoreError> {
    match path.is_file() {
        true => open(path, Durability::Process),
        false => Err(StoreError::Missing { path: path.to_owned() }),
    }
}
