//! From a file and its schema to rows of features.

use std::path::{Path, PathBuf};

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::blocks::{Blocks, Take};
use super::error::DatasetError;
use super::file::{header, places, read};
use super::identity::{ContentIds, check_unique};
use super::log::LogColumns;
use super::prepared::PartRows;
use super::resolve::recognise;
use super::table::{Column, Kind, Table, Values, Wanted, rows};
use crate::domain::Timestamp;
use crate::features::encoding::{Cell, Encoder};
use crate::features::{EventLog, FeatureState, InputKind, ObserveError, Schema};
use crate::matrix::Matrix;
use crate::progress::Progress;
use crate::text::{Dictionary, Texts};

/// Rows of features with what is known of them, in the order of the file.
#[derive(Debug, Clone)]
pub struct Samples {
    /// The file's ids, else an event log's [ids by content](super::Log::ids) and a table's row numbers from 0.
    pub ids: Texts,
    /// When they happened, where the file says so.
    pub times: Option<Vec<Timestamp>>,
    /// Who paid; `None` of a table.
    pub customers: Option<Dictionary>,
    /// Fraud or not; `None` where the file does not say.
    pub labels: Vec<Option<bool>>,
    /// `ids.len()` rows, a column per feature of the schema.
    pub features: Matrix,
}

impl Samples {
    /// The rows at these places, in that order; one without a label counts as no fraud.
    pub fn select(&self, rows: &[usize]) -> PartRows {
        PartRows {
            ids: self.ids.select(rows),
            times: self.times.as_ref().map(|times| rows.iter().map(|&row| times[row]).collect()),
            customers: self.customers.as_ref().map(|customers| customers.select(rows)),
            labels: rows.iter().map(|&row| self.labels[row] == Some(true)).collect(),
            features: self.features.select(rows),
        }
    }

    /// The rows that have a label.
    pub fn into_labelled(self) -> PartRows {
        let labelled: Vec<usize> = (0..self.labels.len()).filter(|&row| self.labels[row].is_some()).collect();
        let all_labelled = labelled.len() == self.labels.len();
        let labels = self.labels.into_iter().map(|label| label == Some(true)).collect();
        let Self { ids, times, customers, features, .. } = self;
        let rows = PartRows { ids, times, customers, labels, features };
        if all_labelled { rows } else { rows.select(&labelled) }
    }
}

/// Makes rows of features of a file's columns, block by block: those of an event log from the history that it has seen so far.
pub struct SampleReader<'s> {
    path: PathBuf,
    columns: Columns<'s>,
    rows: usize,
}

enum Columns<'s> {
    Table {
        wanted: Wanted<'s>,
        encoder: Encoder,
        label: Option<usize>,
        id: Option<usize>,
        time: Option<usize>,
    },
    Log {
        columns: LogColumns<'s>,
        state: Box<FeatureState>,
        ids: ContentIds,
    },
}

impl<'s> SampleReader<'s> {
    /// A reader that has seen nothing of `path`.
    ///
    /// # Errors
    /// When the schema names a feature that cannot be computed.
    pub fn new(path: &Path, schema: &'s Schema) -> Result<Self, DatasetError> {
        let columns = match schema.kind {
            InputKind::Transactions => {
                let state =
                    schema.state().map_err(|error| DatasetError::unusable(path, error.to_string()))?;
                Columns::Log {
                    columns: LogColumns::new(schema),
                    state: Box::new(state),
                    ids: ContentIds::default(),
                }
            }
            InputKind::Tabular => {
                let mut wanted = Wanted::default();
                let encoder = schema.encoder();
                let columns = schema.input_names();
                for (name, input) in columns.zip(encoder.inputs()) {
                    wanted.add(Some(name), Kind::of(&input.encoding));
                }
                let kind = Kind::Label { positive: schema.positive.clone() };
                let label = wanted.add(schema.columns.label.as_deref(), kind);
                let id = wanted.add(schema.columns.id.as_deref(), Kind::Identifier);
                let time = wanted.add(schema.columns.time.as_deref(), Kind::Time(schema.time_format));
                Columns::Table { wanted, encoder, label, id, time }
            }
        };
        Ok(Self { path: path.to_owned(), columns, rows: 0 })
    }

