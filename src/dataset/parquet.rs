//! Parquet through polars: the wanted columns, checked cell by cell like those of a CSV file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use polars::prelude::{
    Column as Series, DataFrame, DataType, ParquetReader, ParquetWriter, PolarsError, SerReader, TimeUnit,
};

use super::error::DatasetError;
use super::table::{Cell, Column, Kind, Values};
use crate::domain::{InvalidValue, Timestamp};

/// The names of the columns.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, DatasetError> {
    let mut reader = ParquetReader::new(open(path)?);
    let schema = reader.schema().map_err(unreadable(path))?;
    Ok(schema.iter_names().map(|name| name.to_string()).collect())
}

/// The wanted columns, in the order asked for; `wanted` holds places among [`columns`].
pub(super) fn read(path: &Path, wanted: &[(usize, Kind)]) -> Result<Vec<Column>, DatasetError> {
    let names = columns(path)?;
    // A column may be wanted twice, e.g. as a feature and as the time; polars takes each name once.
    let selection: BTreeSet<usize> = wanted.iter().map(|(place, _)| *place).collect();
    let selection = selection.into_iter().map(|place| names[place].clone()).collect();
    let frame =
        ParquetReader::new(open(path)?).with_columns(Some(selection)).finish().map_err(unreadable(path))?;
    let convert = |(place, kind): &(usize, Kind)| {
        let name = &names[*place];
        let series = frame.column(name).map_err(unreadable(path))?;
        let values = values(series, kind).map_err(|failure| match failure {
            Failure::Polars(error) => unreadable(path)(error),
            Failure::Cell { row, source } => DatasetError::Cell {
                path: path.to_owned(),
                line: row as u64 + 1,
                column: place + 1,
                name: name.clone(),
                source,
            },
        })?;
        Ok(Column { name: name.clone(), values })
    };
    wanted.iter().map(convert).collect()
}

/// All columns as text.
pub(super) fn texts(path: &Path) -> Result<Vec<Column>, DatasetError> {
    let wanted: Vec<(usize, Kind)> = (0..columns(path)?.len()).map(|place| (place, Kind::Text)).collect();
    read(path, &wanted)
}

/// Writes the rows of `input`, their types as they are, with `more` columns behind.
pub(super) fn append(input: &Path, file: &mut File, more: &[Column]) -> Result<(), DatasetError> {
    let mut frame = ParquetReader::new(open(input)?).finish().map_err(unreadable(input))?;
    let failed = |error: PolarsError| DatasetError::io(input)(io::Error::other(error.to_string()));
    for column in more {
        frame.with_column(series(column).map_err(failed)?).map_err(failed)?;
    }
    ParquetWriter::new(file).finish(&mut frame).map(|_| ()).map_err(failed)
}

/// Writes whole columns of equal length to `file`.
pub(super) fn write(file: &mut File, columns: &[Column]) -> Result<(), PolarsError> {
    let height = columns.first().map_or(0, |column| column.values.len());
    let series = columns.iter().map(series).collect::<Result<Vec<_>, _>>()?;
    ParquetWriter::new(file).finish(&mut DataFrame::new(height, series)?)?;
    Ok(())
}

fn series(column: &Column) -> Result<Series, PolarsError> {
    let name = column.name.as_str().into();
    Ok(match &column.values {
        Values::Numbers(numbers) => Series::new(name, numbers),
        Values::Texts(texts) => Series::new(name, texts),
        Values::Labels(labels) => {
            Series::new(name, labels.iter().map(|label| label.map(i32::from)).collect::<Vec<_>>())
                .cast(&DataType::Int8)?
        }
        Values::Times(times) => Series::new(name, times.iter().map(|time| time.micros()).collect::<Vec<_>>())
            .cast(&DataType::Datetime(TimeUnit::Microseconds, None))?,
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
    let mut push = |row: usize, cell: Cell<'_>| {
        kind.push(&mut values, &cell).map_err(|source| Failure::Cell { row, source })
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
        dtype
            if dtype.is_float() || (dtype.is_numeric() && !matches!(kind, Kind::Identifier | Kind::Text)) =>
        {
            for (row, value) in series.cast(&DataType::Float64)?.f64()?.iter().enumerate() {
                // pandas and our own writer say NaN where a number is missing.
                push(row, value.filter(|number| !number.is_nan()).map_or(Cell::Missing, Cell::Number))?;
            }
        }
        _ => {
            for (row, value) in series.cast(&DataType::String)?.str()?.iter().enumerate() {
                push(row, value.filter(|text| !text.is_empty()).map_or(Cell::Missing, Cell::Text))?;
            }
        }
    }
    Ok(values)
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
