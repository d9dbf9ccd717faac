//! How much each feature moves a row's raw score away from what is expected: exact path-dependent TreeSHAP.
//!
//! The values are those of Lundberg, Erion and Lee, "Consistent individualized feature attribution for tree ensembles"
//! (2018), where a feature that is not known sends a row both ways in the shares of the training rows. The way to them is
//! another: a Shapley value is the integral over t from 0 to 1 of the derivative for one feature of the multilinear
//! extension at (t, .., t) (Owen, "Multilinear extensions of games", 1972). A leaf's part of that extension is its value
//! times a factor `o t + z (1 - t)` for each feature on the way to it: `o` is 1 when the row passes all of the
//! feature's splits there, `z` the product of their shares. That is a polynomial, which Gauss-Legendre quadrature
//! integrates exactly; each point of it is a lane, and one walk down and up a tree serves all its features.

use super::tree::{Node, Tree};
use crate::model::{Explainer, Unexplained};

/// The most levels of a tree: it is walked by recursion.
const MOST_LEVELS: usize = 300;

/// How many points of quadrature there can be: they do for twice as many features on the way to a leaf.
const LANES: [usize; 5] = [4, 8, 16, 32, 64];

/// Beyond the root of a tree.
const NOWHERE: usize = usize::MAX;

#[derive(Debug, Clone)]
struct Split {
    node: Node,
    /// Which shares of the training rows that came here went left and right.
    shares: [f64; 2],
    /// The product of the shares of this feature's splits above, if there are any.
    above: Option<f64>,
}

#[derive(Debug, Clone)]
struct Part {
    splits: Vec<Split>,
    leaves: Vec<f64>,
}

/// Trees that take the same number of points.
#[derive(Debug, Clone)]
struct Class {
    lanes: usize,
    /// Places between 0 and 1, and the weights of what is found there.
    points: Vec<(f64, f64)>,
    trees: Vec<Part>,
}

/// The trees of a model, ready to explain.
#[derive(Debug, Clone)]
pub(super) struct TreeShap {
    features: usize,
    base: f64,
    bits: Vec<u32>,
    classes: Vec<Class>,
}

impl TreeShap {
    /// # Errors
    /// When a tree does not say how many rows reached its splits and leaves, or one was reached by none, or a tree is too
    /// deep.
    pub(super) fn new(features: usize, trees: &[Tree], bits: &[u32]) -> Result<Self, Unexplained> {
        let class = |lanes| Class { lanes, points: gauss_legendre(lanes), trees: Vec::new() };
        let mut classes = LANES.map(class);
        let mut base = 0.0;
        for (index, tree) in trees.iter().enumerate() {
            if tree.nodes.is_empty() {
                base += tree.leaves[0];
                continue;
            }
            let cover = &tree.cover;
            if cover.leaves.is_empty() || cover.splits.iter().chain(&cover.leaves).any(|&count| count == 0) {
                return Err(Unexplained::Uncounted { tree: index });
            }
            let total = f64::from(cover.splits[0]);
            let expected = cover.leaves.iter().zip(&tree.leaves);
            base += expected.map(|(&count, value)| f64::from(count) / total * value).sum::<f64>();
            let (splits, most_features) = splits(tree).ok_or(Unexplained::TooDeep { tree: index })?;
            let class = classes.iter_mut().find(|class| 2 * class.lanes >= most_features);
            let class = class.ok_or(Unexplained::TooDeep { tree: index })?;
            class.trees.push(Part { splits, leaves: tree.leaves.clone() });
        }
        let classes = classes.into_iter().filter(|class| !class.trees.is_empty()).collect();
        Ok(Self { features, base, bits: bits.to_vec(), classes })
    }

    fn add<const LANES: usize>(&self, class: &Class, row: &[f64], contributions: &mut [f64]) {
        let points = |lane: usize| class.points[lane];
        let mut walk = Walk {
            row,
            bits: &self.bits,
            known: std::array::from_fn(|lane| points(lane).0),
            unknown: std::array::from_fn(|lane| 1.0 - points(lane).0),
            passes: vec![false; self.features],
            sums: vec![[0.0; LANES]; self.features],
        };
        let weights: [f64; LANES] = std::array::from_fn(|lane| points(lane).1);
        for tree in &class.trees {
            walk.below(tree, 0, &weights);
        }
        for (contribution, sums) in contributions.iter_mut().zip(&walk.sums) {
            *contribution += sums.iter().sum::<f64>();
        }
    }
}

