//! From a file and its schema to rows of features.

use std::collections::HashMap;
use std::path::Path;

use super::error::DatasetError;
use super::file::{header, read};
use super::identity::ContentIds;
use super::prepared::PartRows;
use super::resolve::recognise;
use super::table::{Column, Kind, Values};
use crate::domain::{
    Amount, CustomerId, GeoPoint, InvalidValue, TerminalId, Timestamp, Transaction, TransactionId,
};
use crate::features::{FeatureState, InputKind, Schema};
use crate::matrix::Matrix;

/// Rows of features with what is known of them, in the order of the file.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The file's ids, else an event log's [ids by content](transactions) and a table's row numbers from 0.
    pub ids: Vec<String>,
    /// When they happened, where the file says so.
    pub times: Option<Vec<Timestamp>>,
    /// Fraud or not; `None` where the file does not say.
    pub labels: Vec<Option<bool>>,
    /// `ids.len()` rows, a column per feature of the schema.
    pub features: Matrix,
}

impl Samples {
    /// Ids that follow from what the rows say, for a place where rows of several files meet: a row keeps its id when
    /// its file grows, and equal rows have different ids.
    pub fn content_ids(&self) -> Vec<String> {
        let mut ids = ContentIds::default();
        let time = |row: usize| self.times.as_ref().map(|times| times[row].micros().to_le_bytes());
        let cells = |row: usize| self.features.row(row).iter().map(|value| value.to_le_bytes());
        (0..self.ids.len()).map(|row| ids.next(cells(row).chain(time(row)))).collect()
    }

    /// The rows that have a label.
    pub fn into_labelled(self) -> PartRows {
        let labelled: Vec<usize> = (0..self.labels.len()).filter(|&row| self.labels[row].is_some()).collect();
        let all_labelled = labelled.len() == self.labels.len();
        let labels = self.labels.into_iter().map(|label| label == Some(true)).collect();
        let rows = PartRows { ids: self.ids, times: self.times, labels, features: self.features };
        if all_labelled { rows } else { rows.select(&labelled) }
    }
}

/// Reads `path` as `schema` says; event logs get their features from the history within the file.
///
/// # Errors
/// When the file cannot be read or a cell does not fit, with its line and column.
pub fn samples(path: &Path, schema: &Schema) -> Result<Samples, DatasetError> {
    match schema.kind {
        InputKind::Tabular => tabular(path, schema),
        InputKind::Transactions => {
            let log = transactions(path, schema)?;
            let features = featurize(&log, schema.features.len());
            Ok(Samples {
                ids: log.iter().map(|transaction| transaction.id.to_string()).collect(),
                times: Some(log.iter().map(|transaction| transaction.time).collect()),
                labels: log.iter().map(|transaction| transaction.fraud).collect(),
                features,
            })
        }
    }
}

/// `schema` for `path`: parts whose column has another name there are recognised by the usual names; the label, the
/// id and places may be missing.
///
/// # Errors
/// When the header of `path` cannot be read.
pub fn for_file(schema: &Schema, path: &Path) -> Result<Schema, DatasetError> {
    let names = header(path)?;
    let mut schema = schema.clone();
    let columns = &mut schema.columns;
    let rename = |part: &str, column: &mut Option<String>, needed: bool| {
        if column.as_ref().is_some_and(|name| !names.contains(name)) {
            let found = recognise(part, &names);
            if found.is_some() || !needed {
                *column = found;
            }
        }
    };
    rename("label", &mut columns.label, false);
    if schema.kind == InputKind::Tabular {
        // Its other columns are features, which have one name only.
        for column in [&mut columns.id, &mut columns.time] {
            column.take_if(|name| !names.contains(name));
        }
        return Ok(schema);
    }
    for (part, column, needed) in [
        ("id", &mut columns.id, false),
        ("latitude", &mut columns.latitude, false),
        ("longitude", &mut columns.longitude, false),
        ("time", &mut columns.time, true),
        ("customer", &mut columns.customer, true),
        ("terminal", &mut columns.terminal, true),
        ("amount", &mut columns.amount, true),
    ] {
        rename(part, column, needed);
    }
    Ok(schema)
}

/// Features of every transaction, in the order of `log`, which need not be sorted by time.
pub fn featurize(log: &[Transaction], columns: usize) -> Matrix {
    let mut state = FeatureState::new();
    let mut features = Matrix::from_values(vec![0.0; log.len() * columns], columns);
    for index in time_order(log) {
        state.observe(&log[index], features.row_mut(index));
    }
    features
}

/// The places of `log` in order of time; transactions of one instant stay in their order.
pub fn time_order(log: &[Transaction]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..log.len()).collect();
    order.sort_by_key(|&index| log[index].time);
    order
}

