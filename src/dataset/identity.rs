//! Ids for rows of files that have none, from what the rows say: a row keeps its id when its file grows or is cut
//! into others, and rows that say something else have other ids, whatever file they are in.

use std::collections::HashMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::DatasetError;
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

/// An id names one row: a second one would be lost in the database and counted once by live features.
pub(super) fn check_unique(path: &Path, ids: &Texts) -> Result<(), DatasetError> {
    let mut rows: HashMap<&str, usize> = HashMap::with_capacity(ids.len());
    for (row, id) in ids.iter().enumerate() {
        if let Some(first) = rows.insert(id, row) {
            let why = format!("rows {} and {} have the same id {id:?}", first + 1, row + 1);
            return Err(DatasetError::unusable(path, why));
        }
    }
    Ok(())
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