impl Explainer for TreeShap {
    fn base(&self) -> f64 {
        self.base
    }

    fn contributions(&self, row: &[f64], contributions: &mut [f64]) {
        assert_eq!((row.len(), contributions.len()), (self.features, self.features), "one per feature");
        contributions.fill(0.0);
        for class in &self.classes {
            match class.lanes {
                4 => self.add::<4>(class, row, contributions),
                8 => self.add::<8>(class, row, contributions),
                16 => self.add::<16>(class, row, contributions),
                32 => self.add::<32>(class, row, contributions),
                _ => self.add::<64>(class, row, contributions),
            }
        }
    }
}

/// The splits of a tree, and how many features at most are on the way to a leaf; `None` when it has too many levels.
fn splits(tree: &Tree) -> Option<(Vec<Split>, usize)> {
    let mut parents = vec![(NOWHERE, 0); tree.nodes.len()];
    let mut features = vec![0; tree.nodes.len()];
    let mut splits: Vec<Split> = Vec::with_capacity(tree.nodes.len());
    for (index, node) in tree.nodes.iter().enumerate() {
        let count = |child: i32| match usize::try_from(child) {
            Ok(split) => tree.cover.splits[split],
            Err(_) => tree.cover.leaves[!child as usize],
        };
        let children = [node.left, node.right];
        let shares = children.map(|child| f64::from(count(child)) / f64::from(tree.cover.splits[index]));
        let (mut above, mut levels) = (None, 0);
        let (mut place, mut side) = parents[index];
        while place != NOWHERE {
            if splits[place].node.feature == node.feature {
                above = Some(above.unwrap_or(1.0) * splits[place].shares[side]);
            }
            levels += 1;
            (place, side) = parents[place];
        }
        if levels >= MOST_LEVELS {
            return None;
        }
        let before = if levels == 0 { 0 } else { features[parents[index].0] };
        features[index] = before + usize::from(above.is_none());
        for (side, child) in children.into_iter().enumerate() {
            if let Ok(child) = usize::try_from(child) {
                parents[child] = (index, side);
            }
        }
        splits.push(Split { node: *node, shares, above });
    }
    Some((splits, features.into_iter().max().unwrap_or(0)))
}

/// A row on its way through the trees.
struct Walk<'a, const LANES: usize> {
    row: &'a [f64],
    bits: &'a [u32],
    /// The points t, and 1 - t.
    known: [f64; LANES],
    unknown: [f64; LANES],
    /// By feature: whether the row passes all of its splits above. Means nothing before the first of them.
    passes: Vec<bool>,
    /// By feature and point: the contribution so far.
    sums: Vec<[f64; LANES]>,
}

