//! Parquet through polars: the wanted columns, checked cell by cell like those of a CSV file.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use polars::prelude::{
    Column as Series, DataFrame, DataType, ParquetReader, PolarsError, SerReader, TimeUnit,
};

use rayon::prelude::*;

use super::error::DatasetError;
use super::table::{Column, Kind, Values, rows, text_cell};
use crate::domain::{InvalidValue, Timestamp};
use crate::features::encoding::Cell;
use crate::text::DictionaryBuilder;

/// The names of the columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, DatasetError> {
    names(&mut ParquetReader::new(open(path)?), path)
}

/// What pandas calls the row numbers that it adds to a table whose rows were sorted or chosen: no column of anybody's.
const ROW_NUMBERS: &str = "__index_level_0__";

fn names(reader: &mut ParquetReader<File>, path: &Path) -> Result<Vec<String>, DatasetError> {
    let schema = reader.schema().map_err(unreadable(path))?;
    Ok(schema.iter_names().map(|name| name.to_string()).filter(|name| name != ROW_NUMBERS).collect())
}

/// Rows of a block: few enough for what is made of them to stay near, many enough for all threads.
const BLOCK_ROWS: usize = 131_072;

/// The wanted columns of a file, in the memory of a row group. `wanted` holds places among [`columns`].
pub(super) struct ParquetBlocks<'w> {
    path: PathBuf,
    names: Vec<String>,
    wanted: &'w [(usize, Kind)],
    /// Read all columns, whether wanted or not.
    all: bool,
    /// Rows of each group that is left.
    groups: std::vec::IntoIter<usize>,
    block_rows: usize,
    /// What is left of the group that was read last.
    rest: DataFrame,
    /// Rows before that.
    first: usize,
}

/// Rows of a file: the wanted columns, and what polars read them from.
pub(super) struct ParquetBlock {
    pub(super) columns: Vec<Column>,
    pub(super) frame: DataFrame,
}

impl<'w> ParquetBlocks<'w> {
    /// `whole` makes one block of the file.
    pub(super) fn open(
        path: &Path,
        wanted: &'w [(usize, Kind)],
        all: bool,
        whole: bool,
    ) -> Result<Self, DatasetError> {
        let mut reader = ParquetReader::new(open(path)?);
        let names = names(&mut reader, path)?;
        let metadata = reader.get_metadata().map_err(unreadable(path))?;
        let groups: Vec<usize> = metadata.row_groups.iter().map(|group| group.num_rows()).collect();
        let (groups, block_rows) =
            if whole { (vec![groups.iter().sum()], usize::MAX) } else { (groups, BLOCK_ROWS) };
        Ok(Self {
            path: path.to_owned(),
            names,
            wanted,
            all,
            groups: groups.into_iter(),
            block_rows,
            rest: DataFrame::empty(),
            first: 0,
        })
    }

    /// The next rows; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<ParquetBlock>, DatasetError> {
        while self.rest.height() == 0 {
            let Some(rows) = self.groups.next() else { return Ok(None) };
            self.rest = self.group(rows)?;
        }
        let rows = self.rest.height().min(self.block_rows);
        let frame = self.rest.slice(0, rows);
        self.rest = self.rest.slice(rows as i64, usize::MAX);
        let columns =
            self.wanted.par_iter().map(|wanted| self.column(&frame, wanted)).collect::<Result<_, _>>()?;
        self.first += rows;
        Ok(Some(ParquetBlock { columns, frame }))
    }

    /// The row group of so many rows that comes next.
    fn group(&self, rows: usize) -> Result<DataFrame, DatasetError> {
        // A column may be wanted twice, e.g. as a feature and as the time; polars takes each name once.
        let selection: BTreeSet<usize> = self.wanted.iter().map(|(place, _)| *place).collect();
        let selection = selection.into_iter().map(|place| self.names[place].clone()).collect();
        let reader = ParquetReader::new(open(&self.path)?).with_slice(Some((self.first, rows)));
        let reader = if self.all { reader } else { reader.with_columns(Some(selection)) };
        reader.finish().map_err(unreadable(&self.path))
    }

    fn column(&self, frame: &DataFrame, (place, kind): &(usize, Kind)) -> Result<Column, DatasetError> {
        let name = &self.names[*place];
        let series = frame.column(name).map_err(unreadable(&self.path))?;
        let values = values(series, kind).map_err(|failure| match failure {
            Failure::Polars(error) => DatasetError::unusable(
                &self.path,
                format!(
                    "column {name:?} holds {}, which is neither numbers, text, times nor true/false ({error}); --drop {name} \
                     leaves it out",
                    series.dtype()
                ),
            ),
            Failure::Cell { row, source } => DatasetError::Cell {
                path: self.path.clone(),
                line: (self.first + row) as u64 + 1,
                column: place + 1,
                name: name.clone(),
                source,
            },
        })?;
        Ok(Column { name: name.clone(), values })
    }
}

