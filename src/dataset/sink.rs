//! Rows into a file, block by block: CSV, Parquet or NDJSON.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, PolarsError};

use super::error::DatasetError;
use super::file::Format;
use super::parquet;
use super::table::{Column, Values};

/// A format that rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OutFormat {
    Csv { delimiter: u8 },
    Parquet,
    JsonLines,
}

impl OutFormat {
    /// The format that the ending of `path` names.
    pub(super) fn of(path: &Path) -> Result<Self, DatasetError> {
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
    Csv { writer: Box<::csv::Writer<W>>, headed: bool },
    JsonLines(BufWriter<W>),
    Parquet { file: Option<W>, writer: Option<Box<BatchedWriter<W>>> },
}

impl<W: Write> Sink<W> {
    pub(super) fn new(format: OutFormat, file: W) -> Self {
        match format {
            OutFormat::Csv { delimiter } => {
                let mut builder = ::csv::WriterBuilder::new();
                Self::Csv {
                    writer: Box::new(builder.delimiter(delimiter).buffer_capacity(1 << 20).from_writer(file)),
                    headed: false,
                }
            }
            OutFormat::JsonLines => Self::JsonLines(BufWriter::with_capacity(1 << 20, file)),
            OutFormat::Parquet => Self::Parquet { file: Some(file), writer: None },
        }
    }

    /// Writes a block of columns.
    pub(super) fn write(&mut self, columns: &[Column]) -> io::Result<()> {
        match self {
            Self::Csv { writer, headed } => {
                if !std::mem::replace(headed, true) {
                    writer.write_record(columns.iter().map(|column| column.name.as_str()))?;
                }
                csv_rows(writer, columns)
            }
            Self::JsonLines(writer) => json_lines(writer, columns),
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
            Self::Csv { mut writer, .. } => writer.flush(),
            Self::JsonLines(mut writer) => writer.flush(),
            Self::Parquet { writer: Some(writer), .. } => writer.finish().map(|_| ()).map_err(other),
            Self::Parquet { .. } => Ok(()),
        }
    }
}

/// Writes columns of equal length into `file`, which stands for `path`.
///
/// # Errors
/// When the ending of `path` is not known, or writing fails.
pub fn write_columns(path: &Path, file: &mut File, columns: &[Column]) -> Result<(), DatasetError> {
    let mut sink = Sink::new(OutFormat::of(path)?, file);
    sink.write(columns).and_then(|()| sink.finish()).map_err(DatasetError::io(path))
}

fn other(error: PolarsError) -> io::Error {
    io::Error::other(error.to_string())
}

fn csv_rows(writer: &mut ::csv::Writer<impl Write>, columns: &[Column]) -> io::Result<()> {
    let mut text = String::new();
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        for column in columns {
            text.clear();
            column.values.write_text(row, &mut text);
            writer.write_field(&text)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

fn json_lines(writer: &mut impl Write, columns: &[Column]) -> io::Result<()> {
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        let cells = columns.iter().map(|column| (column.name.clone(), json(&column.values, row)));
        serde_json::to_writer(&mut *writer, &cells.collect::<serde_json::Map<_, _>>())?;
        writer.write_all(b"\n")?;
    }
    Ok(())
}

/// Whole numbers without a fraction; missing ones as null.
fn json(values: &Values, row: usize) -> serde_json::Value {
    match values {
        Values::Numbers(numbers) if numbers[row].fract() == 0.0 && numbers[row].abs() < 1e15 => {
            (numbers[row] as i64).into()
        }
        Values::Numbers(numbers) => numbers[row].into(),
        Values::Texts(_) | Values::Entities(_) => values.text(row).into(),
        Values::Times(times) => times[row].to_string().into(),
        Values::Labels(labels) => labels[row].map(u8::from).into(),
    }
}
