//! A file's own rows with two more columns: score and decision.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use polars::prelude::{
    AnyValue, Column as Series, CsvParseOptions, CsvReadOptions, DataFrame, ParquetReader, ParquetWriter,
    PolarsError, SerReader,
};

use super::csv::delimiter;
use super::error::DatasetError;
use super::file::Format;
use crate::files;

/// Writes the rows of `input` with the columns `score` and `decision` to `out`: CSV, Parquet or NDJSON by its
/// ending. Text of a CSV input goes to a CSV output as it is.
///
/// # Errors
/// When `input` cannot be read again, has such columns already, or `out` cannot be written.
pub fn write_scored(
    input: &Path,
    out: &Path,
    force: bool,
    scores: &[f64],
    decisions: &[&str],
) -> Result<(), DatasetError> {
    let ndjson = out.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl");
    let to = if ndjson { None } else { Some(Format::of(out)?) };
    let mut frame = frame(input, to == Some(Format::Csv))?;
    for name in ["score", "decision"] {
        if frame.column(name).is_ok() {
            let why = format!("it has a column {name:?} already; rename it");
            return Err(DatasetError::unusable(input, why));
        }
    }
    let failed = |error: PolarsError| DatasetError::io(out)(io::Error::other(error.to_string()));
    frame.with_column(Series::new("score".into(), scores)).map_err(failed)?;
    frame.with_column(Series::new("decision".into(), decisions)).map_err(failed)?;
    files::write_file(out, force, |file| match to {
        Some(Format::Parquet) => ParquetWriter::new(file).finish(&mut frame).map(|_| ()).map_err(failed),
        Some(Format::Csv) => csv(file, &frame).map_err(DatasetError::io(out)),
        None => json_lines(file, &frame).map_err(DatasetError::io(out)),
    })
}

/// All columns; those of a CSV file as text when `as_text`, else as the types that all their cells have.
fn frame(path: &Path, as_text: bool) -> Result<DataFrame, DatasetError> {
    let open = || File::open(path).map_err(DatasetError::io(path));
    let (format, read) = match Format::of(path)? {
        Format::Parquet => ("Parquet", ParquetReader::new(open()?).finish()),
        Format::Csv => {
            let parse = CsvParseOptions::default().with_separator(delimiter(path)?);
            let options = CsvReadOptions::default()
                .with_has_header(true)
                .with_infer_schema_length(as_text.then_some(0))
                .with_parse_options(parse);
            ("CSV", options.into_reader_with_file_handle(open()?).finish())
        }
    };
    read.map_err(|error| DatasetError::Unreadable { path: path.to_owned(), format, why: error.to_string() })
}

fn csv(file: &mut File, frame: &DataFrame) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(BufWriter::new(file));
    writer.write_record(frame.get_column_names().iter().map(|name| name.as_str()))?;
    for row in 0..frame.height() {
        for column in frame.columns() {
            let value = column.get(row).map_err(|error| io::Error::other(error.to_string()))?;
            match value {
                AnyValue::Null => writer.write_field("")?,
                AnyValue::String(text) => writer.write_field(text)?,
                AnyValue::StringOwned(text) => writer.write_field(text.as_str())?,
                other => writer.write_field(other.to_string())?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn json_lines(file: &mut File, frame: &DataFrame) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    for row in 0..frame.height() {
        let mut object = serde_json::Map::new();
        for column in frame.columns() {
            let value = column.get(row).map_err(|error| io::Error::other(error.to_string()))?;
            object.insert(column.name().to_string(), json(&value));
        }
        serde_json::to_writer(&mut writer, &object)?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

fn json(value: &AnyValue<'_>) -> serde_json::Value {
    match value {
        AnyValue::Null => serde_json::Value::Null,
        AnyValue::Boolean(flag) => (*flag).into(),
        AnyValue::String(text) => (*text).into(),
        AnyValue::StringOwned(text) => text.as_str().into(),
        number if number.is_primitive_numeric() && !number.is_float() => {
            number.extract::<i64>().map_or(serde_json::Value::Null, Into::into)
        }
        number if number.is_float() => number.extract::<f64>().map_or(serde_json::Value::Null, Into::into),
        other => other.to_string().into(),
    }
}
