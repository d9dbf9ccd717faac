//! What is stored, as plain values.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Rows;
use crate::domain::{
    CustomerId, Decision, GeoPoint, InvalidValue, TerminalId, Timestamp, Transaction, TransactionId,
};

/// How much a commit survives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// A killed process loses nothing; a power failure may lose the last commits, never older ones.
    #[default]
    Process,
    /// Nothing acknowledged is lost by a power failure either: every commit waits for the disk.
    Power,
}

/// What is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name, e.g. the file's absolute path.
    pub name: String,
    /// Changes when its content does or the way it is read. A source that changed is loaded from its first row again.
    pub fingerprint: String,
}

/// One row of a loaded file.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A row of an event log.
    Transaction(Transaction),
    /// A row of a table of features.
    Case(Case),
}

/// A row of a table of features: one row, one case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Unique in the database.
    pub id: TransactionId,
    /// When it happened, where the table says so.
    pub time: Option<Timestamp>,
    /// Fraud or not; `None` while nobody knows.
    pub fraud: Option<bool>,
    /// The features by name.
    pub features: serde_json::Map<String, serde_json::Value>,
}

/// What one call of [`Loader::append`](super::Loader::append) did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Appended {
    /// Rows whose id was new.
    pub inserted: u64,
    /// Rows whose id was there: the stored row now says what the file says.
    pub replaced: u64,
}

/// A populated place that alerts without coordinates may be drawn at.
#[derive(Debug, Clone, PartialEq)]
pub struct Location {
    /// The city's name.
    pub name: String,
    /// ISO 3166 alpha-2 code.
    pub country: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Inhabitants.
    pub population: u64,
    /// IANA name, e.g. `Europe/Brussels`.
    pub time_zone: String,
}

/// Where the place of a decision comes from. History for live features are the places of requests only: they knew no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceFrom {
    /// The request said it, or there is none.
    Request,
    /// Nobody knows it; it was drawn for the map.
    Drawn,
    /// Where the terminal stood before.
    Terminal,
}

impl PlaceFrom {
    /// As it stands in the column `simulated`.
    pub(super) const fn code(self) -> i64 {
        match self {
            Self::Request => 0,
            Self::Drawn => 1,
            Self::Terminal => 2,
        }
    }

    pub(super) const fn of_code(code: i64) -> Self {
        match code {
            1 => Self::Drawn,
            2 => Self::Terminal,
            _ => Self::Request,
        }
    }
}

/// One version of a model that decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ModelRecord {
    /// Name of its run.
    pub name: String,
    /// Tells it from others of that name; empty where nobody knows any more.
    pub version: String,
    /// The names of a row's values in their order.
    pub features: Vec<String>,
    /// The names of what clients send, from which a row is made; empty where nobody knows any more.
    pub inputs: Vec<String>,
}

/// One decision to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// Unique among the decisions.
    pub id: TransactionId,
    /// When the transaction happened.
    pub time: Timestamp,
    /// Who paid, when a raw transaction was scored.
    pub customer: Option<CustomerId>,
    /// Where it was paid, when a raw transaction was scored.
    pub terminal: Option<TerminalId>,
    /// How much, when the request said so.
    pub amount: Option<f64>,
    /// Probability of fraud.
    pub score: f64,
    /// What was decided.
    pub decision: Decision,
    /// The limit that was in force.
    pub threshold: f64,
    /// What scored.
    pub model: Arc<ModelRecord>,
    /// What was scored, in the order of the model's features, NaN where a value is missing; empty where nobody knows any more.
    pub row: Vec<f64>,
    /// What was said for inputs that are not simply numbers, by their names, as a JSON object; `None` when there is nothing.
    pub words: Option<String>,
    /// Where it is shown on the map.
    pub place: Option<GeoPoint>,
    /// Where the customer of an alert paid last before, when that is known.
    pub from: Option<GeoPoint>,
    /// A line for people: the city, or the terminal.
    pub title: String,
    /// ISO 3166 alpha-2 code.
    pub country: Option<String>,
    /// Where `place` comes from.
    pub place_from: PlaceFrom,
    /// True when it goes to the map if it is an alert.
    pub on_map: bool,
    /// True when it is an alert that is not shown, because its customer or terminal is suppressed.
    pub suppressed: bool,
    /// Fingerprint of what was sent and where to, to tell a repetition from another request under the same id.
    pub digest: [u8; 32],
    /// When it was decided.
    pub created: Timestamp,
}

