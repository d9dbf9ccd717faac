//! One row through all trees: several trees at a time, so that the processor always has something to do while a node is
//! on its way, and without a branch that depends on the row, so that it never guesses wrong.
//!
//! Nodes are 8 bytes; the two children of a split lie side by side, and a leaf is its own child, so that a shallow tree
//! waits for the deeper ones that it walks with. Trees of about equal depth walk together, out of order within a window;
//! their values are added in the order of the trees, which makes the bits LightGBM's.

use super::columns::{Columns, MOST_COLUMNS, Split};
use super::tree::Tree;

/// Trees that walk together.
const LANES: usize = 8;

/// Trees whose values wait for each other.
const WINDOW: usize = 128;

/// Levels between two looks at whether all have arrived, which trees of usual depth never need.
const LEVELS: u32 = 14;

/// The place of a threshold that no bin is above.
const LEAF: u64 = u16::MAX as u64;

/// From the highest bits: 16 of bin, 16 of column (of a leaf: which one it is), 32 of the left child's place.
#[derive(Debug, Clone, Copy)]
struct Node(u64);

impl Node {
    fn split(split: Split, child: u32) -> Self {
        Self(u64::from(split.bin) << 48 | u64::from(split.column) << 32 | u64::from(child))
    }

    fn leaf(number: u16, place: u32) -> Self {
        Self(LEAF << 48 | u64::from(number) << 32 | u64::from(place))
    }

    fn is_leaf(self) -> bool {
        self.0 >> 48 == LEAF
    }

    fn middle(self) -> usize {
        usize::from((self.0 >> 32) as u16)
    }

    /// The next node's place; `bins` hold the bin in the highest 16 bits, so that the whole node can be compared.
    #[inline(always)]
    fn next<const BINS: usize>(self, bins: &[u64; BINS]) -> u32 {
        (self.0 as u32).wrapping_add(u32::from(bins[self.middle() & (BINS - 1)] > self.0))
    }
}

#[derive(Debug, Clone, Copy)]
struct Group {
    levels: u32,
    roots: [u32; LANES],
    first_leaves: [u32; LANES],
    /// Which of the window's trees they are.
    trees: [u8; LANES],
}

/// Trees for one row at a time.
#[derive(Debug, Clone)]
pub(super) struct Walker {
    nodes: Vec<Node>,
    leaves: Vec<f64>,
    /// How many trees each window has, and its groups.
    windows: Vec<(usize, Vec<Group>)>,
}

/// A tree that has been laid out.
#[derive(Debug, Clone, Copy)]
struct Placed {
    root: u32,
    first_leaf: u32,
    depth: u32,
}

impl Walker {
    /// Lays the trees out; `None` when one has too many leaves for it, or all have too many nodes.
    pub(super) fn new(trees: &[Tree], splits: &[Vec<Split>]) -> Option<Self> {
        let mut walker = Self { nodes: Vec::new(), leaves: Vec::new(), windows: Vec::new() };
        let total: usize = trees.iter().map(|tree| 2 * tree.leaves.len()).sum();
        if u32::try_from(total).is_err() || trees.iter().any(|tree| tree.leaves.len() > LEAF as usize) {
            return None;
        }
        let placed: Vec<Placed> =
            trees.iter().zip(splits).map(|(tree, splits)| walker.place(tree, splits)).collect();
        walker.windows = placed.chunks(WINDOW).map(|window| (window.len(), groups(window))).collect();
        Some(walker)
    }

    /// Appends a tree level by level, so that the nodes that all rows meet share cache lines.
    fn place(&mut self, tree: &Tree, splits: &[Split]) -> Placed {
        let first = self.nodes.len();
        let first_leaf = self.leaves.len() as u32;
        self.leaves.extend_from_slice(&tree.leaves);
        let mut waiting = vec![(tree.root(), 0)];
        let mut deepest = 0;
        let mut next = 0;
        while let Some(&(place, depth)) = waiting.get(next) {
            let node = match usize::try_from(place) {
                Ok(index) => {
                    let child = (first + waiting.len()) as u32;
                    waiting
                        .extend([tree.nodes[index].left, tree.nodes[index].right].map(|to| (to, depth + 1)));
                    Node::split(splits[index], child)
                }
                Err(_) => Node::leaf(!place as u16, (first + next) as u32),
            };
            self.nodes.push(node);
            deepest = deepest.max(depth);
            next += 1;
        }
        Placed { root: first as u32, first_leaf, depth: deepest }
    }

    /// The sum of a row's leaf values.
    pub(super) fn raw(&self, columns: &Columns, row: &[f64]) -> f64 {
        match columns.len() {
            0..=64 => self.walk::<64>(columns, row),
            65..=512 => self.walk::<512>(columns, row),
            _ => self.walk::<MOST_COLUMNS>(columns, row),
        }
    }

    fn walk<const BINS: usize>(&self, columns: &Columns, row: &[f64]) -> f64 {
        let mut bins = [0; BINS];
        // Neither mask changes a place: they spare the loop the check that it is inside.
        columns.each(row, |place, bin| bins[place & (BINS - 1)] = u64::from(bin) << 48);
        let mut raw = 0.0;
        for (trees, groups) in &self.windows {
            let mut values = [0.0; WINDOW];
            for group in groups {
                let at = self.descend(group, &bins);
                for lane in 0..LANES {
                    let leaf = group.first_leaves[lane] as usize + self.nodes[at[lane] as usize].middle();
                    values[usize::from(group.trees[lane]) & (WINDOW - 1)] = self.leaves[leaf];
                }
            }
            for value in &values[..*trees] {
                raw += value;
            }
        }
        raw
    }

    #[inline(always)]
    fn descend<const BINS: usize>(&self, group: &Group, bins: &[u64; BINS]) -> [u32; LANES] {
        let nodes = self.nodes.as_slice();
        let mut at = group.roots;
        let mut left = group.levels;
        loop {
            for _ in 0..left.min(LEVELS) {
                for place in &mut at {
                    *place = nodes[*place as usize].next(bins);
                }
            }
            left -= left.min(LEVELS);
            if left == 0 || at.iter().all(|place| nodes[*place as usize].is_leaf()) {
                return at;
            }
        }
    }
}

fn groups(window: &[Placed]) -> Vec<Group> {
    let mut order: Vec<usize> = (0..window.len()).collect();
    order.sort_by_key(|&tree| window[tree].depth);
    let group = |trees: &[usize]| {
        // A group that is not full walks its last tree more than once.
        let tree = |lane: usize| trees[lane.min(trees.len() - 1)];
        Group {
            levels: trees.iter().map(|&tree| window[tree].depth).max().unwrap_or(0),
            roots: std::array::from_fn(|lane| window[tree(lane)].root),
            first_leaves: std::array::from_fn(|lane| window[tree(lane)].first_leaf),
            trees: std::array::from_fn(|lane| tree(lane) as u8),
        }
    };
    order.chunks(LANES).map(group).collect()
}