/// Reads an event log. Without a column of ids, a transaction's id follows from its time, customer, terminal and
/// amount, and from how many equal ones stand before it.
///
/// # Errors
/// As [`samples`].
pub fn transactions(path: &Path, schema: &Schema) -> Result<Vec<Transaction>, DatasetError> {
    let mut reader = Wanted::default();
    let columns = &schema.columns;
    let time = reader.add(columns.time.as_deref(), Kind::Time);
    let customer = reader.add(columns.customer.as_deref(), Kind::Identifier);
    let terminal = reader.add(columns.terminal.as_deref(), Kind::Identifier);
    let amount = reader.add(columns.amount.as_deref(), Kind::Required);
    let id = reader.add(columns.id.as_deref(), Kind::Identifier);
    let latitude = reader.add(columns.latitude.as_deref(), Kind::Number);
    let longitude = reader.add(columns.longitude.as_deref(), Kind::Number);
    let label = reader.add(columns.label.as_deref(), Kind::Label { positive: schema.positive.clone() });
    let mut table = Table(read(path, &reader.0)?);
    let (times, amounts) = (table.times(time), table.numbers(amount));
    let (customers, terminals, ids) = (table.texts(customer), table.texts(terminal), table.texts(id));
    check_unique(path, &ids)?;
    let (latitudes, longitudes, labels) =
        (table.numbers(latitude), table.numbers(longitude), table.labels(label));
    let wrong = |row, error: InvalidValue| DatasetError::unusable_row(path, row, &error);
    let mut by_content = ContentIds::default();
    (0..times.len())
        .map(|row| {
            let place = match (latitudes.get(row), longitudes.get(row)) {
                (Some(latitude), Some(longitude)) if !latitude.is_nan() && !longitude.is_nan() => {
                    Some(GeoPoint::new(*latitude, *longitude).map_err(|error| wrong(row, error))?)
                }
                _ => None,
            };
            let id = match ids.get(row) {
                Some(id) => TransactionId::parse(id),
                None => TransactionId::parse(&by_content.next([
                    times[row].micros().to_le_bytes().as_slice(),
                    customers[row].as_bytes(),
                    terminals[row].as_bytes(),
                    amounts[row].to_le_bytes().as_slice(),
                ])),
            };
            Ok(Transaction {
                id: id.map_err(|error| wrong(row, error))?,
                time: times[row],
                customer: CustomerId::parse(&customers[row]).map_err(|error| wrong(row, error))?,
                terminal: TerminalId::parse(&terminals[row]).map_err(|error| wrong(row, error))?,
                amount: Amount::try_from(amounts[row]).map_err(|error| wrong(row, error))?,
                place,
                fraud: labels.get(row).copied().flatten(),
            })
        })
        .collect()
}

fn tabular(path: &Path, schema: &Schema) -> Result<Samples, DatasetError> {
    let mut reader = Wanted::default();
    for feature in &schema.features {
        reader.add(Some(feature), Kind::Number);
    }
    let label =
        reader.add(schema.columns.label.as_deref(), Kind::Label { positive: schema.positive.clone() });
    let id = reader.add(schema.columns.id.as_deref(), Kind::Identifier);
    let time = reader.add(schema.columns.time.as_deref(), Kind::Time);
    let mut table = Table(read(path, &reader.0)?);
    let columns: Vec<Vec<f64>> = (0..schema.features.len()).map(|place| table.numbers(Some(place))).collect();
    let features = Matrix::from_columns(&columns);
    let rows = features.rows();
    let ids = match id {
        Some(_) => {
            let ids = table.texts(id);
            check_unique(path, &ids)?;
            ids
        }
        None => (0..rows).map(|row| row.to_string()).collect(),
    };
    let labels = if label.is_some() { table.labels(label) } else { vec![None; rows] };
    Ok(Samples { ids, times: time.map(|_| table.times(time)), labels, features })
}

/// An id names one row: a second one would be lost in the database and counted once by live features.
fn check_unique(path: &Path, ids: &[String]) -> Result<(), DatasetError> {
    let mut rows: HashMap<&str, usize> = HashMap::with_capacity(ids.len());
    for (row, id) in ids.iter().enumerate() {
        if let Some(first) = rows.insert(id, row) {
            let why = format!("rows {} and {} have the same id {id:?}", first + 1, row + 1);
            return Err(DatasetError::unusable(path, why));
        }
    }
    Ok(())
}

/// The columns to ask a file for; remembers their places.
#[derive(Default)]
struct Wanted<'a>(Vec<(&'a str, Kind)>);

impl<'a> Wanted<'a> {
    fn add(&mut self, name: Option<&'a str>, kind: Kind) -> Option<usize> {
        self.0.push((name?, kind));
        Some(self.0.len() - 1)
    }
}

/// What came back; every column is taken once, and one that was not asked for is empty.
struct Table(Vec<Column>);

macro_rules! take {
    ($name:ident, $variant:ident, $cell:ty) => {
        fn $name(&mut self, place: Option<usize>) -> Vec<$cell> {
            match place.map(|place| &mut self.0[place].values) {
                Some(Values::$variant(cells)) => std::mem::take(cells),
                _ => Vec::new(),
            }
        }
    };
}

impl Table {
    take!(numbers, Numbers, f64);
    take!(texts, Texts, String);
    take!(times, Times, Timestamp);
    take!(labels, Labels, Option<bool>);
}
