//! How far the rows that are scored now lie from those that the model was validated on: the population stability index
//! of each feature and of the score, with limits that know how many rows were compared.

use serde::{Deserialize, Serialize};

use crate::matrix::Matrix;

/// Version of `drift.json`.
pub const DRIFT_VERSION: u32 = 1;

/// Bins of as many rows each, where a column has so many different values.
const BINS: usize = 10;
/// Below this an index says nothing about the rows, however many there are: the usual "no change".
const SMALLEST: f64 = 0.1;
/// The standard normal quantile of 1 - 1e-5: of 50 features that have not changed one in 2,000 windows raises an alarm.
const Z: f64 = 4.265;
/// Rows after which the older half of a window is forgotten.
const HALF: u64 = 5_000;

/// What rows are compared to: written as `drift.json` into runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// [`DRIFT_VERSION`].
    pub format_version: u32,
    /// Rows that were counted.
    pub rows: u64,
    /// By feature, in the order of a row.
    pub features: Vec<Bins>,
    /// Of the score.
    pub score: Bins,
}

/// How the values of a column are distributed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Upper ends of all bins but the last, which belong to the bin below.
    pub edges: Vec<f64>,
    /// Rows without a value, then those of each bin.
    pub counts: Vec<u64>,
}

/// How far a column has moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// The population stability index.
    pub index: f64,
    /// Above this it has moved: .1, or more while few rows were compared.
    pub limit: f64,
}

impl Shift {
    /// True when the column has moved.
    pub fn is_drift(self) -> bool {
        self.index > self.limit
    }
}

impl Bins {
    /// Bins of about as many of `values` each, counted.
    fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let mut known: Vec<f64> = values.clone().filter(|value| !value.is_nan()).collect();
        known.sort_by(f64::total_cmp);
        let quantile = |bin: usize| known[(known.len() * bin / BINS).saturating_sub(1)];
        let mut edges: Vec<f64> = match known.is_empty() {
            true => Vec::new(),
            false => (1..BINS).map(quantile).collect(),
        };
        edges.dedup();
        // Nothing lies above the greatest value: it ends no bin.
        edges.pop_if(|edge| known.last() == Some(edge));
        let mut bins = Self { counts: vec![0; edges.len() + 2], edges };
        for value in values {
            let bin = bin(&bins.edges, value);
            bins.counts[bin] += 1;
        }
        bins
    }

    fn is_sound(&self, rows: u64) -> bool {
        self.counts.len() == self.edges.len() + 2
            && self.edges.is_sorted_by(|left, right| left < right)
            && self.counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count)) == Some(rows)
    }

    /// How far `counts` of the same bins have moved.
    ///
    /// The index is the sum of (a - e) ln(a / e) over the shares of the bins, each counted half a row more, so that none is
    /// empty. Where nothing has changed it follows (1/n + 1/m) times the chi-square distribution with one degree of
    /// freedom less than there are bins (Yurdakul and Naranjo, Statistical properties of the population stability index,
    /// Journal of Risk Model Validation 14, 2020), whose quantile is taken by Wilson and Hilferty's formula.
    fn shift(&self, counts: &[u64]) -> Shift {
        let used: Vec<(f64, f64)> = self
            .counts
            .iter()
            .zip(counts)
            .filter(|(expected, actual)| **expected + **actual > 0)
            .map(|(&expected, &actual)| (expected as f64 + 0.5, actual as f64 + 0.5))
            .collect();
        let (m, n) = used.iter().fold((0.0, 0.0), |(m, n), (expected, actual)| (m + expected, n + actual));
        let part = |&(expected, actual): &(f64, f64)| {
            let (expected, actual) = (expected / m, actual / n);
            (actual - expected) * (actual / expected).ln()
        };
        let freedom = used.len().saturating_sub(1).max(1) as f64;
        let spread = 2.0 / (9.0 * freedom);
        let quantile = freedom * (1.0 - spread + Z * spread.sqrt()).powi(3);
        Shift { index: used.iter().map(part).sum(), limit: SMALLEST.max(quantile * (1.0 / n + 1.0 / m)) }
    }
}

impl Reference {
    /// Counts rows and their scores.
    pub fn of(rows: &Matrix, scores: &[f64]) -> Self {
        let column = |column: usize| (0..rows.rows()).map(move |row| rows.row(row)[column]);
        Self {
            format_version: DRIFT_VERSION,
            rows: rows.rows() as u64,
            features: (0..rows.columns()).map(|place| Bins::of(column(place))).collect(),
            score: Bins::of(scores.iter().copied()),
        }
    }

    /// True when it was counted of rows of so many features.
    pub fn is_sound(&self, features: usize) -> bool {
        self.features.len() == features
            && self.features.iter().chain([&self.score]).all(|bins| bins.is_sound(self.rows))
    }
}

/// The newest rows, counted: 5,000 to 10,000 of them.
#[derive(Debug)]
pub struct Window {
    reference: Reference,
    /// Those of all columns one after the other, the score's last: a row is counted in one pass over memory.
    edges: Vec<f64>,
    /// How many of them each column has.
    lengths: Vec<usize>,
    /// The half that is being filled, and the one before: all bins of all columns in the same order.
    halves: [Vec<u64>; 2],
    /// Rows in each.
    rows: [u64; 2],
}

