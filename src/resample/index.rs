//! Points sorted into leaves of neighbours, each with a box around it, laid out for vector registers.
//!
//! The leaves are those of a k-d tree (Bentley, "Multidimensional binary search trees used for associative searching",
//! 1975) without the tree above them: in the 15 to 60 dimensions of transaction features there are few enough, and
//! large enough, that looking at every box costs less than descending.

use std::ops::Range;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::sketch::Sketch;

/// Points compared at once: eight SSE registers, or four of AVX.
pub(super) const LANES: usize = 32;
/// Points of a leaf at most. Greater ones are compared faster, smaller ones are ruled out more often.
const LEAF: usize = 128;
/// Comparing each of many points with this many takes about as long as sorting them.
const FEW: usize = 500;
/// Points looked at to find out along which column others vary most.
const SAMPLE: usize = 128;

/// Some of the points of a sketch.
pub(super) struct Index<'s> {
    pub(super) sketch: &'s Sketch,
    points: Vec<usize>,
    pub(super) leaves: Vec<Leaf>,
    /// Column after column of [`LANES`] leaves at a time; infinitely far behind the last leaf.
    boxes: Vec<Sides>,
    /// The greatest of its leaves'.
    pub(super) slack: f64,
}

/// The least and the greatest value of [`LANES`] leaves in one column.
#[derive(Clone, Copy)]
struct Sides {
    low: [f32; LANES],
    high: [f32; LANES],
}

/// Points that lie near each other.
pub(super) struct Leaf {
    points: Range<usize>,
    /// Column after column of [`LANES`] points at a time; infinite behind the last point.
    pub(super) blocks: Vec<[f32; LANES]>,
    /// The least and the greatest value of each column.
    pub(super) low: Vec<f32>,
    pub(super) high: Vec<f32>,
    /// The greatest of its points'.
    pub(super) slack: f64,
    /// The lowest of its points' numbers.
    pub(super) first: usize,
}

impl<'s> Index<'s> {
    /// Sorts points into leaves, or only cuts them up when they are to be compared with `partners` points that are so
    /// few that sorting would take longer.
    pub(super) fn of(sketch: &'s Sketch, points: &[usize], partners: usize) -> Self {
        let mut points: Vec<Point> = points
            .iter()
            .map(|&number| Point { key: 0.0, number: u32::try_from(number).expect("fewer points than 2^32") })
            .collect();
        let mut ranges = Vec::new();
        cut(0..points.len(), &mut ranges);
        if partners > FEW {
            sort(sketch, &mut points);
        }
        let points: Vec<usize> = points.into_iter().map(|point| point.number as usize).collect();
        let leaves: Vec<Leaf> =
            ranges.par_iter().map(|range| Leaf::of(sketch, &points, range.clone())).collect();
        let slack = leaves.iter().map(|leaf| leaf.slack).fold(0.0, f64::max);
        let mut boxes = Vec::with_capacity(leaves.len().div_ceil(LANES) * sketch.width());
        for leaves in leaves.chunks(LANES) {
            boxes.extend((0..sketch.width()).map(|column| Sides {
                low: std::array::from_fn(|lane| {
                    leaves.get(lane).map_or(f32::INFINITY, |leaf| leaf.low[column])
                }),
                high: std::array::from_fn(|lane| {
                    leaves.get(lane).map_or(f32::INFINITY, |leaf| leaf.high[column])
                }),
            }));
        }
        Self { sketch, points, leaves, boxes, slack }
    }

    /// The leaf whose box is nearest to that of a group, of an index that is not empty.
    pub(super) fn nearest_leaf(&self, group: &Leaf) -> &Leaf {
        self.around(group, f32::MAX).first().expect("an index has a leaf").1
    }

    /// The leaves whose boxes are within a squared distance of the box of a group, with that distance, nearest first.
    pub(super) fn around(&self, group: &Leaf, reach: f32) -> Vec<(f32, &Leaf)> {
        let mut around = Vec::new();
        for (boxes, leaves) in self.boxes.chunks(self.sketch.width()).zip(self.leaves.chunks(LANES)) {
            let gaps = gaps(&group.low, &group.high, boxes);
            around.extend(gaps.into_iter().zip(leaves).filter(|&(gap, _)| gap <= reach));
        }
        around.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
        around
    }

    pub(super) fn len(&self) -> usize {
        self.points.len()
    }

    /// The numbers of a leaf's points.
    pub(super) fn points(&self, leaf: &Leaf) -> &[usize] {
        &self.points[leaf.points.clone()]
    }
}

