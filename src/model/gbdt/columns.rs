//! A row's values as small whole numbers, so that a split is one comparison of integers.
//!
//! A column is a feature together with how its splits treat a missing value, or a feature and a set of categories. A
//! number becomes how many of the column's thresholds lie below it, so that `value <= threshold` is `bin <= place of
//! threshold`; what is missing gets the bin that sends it where the splits say. A category becomes 0 in the set, 1 outside.

use std::collections::HashMap;
use std::ops::Range;

use super::tree::{MissingKind, Node, Test, Tree, in_set, seen};

/// The most columns of a forest: binning more for one row takes longer than asking the splits that it meets.
pub(super) const MOST_COLUMNS: usize = 4_096;

/// The most thresholds of a column: one more bin than that and a place that no bin reaches must fit into 16 bits.
const MOST_THRESHOLDS: usize = u16::MAX as usize - 1;

#[derive(Debug, Clone)]
enum Column {
    Numbers { feature: usize, missing: MissingKind, absent: u16, thresholds: Range<usize> },
    Categories { feature: usize, words: Range<usize> },
}

/// What makes two splits look at the same column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Numbers(u32, MissingKind, bool),
    Categories(u32, &'a [u32]),
}

fn key<'a>(node: &Node, bits: &'a [u32]) -> Key<'a> {
    match node.test {
        Test::Threshold { missing: MissingKind::None, .. } => {
            Key::Numbers(node.feature, MissingKind::None, false)
        }
        Test::Threshold { missing, default_left, .. } => Key::Numbers(node.feature, missing, default_left),
        Test::Categories { first, words } => {
            Key::Categories(node.feature, &bits[first as usize..(first + words) as usize])
        }
    }
}

/// A split on a column: a row with a bin above it goes right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub column: u16,
    pub bin: u16,
}

/// The columns of a forest.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    columns: Vec<Column>,
    thresholds: Vec<f64>,
    words: Vec<u32>,
}

impl Columns {
    /// The columns of these trees, and by tree and split what became of it; `None` when there are too many.
    pub(super) fn new(trees: &[Tree], bits: &[u32]) -> Option<(Self, Vec<Vec<Split>>)> {
        let mut found: HashMap<Key<'_>, usize> = HashMap::new();
        let mut thresholds: Vec<(Key<'_>, Vec<f64>)> = Vec::new();
        for node in trees.iter().flat_map(|tree| &tree.nodes) {
            let key = key(node, bits);
            let place = *found.entry(key).or_insert(thresholds.len());
            if place == thresholds.len() {
                thresholds.push((key, Vec::new()));
            }
            if let Test::Threshold { threshold, .. } = node.test {
                thresholds[place].1.push(threshold);
            }
            if thresholds.len() > MOST_COLUMNS {
                return None;
            }
        }
        let mut columns = Self { columns: Vec::new(), thresholds: Vec::new(), words: Vec::new() };
        for (key, list) in &mut thresholds {
            list.sort_by(f64::total_cmp);
            list.dedup();
            if list.len() > MOST_THRESHOLDS {
                return None;
            }
            columns.push(*key, list);
        }
        let split = |node: &Node| {
            let column = found[&key(node, bits)];
            let bin = match node.test {
                Test::Threshold { threshold, .. } => below(&thresholds[column].1, threshold),
                Test::Categories { .. } => 0,
            };
            Split { column: column as u16, bin }
        };
        let splits = trees.iter().map(|tree| tree.nodes.iter().map(split).collect()).collect();
        Some((columns, splits))
    }

    fn push(&mut self, key: Key<'_>, thresholds: &[f64]) {
        self.columns.push(match key {
            Key::Numbers(feature, missing, left) => {
                let first = self.thresholds.len();
                self.thresholds.extend_from_slice(thresholds);
                let absent = if left { 0 } else { thresholds.len() as u16 };
                let thresholds = first..self.thresholds.len();
                Column::Numbers { feature: feature as usize, missing, absent, thresholds }
            }
            Key::Categories(feature, words) => {
                let first = self.words.len();
                self.words.extend_from_slice(words);
                Column::Categories { feature: feature as usize, words: first..self.words.len() }
            }
        });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Gives `take` the bin of each column in turn for a row.
    #[inline(always)]
    pub(super) fn each(&self, row: &[f64], mut take: impl FnMut(usize, u16)) {
        for (place, column) in self.columns.iter().enumerate() {
            take(place, self.bin(column, row));
        }
    }

    /// Writes the bins of several rows, column by column.
    pub(super) fn block<const ROWS: usize>(
        &self,
        rows: &[f64],
        features: usize,
        bins: &mut Vec<[u16; ROWS]>,
    ) {
        bins.resize(self.columns.len(), [0; ROWS]);
        for (column, bins) in self.columns.iter().zip(bins) {
            for (row, bin) in rows.chunks_exact(features).zip(bins) {
                *bin = self.bin(column, row);
            }
        }
    }

    #[inline(always)]
    fn bin(&self, column: &Column, row: &[f64]) -> u16 {
        match column {
            Column::Numbers { feature, missing, absent, thresholds } => {
                let value = seen(row[*feature]);
                // As in LightGBM, NaN is 0 where it is not a kind of missing.
                let number = if value.is_nan() { 0.0 } else { value };
                let bin = below(&self.thresholds[thresholds.clone()], number);
                if missing.is(value) { *absent } else { bin }
            }
            Column::Categories { feature, words } => {
                u16::from(!in_set(seen(row[*feature]), &self.words[words.clone()]))
            }
        }
    }
}

/// How many of the ascending thresholds are less than `value`.
#[inline(always)]
fn below(thresholds: &[f64], value: f64) -> u16 {
    thresholds.partition_point(|threshold| *threshold < value) as u16
}
