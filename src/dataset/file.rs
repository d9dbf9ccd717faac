//! A file of rows by its ending: which format it is, what its columns are called, reading and writing it.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::error::DatasetError;
use super::table::{Column, Kind};
use super::{csv, parquet};

/// Formats that are read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma, semicolon or tab between cells; a header line.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// The format that the ending of `path` names.
    ///
    /// # Errors
    /// [`DatasetError::UnknownFormat`] for any other ending than `.csv`, `.tsv`, `.txt` and `.parquet`.
    pub fn of(path: &Path) -> Result<Self, DatasetError> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        match ending.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Ok(Self::Csv),
            "parquet" | "pq" => Ok(Self::Parquet),
            _ => Err(DatasetError::UnknownFormat { path: path.to_owned() }),
        }
    }
}

/// The names of a file's columns.
///
/// # Errors
/// When the file cannot be read, is empty, is not of its format, or names a column twice.
pub fn header(path: &Path) -> Result<Vec<String>, DatasetError> {
    let format = Format::of(path)?;
    let names = match format {
        Format::Csv => csv::columns(path)?,
        Format::Parquet => parquet::columns(path)?,
    };
    if let Some(place) = names.iter().position(|name| name.is_empty() || name == "__index_level_0__") {
        let why = "has no name; pandas writes its row numbers like that unless index=False: leave it out or name it";
        return Err(DatasetError::unusable(path, format!("column {} {why}", place + 1)));
    }
    match names.iter().enumerate().find(|(place, name)| names[..*place].contains(name)) {
        Some((_, name)) => Err(DatasetError::DuplicateColumn { path: path.to_owned(), name: name.clone() }),
        None => Ok(names),
    }
}

/// Reads the wanted columns, each as its [`Kind`], in the order asked for.
///
/// # Errors
/// As [`header`]; when a wanted column is missing; when a cell does not fit, with its line and column; when
/// there are no rows.
pub fn read(path: &Path, wanted: &[(&str, Kind)]) -> Result<Vec<Column>, DatasetError> {
    let names = header(path)?;
    let places: Vec<(usize, Kind)> = wanted
        .iter()
        .map(|(name, kind)| match names.iter().position(|found| found == name) {
            Some(place) => Ok((place, kind.clone())),
            None => Err(DatasetError::MissingColumn {
                path: path.to_owned(),
                part: (*name).to_owned(),
                found: names.clone(),
            }),
        })
        .collect::<Result<_, _>>()?;
    let columns = match Format::of(path)? {
        Format::Csv => csv::read(path, &places)?,
        Format::Parquet => parquet::read(path, &places)?,
    };
    match columns.first() {
        Some(column) if column.values.is_empty() => {
            Err(DatasetError::Empty { path: path.to_owned(), detail: ": it has a header but no rows" })
        }
        _ => Ok(columns),
    }
}

/// Writes columns of equal length into `file`, which stands for `path`.
///
/// # Errors
/// When writing fails.
pub fn write(path: &Path, file: &mut File, columns: &[Column]) -> Result<(), DatasetError> {
    match Format::of(path)? {
        Format::Csv => write_csv(file, columns).map_err(DatasetError::io(path)),
        Format::Parquet => parquet::write(file, columns)
            .map_err(|error| DatasetError::io(path)(io::Error::other(error.to_string()))),
    }
}

fn write_csv(file: &mut File, columns: &[Column]) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(file);
    writer.write_record(columns.iter().map(|column| column.name.as_str()))?;
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        for column in columns {
            writer.write_field(column.values.text(row))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()?;
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?.flush()
}
