//! Gradient-boosted trees as flat arrays: a safe scorer that gives LightGBM's own bits.

use std::sync::OnceLock;

use super::blocks::{Blocks, ROWS};
use super::columns::{Columns, Split};
use super::masks::{Masks, is_quick};
use super::shap::TreeShap;
use super::tree::Tree;
use super::walk::Walker;
use crate::matrix::Matrix;
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
    one: One,
    blocks: AnyBlocks,
}

/// Trees for one row at a time. Narrow and wide are the words that have a bit for each leaf.
#[derive(Debug, Clone)]
enum One {
    Walk(Walker),
    Narrow(Masks<u32>),
    Wide(Masks<u64>),
}

#[derive(Debug, Clone)]
enum AnyBlocks {
    Narrow(Blocks<u32>),
    Wide(Blocks<u64>),
    /// Trees with more leaves go row by row.
    None,
}

impl One {
    /// Looks up or walks as asked, or as is quicker.
    fn new(trees: &[Tree], bits: &[u32], splits: &[Vec<Split>], looks_up: Option<bool>) -> Option<Self> {
        let narrow = || Masks::new(trees, bits).map(Self::Narrow);
        let wide = || Masks::new(trees, bits).map(Self::Wide);
        let look_up = || narrow().or_else(wide);
        let walk = || Walker::new(trees, splits).map(Self::Walk);
        looks_up.unwrap_or_else(|| is_quick(trees, bits)).then(look_up).flatten().or_else(walk)
    }
}

impl Fast {
    fn new(trees: &[Tree], bits: &[u32], looks_up: Option<bool>) -> Option<Self> {
        let (columns, splits) = Columns::new(trees, bits)?;
        let one = One::new(trees, bits, &splits, looks_up)?;
        let wide = || Blocks::new(trees, &splits).map_or(AnyBlocks::None, AnyBlocks::Wide);
        let blocks = Blocks::new(trees, &splits).map_or_else(wide, AnyBlocks::Narrow);
        Some(Self { columns, one, blocks })
    }

    fn raw(&self, row: &[f64]) -> f64 {
        match &self.one {
            One::Walk(walker) => walker.raw(&self.columns, row),
            One::Narrow(masks) => masks.raw(row),
            One::Wide(masks) => masks.raw(row),
        }
    }
}

impl Forest {
    /// `bits` are the sets of categories that the trees' tests point into.
    pub(super) fn new(features: usize, sigmoid: f64, trees: Vec<Tree>, bits: Vec<u32>) -> Self {
        let fast = Fast::new(&trees, &bits, None);
        Self { features, sigmoid, trees, bits, fast, shap: OnceLock::new() }
    }

    /// The same trees, laid out in one of the two ways for single rows.
    #[cfg(test)]
    pub(super) fn laid_out(mut self, looks_up: bool) -> Self {
        self.fast = Fast::new(&self.trees, &self.bits, Some(looks_up));
        self
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
            Some(fast) => fast.raw(row),
            None => self.walk(row),
        }
    }

    /// [`Forest::raw`] of each row.
    pub fn raw_scores(&self, rows: &Matrix) -> Vec<f64> {
        rows.iter_rows().map(|row| self.raw(row)).collect()
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
