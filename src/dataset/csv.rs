//! CSV: comma, semicolon or tab; every cell is checked, and an error names its line and column.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use super::error::DatasetError;
use super::table::{Cell, Column, Kind, Values};
use crate::domain::InvalidValue;

/// The header.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, DatasetError> {
    Ok(open(path)?.names)
}

/// The wanted columns, in the order asked for; `wanted` holds places in the header.
pub(super) fn read(path: &Path, wanted: &[(usize, Kind)]) -> Result<Vec<Column>, DatasetError> {
    let Opened { sniffed, mut reader, names } = open(path)?;
    let mut columns: Vec<Column> = wanted
        .iter()
        .map(|(place, kind)| Column { name: names[*place].clone(), values: kind.empty(1024) })
        .collect();
    let mut record = ByteRecord::new();
    let mut last_span = None;
    while reader.read_byte_record(&mut record).map_err(|error| sniffed.error(path, &error))? {
        for ((place, kind), column) in wanted.iter().zip(&mut columns) {
            let bytes = &record[*place];
            let pushed = match std::str::from_utf8(bytes) {
                Ok(text) => kind.push(&mut column.values, &cell(text, kind)),
                Err(_) => Err(InvalidValue::new(String::from_utf8_lossy(bytes), "UTF-8 text")),
            };
            pushed.map_err(|source| DatasetError::Cell {
                path: path.to_owned(),
                line: sniffed.line(record.position()),
                column: place + 1,
                name: column.name.clone(),
                source,
            })?;
        }
        let spans_lines = record.iter().next_back().is_some_and(|cell| cell.contains(&b'\n'));
        last_span = spans_lines.then(|| sniffed.line(record.position()));
    }
    if let Some(line) = last_span {
        check_last_quote(path, line)?;
    }
    Ok(columns)
}

/// The end of a file ends an open quote too. Where its last cell spans lines and no quote ends the file, the rows
/// after the opening quote are in that cell, and lost. `line` is where the record begins.
fn check_last_quote(path: &Path, line: u64) -> Result<(), DatasetError> {
    let tail = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(4_096)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        Ok(tail)
    };
    if tail().map_err(DatasetError::io(path))?.trim_ascii_end().ends_with(b"\"") {
        return Ok(());
    }
    let why = format!(
        "the row in line {line} opens a quote that is never closed: all rows after it are in that cell"
    );
    Err(DatasetError::Unreadable { path: path.to_owned(), format: "CSV", why })
}

/// The spellings of a missing cell. Where one word of a column means fraud, others such as `None` may mean none.
fn cell<'a>(text: &'a str, kind: &Kind) -> Cell<'a> {
    match text {
        "" => Cell::Missing,
        text if matches!(kind, Kind::Label { positive: Some(_) }) => Cell::Text(text),
        "NA" | "N/A" | "null" | "NULL" | "None" => Cell::Missing,
        text => Cell::Text(text),
    }
}

/// All columns as the text that stands there, untyped.
pub(super) fn texts(path: &Path) -> Result<Vec<Column>, DatasetError> {
    let Opened { sniffed, mut reader, names } = open(path)?;
    let mut columns: Vec<(String, Vec<String>)> = names.into_iter().map(|name| (name, Vec::new())).collect();
    for record in reader.records() {
        let record = record.map_err(|error| sniffed.error(path, &error))?;
        for ((_, cells), cell) in columns.iter_mut().zip(&record) {
            cells.push(cell.to_owned());
        }
    }
    Ok(columns.into_iter().map(|(name, cells)| Column { name, values: Values::Texts(cells) }).collect())
}

/// What the header's line shows of the file.
struct Sniffed {
    delimiter: u8,
    /// Lines end in CR and LF. The reader stops between the two, so it is one line behind from the header on.
    crlf: bool,
}

impl Sniffed {
    fn line(&self, position: Option<&csv::Position>) -> u64 {
        position.map_or(0, csv::Position::line) + u64::from(self.crlf)
    }

    fn error(&self, path: &Path, error: &csv::Error) -> DatasetError {
        match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => DatasetError::Ragged {
                path: path.to_owned(),
                line: self.line(pos.as_ref()),
                expected: *expected_len,
                found: *len,
            },
            _ => DatasetError::Unreadable { path: path.to_owned(), format: "CSV", why: error.to_string() },
        }
    }
}

fn sniff(path: &Path) -> Result<Sniffed, DatasetError> {
    let mut buffered = BufReader::with_capacity(1 << 16, File::open(path).map_err(DatasetError::io(path))?);
    let start = buffered.fill_buf().map_err(DatasetError::io(path))?;
    if start.is_empty() {
        return Err(DatasetError::Empty { path: path.to_owned(), detail: "" });
    }
    let first_line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| first_line.iter().filter(|byte| *byte == delimiter).count();
    // Of equally frequent ones the last counts: the comma.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
    Ok(Sniffed { delimiter, crlf: first_line.ends_with(b"\r") })
}

/// A file whose header has been read.
struct Opened {
    sniffed: Sniffed,
    reader: Reader<BufReader<File>>,
    names: Vec<String>,
}

fn open(path: &Path) -> Result<Opened, DatasetError> {
    let sniffed = sniff(path)?;
    let file = BufReader::with_capacity(1 << 18, File::open(path).map_err(DatasetError::io(path))?);
    let mut reader = ReaderBuilder::new().delimiter(sniffed.delimiter).trim(Trim::All).from_reader(file);
    let header = reader.headers().map_err(|error| sniffed.error(path, &error))?;
    let names = header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    Ok(Opened { sniffed, reader, names })
}
