//! How often which word stands in a column, counted on some of the rows.

use std::collections::HashMap;
use std::path::Path;

use super::blocks::{Blocks, Take};
use super::error::DatasetError;
use super::file::{header, places};
use super::table::{Kind, Table};
use crate::progress::Progress;

/// By column: how many of the rows that `counted` says have which word; a missing cell is none.
///
/// # Errors
/// When the file cannot be read, or the user stopped.
pub fn word_counts(
    path: &Path,
    columns: &[&str],
    counted: &(dyn Fn(usize) -> bool + Sync),
    progress: &dyn Progress,
) -> Result<Vec<HashMap<String, u32>>, DatasetError> {
    let wanted: Vec<(&str, Kind)> = columns.iter().map(|name| (*name, Kind::Word)).collect();
    let wanted = places(path, &header(path)?, &wanted)?;
    let mut counts: Vec<HashMap<String, u32>> = vec![HashMap::new(); columns.len()];
    let mut first = 0;
    Blocks::open(path, &wanted, Take::Wanted, false)?.each(|block| {
        progress.check()?;
        let mut table = Table(block.columns);
        let mut rows = 0;
        for (column, counts) in counts.iter_mut().enumerate() {
            let words = table.entities(Some(column));
            rows = words.len();
            let mut of_block = vec![0; words.names().len()];
            for (row, &code) in words.codes().iter().enumerate() {
                of_block[code as usize] += u32::from(counted(first + row));
            }
            for (word, count) in words.names().iter().zip(of_block) {
                if count > 0 && !word.is_empty() {
                    *counts.entry(word.clone()).or_default() += count;
                }
            }
        }
        first += rows;
        Ok::<_, DatasetError>(())
    })?;
    Ok(counts)
}