impl Leaf {
    fn of(sketch: &Sketch, points: &[usize], range: Range<usize>) -> Self {
        let width = sketch.width();
        let mut leaf = Self {
            blocks: vec![[f32::INFINITY; LANES]; range.len().div_ceil(LANES) * width],
            low: vec![f32::INFINITY; width],
            high: vec![f32::NEG_INFINITY; width],
            slack: 0.0,
            first: points[range.clone()].iter().copied().min().expect("a leaf is not empty"),
            points: range.clone(),
        };
        for (place, &point) in points[range].iter().enumerate() {
            leaf.slack = leaf.slack.max(sketch.slack(point));
            for (column, &value) in sketch.values(point).iter().enumerate() {
                leaf.blocks[place / LANES * width + column][place % LANES] = value;
                leaf.low[column] = leaf.low[column].min(value);
                leaf.high[column] = leaf.high[column].max(value);
            }
        }
        leaf
    }

    /// The sketch of one of its points, counted from 0.
    #[inline(always)]
    pub(super) fn copy_point(&self, place: usize, values: &mut [f32]) {
        let block =
            self.blocks.chunks_exact(values.len()).nth(place / LANES).expect("the leaf has this point");
        for (value, lanes) in values.iter_mut().zip(block) {
            *value = lanes[place % LANES];
        }
    }

    /// The squared distance between the box and a point.
    #[inline(always)]
    pub(super) fn gap_to(&self, point: &[f32]) -> f32 {
        let mut sums = [0.0; 4];
        let (lows, low_rest) = self.low.as_chunks::<4>();
        let (highs, high_rest) = self.high.as_chunks::<4>();
        let (points, rest) = point.as_chunks::<4>();
        for ((low, high), value) in lows.iter().zip(highs).zip(points) {
            for lane in 0..4 {
                sums[lane] += outside(low[lane], high[lane], value[lane], value[lane]);
            }
        }
        for ((&low, &high), &value) in low_rest.iter().zip(high_rest).zip(rest) {
            sums[0] += outside(low, high, value, value);
        }
        sums.iter().sum()
    }
}

/// The squared distances between a box and each of [`LANES`] boxes.
fn gaps(low: &[f32], high: &[f32], boxes: &[Sides]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for ((&low, &high), sides) in low.iter().zip(high).zip(boxes) {
        for (sum, (&other_low, &other_high)) in sums.iter_mut().zip(sides.low.iter().zip(&sides.high)) {
            *sum += outside(low, high, other_low, other_high);
        }
    }
    sums
}

/// The square of what lies between two intervals.
#[inline(always)]
fn outside(low: f32, high: f32, other_low: f32, other_high: f32) -> f32 {
    let between = (low - other_high).max(other_low - high).max(0.0);
    between * between
}

/// A point's number, and its value in the column that is being halved.
#[derive(Clone, Copy)]
struct Point {
    key: f32,
    number: u32,
}

/// Where `points` points are halved, so that all leaves but the last are full blocks; `None` for a leaf.
fn half(points: usize) -> Option<usize> {
    (points > LEAF).then(|| (points / 2).next_multiple_of(LANES))
}

/// The leaves of points that have been sorted; none is empty.
fn cut(points: Range<usize>, leaves: &mut Vec<Range<usize>>) {
    match half(points.len()) {
        None if points.is_empty() => {}
        None => leaves.push(points),
        Some(half) => {
            cut(points.start..points.start + half, leaves);
            cut(points.start + half..points.end, leaves);
        }
    }
}

/// Brings points into the order of leaves: halves them along the column of the greatest variance, and then the halves.
fn sort(sketch: &Sketch, points: &mut [Point]) {
    let Some(half) = half(points.len()) else { return };
    let column = widest_column(sketch, points);
    for point in &mut *points {
        point.key = sketch.values(point.number as usize)[column];
    }
    let order =
        |left: &Point, right: &Point| left.key.total_cmp(&right.key).then(left.number.cmp(&right.number));
    points.select_nth_unstable_by(half, order);
    let (left, right) = points.split_at_mut(half);
    rayon::join(|| sort(sketch, left), || sort(sketch, right));
}

fn widest_column(sketch: &Sketch, points: &[Point]) -> usize {
    let mut moments = vec![(0.0_f32, 0.0_f32); sketch.width()];
    let sample = points.iter().step_by(points.len().div_ceil(SAMPLE));
    let count = sample.len() as f32;
    for point in sample {
        for ((sum, squares), value) in moments.iter_mut().zip(sketch.values(point.number as usize)) {
            *sum += value;
            *squares += value * value;
        }
    }
    let variance = |column: usize| moments[column].1 - moments[column].0 * moments[column].0 / count;
    let columns = 0..sketch.width();
    columns.max_by(|&left, &right| variance(left).total_cmp(&variance(right))).expect("a sketch has a column")
}