    /// The columns that it makes rows of.
    pub fn wanted(&self) -> &[(&'s str, Kind)] {
        match &self.columns {
            Columns::Table { wanted, .. } => &wanted.0,
            Columns::Log { columns, .. } => &columns.wanted.0,
        }
    }

    /// What an event log's history is so far; `None` for a table.
    pub fn state(&mut self) -> Option<&mut FeatureState> {
        match &mut self.columns {
            Columns::Table { .. } => None,
            Columns::Log { state, .. } => Some(state),
        }
    }

    /// The features of the next rows, of which `columns` holds the wanted columns. Progress advances by rows.
    ///
    /// # Errors
    /// When a row cannot be one, or the user stopped.
    pub fn rows(&mut self, columns: Vec<Column>, progress: &dyn Progress) -> Result<Rows, DatasetError> {
        let mut rest = Table(columns);
        let (events, features) = match &mut self.columns {
            Columns::Table { encoder, .. } => (None, encode(encoder, &mut rest)),
            Columns::Log { columns, state, .. } => {
                let events = columns.events(&self.path, self.rows, &mut rest)?;
                let features = state.observe_log(&events, progress).map_err(|error| match error {
                    ObserveError::Id(error) => DatasetError::unusable(&self.path, error.to_string()),
                    ObserveError::Interrupted(error) => error.into(),
                })?;
                if let Some(first) = events.times.iter().min() {
                    state.tidy(*first);
                }
                (Some(events), features)
            }
        };
        self.rows += features.rows();
        Ok(Rows { events, features, rest })
    }

    /// The next rows with all that is known of them.
    ///
    /// # Errors
    /// As [`SampleReader::rows`].
    pub fn samples(
        &mut self,
        columns: Vec<Column>,
        progress: &dyn Progress,
    ) -> Result<Samples, DatasetError> {
        let first = self.rows;
        let Rows { events, features, mut rest } = self.rows(columns, progress)?;
        let unlabelled = || vec![None; features.rows()];
        Ok(match (&mut self.columns, events) {
            (Columns::Log { columns, ids, .. }, Some(events)) => {
                let ids = columns.ids(&events, &mut rest, ids);
                let labels = if events.frauds.is_empty() { unlabelled() } else { events.frauds };
                Samples {
                    ids,
                    times: Some(events.times),
                    customers: Some(events.customers),
                    labels,
                    features,
                }
            }
            (Columns::Table { label, id, time, .. }, _) => {
                let ids = match id {
                    Some(_) => rest.texts(*id),
                    None => (first..self.rows).map(|row| row.to_string()).collect(),
                };
                let labels = if label.is_some() { rest.labels(*label) } else { unlabelled() };
                let times = time.map(|_| rest.times(*time));
                Samples { ids, times, customers: None, labels, features }
            }
            (Columns::Log { .. }, None) => unreachable!("a log's rows are events"),
        })
    }
}

/// The cells of a column: numbers, or words of which each distinct one was encoded already.
enum Cells {
    Numbers(Vec<f64>),
    Words { codes: Vec<u32>, encoded: Vec<f64> },
}

/// Rows of features of the columns that stand first in `table`, whose cells have been checked.
fn encode(encoder: &Encoder, table: &mut Table) -> Matrix {
    const ROWS: usize = 1_024;
    const CHECKED: &str = "the cell was checked when it was read";
    let columns = encoder.features().len();
    let rows = rows(&table.0);
    let mut cells = |input: usize| match &table.0[input].values {
        Values::Entities(_) => {
            let words = table.entities(Some(input));
            let mut row = vec![f64::NAN; columns];
            let mut encoded = |word: &String| {
                encoder.write(input, Cell::Text(word), &mut row).expect(CHECKED);
                row[encoder.start(input)]
            };
            let encoded = words.names().iter().map(&mut encoded).collect();
            Cells::Words { codes: words.codes().to_vec(), encoded }
        }
        _ => Cells::Numbers(table.numbers(Some(input))),
    };
    let cells: Vec<Cells> = (0..encoder.inputs().len()).map(&mut cells).collect();
    let mut features = Matrix::from_values(vec![f64::NAN; rows * columns], columns);
    features.rows_mut(0, rows).par_chunks_mut(ROWS * columns).enumerate().for_each(|(block, values)| {
        for (row, values) in (block * ROWS..).zip(values.chunks_exact_mut(columns)) {
            for (input, cells) in cells.iter().enumerate() {
                match cells {
                    Cells::Numbers(numbers) => {
                        encoder.write(input, Cell::Number(numbers[row]), values).expect(CHECKED);
                    }
                    Cells::Words { codes, encoded } => {
                        values[encoder.start(input)] = encoded[codes[row] as usize];
                    }
                }
            }
            encoder.finish(values);
        }
    });
    features
}

/// Features, and what they were made of.
pub struct Rows {
    /// The transactions; `None` for a table.
    pub events: Option<EventLog>,
    /// A row for each row of the file, a column per feature of the schema.
    pub features: Matrix,
    rest: Table,
}

/// Reads `path` as `schema` says and hands its rows over block by block; `whole` makes one block of them, as an event log needs
/// whose rows are not in the order of time.
///
/// # Errors
/// When the file cannot be read or a cell does not fit (with its line and column); those of `take`.
pub fn for_each_block<E: From<DatasetError> + Send>(
    path: &Path,
    schema: &Schema,
    whole: bool,
    progress: &dyn Progress,
    mut take: impl FnMut(Samples) -> Result<(), E> + Send,
) -> Result<(), E> {
    let mut reader = SampleReader::new(path, schema)?;
    let wanted = places(path, &header(path)?, reader.wanted())?;
    let blocks = Blocks::open(path, &wanted, Take::Wanted, whole)?;
    blocks.each(|block| take(reader.samples(block.columns, progress)?))
}

/// Reads all of `path` as `schema` says; event logs get their features from the history within the file.
///
/// # Errors
/// When the file cannot be read, a cell does not fit (with its line and column), or two rows have one id.
pub fn samples(path: &Path, schema: &Schema, progress: &dyn Progress) -> Result<Samples, DatasetError> {
    let mut reader = SampleReader::new(path, schema)?;
    let columns = read(path, reader.wanted())?;
    let samples = reader.samples(columns, progress)?;
    if schema.columns.id.is_some() {
        check_unique(path, schema.columns.id.as_deref(), &samples.ids)?;
    }
    Ok(samples)
}

/// `schema` for `path`: parts whose column has another name there are recognised by the usual names; the label, the
/// id and places may be missing.
///
/// # Errors
/// When the header of `path` cannot be read.
pub fn for_file(schema: &Schema, path: &Path) -> Result<Schema, DatasetError> {
    let names = header(path)?;
    let inputs: Vec<String> = schema.input_names().map(str::to_owned).collect();
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
    if schema.kind == InputKind::Tabular {
        // A column that the run learnt from is no label, whatever it is called.
        let is_input = |name: &String| inputs.contains(name);
        columns.label.take_if(|name| !names.contains(name));
        columns.label =
            columns.label.take().or_else(|| recognise("label", &names).filter(|name| !is_input(name)));

        // Its other columns are features, which have one name only.
        for column in [&mut columns.id, &mut columns.time] {
            column.take_if(|name| !names.contains(name));
        }
        return Ok(schema);
    }
    for (part, column, needed) in [
        ("label", &mut columns.label, false),
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
