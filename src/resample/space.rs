//! Rows as points: what a distance between two of them is, to the last bit.

use std::collections::HashMap;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::rows::{Classes, Rows};
use super::scaling::Scaling;

/// Points by number, in the order of the positions they were made of.
///
/// The squared distance of two points is the sum of the squared differences of their continuous columns, plus one
/// penalty for each categorical column in which they differ: the square of the median of the standard deviations of the
/// minority's continuous columns (Chawla et al., "SMOTE", 2002, section 6.1), or 1 where no column is continuous.
pub(super) struct Space {
    points: usize,
    width: usize,
    values: Vec<f64>,
    centre: Vec<f64>,
    /// Categories by number, `categorical` for each point.
    categories: Vec<u32>,
    categorical: usize,
    penalty: f64,
}

impl Space {
    /// All rows as points: a point's number is its row's position.
    pub(super) fn of_all(rows: &Rows<'_>, classes: &Classes, scaling: &Scaling) -> Self {
        let positions: Vec<usize> = (0..rows.len()).collect();
        Self::new(rows, &positions, &classes.minority, scaling)
    }

    /// The rows at `positions` as points; `minority` are the numbers of those of the smaller class.
    pub(super) fn new(rows: &Rows<'_>, positions: &[usize], minority: &[usize], scaling: &Scaling) -> Self {
        let width = scaling.width();
        let mut values = vec![0.0; positions.len() * width];
        if width > 0 {
            values.par_chunks_exact_mut(width).zip(positions).with_min_len(256).for_each(
                |(point, &position)| {
                    for (value, scaled) in point.iter_mut().zip(scaling.scaled(&rows.values(position))) {
                        *value = scaled;
                    }
                },
            );
        }
        let mut space = Self {
            points: positions.len(),
            width,
            values,
            centre: scaling.centre(),
            categories: categories(rows, positions),
            categorical: rows.categorical().len(),
            penalty: 0.0,
        };
        if space.categorical > 0 {
            space.penalty = if width > 0 { space.median_deviation(minority).powi(2) } else { 1.0 };
        }
        space
    }

    pub(super) fn len(&self) -> usize {
        self.points
    }

    /// Number of continuous columns.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// A point's continuous columns.
    pub(super) fn values(&self, point: usize) -> &[f64] {
        &self.values[point * self.width..(point + 1) * self.width]
    }

    /// A point somewhere in the middle, continuous columns only.
    pub(super) fn centre(&self) -> &[f64] {
        &self.centre
    }

    /// A point's categories, numbered by column in the order in which they occur.
    pub(super) fn categories(&self, point: usize) -> &[u32] {
        &self.categories[point * self.categorical..(point + 1) * self.categorical]
    }

    /// What a difference of category adds to a squared distance; 0 where no column is categorical.
    pub(super) fn penalty(&self) -> f64 {
        self.penalty
    }

    /// Summed from the first column to the last, as scikit-learn's trees do.
    pub(super) fn squared_distance(&self, left: usize, right: usize) -> f64 {
        let mut sum = 0.0;
        for (left, right) in self.values(left).iter().zip(self.values(right)) {
            sum += (left - right) * (left - right);
        }
        let differing = |(left, right): &(&u32, &u32)| left != right;
        let mismatches = self.categories(left).iter().zip(self.categories(right)).filter(differing).count();
        sum + mismatches as f64 * self.penalty
    }

    fn median_deviation(&self, minority: &[usize]) -> f64 {
        let count = minority.len() as f64;
        let deviation = |column: usize| {
            let values = || minority.iter().map(|&point| self.values(point)[column]);
            let mean = values().sum::<f64>() / count;
            (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt()
        };
        let mut deviations: Vec<f64> = (0..self.width).map(deviation).collect();
        deviations.sort_unstable_by(f64::total_cmp);
        let middle = deviations.len() / 2;
        match deviations.len() % 2 {
            0 => f64::midpoint(deviations[middle - 1], deviations[middle]),
            _ => deviations[middle],
        }
    }
}

/// Numbers the codes of each column. A missing one is a category of its own.
fn categories(rows: &Rows<'_>, positions: &[usize]) -> Vec<u32> {
    let columns = rows.categorical();
    if columns.is_empty() {
        return Vec::new();
    }
    let codes: Vec<Vec<u64>> = positions
        .par_iter()
        .map(|&position| {
            let values = rows.values(position);
            columns.iter().map(|&column| bits(values[column])).collect()
        })
        .collect();
    let mut known: Vec<HashMap<u64, u32>> = vec![HashMap::new(); columns.len()];
    let mut numbers = Vec::with_capacity(positions.len() * columns.len());
    for row in codes {
        for (code, known) in row.into_iter().zip(&mut known) {
            let next = u32::try_from(known.len()).expect("fewer categories than 2^32");
            numbers.push(*known.entry(code).or_insert(next));
        }
    }
    numbers
}

/// Equal for equal codes: 0 has two signs, a missing value many spellings.
fn bits(code: f64) -> u64 {
    if code.is_nan() { f64::NAN.to_bits() } else { (code + 0.0).to_bits() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_has_one_number_however_it_is_spelt() {
        assert_eq!(bits(0.0), bits(-0.0));
        assert_eq!(bits(f64::NAN), bits(-f64::NAN));
        assert_ne!(bits(1.0), bits(2.0));
    }
}
