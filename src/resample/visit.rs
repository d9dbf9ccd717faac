//! The inner loop: a group of points passes over a leaf, in the widest registers that the processor has.
//!
//! Widths differ between machines, and so do the single-precision distances; what is found does not, because these only
//! rule out.

use super::index::{LANES, Leaf};
use super::nearest::Nearest;
use super::sketch::Sketch;
use super::space::Space;
use crate::wide::{self, Loops, multiply_add};

/// Offers the points of a leaf to each point of a group.
pub(super) struct Visit<'a> {
    pub(super) space: &'a Space,
    pub(super) sketch: &'a Sketch,
    pub(super) group: &'a Leaf,
    pub(super) points: &'a [usize],
    pub(super) nearest: &'a mut [Nearest],
    pub(super) leaf: &'a Leaf,
    pub(super) others: &'a [usize],
}

impl Visit<'_> {
    pub(super) fn run(self) {
        wide::run(self);
    }
}

impl Loops for Visit<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FUSED: bool>(self) {
        let Self { space, sketch, group, leaf, .. } = self;
        let slack = group.slack + leaf.slack;
        let width = sketch.width();
        let mut values = vec![0.0; width];
        for (place, (&point, nearest)) in self.points.iter().zip(self.nearest).enumerate() {
            group.copy_point(place, &mut values);
            let mut limit = sketch.limit(nearest.bound.0, slack);
            if !nearest.may_take(leaf.first) || leaf.gap_to(&values) > limit {
                continue;
            }
            for (block, others) in leaf.blocks.chunks_exact(width).zip(self.others.chunks(LANES)) {
                let distances = squared_distances::<FUSED>(&values, block);
                if !distances.iter().fold(false, |any, &distance| any | (distance <= limit)) {
                    continue;
                }
                for (&other, &distance) in others.iter().zip(&distances) {
                    if distance <= limit && other != point && nearest.may_take(other) {
                        nearest.offer((space.squared_distance(point, other), other));
                        limit = sketch.limit(nearest.bound.0, slack);
                    }
                }
            }
        }
    }
}

#[inline(always)]
pub(super) fn squared_distances<const FUSED: bool>(point: &[f32], block: &[[f32; LANES]]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (&value, others) in point.iter().zip(block) {
        for (sum, other) in sums.iter_mut().zip(others) {
            let difference = value - other;
            *sum = multiply_add::<FUSED>(difference, difference, *sum);
        }
    }
    sums
}
