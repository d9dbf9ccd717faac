//! Gradient-boosted trees as flat arrays: a safe scorer that gives LightGBM's own bits.

use crate::matrix::Matrix;
use crate::model::Scorer;

/// Values this near to zero count as zero where zero means missing (LightGBM's `kZeroThreshold`).
const ZERO: f64 = 1e-35;

/// What a split takes for a missing value (LightGBM's `missing_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MissingKind {
    None,
    Zero,
    Nan,
}

/// A split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub test: Test,
    pub feature: u32,
    /// A node of the same tree, or `!leaf` when negative.
    pub left: i32,
    pub right: i32,
}

/// What goes left.
#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    /// `value <= threshold`.
    Threshold { threshold: f64, missing: MissingKind, default_left: bool },
    /// A category whose bit is set in these words of the forest's.
    Categories { first: u32, words: u32 },
}

impl Node {
    fn next(&self, row: &[f64], bits: &[u32]) -> i32 {
        let value = row[self.feature as usize];
        let left = match self.test {
            Test::Threshold { threshold, missing, default_left } => {
                let is_missing = match missing {
                    MissingKind::None => false,
                    MissingKind::Zero => value.is_nan() || (-ZERO..=ZERO).contains(&value),
                    MissingKind::Nan => value.is_nan(),
                };
                // As in LightGBM, NaN is 0 where it is not a kind of missing.
                let value = if value.is_nan() { 0.0 } else { value };
                if is_missing { default_left } else { value <= threshold }
            }
            Test::Categories { first, words } => {
                // As in LightGBM, a fraction counts as the whole number before it, and what is missing or negative goes right.
                let category = if value.is_nan() || value <= -1.0 { None } else { Some(value as u64) };
                category.is_some_and(|category| {
                    category < u64::from(words) * 32
                        && bits[first as usize + (category / 32) as usize] >> (category % 32) & 1 == 1
                })
            }
        };
        if left { self.left } else { self.right }
    }
}

/// All trees in three arenas.
#[derive(Debug, Clone)]
pub struct Forest {
    features: usize,
    sigmoid: f64,
    nodes: Vec<Node>,
    leaves: Vec<f64>,
    bits: Vec<u32>,
    trees: Vec<Tree>,
}

#[derive(Debug, Clone, Copy)]
struct Tree {
    first_node: usize,
    first_leaf: usize,
    /// -1 (leaf 0) when the tree is a single leaf.
    root: i32,
}

impl Forest {
    pub(super) fn new(features: usize, sigmoid: f64) -> Self {
        Self { features, sigmoid, nodes: Vec::new(), leaves: Vec::new(), bits: Vec::new(), trees: Vec::new() }
    }

    /// Appends a tree whose shape the parser has checked.
    pub(super) fn push(&mut self, nodes: &[Node], leaves: &[f64]) {
        let root = if nodes.is_empty() { -1 } else { 0 };
        self.trees.push(Tree { first_node: self.nodes.len(), first_leaf: self.leaves.len(), root });
        self.nodes.extend_from_slice(nodes);
        self.leaves.extend_from_slice(leaves);
    }

    /// Keeps the words of a set of categories and gives the place of the first.
    pub(super) fn keep_bits(&mut self, words: &[u32]) -> usize {
        self.bits.extend_from_slice(words);
        self.bits.len() - words.len()
    }

    /// Number of trees.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The raw score, in log-odds, of each row.
    pub fn raw_scores(&self, rows: &Matrix) -> Vec<f64> {
        rows.iter_rows().map(|row| self.raw(row)).collect()
    }

    fn probability(&self, row: &[f64]) -> f64 {
        1.0 / (1.0 + (-self.sigmoid * self.raw(row)).exp())
    }

    fn raw(&self, row: &[f64]) -> f64 {
        let mut raw = 0.0;
        for tree in &self.trees {
            let nodes = &self.nodes[tree.first_node..];
            let mut place = tree.root;
            while let Ok(index) = usize::try_from(place) {
                place = nodes[index].next(row, &self.bits);
            }
            raw += self.leaves[tree.first_leaf + !place as usize];
        }
        raw
    }
}

impl Scorer for Forest {
    fn features(&self) -> usize {
        self.features
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        assert_eq!(rows.len(), scores.len() * self.features, "one score per row");
        for (row, score) in rows.chunks_exact(self.features).zip(scores) {
            *score = self.probability(row);
        }
    }
}
