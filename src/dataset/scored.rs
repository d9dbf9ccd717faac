//! A file's own rows with two more columns: score and decision.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::error::DatasetError;
use super::file::{Format, header, write};
use super::table::{Column, Values};
use super::{csv, parquet};
use crate::files;

/// The columns that are added.
const ADDED: [&str; 2] = ["score", "decision"];

/// Digits of a whole number that an `f64` always holds.
const SAFE_DIGITS: usize = 15;

/// Says whether scored rows may be written to `out`; asked before long work.
///
/// # Errors
/// When the ending of `out` is not known, or it is there and `force` is not.
pub fn check_scored_target(out: &Path, force: bool) -> Result<(), DatasetError> {
    if !is_json_lines(out) {
        Format::of(out)?;
    }
    Ok(files::check_file_target(out, force)?)
}

/// Writes the rows of `input` with the columns `score` and `decision` to `out`: CSV, Parquet or NDJSON by its
/// ending. Parquet to Parquet keeps the types, to CSV everything stays the text it is; otherwise a column becomes
/// numbers when all its cells are numbers that lose nothing by it.
///
/// # Errors
/// When `input` cannot be read again, has such columns already or other rows than were scored, or `out` cannot be
/// written.
pub fn write_scored(
    input: &Path,
    out: &Path,
    force: bool,
    scores: Vec<f64>,
    decisions: Vec<String>,
) -> Result<(), DatasetError> {
    if let Some(name) = header(input)?.iter().find(|name| ADDED.contains(&name.as_str())) {
        return Err(DatasetError::unusable(input, format!("it has a column {name:?} already; rename it")));
    }
    let [score, decision] = ADDED.map(str::to_owned);
    let rows = scores.len();
    let added = [
        Column { name: score, values: Values::Numbers(scores) },
        Column { name: decision, values: Values::Texts(decisions) },
    ];
    let (from, to) = (Format::of(input)?, if is_json_lines(out) { None } else { Some(Format::of(out)?) });
    if (from, to) == (Format::Parquet, Some(Format::Parquet)) {
        return files::write_file(out, force, |file| parquet::append(input, file, &added));
    }
    let mut columns = match from {
        Format::Csv => csv::texts(input)?,
        Format::Parquet => parquet::texts(input)?,
    };
    if columns.first().is_some_and(|column| column.values.len() != rows) {
        return Err(DatasetError::unusable(input, "it was changed while it was read"));
    }
    if to != Some(Format::Csv) {
        columns = columns.into_iter().map(numbers_where_safe).collect();
    }
    columns.extend(added);
    files::write_file(out, force, |file| match to {
        Some(_) => write(out, file, &columns),
        None => json_lines(file, &columns).map_err(DatasetError::io(out)),
    })
}

fn is_json_lines(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "ndjson" || ending == "jsonl")
}

fn numbers_where_safe(column: Column) -> Column {
    let Values::Texts(texts) = &column.values else { return column };
    let number = |text: &String| {
        if text.is_empty() {
            return Some(f64::NAN);
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let identifier = whole && (digits.len() > SAFE_DIGITS || digits.len() > 1 && digits.starts_with('0'));
        text.parse().ok().filter(|number: &f64| number.is_finite() && !identifier)
    };
    match texts.iter().map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) if numbers.iter().any(|number| !number.is_nan()) => {
            Column { values: Values::Numbers(numbers), ..column }
        }
        _ => column,
    }
}

fn json_lines(file: &mut File, columns: &[Column]) -> io::Result<()> {
    let mut writer = BufWriter::new(file);
    for row in 0..columns.first().map_or(0, |column| column.values.len()) {
        let cells = columns.iter().map(|column| (column.name.clone(), json(&column.values, row)));
        serde_json::to_writer(&mut writer, &cells.collect::<serde_json::Map<_, _>>())?;
        writer.write_all(b"\n")?;
    }
    writer.flush()
}

/// Whole numbers without a fraction; missing ones as null.
fn json(values: &Values, row: usize) -> serde_json::Value {
    match values {
        Values::Numbers(numbers) if numbers[row].fract() == 0.0 && numbers[row].abs() < 1e15 => {
            (numbers[row] as i64).into()
        }
        Values::Numbers(numbers) => numbers[row].into(),
        Values::Texts(texts) => texts[row].clone().into(),
        Values::Times(times) => times[row].to_string().into(),
        Values::Labels(labels) => labels[row].map(u8::from).into(),
    }
}
