//! Which ids passed in the past, as far as it can be remembered in a few bytes each.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::domain::TransactionId;

/// Ids of one generation: what fills a hash table of 2^21 places, 20 MB.
const GENERATION: usize = 1_800_000;

/// The newest 1.8 to 3.6 million ids, by their hashes: of those that it holds none is forgotten, and another passes for one of them
/// once in 10^12 times.
#[derive(Default)]
pub(super) struct Known {
    hasher: RandomState,
    newest: HashSet<u64>,
    before: HashSet<u64>,
}

impl Known {
    /// True when `id` most likely passed before.
    pub(super) fn holds(&self, id: &TransactionId) -> bool {
        let hash = self.hasher.hash_one(id);
        self.newest.contains(&hash) || self.before.contains(&hash)
    }

    pub(super) fn add(&mut self, id: &TransactionId) {
        if self.newest.len() == GENERATION {
            self.before = std::mem::take(&mut self.newest);
        }
        self.newest.insert(self.hasher.hash_one(id));
    }
}