/// Puts `more` columns behind those of `frame`.
pub(super) fn append(frame: &mut DataFrame, more: Vec<Column>) -> io::Result<()> {
    let other = |error: PolarsError| io::Error::other(error.to_string());
    for column in more {
        frame.with_column(series(column).map_err(other)?).map_err(other)?;
    }
    frame.rechunk_mut();
    Ok(())
}

/// Columns of equal length as polars has them.
pub(super) fn frame(columns: Vec<Column>) -> Result<DataFrame, PolarsError> {
    DataFrame::new(rows(&columns), columns.into_iter().map(series).collect::<Result<Vec<_>, _>>()?)
}

fn series(column: Column) -> Result<Series, PolarsError> {
    let name = column.name.into();
    Ok(match column.values {
        Values::Numbers(numbers) => Series::new(name, numbers),
        Values::Integers(integers) => Series::new(name, integers),
        Values::Texts(texts) => Series::new(name, texts.iter().collect::<Vec<_>>()),
        Values::Entities(builder) => {
            Series::new(name, (0..builder.len()).map(|row| builder.text(row)).collect::<Vec<_>>())
        }
        Values::Labels(labels) => {
            Series::new(name, labels.into_iter().map(|label| label.map(i8::from)).collect::<Vec<_>>())
        }
        Values::Times(times) => {
            Series::new(name, times.into_iter().map(Timestamp::micros).collect::<Vec<_>>())
                .cast(&DataType::Datetime(TimeUnit::Microseconds, None))?
        }
    })
}

enum Failure {
    Polars(PolarsError),
    Cell { row: usize, source: InvalidValue },
}

impl From<PolarsError> for Failure {
    fn from(error: PolarsError) -> Self {
        Self::Polars(error)
    }
}

fn values(series: &Series, kind: &Kind) -> Result<Values, Failure> {
    let mut values = kind.empty(series.len());
    let narrow = series.dtype().is_integer() && *series.dtype() != DataType::UInt64;
    if let (Values::Entities(builder), true) = (&mut values, narrow && *kind == Kind::Entity) {
        integer_entities(series, builder)?;
        return Ok(values);
    }
    let mut push = |row: usize, cell: Cell<'_>| {
        kind.push(&mut values, cell).map_err(|source| Failure::Cell { row, source })
    };
    match series.dtype() {
        DataType::Datetime(_, _) | DataType::Date => {
            let micros = series.cast(&DataType::Datetime(TimeUnit::Microseconds, None))?;
            for (row, value) in micros.datetime()?.physical().iter().enumerate() {
                push(row, value.map_or(Cell::Missing, |us| Cell::Time(Timestamp::from_micros(us))))?;
            }
        }
        // A whole number as an identifier is read as text, so that no digit is lost; pandas writes whole numbers
        // as floats when one is missing, and 2.0 is the identifier 2.
        dtype if dtype.is_float() || (dtype.is_numeric() && !kind.is_text()) => {
            for (row, value) in series.cast(&DataType::Float64)?.f64()?.iter().enumerate() {
                // pandas and our own writer say NaN where a number is missing.
                push(row, value.filter(|number| !number.is_nan()).map_or(Cell::Missing, Cell::Number))?;
            }
        }
        DataType::Boolean if !kind.is_text() => {
            for (row, value) in series.bool()?.iter().enumerate() {
                push(row, value.map_or(Cell::Missing, Cell::Truth))?;
            }
        }
        _ => {
            for (row, value) in series.cast(&DataType::String)?.str()?.iter().enumerate() {
                push(row, value.map_or(Cell::Missing, |text| text_cell(text, kind)))?;
            }
        }
    }
    Ok(values)
}

/// Whole numbers that repeat: each becomes text once.
fn integer_entities(series: &Series, builder: &mut DictionaryBuilder) -> Result<(), Failure> {
    let mut codes: HashMap<i64, u32> = HashMap::new();
    for (row, value) in series.cast(&DataType::Int64)?.i64()?.iter().enumerate() {
        let Some(number) = value else {
            let source = InvalidValue::new("", "an identifier, and not missing");
            return Err(Failure::Cell { row, source });
        };
        let code = *codes.entry(number).or_insert_with(|| builder.code(&number.to_string()));
        builder.push_code(code);
    }
    Ok(())
}

fn open(path: &Path) -> Result<File, DatasetError> {
    let file = File::open(path).map_err(DatasetError::io(path))?;
    match file.metadata() {
        Ok(metadata) if metadata.len() == 0 => Err(DatasetError::Empty { path: path.to_owned(), detail: "" }),
        _ => Ok(file),
    }
}

fn unreadable(path: &Path) -> impl Fn(PolarsError) -> DatasetError {
    move |error| DatasetError::Unreadable { path: path.to_owned(), format: "Parquet", why: error.to_string() }
}
