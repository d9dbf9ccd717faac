//! One row through all trees: what the splits on a feature do to a row is looked up, not asked split by split.
//!
//! As in `blocks.rs`, each tree has a word with a bit for each leaf, from left to right, and a split at which the row goes
//! right takes the leaves to the left of it away. The splits on a feature are sorted by their thresholds, so that a row goes
//! right at the first so many of them. What these leave of all words is written down beforehand, a line of words after every
//! few splits: a row takes one line per feature, and asks the few splits behind it. Nothing waits for what was loaded before
//! it, as the nodes of a walk do, so that memory that is far away costs little.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::ops::Range;

use super::blocks::Word;
use super::ladder::{Ladder, Rungs};
use super::tree::{MissingKind, Node, Test, Tree, in_set, seen};
use crate::wide::{self, Loops};

/// Trees that are looked up together: their words stay in the first cache.
const WINDOW: usize = 512;

/// A line is a multiple of this long: what the widest registers take at once.
const CHUNK: usize = 16;

/// Bytes of lines: the closer they are, the fewer splits are asked, until they are too many for the processor's caches.
const LINES: usize = 1 << 20;

/// Splits between two lines, at least.
const LEAST_STEP: usize = 4;

/// Trees for each column from which on looking up pays. Measured within a server: with 3 it took .4 us more than walking, with 17 1.1 us
/// less.
const TREES_A_COLUMN: usize = 8;

/// Columns that are looked up before anything is taken of them, so that the processor need not guess how the next one goes on.
const GROUP: usize = 64;

/// What makes two splits look at the same column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Numbers(u32, MissingKind),
    Categories(u32, &'a [u32]),
}

/// The column of a split; `bits` are the sets of categories.
fn key<'a>(node: &Node, bits: &'a [u32]) -> Key<'a> {
    match node.test {
        Test::Threshold { missing, .. } => Key::Numbers(node.feature, missing),
        Test::Categories { first, words } => {
            Key::Categories(node.feature, &bits[first as usize..(first + words) as usize])
        }
    }
}

/// Whether looking up is quicker than walking; told before anything is laid out.
pub(super) fn is_quick(trees: &[Tree], bits: &[u32]) -> bool {
    let first = &trees[..trees.len().min(WINDOW)];
    let columns: BTreeSet<Key<'_>> =
        first.iter().flat_map(|tree| &tree.nodes).map(|node| key(node, bits)).collect();
    first.len() >= TREES_A_COLUMN * columns.len()
}

/// Splits on one feature. Their first line is that of missing values, or of those outside the set.
#[derive(Debug, Clone)]
struct Column {
    feature: usize,
    kind: Kind,
    /// Where the first line begins.
    line: usize,
}

#[derive(Debug, Clone)]
enum Kind {
    /// These thresholds, and where their splits begin.
    Numbers(MissingKind, Ladder, usize),
    /// They all have this set.
    Categories(Range<usize>),
}

/// What is to be taken of a column for a row.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    /// Where a line begins; the first one takes nothing.
    line: usize,
    /// Where the splits behind it begin, and at how many of them the row goes right.
    first: usize,
    rest: usize,
}

/// A split at which a row goes right.
#[derive(Debug, Clone, Copy)]
struct Passed<W> {
    tree: u16,
    /// What it leaves of the tree's word.
    right: W,
}

#[derive(Debug, Clone)]
struct Window<W> {
    columns: Vec<Column>,
    sets: Vec<u32>,
    thresholds: Rungs,
    splits: Vec<Passed<W>>,
    /// The splits between two lines are two to the power of this.
    shift: u32,
    /// Lines of a word for each tree and some more; the first one takes nothing.
    lines: Vec<W>,
    /// Words in a line.
    width: usize,
    /// Where the values of each tree's leaves begin.
    firsts: Vec<u32>,
}

/// Trees for one row at a time.
#[derive(Debug, Clone)]
pub(super) struct Masks<W> {
    windows: Vec<Window<W>>,
    /// From left to right, tree by tree.
    leaves: Vec<f64>,
}

impl<W: Word> Masks<W> {
    /// `bits` are the sets of categories. `None` when a tree has more leaves than a word has bits, or all have more than can be counted.
    pub(super) fn new(trees: &[Tree], bits: &[u32]) -> Option<Self> {
        let total: usize = trees.iter().map(|tree| tree.leaves.len()).sum();
        if u32::try_from(total).is_err() || trees.iter().any(|tree| tree.leaves.len() > W::LEAVES) {
            return None;
        }
        let mut leaves = Vec::with_capacity(total);
        let windows = trees.chunks(WINDOW).map(|trees| Window::new(trees, bits, &mut leaves));
        Some(Self { windows: windows.collect::<Option<_>>()?, leaves })
    }

    /// The sum of a row's leaf values.
    pub(super) fn raw(&self, row: &[f64]) -> f64 {
        wide::run(LookUp { masks: self, row })
    }
}

struct LookUp<'a, W> {
    masks: &'a Masks<W>,
    row: &'a [f64],
}

impl<W: Word> Loops for LookUp<'_, W> {
    type Output = f64;

    #[inline(always)]
    fn run<const FUSED: bool>(self) -> f64 {
        let Self { masks, row } = self;
        let mut raw = 0.0;
        for window in &masks.windows {
            raw = window.add_to(raw, row, &masks.leaves);
        }
        raw
    }
}

/// How a split on a number is told: the threshold, whether missing values go right, and what it does.
type Numbered<W> = (f64, bool, Passed<W>);

