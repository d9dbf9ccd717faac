//! The nearest neighbours of points, exactly: by Euclidean distance in double precision, the lower number first among
//! equally near ones, a point never its own neighbour.
//!
//! A group of points that lie near each other passes over the leaves of an index together, nearest box first. Boxes and
//! single-precision distances rule out what is certainly too far ([`Sketch`]); only the rest is measured in double
//! precision.
//!
//! [`Sketch`]: super::sketch::Sketch

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::index::{Index, Leaf};
use super::nearest::{NOWHERE, Near, Nearest};
use super::space::Space;
use super::visit::Visit;
use crate::progress::{Interrupted, Progress};

/// Finds neighbours among the points of a space.
pub(super) struct Search<'a> {
    space: &'a Space,
    progress: &'a dyn Progress,
    done: AtomicUsize,
}

impl<'a> Search<'a> {
    /// Progress advances by points, from one search to the next.
    pub(super) fn new(space: &'a Space, progress: &'a dyn Progress) -> Self {
        Self { space, progress, done: AtomicUsize::new(0) }
    }

    /// What `take` makes of the `most` nearest neighbours of each of `points`, nearest first, among the points of
    /// indices that have none in common; in the order of the points' numbers.
    pub(super) fn nearest<T: Send>(
        &self,
        points: &Index<'_>,
        among: &[&Index<'_>],
        most: usize,
        take: impl Fn(&[Near]) -> T + Sync,
    ) -> Result<Vec<T>, Interrupted> {
        self.by_group(points, |group| {
            let mut nearest: Vec<Nearest> =
                points.points(group).iter().map(|_| Nearest::before(NOWHERE, most)).collect();
            for index in among {
                self.pass(points, group, index, &mut nearest);
            }
            nearest.iter().map(|nearest| take(&nearest.found)).collect()
        })
    }

    /// For each of `points`, of which all belong to the class `own`: the nearest one of the class `other`, if that is
    /// among the `most` nearest of both classes; in the order of the points' numbers.
    ///
    /// That needs far less than the neighbours themselves. Some points of the own class tell how near a point of the
    /// other one had to be; mostly there is none, and that is the end of it.
    pub(super) fn intruders(
        &self,
        points: &Index<'_>,
        own: &Index<'_>,
        other: &Index<'_>,
        most: usize,
    ) -> Result<Vec<Option<usize>>, Interrupted> {
        self.by_group(points, |group| {
            let mut near: Vec<Nearest> =
                points.points(group).iter().map(|_| Nearest::before(NOWHERE, most)).collect();
            let home = if std::ptr::eq(points, own) { group } else { own.nearest_leaf(group) };
            self.visit(points, group, own, home, &mut near);
            let mut intruders: Vec<Nearest> =
                near.iter().map(|near| Nearest::before(near.bound, 1)).collect();
            self.pass(points, group, other, &mut intruders);
            let mut nearer: Vec<Nearest> = intruders.iter().map(|intruder| intruder.contest(most)).collect();
            self.pass(points, group, own, &mut nearer);
            let contested = intruders.iter().zip(&nearer);
            contested
                .map(|(intruder, nearer)| {
                    intruder.found.first().filter(|_| nearer.found.len() < most).map(|near| near.1)
                })
                .collect()
        })
    }

    /// Works on the leaves of `points` in parallel.
    fn by_group<T: Send>(
        &self,
        points: &Index<'_>,
        work: impl Fn(&Leaf) -> Vec<T> + Sync,
    ) -> Result<Vec<T>, Interrupted> {
        let groups: Result<Vec<Vec<(usize, T)>>, Interrupted> = points
            .leaves
            .par_iter()
            .map(|group| {
                self.progress.check()?;
                let numbers = points.points(group);
                let results = numbers.iter().copied().zip(work(group)).collect();
                let done = self.done.fetch_add(numbers.len(), Ordering::Relaxed) + numbers.len();
                self.progress.advance(done as u64, "");
                Ok(results)
            })
            .collect();
        let mut results: Vec<(usize, T)> = groups?.into_iter().flatten().collect();
        results.sort_unstable_by_key(|&(point, _)| point);
        Ok(results.into_iter().map(|(_, result)| result).collect())
    }

    /// Offers the points of an index to each point of a group.
    fn pass(&self, points: &Index<'_>, group: &Leaf, index: &Index<'_>, nearest: &mut [Nearest]) {
        let reach = |nearest: &[Nearest]| {
            let furthest = nearest.iter().map(|nearest| nearest.bound.0).fold(-1.0, f64::max);
            index.sketch.limit(furthest, group.slack + index.slack)
        };
        let at_first = reach(nearest);
        if at_first < 0.0 {
            return;
        }
        for (gap, leaf) in index.around(group, at_first) {
            if gap > reach(nearest) {
                break;
            }
            self.visit(points, group, index, leaf, nearest);
        }
    }

    /// Offers the points of a leaf to each point of a group.
    fn visit(
        &self,
        points: &Index<'_>,
        group: &Leaf,
        index: &Index<'_>,
        leaf: &Leaf,
        nearest: &mut [Nearest],
    ) {
        let visit = Visit {
            space: self.space,
            sketch: index.sketch,
            group,
            points: points.points(group),
            nearest,
            leaf,
            others: index.points(leaf),
        };
        visit.run();
    }
}
