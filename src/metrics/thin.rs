//! Fewer points of a line that look the same.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// What lies nearer than this lies on the line, rounding apart.
const STRAIGHT: f64 = 1e-12;

/// A stretch of the line between two points that are kept, and the point of it that lies farthest off.
struct Stretch {
    distance: f64,
    first: usize,
    farthest: usize,
    last: usize,
}

impl Stretch {
    /// `None` when nothing lies between the two, or all of it on the straight line.
    fn new(points: &[(f64, f64)], first: usize, last: usize) -> Option<Self> {
        let ((x0, y0), (x1, y1)) = (points[first], points[last]);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = dx.hypot(dy);
        let distance = |&(x, y): &(f64, f64)| match length > 0.0 {
            true => ((x - x0) * dy - (y - y0) * dx).abs() / length,
            false => (x - x0).hypot(y - y0),
        };
        let inside = points.get(first + 1..last)?.iter().map(distance).enumerate();
        let (place, distance) = inside.max_by(|left, right| left.1.total_cmp(&right.1))?;
        (distance > STRAIGHT).then_some(Self { distance, first, farthest: first + 1 + place, last })
    }
}

impl PartialEq for Stretch {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Stretch {}

impl PartialOrd for Stretch {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Stretch {
    fn cmp(&self, other: &Self) -> Ordering {
        self.distance.total_cmp(&other.distance).then(other.first.cmp(&self.first))
    }
}

/// The places of at most `most` points (two at least) that are kept, rising: the first, the last, and always the one that
/// lies farthest off the line through those that are kept already (Ramer, 1972; Douglas and Peucker, 1973), so that
/// corners stay. Both axes should have the same scale.
pub(super) fn thin(points: &[(f64, f64)], most: usize) -> Vec<usize> {
    if points.len() <= 2 {
        return (0..points.len()).collect();
    }
    let mut kept = vec![0, points.len() - 1];
    let mut stretches: BinaryHeap<Stretch> = Stretch::new(points, 0, points.len() - 1).into_iter().collect();
    while kept.len() < most
        && let Some(Stretch { first, farthest, last, .. }) = stretches.pop()
    {
        kept.push(farthest);
        stretches.extend(Stretch::new(points, first, farthest));
        stretches.extend(Stretch::new(points, farthest, last));
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_stay_and_straight_lines_need_no_points() {
        let steps: Vec<(f64, f64)> = (0..=100)
            .map(|x| (f64::from(x) / 100.0, if x < 40 { 0.0 } else { 0.5 + f64::from(x - 40) / 200.0 }))
            .collect();
        assert_eq!(thin(&steps, 50), [0, 39, 40, 100]);
        assert_eq!(thin(&steps, 3).len(), 3);
        assert_eq!(thin(&steps[..2], 5), [0, 1]);
        assert!(thin(&[], 5).is_empty());
    }

    #[test]
    fn the_line_through_the_kept_points_is_near_all_of_them() {
        let circle: Vec<(f64, f64)> =
            (0..100_000).map(|step| (f64::from(step) / 100_000.0 * 1.57).sin_cos()).collect();
        let kept = thin(&circle, 100);
        assert_eq!(kept.len(), 100);
        for pair in kept.windows(2) {
            let farthest = Stretch::new(&circle, pair[0], pair[1]).unwrap();
            assert!(farthest.distance < 1e-4, "{}", farthest.distance);
        }
    }
}