impl<const LANES: usize> Walk<'_, LANES> {
    /// Adds what the splits from `index` downwards contribute, and gives the sum of the leaves below, each times the
    /// factors of the splits from here on. `weight` holds the product of the factors above.
    fn below(&mut self, tree: &Part, index: usize, weight: &[f64; LANES]) -> [f64; LANES] {
        let Split { node, shares, above } = &tree.splits[index];
        let left = node.goes_left(self.row, self.bits);
        let feature = node.feature as usize;
        // The row goes where it is hot.
        let (hot, cold) = if left { (node.left, node.right) } else { (node.right, node.left) };
        let (hot_share, cold_share) = if left { (shares[0], shares[1]) } else { (shares[1], shares[0]) };
        if above.is_some() && !self.passes[feature] {
            // Nothing below depends on what the row has here: the factors of both ways are those from above times z.
            let hot = self.child(tree, hot, weight, |_| hot_share);
            let cold = self.child(tree, cold, weight, |_| cold_share);
            return std::array::from_fn(|lane| hot_share * hot[lane] + cold_share * cold[lane]);
        }
        let (known, unknown) = (self.known, self.unknown);
        let share = above.unwrap_or(1.0);
        let (hot_share, cold_share) = (share * hot_share, share * cold_share);
        // The factor of this feature so far, which those of its two ways replace.
        let factor: [f64; LANES] = std::array::from_fn(|lane| known[lane] + share * unknown[lane]);
        let others: [f64; LANES] = match above {
            Some(_) => std::array::from_fn(|lane| weight[lane] / factor[lane]),
            None => *weight,
        };
        let (hot_factor, cold_factor) =
            (|lane: usize| known[lane] + hot_share * unknown[lane], |lane: usize| cold_share * unknown[lane]);
        self.passes[feature] = true;
        let hot = self.child(tree, hot, &others, hot_factor);
        self.passes[feature] = false;
        let cold = self.child(tree, cold, &others, cold_factor);
        self.passes[feature] = true;
        let mut sum: [f64; LANES] =
            std::array::from_fn(|lane| hot_factor(lane) * hot[lane] + cold_factor(lane) * cold[lane]);
        let sums = &mut self.sums[feature];
        if above.is_some() {
            for lane in 0..LANES {
                sum[lane] /= factor[lane];
                // What the feature's splits above have counted for the same leaves is taken back.
                sums[lane] -= others[lane] * (1.0 - share) * sum[lane];
            }
        }
        for lane in 0..LANES {
            sums[lane] += others[lane] * ((1.0 - hot_share) * hot[lane] - cold_share * cold[lane]);
        }
        sum
    }

    #[inline(always)]
    fn child(
        &mut self,
        tree: &Part,
        child: i32,
        weight: &[f64; LANES],
        factor: impl Fn(usize) -> f64,
    ) -> [f64; LANES] {
        match usize::try_from(child) {
            Ok(index) => {
                let weight = std::array::from_fn(|lane| weight[lane] * factor(lane));
                self.below(tree, index, &weight)
            }
            Err(_) => [tree.leaves[!child as usize]; LANES],
        }
    }
}

