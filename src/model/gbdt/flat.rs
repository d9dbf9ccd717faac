//! Gradient-boosted trees as flat arrays: a safe scorer that gives LightGBM's own bits.

use std::sync::OnceLock;

use super::blocks::{Blocks, ROWS};
use super::columns::Columns;
use super::shap::TreeShap;
use super::tree::Tree;
use super::walk::Walker;
use crate::model::{Explainer, Scorer, Unexplained};

/// Rows from which on a block that is not full is quicker than one row after the other.
const WORTH_A_BLOCK: usize = 24;

/// The trees of a model.
#[derive(Debug, Clone)]
pub struct Forest {
    features: usize,
    sigmoid: f64,
    trees: Vec<Tree>,
    bits: Vec<u32>,
    /// The same trees laid out for speed, unless they do not fit its small numbers.
    fast: Option<Fast>,
    /// Made when it is first asked for.
    shap: OnceLock<Result<TreeShap, Unexplained>>,
}

#[derive(Debug, Clone)]
struct Fast {
    columns: Columns,
    walker: Walker,
    blocks: AnyBlocks,
}

#[derive(Debug, Clone)]
enum AnyBlocks {
    Narrow(Blocks<u32>),
    Wide(Blocks<u64>),
    /// Trees with more leaves walk row by row.
    None,
}

impl Fast {
    fn new(trees: &[Tree], bits: &[u32]) -> Option<Self> {
        let (columns, splits) = Columns::new(trees, bits)?;
        let walker = Walker::new(trees, &splits)?;
        let wide = || Blocks::new(trees, &splits).map_or(AnyBlocks::None, AnyBlocks::Wide);
        let blocks = Blocks::new(trees, &splits).map_or_else(wide, AnyBlocks::Narrow);
        Some(Self { columns, walker, blocks })
    }
}

impl Forest {
    /// `bits` are the sets of categories that the trees' tests point into.
    pub(super) fn new(features: usize, sigmoid: f64, trees: Vec<Tree>, bits: Vec<u32>) -> Self {
        let fast = Fast::new(&trees, &bits);
        Self { features, sigmoid, trees, bits, fast, shap: OnceLock::new() }
    }

    /// Number of trees.
    pub fn trees(&self) -> usize {
        self.trees.len()
    }

    /// The sum of a row's leaf values: what the sigmoid makes a probability of.
    ///
    /// # Panics
    /// When `row` does not hold [`Scorer::features`] values.
    pub fn raw(&self, row: &[f64]) -> f64 {
        assert_eq!(row.len(), self.features, "a value per feature");
        match &self.fast {
            Some(fast) => fast.walker.raw(&fast.columns, row),
            None => self.walk(row),
        }
    }

    /// The same by asking one split after the other.
    pub(super) fn walk(&self, row: &[f64]) -> f64 {
        self.trees.iter().fold(0.0, |raw, tree| raw + tree.value(row, &self.bits))
    }

    fn probability(&self, raw: f64) -> f64 {
        1.0 / (1.0 + (-self.sigmoid * raw).exp())
    }

    /// Scores all rows block by block.
    fn score_blocks(
        &self,
        rows: &[f64],
        scores: &mut [f64],
        mut raw: impl FnMut(&[f64], &mut Vec<[u16; ROWS]>) -> [f64; ROWS],
    ) {
        let mut bins = Vec::new();
        for (rows, scores) in rows.chunks(ROWS * self.features).zip(scores.chunks_mut(ROWS)) {
            if scores.len() < WORTH_A_BLOCK {
                self.score_each(rows, scores);
                continue;
            }
            for (score, raw) in scores.iter_mut().zip(raw(rows, &mut bins)) {
                *score = self.probability(raw);
            }
        }
    }

    fn score_each(&self, rows: &[f64], scores: &mut [f64]) {
        for (row, score) in rows.chunks_exact(self.features).zip(scores) {
            *score = self.probability(self.raw(row));
        }
    }
}

impl Scorer for Forest {
    fn features(&self) -> usize {
        self.features
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        assert_eq!(rows.len(), scores.len() * self.features, "one score per row");
        match &self.fast {
            Some(Fast { columns, blocks: AnyBlocks::Narrow(blocks), .. }) => {
                self.score_blocks(rows, scores, |rows, bins| blocks.raw(columns, rows, self.features, bins))
            }
            Some(Fast { columns, blocks: AnyBlocks::Wide(blocks), .. }) => {
                self.score_blocks(rows, scores, |rows, bins| blocks.raw(columns, rows, self.features, bins))
            }
            _ => self.score_each(rows, scores),
        }
    }

    fn explainer(&self) -> Result<&dyn Explainer, Unexplained> {
        let shap = self.shap.get_or_init(|| TreeShap::new(self.features, &self.trees, &self.bits));
        shap.as_ref().map(|shap| shap as &dyn Explainer).map_err(Clone::clone)
    }
}
