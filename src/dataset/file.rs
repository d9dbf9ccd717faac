//! A file of rows by its ending: which format it is, what its columns are called, reading and writing it.

use std::path::Path;

use super::blocks;
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
    /// [`DatasetError::UnknownFormat`] for any other ending than `.csv`, `.tsv`, `.txt` (also with `.gz` or `.zst` behind) and
    /// `.parquet`.
    pub fn of(path: &Path) -> Result<Self, DatasetError> {
        let name =
            path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let (name, packed) = match name.strip_suffix(".gz").or(name.strip_suffix(".zst")) {
            Some(name) => (name, true),
            None => (name.as_str(), false),
        };
        match name.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv" | "tsv" | "txt") => Ok(Self::Csv),
            Some("parquet" | "pq") if !packed => Ok(Self::Parquet),
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
    if let Some(place) = names.iter().position(String::is_empty) {
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
    let places = places(path, &names, wanted)?;
    let columns = blocks::all(path, &places)?;
    match columns.first() {
        Some(column) if column.values.is_empty() => Err(no_rows(path)),
        None if !wanted.is_empty() => Err(no_rows(path)),
        _ => Ok(columns),
    }
}

/// Where the wanted columns are among `names`.
pub(super) fn places(
    path: &Path,
    names: &[String],
    wanted: &[(&str, Kind)],
) -> Result<Vec<(usize, Kind)>, DatasetError> {
    let place = |(name, kind): &(&str, Kind)| match names.iter().position(|found| found == name) {
        Some(place) => Ok((place, kind.clone())),
        None => Err(DatasetError::MissingColumn {
            path: path.to_owned(),
            part: (*name).to_owned(),
            found: names.to_owned(),
        }),
    };
    wanted.iter().map(place).collect()
}

/// A file of names alone.
pub(super) fn no_rows(path: &Path) -> DatasetError {
    DatasetError::Empty { path: path.to_owned(), detail: ": it has a header but no rows" }
}