/// The points and weights that integrate polynomials up to degree `2 count - 1` over 0 to 1 exactly: the roots of the
/// Legendre polynomial, by Newton's method (Abramowitz and Stegun, 25.4.29).
fn gauss_legendre(count: usize) -> Vec<(f64, f64)> {
    let degree = count as f64;
    let value_and_slope = |x: f64| {
        let (mut before, mut value) = (1.0, x);
        for order in 2..=count {
            let order = order as f64;
            (before, value) = (value, ((2.0 * order - 1.0) * x * value - (order - 1.0) * before) / order);
        }
        (value, degree * (x * value - before) / (x * x - 1.0))
    };
    let point = |place: usize| {
        let mut x = (std::f64::consts::PI * (place as f64 + 0.75) / (degree + 0.5)).cos();
        for _ in 0..8 {
            let (value, slope) = value_and_slope(x);
            x -= value / slope;
        }
        let (_, slope) = value_and_slope(x);
        ((1.0 - x) / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..count).map(point).collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::super::tree::{Cover, MissingKind, Test};
    use super::*;

    /// A tree whose every split but the last ones has a leaf on one side, over `features` features.
    fn thin_tree(splits: usize, features: u32, random: &mut ChaCha8Rng) -> Tree {
        let mut tree = Tree { nodes: Vec::new(), leaves: Vec::new(), cover: Cover::default() };
        let mut count = 1_000_000_000;
        for split in 0..splits {
            let taken = random.random_range(1..=count / 40);
            let (leaf, next) =
                (!(split as i32), if split + 1 == splits { !(splits as i32) } else { split as i32 + 1 });
            let (left, right) = if random.random_bool(0.5) { (leaf, next) } else { (next, leaf) };
            let test =
                Test::Threshold { threshold: random.random(), missing: MissingKind::Nan, default_left: true };
            tree.nodes.push(Node { test, feature: random.random_range(0..features), left, right });
            tree.cover.splits.push(count);
            tree.cover.leaves.push(taken);
            tree.leaves.push(random.random_range(-1.0..1.0));
            count -= taken;
        }
        tree.cover.leaves.push(count);
        tree.leaves.push(1.0);
        tree
    }

    /// The definition, leaf by leaf: the sum over the sets of other features, by size, of what the set leaves of the leaf's
    /// value with and without the feature. No term is negative before the last product, so no digits are lost.
    fn by_definition(tree: &Tree, row: &[f64], phi: &mut [f64]) {
        let mut waiting = vec![(0, Vec::<(u32, f64, f64)>::new())];
        while let Some((place, way)) = waiting.pop() {
            let Ok(index) = usize::try_from(place) else {
                for (feature, one, zero) in &way {
                    let others = way.iter().filter(|(other, ..)| other != feature);
                    let mut by_size = vec![1.0];
                    for (_, one, zero) in others {
                        by_size.push(0.0);
                        for size in (0..by_size.len()).rev() {
                            let smaller = if size == 0 { 0.0 } else { by_size[size - 1] };
                            by_size[size] = by_size[size] * zero + smaller * one;
                        }
                    }
                    // size! (n - 1 - size)! / n!
                    let mut weight = 1.0 / way.len() as f64;
                    let mut sum = 0.0;
                    for (size, part) in by_size.iter().enumerate() {
                        sum += weight * part;
                        weight *= (size + 1) as f64 / (way.len() - 1 - size).max(1) as f64;
                    }
                    phi[*feature as usize] += sum * (one - zero) * tree.leaves[!place as usize];
                }
                continue;
            };
            let node = &tree.nodes[index];
            let left = node.goes_left(row, &[]);
            for (child, passes) in [(node.left, left), (node.right, !left)] {
                let count = match usize::try_from(child) {
                    Ok(split) => tree.cover.splits[split],
                    Err(_) => tree.cover.leaves[!child as usize],
                };
                let share = f64::from(count) / f64::from(tree.cover.splits[index]);
                let passes = f64::from(u8::from(passes));
                let mut way = way.clone();
                match way.iter_mut().find(|(feature, ..)| *feature == node.feature) {
                    Some((_, one, zero)) => (*one, *zero) = (*one * passes, *zero * share),
                    None => way.push((node.feature, passes, share)),
                }
                waiting.push((child, way));
            }
        }
    }

    #[test]
    fn contributions_are_those_of_the_definition_on_long_ways_too() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        for (splits, features, lanes) in [(5, 4, 4), (30, 12, 8), (60, 25, 16), (120, 50, 32), (280, 100, 64)]
        {
            let tree = thin_tree(splits, features, &mut random);
            let features = features as usize;
            let shap =
                TreeShap::new(features, std::slice::from_ref(&tree), &[]).expect("it can be explained");
            assert_eq!(shap.classes.iter().map(|class| class.lanes).collect::<Vec<_>>(), [lanes]);
            for _ in 0..20 {
                let row: Vec<f64> = (0..features).map(|_| random.random()).collect();
                let (mut ours, mut expected) = (vec![0.0; features], vec![0.0; features]);
                shap.contributions(&row, &mut ours);
                by_definition(&tree, &row, &mut expected);
                for (ours, expected) in ours.iter().zip(&expected) {
                    assert!((ours - expected).abs() < 1e-12, "{splits} splits: {ours} for {expected}");
                }
            }
        }
        let deep = thin_tree(MOST_LEVELS + 1, 3, &mut random);
        assert_eq!(TreeShap::new(3, &[deep], &[]).err(), Some(Unexplained::TooDeep { tree: 0 }));
    }

    #[test]
    fn the_quadrature_is_exact_for_polynomials() {
        for lanes in LANES {
            for power in 0..2 * lanes {
                let sum: f64 =
                    gauss_legendre(lanes).iter().map(|(t, weight)| weight * t.powi(power as i32)).sum();
                let exact = 1.0 / (power + 1) as f64;
                assert!((sum / exact - 1.0).abs() < 1e-12, "{lanes} lanes, t^{power}: {sum} for {exact}");
            }
        }
    }
}
