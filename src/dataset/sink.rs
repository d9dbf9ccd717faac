//! Rows into a file, block by block: CSV, Parquet or NDJSON.

use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, PolarsError};
use rayon::prelude::*;

use super::error::DatasetError;
use super::file::Format;
use super::parquet;
use super::table::{Column, Values, rows};

/// A format that rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutFormat {
    /// Cells with this byte between them.
    Csv {
        /// A comma or a tab.
        delimiter: u8,
    },
    /// Columns, in row groups.
    Parquet,
    /// A JSON object a line.
    JsonLines,
}

impl OutFormat {
    /// The format that the ending of `path` names.
    ///
    /// # Errors
    /// When it names none.
    pub fn of(path: &Path) -> Result<Self, DatasetError> {
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "ndjson" | "jsonl" => Ok(Self::JsonLines),
            "tsv" => Ok(Self::Csv { delimiter: b'\t' }),
            "gz" | "zst" => Err(DatasetError::UnknownFormat { path: path.to_owned() }),
            _ => Ok(match Format::of(path)? {
                Format::Csv => Self::Csv { delimiter: b',' },
                Format::Parquet => Self::Parquet,
            }),
        }
    }
}

/// A file being written. All blocks have the same columns; each becomes a row group of a Parquet file.
pub(super) enum Sink<W: Write> {
    Csv { file: W, delimiter: u8, headed: bool },
    JsonLines(W),
    Parquet { file: Option<W>, writer: Option<Box<BatchedWriter<W>>> },
}

impl<W: Write> Sink<W> {
    pub(super) fn new(format: OutFormat, file: W) -> Self {
        match format {
            OutFormat::Csv { delimiter } => Self::Csv { file, delimiter, headed: false },
            OutFormat::JsonLines => Self::JsonLines(file),
            OutFormat::Parquet => Self::Parquet { file: Some(file), writer: None },
        }
    }

    /// Writes a block of columns of equal length.
    pub(super) fn write(&mut self, columns: Vec<Column>) -> io::Result<()> {
        let rows = rows(&columns);
        match self {
            Self::Csv { file, delimiter, headed } => {
                if !std::mem::replace(headed, true) {
                    let mut header = csv(*delimiter);
                    header.write_record(columns.iter().map(|column| column.name.as_str()))?;
                    file.write_all(&text(header)?)?;
                }
                write_rows(file, rows, |rows| csv_rows(&columns, *delimiter, rows))
            }
            Self::JsonLines(file) => write_rows(file, rows, |rows| json_lines(&columns, rows)),
            Self::Parquet { .. } => self.write_frame(&parquet::frame(columns).map_err(other)?),
        }
    }

    /// Writes a block as polars has it; into Parquet only.
    pub(super) fn write_frame(&mut self, frame: &DataFrame) -> io::Result<()> {
        let Self::Parquet { file, writer } = self else {
            return Err(io::Error::other("frames are written to Parquet files only"));
        };
        if let Some(file) = file.take() {
            // Every reader knows it; zstd takes five times the time to make features, mostly noise, a third smaller.
            *writer = Some(Box::new(
                ParquetWriter::new(file)
                    .with_compression(ParquetCompression::Snappy)
                    .batched(frame.schema())
                    .map_err(other)?,
            ));
        }
        match writer {
            Some(writer) => writer.write_batch(frame).map_err(other),
            None => Err(io::Error::other("an earlier block could not be written")),
        }
    }

    /// Ends the file.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Csv { mut file, .. } | Self::JsonLines(mut file) => file.flush(),
            Self::Parquet { writer: Some(writer), .. } => writer.finish().map(|_| ()).map_err(other),
            Self::Parquet { .. } => Ok(()),
        }
    }
}

fn other(error: PolarsError) -> io::Error {
    io::Error::other(error.to_string())
}

/// Makes the lines of `rows` rows on all threads, and writes them in their order.
fn write_rows(
    file: &mut impl Write,
    rows: usize,
    lines: impl Fn(Range<usize>) -> io::Result<Vec<u8>> + Sync,
) -> io::Result<()> {
    const ROWS: usize = 2_048;
    const PARTS: usize = 32;
    for first in (0..rows).step_by(ROWS * PARTS) {
        let last = rows.min(first + ROWS * PARTS);
        let starts: Vec<usize> = (first..last).step_by(ROWS).collect();
        let parts: Vec<io::Result<Vec<u8>>> =
            starts.par_iter().map(|&start| lines(start..last.min(start + ROWS))).collect();
        for part in parts {
            file.write_all(&part?)?;
        }
    }
    Ok(())
}

fn csv(delimiter: u8) -> ::csv::Writer<Vec<u8>> {
    ::csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new())
}

fn text(writer: ::csv::Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn csv_rows(columns: &[Column], delimiter: u8, rows: Range<usize>) -> io::Result<Vec<u8>> {
    let mut writer = csv(delimiter);
    let mut cell = String::new();
    for row in rows {
        for column in columns {
            cell.clear();
            column.values.write_text(row, &mut cell);
            writer.write_field(&cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    text(writer)
}

fn json_lines(columns: &[Column], rows: Range<usize>) -> io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    for row in rows {
        let cells = columns.iter().map(|column| (column.name.clone(), json(&column.values, row)));
        serde_json::to_writer(&mut lines, &cells.collect::<serde_json::Map<_, _>>())?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Whole numbers without a fraction; missing ones as null.
fn json(values: &Values, row: usize) -> serde_json::Value {
    match values {
        Values::Numbers(numbers) if numbers[row].fract() == 0.0 && numbers[row].abs() < 1e15 => {
            (numbers[row] as i64).into()
        }
        Values::Numbers(numbers) => numbers[row].into(),
        Values::Integers(integers) => integers[row].into(),
        Values::Texts(_) | Values::Entities(_) => values.text(row).into(),
        Values::Times(times) => times[row].to_string().into(),
        Values::Labels(labels) => labels[row].map(u8::from).into(),
    }
}
