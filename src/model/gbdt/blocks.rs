//! Many rows through all trees: every split of a tree is asked of a block of rows at once, which the compiler turns into
//! vector instructions.
//!
//! The leaves of a tree are the bits of a word, from left to right. A row that goes right at a split cannot end in the
//! leaves to the left of it; what remains after all splits has the row's leaf as its lowest bit (QuickScorer, Lucchese et
//! al., SIGIR 2015; V-QuickScorer, SIGIR 2016).

use std::ops::{BitAnd, BitOr};

use super::columns::{Columns, Split};
use super::tree::Tree;

/// Rows of a block.
pub(super) const ROWS: usize = 64;

/// A word that has a bit for each leaf.
pub(super) trait Word: Copy + BitAnd<Output = Self> + BitOr<Output = Self> {
    /// How many leaves it has room for.
    const LEAVES: usize;
    /// The word that lacks the bits in `first..end` and has all others.
    fn without(first: usize, end: usize) -> Self;
    /// All bits, or none.
    fn all(full: bool) -> Self;
    /// The place of the lowest bit.
    fn lowest(self) -> usize;
}

macro_rules! word {
    ($word:ty) => {
        impl Word for $word {
            const LEAVES: usize = <$word>::BITS as usize;

            fn without(first: usize, end: usize) -> Self {
                (first..end).fold(<$word>::MAX, |word, bit| word & !(1 << bit))
            }

            #[inline(always)]
            fn all(full: bool) -> Self {
                Self::from(full).wrapping_neg()
            }

            #[inline(always)]
            fn lowest(self) -> usize {
                self.trailing_zeros() as usize
            }
        }
    };
}

word!(u32);
word!(u64);

#[derive(Debug, Clone, Copy)]
struct Question<W> {
    split: Split,
    /// What a row that goes right is left with.
    right: W,
}

/// Trees for blocks of rows.
#[derive(Debug, Clone)]
pub(super) struct Blocks<W> {
    questions: Vec<Question<W>>,
    /// From left to right.
    leaves: Vec<f64>,
    /// How many leaves each tree has, one more than questions.
    trees: Vec<usize>,
}

impl<W: Word> Blocks<W> {
    /// `None` when a tree has more leaves than a word has bits.
    pub(super) fn new(trees: &[Tree], splits: &[Vec<Split>]) -> Option<Self> {
        if trees.iter().any(|tree| tree.leaves.len() > W::LEAVES) {
            return None;
        }
        let mut blocks = Self { questions: Vec::new(), leaves: Vec::new(), trees: Vec::new() };
        for (tree, splits) in trees.iter().zip(splits) {
            let questions = &mut blocks.questions;
            tree.each_split(&mut blocks.leaves, &mut |split, lost| {
                questions.push(Question { split: splits[split], right: W::without(lost.start, lost.end) });
            });
            blocks.trees.push(tree.leaves.len());
        }
        Some(blocks)
    }

    /// The sums of the rows' leaf values; `rows` hold [`ROWS`] rows at most, and `bins` is scratch.
    pub(super) fn raw(
        &self,
        columns: &Columns,
        rows: &[f64],
        features: usize,
        bins: &mut Vec<[u16; ROWS]>,
    ) -> [f64; ROWS] {
        columns.block(rows, features, bins);
        let mut sums = [0.0; ROWS];
        let (mut questions, mut leaves) = (self.questions.as_slice(), self.leaves.as_slice());
        for &count in &self.trees {
            let (asked, other_questions) = questions.split_at(count - 1);
            let (values, other_leaves) = leaves.split_at(count);
            let mut left = [W::all(true); ROWS];
            // Copied out of the reference: behind it the compiler makes a branch of the choice, and no vectors.
            for &Question { split, right } in asked {
                for (left, &bin) in left.iter_mut().zip(&bins[usize::from(split.column)]) {
                    *left = *left & (right | W::all(bin <= split.bin));
                }
            }
            for (sum, left) in sums.iter_mut().zip(left) {
                *sum += values[left.lowest()];
            }
            (questions, leaves) = (other_questions, other_leaves);
        }
        sums
    }
}
