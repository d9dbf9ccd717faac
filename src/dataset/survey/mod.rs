//! What the columns of a file are: one pass over all cells, whatever the format, in the memory of one block.
//!
//! A cell is missing when it is empty or [spelled so](crate::features::encoding::is_missing), and in Parquet when it is null or NaN.
//! The cells that are present decide:
//!
//! 1. none at all: [`ColumnKind::Empty`];
//! 2. all are numbers, 0 and 1 too: [`ColumnKind::Number`]; `12,5` is one where commas do not separate cells;
//! 3. all are true/false, or all yes/no, t/f, y/n, in any case: [`ColumnKind::Boolean`];
//! 4. all are times in one [`TimeFormat`]: [`ColumnKind::Time`]. Dates with slashes are times only when the column itself proves
//!    whether the day or the month comes first;
//! 5. at most [`MOST_CATEGORIES`] distinct values with two rows each on average: [`ColumnKind::Category`];
//! 6. else [`ColumnKind::Text`].
//!
//! What looks like one thing and is read as another gets a warning that names the column and says what to do. Which part a column
//! plays (label, time, id) is left to `resolve`.

mod cell;
mod column;
mod distinct;

#[cfg(test)]
mod tests;

use std::path::Path;

use rayon::prelude::*;

use super::blocks::{Blocks, Take};
use super::csv;
use super::error::DatasetError;
use super::file::{Format, header, no_rows, places};
use super::table::{self, Column, Kind, Values};
use crate::progress::Progress;
use cell::Reading;
pub(super) use cell::is_code;
use column::Tally;
pub use column::{ColumnKind, ColumnSurvey, MOST_CATEGORIES};
pub use distinct::{Distinct, EXACT_DISTINCT};

/// Rows that are looked at between two looks at whether to stop.
const CHUNK_ROWS: usize = 1 << 16;

/// Which columns to look at.
#[derive(Debug, Clone, Copy, Default)]
pub struct SurveyOptions<'a> {
    /// These; `None` for all.
    pub columns: Option<&'a [String]>,
    /// Make a hash of the cells that each row has in these of the columns; 8 bytes a row.
    pub hashed: Option<&'a [String]>,
    /// The column that says fraud or not, and the word in it that means fraud, when it is to be read on the way.
    pub label: Option<(&'a str, Option<&'a str>)>,
}

/// What the columns of a file are.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Rows of the file, one at least.
    pub rows: u64,
    /// The columns in the order asked for, else of the file.
    pub columns: Vec<ColumnSurvey>,
    /// A hash of each row where they were asked for: equal rows have equal hashes, in a CSV file and in a Parquet file
    /// too. Cells are equal when they are the same number, the same time, or the same text.
    pub row_hashes: Option<Vec<u64>>,
    /// Fraud or not, by row, where that was asked for.
    pub labels: Vec<Option<bool>>,
}

impl Survey {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&ColumnSurvey> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Looks at every cell of `path`, column by column on all threads. Progress advances by rows.
///
/// # Errors
/// When the file cannot be read or has no rows, a column is not there, or the user stopped.
pub fn survey(
    path: &Path,
    options: SurveyOptions<'_>,
    progress: &dyn Progress,
) -> Result<Survey, DatasetError> {
    let names = header(path)?;
    let named: Vec<(&str, Kind)> =
        options.columns.unwrap_or(&names).iter().map(|name| (name.as_str(), Kind::Text)).collect();
    let mut wanted = places(path, &names, &named)?;
    if let Some((name, positive)) = options.label {
        let kind = Kind::Label { positive: positive.map(str::to_owned) };
        wanted.extend(places(path, &names, &[(name, kind)])?);
    }
    let hashed: Option<Vec<usize>> = options
        .hashed
        .map(|hashed| hashed.iter().map(|name| place(path, &named, name)).collect::<Result<_, _>>())
        .transpose()?;
    let decimal_commas = Format::of(path)? == Format::Csv && csv::delimiter(path)? != b',';
    let reading = Reading { decimal_commas };

    progress.start(&format!("looking at the columns of {}", path.display()), None);
    let mut tallies: Vec<Tally> = named.iter().map(|_| Tally::default()).collect();
    let mut labels = Vec::new();
    let mut row_hashes = hashed.as_ref().map(|_| Vec::new());
    let mut rows = 0;
    Blocks::open(path, &wanted, Take::Wanted, false)?.each(|block| {
        let count = table::rows(&block.columns);
        if let Some(Column { values: Values::Labels(of_block), .. }) = block.columns.get(tallies.len()) {
            labels.extend(of_block);
        }
        for first in (0..count).step_by(CHUNK_ROWS) {
            progress.check()?;
            let last = count.min(first + CHUNK_ROWS);
            tallies.par_iter_mut().zip(&block.columns).for_each(|(tally, column)| {
                let Values::Texts(texts) = &column.values else { return };
                tally.add((first..last).map(|row| texts.get(row)), reading);
            });
            if let (Some(places), Some(hashes)) = (&hashed, &mut row_hashes) {
                let row =
                    |row| places.iter().fold(0, |hash, &place| cell::mix(hash, tallies[place].hash(row)));
                hashes.extend((0..last - first).map(row));
            }
            rows += (last - first) as u64;
            progress.advance(rows, "");
        }
        Ok::<_, DatasetError>(())
    })?;
    progress.finish();
    if rows == 0 {
        return Err(no_rows(path));
    }
    let names = named.iter().map(|(name, _)| (*name).to_owned());
    Ok(Survey { rows, columns: column::finish(tallies, names), row_hashes, labels })
}

fn place(path: &Path, named: &[(&str, Kind)], name: &str) -> Result<usize, DatasetError> {
    named.iter().position(|(found, _)| *found == name).ok_or_else(|| DatasetError::MissingColumn {
        path: path.to_owned(),
        part: name.to_owned(),
        found: named.iter().map(|(name, _)| (*name).to_owned()).collect(),
    })
}
