//! Event logs: a file's columns as transactions.

use std::path::Path;

use super::blocks::each_block;
use super::error::DatasetError;
use super::file::read;
use super::identity::{ContentIds, UniqueIds, check_unique};
use super::table::{Kind, Table, Wanted};
use crate::domain::{Amount, GeoPoint, InvalidValue, Timestamp, Transaction};
use crate::features::{EventLog, Schema};
use crate::progress::Progress;
use crate::text::Texts;

/// An event log with the names of its rows, in the order of the file.
#[derive(Debug, Clone)]
pub struct Log {
    /// What features are made of.
    pub events: EventLog,
    /// The file's ids; without a column of them, a transaction's id follows from its time, customer, terminal and amount,
    /// and from how many equal ones stand before it.
    pub ids: Texts,
}

/// Reads the event log that `schema` says `path` is.
///
/// # Errors
/// When the file cannot be read, a cell does not fit (with its line and column), or two rows have one id.
pub fn log(path: &Path, schema: &Schema) -> Result<Log, DatasetError> {
    let columns = LogColumns::new(schema);
    let mut table = Table(read(path, &columns.wanted.0)?);
    let events = columns.events(path, 0, &mut table)?;
    let ids = columns.ids(&events, &mut table, &mut ContentIds::default());
    if columns.id.is_some() {
        check_unique(path, schema.columns.id.as_deref(), &ids)?;
    }
    Ok(Log { events, ids })
}

/// How the rows of an event log stand in time.
#[derive(Debug, Clone, Copy)]
pub struct LogOrder {
    /// No row is older than the one before it.
    pub in_order: bool,
    /// Rows.
    pub rows: usize,
    /// Rows that are not newer than the time asked about.
    pub not_newer: usize,
}

/// How the rows of an event log stand in time, to each other and to `since`; sees to it that no two of them have one id. Reads nothing
/// else.
///
/// # Errors
/// When the file cannot be read, a time is none, two rows have the same id, or the user stopped.
pub fn log_order(
    path: &Path,
    schema: &Schema,
    since: Option<Timestamp>,
    progress: &dyn Progress,
) -> Result<LogOrder, DatasetError> {
    let mut wanted = Wanted::default();
    let time = wanted.add(schema.columns.time.as_deref(), Kind::Time(schema.time_format));
    let id = wanted.add(schema.columns.id.as_deref(), Kind::Identifier);
    let mut order = LogOrder { in_order: true, rows: 0, not_newer: 0 };
    let (mut newest, mut ids) = (None, UniqueIds::default());
    each_block(path, &wanted.0, |columns| {
        progress.check()?;
        let mut table = Table(columns);
        let times = table.times(time);
        order.rows += times.len();
        order.not_newer += times.iter().filter(|time| Some(**time) <= since).count();
        order.in_order &= times.is_sorted() && (times.is_empty() || newest <= times.first().copied());
        newest = times.last().copied().or(newest);
        ids.extend(&table.texts(id));
        Ok::<_, DatasetError>(())
    })?;
    ids.check(path, schema.columns.id.as_deref())?;
    Ok(order)
}

/// Reads an event log as single transactions.
///
/// # Errors
/// As [`log`].
pub fn transactions(path: &Path, schema: &Schema) -> Result<Vec<Transaction>, DatasetError> {
    let Log { events, ids } = log(path, schema)?;
    let transaction = |row| events.transaction(row, ids.get(row));
    (0..events.len())
        .map(|row| transaction(row).map_err(|error| DatasetError::unusable_row(path, row, &error)))
        .collect()
}

/// The columns of an event log among those that a file is asked for.
pub(super) struct LogColumns<'a> {
    pub(super) wanted: Wanted<'a>,
    id: Option<usize>,
    time: Option<usize>,
    customer: Option<usize>,
    terminal: Option<usize>,
    amount: Option<usize>,
    latitude: Option<usize>,
    longitude: Option<usize>,
    label: Option<usize>,
}

impl<'a> LogColumns<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let columns = &schema.columns;
        let mut wanted = Wanted::default();
        Self {
            time: wanted.add(columns.time.as_deref(), Kind::Time(schema.time_format)),
            customer: wanted.add(columns.customer.as_deref(), Kind::Entity),
            terminal: wanted.add(columns.terminal.as_deref(), Kind::Entity),
            amount: wanted.add(columns.amount.as_deref(), Kind::Required),
            id: wanted.add(columns.id.as_deref(), Kind::Identifier),
            latitude: wanted.add(columns.latitude.as_deref(), Kind::Number),
            longitude: wanted.add(columns.longitude.as_deref(), Kind::Number),
            label: wanted.add(columns.label.as_deref(), Kind::Label { positive: schema.positive.clone() }),
            wanted,
        }
    }

    /// Takes the ids out of the columns that were read, or makes them of `events`.
    pub(super) fn ids(&self, events: &EventLog, table: &mut Table, by_content: &mut ContentIds) -> Texts {
        match self.id {
            Some(_) => table.texts(self.id),
            None => content_ids(events, by_content),
        }
    }

    /// Takes the transactions out of the columns that were read, before which the file has `first` rows.
    pub(super) fn events(
        &self,
        path: &Path,
        first: usize,
        table: &mut Table,
    ) -> Result<EventLog, DatasetError> {
        let wrong = |row, error: InvalidValue| DatasetError::unusable_row(path, first + row, &error);
        let amounts = table.numbers(self.amount).into_iter().enumerate();
        let amounts = amounts
            .map(|(row, amount)| Amount::try_from(amount).map_err(|error| wrong(row, error)))
            .collect::<Result<_, _>>()?;
        let degrees = table.numbers(self.latitude).into_iter().zip(table.numbers(self.longitude));
        let places = degrees
            .enumerate()
            .map(|(row, (latitude, longitude))| match latitude.is_nan() || longitude.is_nan() {
                true => Ok(None),
                false => GeoPoint::new(latitude, longitude).map(Some).map_err(|error| wrong(row, error)),
            })
            .collect::<Result<_, _>>()?;
        Ok(EventLog {
            times: table.times(self.time),
            customers: table.entities(self.customer),
            terminals: table.entities(self.terminal),
            amounts,
            places,
            frauds: table.labels(self.label),
        })
    }
}

fn content_ids(events: &EventLog, ids: &mut ContentIds) -> Texts {
    (0..events.len())
        .map(|row| {
            ids.next([
                events.times[row].micros().to_le_bytes().as_slice(),
                events.customers.text(row).as_bytes(),
                events.terminals.text(row).as_bytes(),
                events.amounts[row].value().to_le_bytes().as_slice(),
            ])
        })
        .collect()
}