impl Window {
    /// Nothing is counted yet.
    pub fn new(reference: Reference) -> Self {
        let columns = || reference.features.iter().chain([&reference.score]);
        let edges = columns().flat_map(|bins| bins.edges.iter().copied()).collect();
        let empty = vec![0; columns().map(|bins| bins.counts.len()).sum()];
        let lengths = columns().map(|bins| bins.edges.len()).collect();
        Self { edges, lengths, halves: [empty.clone(), empty], rows: [0, 0], reference }
    }

    /// Counts a row and its score.
    pub fn add(&mut self, row: &[f64], score: f64) {
        if self.rows[0] == HALF {
            self.halves.swap(0, 1);
            self.halves[0].fill(0);
            self.rows = [0, HALF];
        }
        self.rows[0] += 1;
        let (mut edges, mut counts) = (&self.edges[..], &mut self.halves[0][..]);
        for (&length, &value) in self.lengths.iter().zip(row.iter().chain([&score])) {
            let (own, others) = edges.split_at(length);
            let (counted, rest) = counts.split_at_mut(length + 2);
            counted[bin(own, value)] += 1;
            (edges, counts) = (others, rest);
        }
    }

    /// How many rows are counted.
    pub fn rows(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// How far each feature has moved, in the order of a row, and the score behind them.
    pub fn shifts(&self) -> Vec<Shift> {
        let columns = self.reference.features.iter().chain([&self.reference.score]);
        let [filling, before] = &self.halves;
        let mut counted = filling.iter().zip(before).map(|(now, then)| now + then);
        columns
            .map(|bins| {
                let counts: Vec<u64> = counted.by_ref().take(bins.counts.len()).collect();
                bins.shift(&counts)
            })
            .collect()
    }
}

/// The bin of a value: 0 for none, else one more than there are edges below it.
fn bin(edges: &[f64], value: f64) -> usize {
    if value.is_nan() {
        return 0;
    }
    // Of the few that there are, to ask all takes less than to find one's way: nothing has to be guessed.
    1 + edges.iter().map(|&edge| usize::from(edge < value)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Rows of a normal-like value, one of three words, and one that is mostly missing.
    fn rows(count: usize, seed: u64, moved: f64) -> (Matrix, Vec<f64>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut values = Vec::new();
        for _ in 0..count {
            let normal: f64 = (0..12).map(|_| random.random::<f64>()).sum::<f64>() - 6.0;
            let word = f64::from(random.random_range(0..3_u8));
            let sparse = if random.random::<f64>() < 0.9 { f64::NAN } else { random.random() };
            values.extend([normal + moved, word, sparse]);
        }
        let matrix = Matrix::from_values(values, 3);
        let scores = (0..count).map(|row| 1.0 / (1.0 + (-matrix.row(row)[0]).exp())).collect();
        (matrix, scores)
    }

    fn shifts(reference: (usize, u64), window: (usize, u64, f64)) -> Vec<Shift> {
        let (matrix, scores) = rows(reference.0, reference.1, 0.0);
        let mut counted = Window::new(Reference::of(&matrix, &scores));
        let (matrix, scores) = rows(window.0, window.1, window.2);
        for (row, &score) in scores.iter().enumerate() {
            counted.add(matrix.row(row), score);
        }
        counted.shifts()
    }

    #[test]
    fn rows_that_have_not_changed_raise_no_alarm_however_few() {
        for count in [1, 10, 50, 200, 1_000, 9_000] {
            for seed in 0..20 {
                let shifts = shifts((2_000, 7), (count, 100 + seed, 0.0));
                assert!(!shifts.iter().any(|shift| shift.is_drift()), "{count} rows: {shifts:?}");
            }
        }
    }

    #[test]
    fn a_feature_that_moves_is_found_and_the_score_with_it() {
        let shifts = shifts((2_000, 7), (2_000, 8, 0.6));
        let moved: Vec<bool> = shifts.iter().map(|shift| shift.is_drift()).collect();
        assert_eq!(moved, [true, false, false, true]);
        // Of two normal distributions .6 standard deviations apart, in tenths; their exact shares give .341.
        assert!((shifts[0].index - 0.34).abs() < 0.08, "{:?}", shifts[0]);
    }

    #[test]
    fn few_values_make_few_bins_and_missing_ones_a_bin_of_their_own() {
        let (matrix, scores) = rows(1_000, 7, 0.0);
        let reference = Reference::of(&matrix, &scores);
        assert_eq!(reference.features[0].edges.len(), 9);
        assert_eq!(reference.features[1].edges, [0.0, 1.0]);
        assert!(reference.features[2].counts[0] > 850);
        assert!(reference.is_sound(3) && !reference.is_sound(2));
        let nothing = Bins::of([f64::NAN; 3].into_iter());
        assert_eq!((nothing.edges.len(), &nothing.counts[..]), (0, &[3, 0][..]));
    }

    #[test]
    fn a_window_forgets() {
        let (matrix, scores) = rows(2_000, 7, 0.0);
        let mut window = Window::new(Reference::of(&matrix, &scores));
        for _ in 0..12_000 {
            window.add(&[9.0, 9.0, 9.0], 1.0);
        }
        assert_eq!(window.rows(), 7_000);
        let (matrix, scores) = rows(10_000, 8, 0.0);
        for (row, &score) in scores.iter().enumerate() {
            window.add(matrix.row(row), score);
        }
        assert!(!window.shifts().iter().any(|shift| shift.is_drift()), "{:?}", window.shifts());
    }
}
