//! CSV: comma, semicolon or tab; gzip or zstd; every cell is checked, and an error names its line and column.
//!
//! A file is read in blocks of whole records (`bytes`), whose ends are found by their quotes (`divide`), so that the pieces of a
//! block are parsed on all threads (`blocks`), record by record (`records`).

mod blocks;
mod bytes;
mod divide;
mod records;
mod source;

use std::path::Path;

use super::error::DatasetError;
use super::table::{Column, Kind, text_cell};
use crate::domain::InvalidValue;
use crate::features::encoding::Cell;

pub(super) use blocks::CsvBlocks;

/// The header.
pub(super) fn columns(path: &Path) -> Result<Vec<String>, DatasetError> {
    Ok(source::open(path)?.names)
}

/// What stands between the cells.
pub(super) fn delimiter(path: &Path) -> Result<u8, DatasetError> {
    Ok(source::open(path)?.delimiter)
}

fn cell<'a>(text: &'a str, kind: &Kind, delimiter: u8) -> Cell<'a> {
    match text_cell(text, kind) {
        Cell::Text(text)
            if delimiter != b',' && matches!(kind, Kind::Number | Kind::Required) && text.contains(',') =>
        {
            decimal_comma(text).map_or(Cell::Text(text), Cell::Number)
        }
        cell => cell,
    }
}

/// `12,5` and `1.234,50` as they are written where cells are not separated by commas.
pub(super) fn decimal_comma(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once(',')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = whole.trim_start_matches(['-', '+']);
    let mut groups = unsigned.split('.');
    let first = groups.next().is_some_and(digits);
    if !first || !digits(fraction) || !groups.all(|group| group.len() == 3 && digits(group)) {
        return None;
    }
    format!("{}.{fraction}", whole.replace('.', "")).parse().ok()
}

/// Appends a cell to its column; says which one it was when it does not fit.
fn push(column: &mut Column, kind: &Kind, bytes: &[u8], delimiter: u8) -> Result<(), InvalidValue> {
    match std::str::from_utf8(bytes) {
        Ok(text) => kind.push(&mut column.values, cell(text, kind, delimiter)),
        Err(_) => Err(InvalidValue::new(String::from_utf8_lossy(bytes), "UTF-8 text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_commas_are_read_where_they_can_only_be_that() {
        for (text, number) in
            [("12,5", 12.5), ("-1.234,50", -1234.5), ("1.234.567,8", 1_234_567.8), ("0,1", 0.1)]
        {
            assert_eq!(decimal_comma(text), Some(number), "{text}");
        }
        for text in ["1,2,3", "1.23,4", "a,5", ",5", "5,", "1e3,5"] {
            assert_eq!(decimal_comma(text), None, "{text}");
        }
    }
}
