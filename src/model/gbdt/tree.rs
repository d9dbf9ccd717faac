//! A tree as the model text tells it, and LightGBM's decisions (`NumericalDecision` and `CategoricalDecision` in its
//! `include/LightGBM/tree.h`): what the faster layouts are made of, and what scores a model that fits none of them.

use std::ops::Range;

/// Values this near to zero are zero (LightGBM's `kZeroThreshold`, which is a single-precision number there).
pub(super) const ZERO: f64 = 1e-35_f32 as f64;

/// A value as LightGBM's predictor sees it: what is almost zero is zero.
#[inline(always)]
pub(super) fn seen(value: f64) -> f64 {
    if value.abs() <= ZERO { 0.0 } else { value }
}

/// What a split takes for a missing value (LightGBM's `missing_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum MissingKind {
    None,
    Zero,
    Nan,
}

impl MissingKind {
    /// Whether a [`seen`] value is missing.
    #[inline(always)]
    pub(super) fn is(self, value: f64) -> bool {
        match self {
            Self::None => false,
            Self::Zero => value.is_nan() || value == 0.0,
            Self::Nan => value.is_nan(),
        }
    }
}

/// What goes left.
#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    /// `value <= threshold`.
    Threshold { threshold: f64, missing: MissingKind, default_left: bool },
    /// A category whose bit is set in these words of the forest's.
    Categories { first: u32, words: u32 },
}

/// Whether the bit of a category is set. As in LightGBM, a fraction counts as the whole number before it, and what is
/// missing, negative or no C int is in no set.
#[inline(always)]
pub(super) fn in_set(value: f64, words: &[u32]) -> bool {
    let is_code = value > -1.0 && value < 2_147_483_648.0;
    let code = if is_code { value as usize } else { usize::MAX };
    words.get(code / 32).is_some_and(|word| word >> (code % 32) & 1 == 1)
}

/// A split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub test: Test,
    pub feature: u32,
    /// A later node of the same tree, or `!leaf` when negative.
    pub left: i32,
    pub right: i32,
}

impl Node {
    /// Whether a row goes left; `bits` are the forest's.
    pub(super) fn goes_left(&self, row: &[f64], bits: &[u32]) -> bool {
        let value = seen(row[self.feature as usize]);
        match self.test {
            Test::Threshold { missing, default_left, .. } if missing.is(value) => default_left,
            // As in LightGBM, NaN is 0 where it is not a kind of missing.
            Test::Threshold { threshold, .. } => (if value.is_nan() { 0.0 } else { value }) <= threshold,
            Test::Categories { first, words } => {
                in_set(value, &bits[first as usize..(first + words) as usize])
            }
        }
    }
}

/// How many training rows reached each split and leaf of a tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Cover {
    pub splits: Vec<u32>,
    pub leaves: Vec<u32>,
}

/// A tree whose shape the parser has checked.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    /// The splits, parents before children; none when the tree is a single leaf.
    pub nodes: Vec<Node>,
    /// The values of the leaves, one more than there are splits.
    pub leaves: Vec<f64>,
    /// Empty when the text does not say.
    pub cover: Cover,
}

impl Tree {
    /// The child that is the whole tree.
    pub(super) fn root(&self) -> i32 {
        if self.nodes.is_empty() { -1 } else { 0 }
    }

    /// Appends the values of the leaves, from left to right, and tells of each split which of the tree's leaves lie below its left
    /// child: those that a row cannot end in that goes right. The depth of this recursion is less than the number of leaves.
    pub(super) fn each_split(&self, leaves: &mut Vec<f64>, tell: &mut impl FnMut(usize, Range<usize>)) {
        let first = leaves.len();
        self.below(self.root(), first, leaves, tell);
    }

    fn below(
        &self,
        place: i32,
        first: usize,
        leaves: &mut Vec<f64>,
        tell: &mut impl FnMut(usize, Range<usize>),
    ) {
        let Ok(index) = usize::try_from(place) else {
            leaves.push(self.leaves[!place as usize]);
            return;
        };
        let before = leaves.len() - first;
        self.below(self.nodes[index].left, first, leaves, tell);
        tell(index, before..leaves.len() - first);
        self.below(self.nodes[index].right, first, leaves, tell);
    }

    /// The value of the leaf that a row ends in.
    pub(super) fn value(&self, row: &[f64], bits: &[u32]) -> f64 {
        let mut place = self.root();
        while let Ok(index) = usize::try_from(place) {
            let node = &self.nodes[index];
            place = if node.goes_left(row, bits) { node.left } else { node.right };
        }
        self.leaves[!place as usize]
    }
}
