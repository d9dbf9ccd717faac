//! How many values differ: counted while they are few, estimated from then on.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use serde::Serialize;

/// Distinct values up to which they are counted.
pub const EXACT_DISTINCT: usize = 10_000;

/// Number of distinct values among the cells that are present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distinct {
    /// Counted; at most [`EXACT_DISTINCT`].
    Exactly(u64),
    /// More than [`EXACT_DISTINCT`]; the estimate is off by 1 to 3 percent.
    About(u64),
}

impl Distinct {
    /// There are no more values than cells, whatever the estimate.
    pub(super) fn at_most(self, cells: u64) -> Self {
        match self {
            Self::About(count) => Self::About(count.min(cells)),
            exact => exact,
        }
    }

    /// The number, counted or estimated.
    pub const fn count(self) -> u64 {
        match self {
            Self::Exactly(count) | Self::About(count) => count,
        }
    }
}

/// Hashes whose chosen bits end in `zeros` zeros: adaptive sampling (Flajolet, "On adaptive sampling", 1990).
#[derive(Debug, Default)]
pub(super) struct Sketch {
    kept: HashSet<u64, BuildHasherDefault<Itself>>,
    zeros: u32,
}

/// The bits that choose lie above those by which the set places an entry.
const CHOOSING: u32 = 24;

impl Sketch {
    pub(super) fn insert(&mut self, hash: u64) {
        if (hash >> CHOOSING).trailing_zeros() < self.zeros {
            return;
        }
        self.kept.insert(hash);
        while self.kept.len() > EXACT_DISTINCT {
            self.zeros += 1;
            let zeros = self.zeros;
            self.kept.retain(|hash| (hash >> CHOOSING).trailing_zeros() >= zeros);
        }
    }

    pub(super) fn distinct(&self) -> Distinct {
        let kept = self.kept.len() as u64;
        match self.zeros {
            0 => Distinct::Exactly(kept),
            zeros => Distinct::About((kept << zeros).max(EXACT_DISTINCT as u64 + 1)),
        }
    }
}

/// A hash needs no hashing.
#[derive(Debug, Default)]
struct Itself(u64);

impl Hasher for Itself {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
