//! The nearest neighbours of each row among all the others, by comparing every pair.
//!
//! In the 15 to 60 dimensions of transaction features a search tree visits nearly all rows anyway. Every pair it is,
//! then, but [`LANES`] at a time in vector registers, a tile of candidates at a time in the cache, and in parallel:
//! some seconds for 50,000 rows of 30 columns on two cores.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use crate::progress::{Interrupted, Progress};

/// Candidates compared at once: four SSE registers, or two of AVX.
const LANES: usize = 16;
/// Blocks of candidates that stay in the cache while the queries of one batch pass over them.
const TILE: usize = 64;
/// Rows that look for their neighbours together.
const BATCH: usize = 64;

/// The squared distances of the `K` nearest so far, rising, and whose they are.
#[derive(Clone, Copy)]
struct Nearest<const K: usize> {
    distances: [f32; K],
    rows: [usize; K],
}

impl<const K: usize> Nearest<K> {
    const NONE: Self = Self { distances: [f32::INFINITY; K], rows: [usize::MAX; K] };

    /// Takes a row when it is nearer than the furthest so far; of equally near ones the first stays.
    fn offer(&mut self, distance: f32, row: usize) {
        if distance >= self.distances[K - 1] {
            return;
        }
        let place = self.distances.partition_point(|&nearer| nearer <= distance);
        self.distances.copy_within(place..K - 1, place + 1);
        self.rows.copy_within(place..K - 1, place + 1);
        self.distances[place] = distance;
        self.rows[place] = row;
    }
}

/// The `K` nearest other rows of each row by Euclidean distance, nearest first, the first of equally near ones first.
///
/// `values` holds rows of `columns` finite values; there are more than `K` rows. Progress advances by rows.
pub(super) fn nearest_neighbours<const K: usize>(
    values: &[f32],
    rows: usize,
    columns: usize,
    progress: &dyn Progress,
) -> Result<Vec<[usize; K]>, Interrupted> {
    assert!(rows > K, "each row has {K} others");
    if columns == 0 {
        // All rows are the same: everybody's first neighbours are the first others.
        return Ok((0..rows)
            .map(|row| std::array::from_fn(|rank| rank + usize::from(rank >= row)))
            .collect());
    }
    let candidates = interleaved(values, columns);
    let done = AtomicUsize::new(0);
    let batches: Result<Vec<Vec<[usize; K]>>, Interrupted> = values
        .par_chunks(BATCH * columns)
        .enumerate()
        .map(|(batch, queries)| {
            if progress.interrupted() {
                return Err(Interrupted);
            }
            let found = search(queries, batch * BATCH, &candidates, rows, columns);
            let done = done.fetch_add(found.len(), Ordering::Relaxed) + found.len();
            progress.advance(done as u64, "");
            Ok(found)
        })
        .collect();
    Ok(batches?.concat())
}

/// Blocks of [`LANES`] rows, column by column; places behind the last row are 0 and never read as rows.
fn interleaved(values: &[f32], columns: usize) -> Vec<[f32; LANES]> {
    let mut blocks = Vec::with_capacity(values.len().div_ceil(LANES) + columns);
    for block in values.chunks(LANES * columns) {
        let value = |column: usize, lane: usize| block.get(lane * columns + column).copied().unwrap_or(0.0);
        blocks.extend((0..columns).map(|column| std::array::from_fn(|lane| value(column, lane))));
    }
    blocks
}

/// The neighbours of the rows in `queries`, the first of which is the row `first`.
fn search<const K: usize>(
    queries: &[f32],
    first: usize,
    candidates: &[[f32; LANES]],
    rows: usize,
    columns: usize,
) -> Vec<[usize; K]> {
    let mut nearest = vec![Nearest::<K>::NONE; queries.len() / columns];
    for (tile, blocks) in candidates.chunks(TILE * columns).enumerate() {
        for (query, (values, nearest)) in queries.chunks_exact(columns).zip(&mut nearest).enumerate() {
            for (block, lanes) in blocks.chunks_exact(columns).enumerate() {
                let distances = squared_distances(values, lanes);
                let limit = nearest.distances[K - 1];
                if !distances.iter().fold(false, |any, &distance| any | (distance < limit)) {
                    continue;
                }
                let start = (tile * TILE + block) * LANES;
                for (row, &distance) in (start..rows).zip(&distances) {
                    if row != first + query {
                        nearest.offer(distance, row);
                    }
                }
            }
        }
    }
    nearest.into_iter().map(|nearest| nearest.rows).collect()
}

fn squared_distances(query: &[f32], lanes: &[[f32; LANES]]) -> [f32; LANES] {
    let mut sums = [0.0; LANES];
    for (&value, others) in query.iter().zip(lanes) {
        for (sum, other) in sums.iter_mut().zip(others) {
            let difference = value - other;
            *sum += difference * difference;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_a_plain_search(columns in 1..4_usize, levels in prop::collection::vec(0..9_u8, 18..300)) {
            let rows = levels.len() / columns;
            let values: Vec<f32> = levels[..rows * columns].iter().map(|&level| f32::from(level)).collect();
            let found = nearest_neighbours::<5>(&values, rows, columns, &Silent::default()).unwrap();
            let distance = |left: usize, right: usize| -> f32 {
                (0..columns).map(|c| (values[left * columns + c] - values[right * columns + c]).powi(2)).sum()
            };
            for (row, neighbours) in found.iter().enumerate() {
                let mut others: Vec<usize> = (0..rows).filter(|&other| other != row).collect();
                others.sort_by(|&left, &right| distance(row, left).total_cmp(&distance(row, right)));
                prop_assert_eq!(&neighbours[..], &others[..5]);
            }
        }
    }

    #[test]
    fn rows_without_columns_are_all_the_same() {
        let found = nearest_neighbours::<2>(&[], 4, 0, &Silent::default()).unwrap();
        assert_eq!(found, [[1, 2], [0, 2], [0, 1], [0, 1]]);
    }

    #[test]
    fn a_stop_is_obeyed() {
        let progress = Silent::default();
        progress.stop();
        assert_eq!(nearest_neighbours::<1>(&[0.0, 1.0], 2, 1, &progress), Err(Interrupted));
    }
}