impl<W: Word> Window<W> {
    /// Appends the values of the leaves to `leaves`.
    fn new(trees: &[Tree], bits: &[u32], leaves: &mut Vec<f64>) -> Option<Self> {
        let mut columns: BTreeMap<Key<'_>, Vec<Numbered<W>>> = BTreeMap::new();
        let mut firsts = Vec::with_capacity(trees.len());
        for (number, tree) in trees.iter().enumerate() {
            firsts.push(leaves.len() as u32);
            tree.each_split(leaves, &mut |split, lost| {
                let node = &tree.nodes[split];
                let passed = Passed { tree: number as u16, right: W::without(lost.start, lost.end) };
                let (threshold, missing_right) = match node.test {
                    Test::Threshold { threshold, default_left, .. } => (threshold, !default_left),
                    Test::Categories { .. } => (f64::NAN, true),
                };
                columns.entry(key(node, bits)).or_default().push((threshold, missing_right, passed));
            });
        }
        let width = trees.len().next_multiple_of(CHUNK);
        let all: usize = columns.values().map(Vec::len).sum();
        let closest = (all * width * size_of::<W>()).div_ceil(LINES).max(LEAST_STEP);
        let mut window = Self {
            columns: Vec::new(),
            sets: Vec::new(),
            thresholds: Rungs::default(),
            splits: Vec::new(),
            shift: closest.next_power_of_two().ilog2(),
            lines: Vec::new(),
            width,
            firsts,
        };
        window.push_line([]);
        window.splits.resize(1 << window.shift, Passed { tree: 0, right: W::all(true) });
        for (key, mut splits) in columns {
            splits.sort_by(|(one, ..), (other, ..)| one.total_cmp(other));
            window.push(key, &splits)?;
        }
        Some(window)
    }

    /// Appends a column; `None` when it has too many splits.
    fn push(&mut self, key: Key<'_>, splits: &[Numbered<W>]) -> Option<()> {
        let line = self.lines.len();
        self.push_line(splits.iter().filter(|(_, missing_right, _)| *missing_right));
        let (feature, kind) = match key {
            Key::Numbers(feature, missing) => {
                let step = 1 << self.shift;
                for end in (step..=splits.len()).step_by(step) {
                    self.push_line(&splits[..end]);
                }
                let thresholds: Vec<f64> = splits.iter().map(|(threshold, ..)| *threshold).collect();
                let ladder = self.thresholds.push(&thresholds)?;
                let first = self.splits.len();
                self.splits.extend(splits.iter().map(|(.., passed)| *passed));
                // Behind each line there is a whole step.
                let padding = step - splits.len() % step;
                self.splits.extend(iter::repeat_n(Passed { tree: 0, right: W::all(true) }, padding));
                (feature, Kind::Numbers(missing, ladder, first))
            }
            Key::Categories(feature, set) => {
                let first = self.sets.len();
                self.sets.extend_from_slice(set);
                (feature, Kind::Categories(first..self.sets.len()))
            }
        };
        self.columns.push(Column { feature: feature as usize, kind, line });
        Some(())
    }

    /// What these splits leave of all words.
    fn push_line<'a>(&mut self, splits: impl IntoIterator<Item = &'a Numbered<W>>)
    where
        W: 'a,
    {
        let first = self.lines.len();
        self.lines.resize(first + self.width, W::all(true));
        let words = &mut self.lines[first..];
        for (.., passed) in splits {
            let word = &mut words[usize::from(passed.tree)];
            *word = *word & passed.right;
        }
    }

    /// `raw` and the values of the leaves in which a row ends, tree by tree, which makes the bits LightGBM's.
    #[inline(always)]
    fn add_to(&self, raw: f64, row: &[f64], leaves: &[f64]) -> f64 {
        let mut words = [W::all(true); WINDOW];
        for columns in self.columns.chunks(GROUP) {
            let mut taken = [Taken::default(); GROUP];
            for (column, taken) in columns.iter().zip(&mut taken) {
                *taken = self.look_up(column, row);
            }
            for taken in &taken[..columns.len()] {
                self.take(*taken, &mut words);
            }
        }
        let mut raw = raw;
        for (word, first) in words.iter().zip(&self.firsts) {
            raw += leaves[*first as usize + word.lowest()];
        }
        raw
    }

    #[inline(always)]
    fn look_up(&self, column: &Column, row: &[f64]) -> Taken {
        let value = seen(row[column.feature]);
        match &column.kind {
            Kind::Numbers(missing, ladder, first) => {
                // As in LightGBM, NaN is 0 where it is not a kind of missing.
                let number = if value.is_nan() { 0.0 } else { value };
                let passed = self.thresholds.below(ladder, number);
                let (steps, rest) = (passed >> self.shift, passed % (1 << self.shift));
                if missing.is(value) {
                    return Taken { line: column.line, ..Taken::default() };
                }
                let line = if steps > 0 { column.line + steps * self.width } else { 0 };
                Taken { line, first: first + (steps << self.shift), rest }
            }
            Kind::Categories(set) => {
                let is_left = in_set(value, &self.sets[set.clone()]);
                Taken { line: if is_left { 0 } else { column.line }, ..Taken::default() }
            }
        }
    }

    #[inline(always)]
    fn take(&self, taken: Taken, words: &mut [W; WINDOW]) {
        let line = &self.lines[taken.line..taken.line + self.width];
        for (word, left) in words.iter_mut().zip(line) {
            *word = *word & *left;
        }
        // As many for every row: a loop that ends elsewhere each time is guessed wrong each time.
        let splits = &self.splits[taken.first..taken.first + (1 << self.shift)];
        for (number, split) in splits.iter().enumerate() {
            let word = &mut words[usize::from(split.tree) % WINDOW];
            *word = *word & (split.right | W::all(number >= taken.rest));
        }
    }
}
