//! Ids for rows of files that have none, from what the rows say: a row keeps its id when its file grows or is cut
//! into others, and rows that say something else have other ids, whatever file they are in.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::Path;

use rayon::slice::ParallelSliceMut;
use sha2::{Digest, Sha256};

use super::blocks::each_block;
use super::error::DatasetError;
use super::table::{Kind, Table};
use crate::files::hexadecimal;
use crate::text::Texts;

/// Bytes of the hash that make an id: two of a hundred million rows share one by chance once in 10^8 files.
const BYTES: usize = 10;

/// Gives ids in the order of a file. Rows that say the same are told apart by how often they came before.
#[derive(Debug, Default)]
pub(super) struct ContentIds(HashMap<[u8; BYTES], u32>);

impl ContentIds {
    /// The id of the next row, which consists of these cells.
    pub(super) fn next<C: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = C>) -> String {
        let mut hasher = Sha256::new();
        for cell in cells {
            let cell = cell.as_ref();
            // With its length before each cell, no two rows make the same bytes.
            hasher.update((cell.len() as u64).to_le_bytes());
            hasher.update(cell);
        }
        let mut key = [0; BYTES];
        key.copy_from_slice(&hasher.finalize()[..BYTES]);
        let before = self.0.entry(key).and_modify(|count| *count += 1).or_insert(0);
        let repeat = if *before == 0 { String::new() } else { format!("-{before}") };
        hexadecimal(&key) + &repeat
    }
}

/// Whether each row has an id of its own: a second row would be lost in the database and counted once by live features. Memory:
/// 8 bytes a row.
#[derive(Debug, Default)]
pub(super) struct UniqueIds(Vec<u64>);

impl UniqueIds {
    /// Takes in the ids of the next rows.
    pub(super) fn extend(&mut self, ids: &Texts) {
        self.0.extend(ids.iter().map(hash));
    }

    /// Reads the `column` of ids once more when two rows may have the same.
    ///
    /// # Errors
    /// [`DatasetError::Unusable`] for two rows with the same id.
    pub(super) fn check(self, path: &Path, column: Option<&str>) -> Result<(), DatasetError> {
        let mut hashes = self.0;
        hashes.par_sort_unstable();
        let repeated: HashSet<u64> =
            hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        if repeated.is_empty() {
            return Ok(());
        }
        let (mut seen, mut row, mut found) = (HashMap::new(), 0, None);
        let wanted: Vec<(&str, Kind)> = column.map(|column| (column, Kind::Identifier)).into_iter().collect();
        each_block(path, &wanted, |columns| {
            for id in Table(columns).texts(Some(0)).iter() {
                row += 1;
                if repeated.contains(&hash(id))
                    && let Some(first) = seen.insert(id.to_owned(), row)
                {
                    found.get_or_insert_with(|| format!("rows {first} and {row} have the same id {id:?}"));
                }
            }
            Ok::<_, DatasetError>(())
        })?;
        found.map_or(Ok(()), |why| Err(DatasetError::unusable(path, why)))
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

/// As [`UniqueIds::check`], of a column of ids that has been read whole.
pub(super) fn check_unique(path: &Path, column: Option<&str>, ids: &Texts) -> Result<(), DatasetError> {
    let mut unique = UniqueIds::default();
    unique.extend(ids);
    unique.check(path, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_the_cells_and_on_equal_rows_before() {
        let mut ids = ContentIds::default();
        let first = ids.next(["ab", "c"]);
        assert_eq!(first.len(), 2 * BYTES);
        assert_ne!(ids.next(["a", "bc"]), first);
        assert_eq!(
            [ids.next(["ab", "c"]), ids.next(["ab", "c"])],
            [format!("{first}-1"), format!("{first}-2")]
        );
        assert_eq!(ContentIds::default().next(["ab", "c"]), first, "the same in another file");
    }
}
