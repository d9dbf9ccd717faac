//! How much an average precision is up to chance, beside that of other scores of the same rows.
//!
//! The Poisson bootstrap (Hanley and MacGibbon, "Creating non-parametric bootstrap samples using Poisson frequencies", 2006):
//! in each resample a row counts as often as a draw from Poisson(1) says. The draw follows from the number of the row and of the
//! resample alone, so two models' values of one resample are of the same rows, and their difference is theirs.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{MetricsError, check};

/// The average precision of the rows, then that of each of so many `resamples` of them; NaN where no fraud is drawn.
///
/// # Errors
/// [`MetricsError`] for different lengths, no rows, or a score outside `[0, 1]`.
pub fn resampled_average_precision(
    labels: &[bool],
    scores: &[f64],
    resamples: usize,
) -> Result<Vec<f64>, MetricsError> {
    check(labels, scores)?;
    let mut order: Vec<u32> = (0..).take(scores.len()).collect();
    order.sort_unstable_by(|&one, &other| scores[other as usize].total_cmp(&scores[one as usize]));
    let one = |resample: usize| {
        let mut sums = Sums::default();
        for group in order.chunk_by(|&one, &other| scores[one as usize] == scores[other as usize]) {
            for &row in group {
                let count = if resample == 0 { 1 } else { draw(resample, row) };
                sums.add(labels[row as usize], count);
            }
            sums.end_group();
        }
        sums.average_precision()
    };
    Ok((0..=resamples).into_par_iter().map(one).collect())
}

/// What is above a score.
#[derive(Default)]
struct Sums {
    frauds: u64,
    rows: u64,
    /// Frauds above the scores of this group.
    before: u64,
    precisions: f64,
}

impl Sums {
    fn add(&mut self, label: bool, count: u64) {
        self.rows += count;
        self.frauds += count * u64::from(label);
    }

    /// All rows of a score have been added.
    fn end_group(&mut self) {
        if self.frauds > self.before {
            self.precisions += (self.frauds - self.before) as f64 * self.frauds as f64 / self.rows as f64;
            self.before = self.frauds;
        }
    }

    fn average_precision(&self) -> f64 {
        self.precisions / self.frauds as f64
    }
}

/// A draw from Poisson(1) for a row of a resample: a hash (splitmix64) against the distribution function.
fn draw(resample: usize, row: u32) -> u64 {
    /// How likely each count from 0 on is, as a share of e^-1.
    const SHARES: [f64; 9] = [1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5_040.0, 40_320.0];
    let mut hash = ((resample as u64) << 32 | u64::from(row)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^= hash >> 31;
    let mut left = (hash >> 11) as f64 / (1_u64 << 53) as f64 * std::f64::consts::E;
    let mut count = 0;
    for share in SHARES {
        left -= 1.0 / share;
        if left < 0.0 {
            break;
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::average_precision;

    #[test]
    fn draws_are_poissons() {
        let mut counts = [0_u32; 12];
        for resample in 1..=10 {
            (0..100_000).for_each(|row| counts[draw(resample, row) as usize] += 1);
        }
        let mut expected = 1e6 / std::f64::consts::E;
        for (count, found) in (1_u32..).zip(&counts[..6]) {
            assert!((f64::from(*found) - expected).abs() < 5.0 * expected.sqrt(), "{counts:?}");
            expected /= f64::from(count);
        }
    }

    #[test]
    fn the_first_is_the_average_precision_and_others_are_of_rows_repeated() {
        let scores: Vec<f64> = (0..200).map(|row| f64::from(row * 37 % 50) / 50.0).collect();
        let labels: Vec<bool> = (0..200).map(|row| row * 37 % 50 > 40 || row % 11 == 0).collect();
        let found = resampled_average_precision(&labels, &scores, 3).unwrap();
        assert_eq!(found.len(), 4);
        let repeated = |resample| {
            let rows =
                (0..200_u32).flat_map(|row| std::iter::repeat_n(row as usize, draw(resample, row) as usize));
            let (labels, scores): (Vec<bool>, Vec<f64>) = rows.map(|row| (labels[row], scores[row])).unzip();
            average_precision(&labels, &scores).unwrap()
        };
        assert!((found[0] - average_precision(&labels, &scores).unwrap()).abs() < 1e-12);
        for (resample, found) in found.iter().enumerate().skip(1) {
            assert!((found - repeated(resample)).abs() < 1e-12, "{resample}");
        }
        assert!(found[1] != found[2]);
    }
}