/// A decision with its place in the order of storing.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDecision {
    /// Grows with each stored decision.
    pub seq: i64,
    /// The decision.
    pub record: DecisionRecord,
}

/// What became of a decision that was handed to the writer.
#[derive(Debug, Clone, PartialEq)]
pub enum Recorded {
    /// Stored under this number.
    New(i64),
    /// The very same request had been decided before: this is what was answered.
    Repeated(Box<StoredDecision>),
    /// Another transaction was decided under this id before; nothing was stored.
    Conflict,
}

/// What became known of a transaction that was decided or loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    /// Whose label it is.
    pub id: TransactionId,
    /// Fraud or not.
    pub fraud: bool,
    /// When it was told.
    pub given: Timestamp,
}

/// What is known of a transaction whose label was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// Where and when it was paid, when it is a raw transaction.
    pub event: Option<(TerminalId, Timestamp)>,
    /// What was decided and by which model, when it was decided and not only loaded.
    pub decided: Option<(Decision, Arc<ModelRecord>)>,
    /// What was told of it before.
    pub told: Option<bool>,
    /// What a loaded file says of it.
    pub loaded: Option<bool>,
}

/// Whose alerts can be suppressed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entity {
    /// Who pays.
    Customer(CustomerId),
    /// Where it is paid.
    Terminal(TerminalId),
}

impl Entity {
    /// `customer` or `terminal`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Terminal(_) => "terminal",
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Customer(id) => id.as_str(),
            Self::Terminal(id) => id.as_str(),
        }
    }

    /// The entity of this kind and id.
    ///
    /// # Errors
    /// [`InvalidValue`] when there is no such kind, or the id is blank or too long.
    pub fn parse(kind: &str, id: &str) -> Result<Self, InvalidValue> {
        match kind {
            "customer" => CustomerId::parse(id).map(Self::Customer),
            "terminal" => TerminalId::parse(id).map(Self::Terminal),
            _ => Err(InvalidValue::new(kind, "customer or terminal")),
        }
    }
}

/// An entity whose transactions are scored as ever, but whose alerts are not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Whose.
    pub entity: Entity,
    /// From then on they are shown again; `None` for never.
    pub until: Option<Timestamp>,
    /// Why, in the words of who asked for it.
    pub reason: Option<String>,
    /// Since when.
    pub created: Timestamp,
}

/// A span of time: from its beginning, to before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Its beginning.
    pub from: Timestamp,
    /// Its end.
    pub to: Timestamp,
}

/// A raw transaction in the history of its customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Payment {
    /// Its id.
    pub id: TransactionId,
    /// When it happened.
    pub time: Timestamp,
    /// How much.
    pub amount: f64,
    /// Where it was paid.
    pub terminal: TerminalId,
    /// Where that is, when it is known.
    pub place: Option<GeoPoint>,
    /// Probability of fraud, when it was decided and not only loaded.
    pub score: Option<f64>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Fraud or not; `None` while nobody knows.
    pub fraud: Option<bool>,
}

/// What is known of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Fraud or not.
    pub fraud: bool,
    /// When it was told; `None` when a loaded file says it.
    pub given: Option<Timestamp>,
}

/// A decision and what became known of it later.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// The decision.
    pub decision: DecisionRecord,
    /// Fraud or not; `None` while nobody knows.
    pub fraud: Option<bool>,
    /// When it became known.
    pub known: Option<Timestamp>,
}

/// How far a history goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The number of the last decision; 0 for none.
    pub decisions: i64,
    /// Its id.
    pub(super) last: String,
    /// The number of the last label.
    pub(super) labels: i64,
    /// Tells which files were loaded, and how far.
    pub loaded: [u8; 32],
}

/// What a history has gained after a position.
pub struct Since {
    /// Raw transactions in the order in which they were decided, each with its label where one is known.
    pub transactions: Rows<Transaction>,
    /// What became known of those before.
    pub corrections: Vec<Correction>,
}

/// A transaction that counts otherwise from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Where it was paid.
    pub terminal: TerminalId,
    /// When it happened.
    pub time: Timestamp,
    /// Fraud or not.
    pub fraud: bool,
}

/// How much is stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Loaded rows.
    pub transactions: u64,
    /// Decisions.
    pub decisions: u64,
    /// Decisions that went to the map.
    pub alerts: u64,
    /// Populated places.
    pub locations: u64,
}
