//! Correlations between numeric columns, on the rows of the sample where both are there, as pandas' `DataFrame.corr` has them.

use rayon::prelude::*;
use serde::Serialize;

use super::plan::{Cells, Plan};
use super::ranks::{order, ranks};
use super::reading::{Read, Tally};

/// Columns that are compared, at most: the first ones.
const MOST_COLUMNS: usize = 100;
/// Pairs that are listed, at most.
const STRONGEST: usize = 20;

/// How numeric columns go together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Correlations {
    /// The columns compared.
    pub columns: Vec<String>,
    /// Numeric columns that were one too many to be compared.
    pub left_out: usize,
    /// Pearson's coefficient, row by row; NaN where a column does not vary.
    pub pearson: Vec<Vec<f64>>,
    /// Spearman's: Pearson's of the ranks.
    pub spearman: Vec<Vec<f64>>,
    /// The pairs that go together most.
    pub strongest: Vec<Pair>,
}

/// Two columns.
#[derive(Debug, Clone, Serialize)]
pub struct Pair {
    /// The one further left in the file.
    pub left: String,
    /// The other.
    pub right: String,
    /// Pearson's coefficient.
    pub pearson: f64,
    /// Spearman's.
    pub spearman: f64,
}

impl Pair {
    /// The greater of the two without its sign.
    pub fn strength(&self) -> f64 {
        self.pearson.abs().max(self.spearman.abs())
    }
}

struct Numbers<'a> {
    name: &'a str,
    sample: &'a [f64],
    order: Vec<u32>,
    ranks: Vec<f64>,
}

impl Numbers<'_> {
    fn whole(&self) -> bool {
        self.order.len() == self.sample.len()
    }
}

pub(super) fn of(plan: &Plan, read: &Read) -> Correlations {
    let numeric = |(place, tally): &(&usize, &Tally)| {
        let column = plan.column(**place);
        matches!(tally.cells, Cells::Numbers { .. })
            && !column.constant
            && !matches!(plan.part(&column.name), Some("id" | "customer" | "terminal"))
    };
    let places: Vec<_> = plan.columns.iter().zip(&read.columns).filter(numeric).collect();
    let left_out = places.len().saturating_sub(MOST_COLUMNS);
    let columns: Vec<Numbers<'_>> = places
        .par_iter()
        .take(MOST_COLUMNS)
        .map(|(place, tally)| {
            let order = order(&tally.sample);
            let ranks = ranks(&tally.sample, &order, |_| true);
            Numbers { name: &plan.column(**place).name, sample: &tally.sample, order, ranks }
        })
        .collect();
    let pairs: Vec<(usize, usize)> =
        (0..columns.len()).flat_map(|right| (0..right).map(move |left| (left, right))).collect();
    let found: Vec<(f64, f64)> =
        pairs.par_iter().map(|&(left, right)| pair(&columns[left], &columns[right])).collect();
    let mut pearson = vec![vec![1.0; columns.len()]; columns.len()];
    let mut spearman = pearson.clone();
    let mut strongest = Vec::new();
    for (&(left, right), &(of_numbers, of_ranks)) in pairs.iter().zip(&found) {
        (pearson[left][right], pearson[right][left]) = (of_numbers, of_numbers);
        (spearman[left][right], spearman[right][left]) = (of_ranks, of_ranks);
        let (left, right) = (columns[left].name.to_owned(), columns[right].name.to_owned());
        strongest.push(Pair { left, right, pearson: of_numbers, spearman: of_ranks });
    }
    strongest.retain(|pair| !pair.strength().is_nan());
    strongest.sort_by(|one, other| other.strength().total_cmp(&one.strength()));
    strongest.truncate(STRONGEST);
    let columns = columns.iter().map(|column| column.name.to_owned()).collect();
    Correlations { columns, left_out, pearson, spearman, strongest }
}

fn pair(left: &Numbers<'_>, right: &Numbers<'_>) -> (f64, f64) {
    if left.whole() && right.whole() {
        return (pearson(left.sample, right.sample), pearson(&left.ranks, &right.ranks));
    }
    let both = |row: usize| !left.sample[row].is_nan() && !right.sample[row].is_nan();
    let ranked = |numbers: &Numbers<'_>| ranks(numbers.sample, &numbers.order, both);
    (pearson(left.sample, right.sample), pearson(&ranked(left), &ranked(right)))
}

/// Pearson's coefficient of the places where both numbers are there; NaN when one of them does not vary.
pub(super) fn pearson(left: &[f64], right: &[f64]) -> f64 {
    let both = || left.iter().zip(right).filter(|(left, right)| !left.is_nan() && !right.is_nan());
    let (mut count, mut sum_left, mut sum_right) = (0.0, 0.0, 0.0);
    for (left, right) in both() {
        count += 1.0;
        sum_left += left;
        sum_right += right;
    }
    let (mean_left, mean_right) = (sum_left / count, sum_right / count);
    let (mut of_left, mut of_right, mut of_both) = (0.0, 0.0, 0.0);
    for (left, right) in both() {
        let (left, right) = (left - mean_left, right - mean_right);
        of_left += left * left;
        of_right += right * right;
        of_both += left * right;
    }
    let scale = (of_left * of_right).sqrt();
    if scale > 0.0 { (of_both / scale).clamp(-1.0, 1.0) } else { f64::NAN }
}
