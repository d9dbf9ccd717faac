//! Whether a column changes: the population stability index between the first and the last third of the rows in the order of time.
//!
//! `PSI = sum over bins of (last - first) * ln(last / first)`, shares below [`LEAST_SHARE`] taken as that (Siddiqi, "Credit Risk
//! Scorecards", 2006). Below 0.1 it is usually called stable, above 0.25 shifted.

use super::ranges::quantile;

/// Instead of an empty bin.
const LEAST_SHARE: f64 = 1e-4;
/// Words that are rarer than this in the first third share a bin.
const RARE: f64 = 0.01;
/// Fewer rows in a third say nothing.
const LEAST_ROWS: usize = 50;

/// The index of numbers, in bins between the deciles of the first third and one more for missing ones.
pub(super) fn of_numbers(sample: &[f64], in_order: &[u32]) -> Option<f64> {
    let (first, last) = thirds(in_order)?;
    let mut sorted: Vec<f64> =
        first.iter().map(|&row| sample[row as usize]).filter(|number| !number.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (1..10).map(|tenth| quantile(&sorted, f64::from(tenth) / 10.0)).collect();
    edges.retain(|edge| !edge.is_nan());
    edges.dedup();
    let bin = |number: f64| match number.is_nan() {
        true => edges.len() + 1,
        false => edges.partition_point(|&edge| edge < number),
    };
    Some(index(first, last, edges.len() + 2, |row| bin(sample[row as usize])))
}

/// The index of `values` different words, whose places the sample holds.
pub(super) fn of_words(sample: &[f64], values: usize, in_order: &[u32]) -> Option<f64> {
    let (first, last) = thirds(in_order)?;
    let place = |row: u32| match sample[row as usize] {
        missing if missing.is_nan() => values + 1,
        place => place as usize,
    };
    let mut counts = vec![0_usize; values + 2];
    first.iter().for_each(|&row| counts[place(row)] += 1);
    let rare = |place: usize| place < values && (counts[place] as f64) < RARE * first.len() as f64;
    let bin = |row| Some(place(row)).filter(|&place| !rare(place)).unwrap_or(values);
    Some(index(first, last, values + 2, bin))
}

fn thirds(in_order: &[u32]) -> Option<(&[u32], &[u32])> {
    let third = in_order.len() / 3;
    (third >= LEAST_ROWS).then(|| (&in_order[..third], &in_order[in_order.len() - third..]))
}

fn index(first: &[u32], last: &[u32], bins: usize, bin: impl Fn(u32) -> usize) -> f64 {
    let shares = |rows: &[u32]| {
        let mut counts = vec![0_u64; bins];
        rows.iter().for_each(|&row| counts[bin(row)] += 1);
        counts.into_iter().map(|count| count as f64 / rows.len() as f64).collect::<Vec<_>>()
    };
    let term = |(first, last): (f64, f64)| {
        let (first, last) = (first.max(LEAST_SHARE), last.max(LEAST_SHARE));
        (last - first) * (last / first).ln()
    };
    shares(first).into_iter().zip(shares(last)).map(term).sum()
}
