//! The nearest of the points that were offered.

/// A squared distance and a point's number, in the order of nearness.
pub(super) type Near = (f64, usize);

/// The nearest points so far.
pub(super) struct Nearest {
    pub(super) found: Vec<Near>,
    most: usize,
    /// Only points that come before this one count.
    pub(super) bound: Near,
    /// Nothing counts any more once `most` are found.
    closes: bool,
}

/// Further than any point.
pub(super) const NOWHERE: Near = (f64::INFINITY, usize::MAX);
/// Nearer than any point.
const NOTHING: Near = (-1.0, 0);

impl Nearest {
    pub(super) fn before(bound: Near, most: usize) -> Self {
        Self { found: Vec::with_capacity(most), most, bound, closes: false }
    }

    /// Counts, up to `most`, who comes before the one that was found.
    pub(super) fn contest(&self, most: usize) -> Self {
        let bound = self.found.first().copied().unwrap_or(NOTHING);
        Self { closes: true, ..Self::before(bound, most) }
    }

    /// False when `number` and higher ones cannot count, however near: among many equal rows the most frequent answer.
    #[inline(always)]
    pub(super) fn may_take(&self, number: usize) -> bool {
        self.bound.0 != 0.0 || number < self.bound.1
    }

    pub(super) fn offer(&mut self, near: Near) {
        if !is_before(near, self.bound) {
            return;
        }
        if self.found.len() == self.most {
            self.found.pop();
        }
        let place = self.found.partition_point(|&other| is_before(other, near));
        self.found.insert(place, near);
        if self.found.len() == self.most {
            self.bound = if self.closes { NOTHING } else { self.found[self.most - 1] };
        }
    }
}

fn is_before(left: Near, right: Near) -> bool {
    left.0 < right.0 || (left.0 == right.0 && left.1 < right.1)
}
