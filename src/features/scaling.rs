//! Robust scaling with smooth clipping: puts every column on one scale without being led by outliers.
//!
//! The method of RealMLP (Holzmüller et al. 2024, arXiv 2407.04491, section 3): subtract the median, divide
//! by the interquartile range, then clip smoothly into (-3, 3). Fitted on training rows, stored with the
//! model.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::matrix::Matrix;

/// Scaled values stay within plus and minus this.
const CLIP: f64 = 3.0;

/// Per column a centre and a factor, learnt from training rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RobustScaler {
    /// The median of each column's finite training values.
    pub center: Vec<f64>,
    /// What a centred value is multiplied with: `1 / (q75 - q25)`; when the quartiles coincide
    /// `2 / (max - min)`; 0 for a column that is constant or has no finite value.
    pub scale: Vec<f64>,
    /// Of a column of category codes, how many of its values have an input of their own: the most frequent ones, whose codes
    /// are the lowest. 0 for a column of numbers; empty when all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_hot: Vec<usize>,
}

impl RobustScaler {
    /// At most so many values of a category have an input of their own; the others share having none.
    pub const MOST_ONE_HOT: usize = 32;

    /// Learns centre and factor of each column of `rows`; values that are not finite are left out. `categories` says of a
    /// column of codes how many values there are.
    pub fn fit(rows: &Matrix, categories: &[Option<usize>]) -> Self {
        let (center, scale) =
            (0..rows.columns()).into_par_iter().map(|column| fit_column(rows.column(column))).unzip();
        let width = |values: &Option<usize>| values.map_or(0, |values| values.clamp(1, Self::MOST_ONE_HOT));
        let one_hot = match categories.iter().any(Option::is_some) {
            true => categories.iter().map(width).collect(),
            false => Vec::new(),
        };
        Self { center, scale, one_hot }
    }

    /// Number of columns it was fitted on.
    pub fn columns(&self) -> usize {
        self.center.len()
    }

    /// Number of values that a row becomes.
    pub fn inputs(&self) -> usize {
        let categories = self.one_hot.iter().filter(|&&width| width > 0);
        self.columns() + categories.map(|width| width - 1).sum::<usize>()
    }

    /// Of each value that a row becomes, the column that it comes from.
    pub fn sources(&self) -> Vec<usize> {
        (0..self.columns())
            .flat_map(|column| std::iter::repeat_n(column, self.one_hot_width(column).max(1)))
            .collect()
    }

    /// Places, among the values that a row becomes, of those that are numbers and no category's.
    pub fn numbers(&self) -> Vec<usize> {
        let sources = self.sources().into_iter().enumerate();
        sources.filter(|&(_, column)| self.one_hot_width(column) == 0).map(|(place, _)| place).collect()
    }

    fn one_hot_width(&self, column: usize) -> usize {
        self.one_hot.get(column).copied().unwrap_or(0)
    }

    /// True when every column has its numbers, and widths are such as [`RobustScaler::fit`] gives.
    pub fn is_whole(&self) -> bool {
        self.scale.len() == self.columns()
            && (self.one_hot.is_empty() || self.one_hot.len() == self.columns())
            && self.one_hot.iter().all(|&width| width <= Self::MOST_ONE_HOT)
    }

    /// Writes the scaled and smoothly clipped `row`; a missing value (NaN) becomes 0, the training median. A category becomes 1 at
    /// the place of its value and 0 at the others.
    ///
    /// # Panics
    /// When `row` has another length than [`RobustScaler::columns`], or `out` than [`RobustScaler::inputs`].
    pub fn apply(&self, row: &[f64], out: &mut [f32]) {
        assert!(row.len() == self.columns() && out.len() == self.inputs(), "one value per fitted column");
        if self.one_hot.is_empty() {
            for (((out, value), center), scale) in out.iter_mut().zip(row).zip(&self.center).zip(&self.scale)
            {
                *out = clip_smoothly((value - center) * scale) as f32;
            }
            return;
        }
        let mut rest = out;
        for (column, &width) in self.one_hot.iter().enumerate() {
            let (own, others) = rest.split_at_mut(width.max(1));
            if width == 0 {
                own[0] = clip_smoothly((row[column] - self.center[column]) * self.scale[column]) as f32;
            } else {
                own.iter_mut()
                    .zip(0..)
                    .for_each(|(out, code)| *out = f32::from(u8::from(row[column] == f64::from(code))));
            }
            rest = others;
        }
    }
}

/// `x / sqrt(1 + (x / 3)^2)`: about `x` near 0, ±3 far out, 0 for NaN.
fn clip_smoothly(value: f64) -> f64 {
    if value.is_nan() {
        return 0.0;
    }
    // Beyond this the square could overflow, and the result is CLIP to the last bit anyway.
    let ratio = (value / CLIP).clamp(-1e9, 1e9);
    CLIP * ratio / (1.0 + ratio * ratio).sqrt()
}

/// Median and factor of one column.
fn fit_column(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let median = quantile(&mut values, 0.5);
    let quartile_range = quantile(&mut values, 0.75) - quantile(&mut values, 0.25);
    let range =
        values.iter().copied().fold(f64::MIN, f64::max) - values.iter().copied().fold(f64::MAX, f64::min);
    let factor = match (quartile_range > 0.0, range > 0.0) {
        (true, _) => 1.0 / quartile_range,
        (false, true) => 2.0 / range,
        (false, false) => 0.0,
    };
    // A spread below the smallest normal number overflows the factor: such a column is constant.
    (median, if factor.is_finite() { factor } else { 0.0 })
}

/// The quantile by linear interpolation between the closest ranks, as `numpy.percentile` does by default.
/// Reorders `values`, which must be finite and not empty.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    let position = share * (values.len() - 1) as f64;
    let rank = position.floor() as usize;
    let (_, &mut lower, above) = values.select_nth_unstable_by(rank, f64::total_cmp);
    let upper = above.iter().copied().fold(f64::INFINITY, f64::min);
    let share = position - rank as f64;
    match upper - lower {
        step if step.is_finite() => lower + step * share,
        // One is far below 0 and the other far above.
        _ if upper.is_finite() => lower * (1.0 - share) + upper * share,
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> RobustScaler {
        RobustScaler::fit(&Matrix::from_values(values.to_vec(), 1), &[])
    }

    #[test]
    fn a_range_beyond_all_numbers_leaves_numbers() {
        let wide = column(&[-1e308, -1e308, 1e308, 1e308]);
        assert_eq!((wide.center[0], wide.scale[0]), (0.0, 0.0));
    }

    /// Golden values: numpy 2, `np.percentile(values, [50, 25, 75])`, linear interpolation.
    #[test]
    fn quartiles_are_numpys() {
        let scaler = column(&[3.0, 1.0, 10.0, 2.0, 7.5, 4.0]);
        assert_eq!(scaler.center, [3.5]);
        assert!((scaler.scale[0] - 1.0 / (6.625 - 2.25)).abs() < 1e-15);
        let scaler = column(&[5.0, 1.0, 2.0]);
        assert_eq!((scaler.center[0], scaler.scale[0]), (2.0, 1.0 / (3.5 - 1.5)));
    }

    #[test]
    fn categories_become_ones_and_zeros() {
        let rows = Matrix::from_values(vec![0.0, 1.0, 2.0, 3.0, 1.0, 5.0], 2);
        let scaler = RobustScaler::fit(&rows, &[Some(3), None]);
        assert_eq!((scaler.columns(), scaler.inputs(), scaler.is_whole()), (2, 4, true));
        let apply = |code| {
            let mut out = [9.0; 4];
            scaler.apply(&[code, 3.0], &mut out);
            out
        };
        assert_eq!(apply(1.0), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!([apply(f64::NAN), apply(7.0)], [[0.0; 4]; 2]);
        assert_eq!((scaler.sources(), scaler.numbers()), (vec![0, 0, 0, 1], vec![3]));
        assert_eq!(RobustScaler::fit(&rows, &[Some(1_000), None]).inputs(), 33);
    }

    #[test]
    fn quartiles_that_coincide_fall_back_to_the_range() {
        let scaler = column(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 8.0]);
        assert_eq!((scaler.center[0], scaler.scale[0]), (0.0, 2.0 / 8.0));
    }

    #[test]
    fn a_constant_or_empty_column_scales_to_zero() {
        let mut out = [1.0];
        for scaler in [column(&[4.0, 4.0, 4.0]), column(&[f64::NAN, f64::INFINITY])] {
            scaler.apply(&[1e6], &mut out);
            assert_eq!((scaler.scale[0], out[0]), (0.0, 0.0));
        }
    }

    #[test]
    fn missing_and_infinite_values_do_not_move_the_fit() {
        let clean = column(&[1.0, 2.0, 3.0, 4.0, 5.0]);
        let dirty = column(&[f64::NAN, 1.0, 2.0, f64::INFINITY, 3.0, 4.0, f64::NEG_INFINITY, 5.0]);
        assert_eq!(clean, dirty);
    }

    #[test]
    fn scaled_values_are_clipped_smoothly_and_missing_is_the_median() {
        let scaler = RobustScaler { center: vec![10.0; 6], scale: vec![0.5; 6], one_hot: vec![] };
        let mut out = [9.0; 6];
        scaler.apply(&[10.0, 14.0, 6.0, f64::NAN, f64::INFINITY, -1e300], &mut out);
        // (14 - 10) / 2 = 2, and 2 / sqrt(1 + 4 / 9) = 1.6641005886756874.
        assert_eq!(out, [0.0, 1.664_100_6, -1.664_100_6, 0.0, 3.0, -3.0]);
    }

    #[test]
    fn it_survives_a_round_trip_through_json() {
        let scaler = RobustScaler { center: vec![-12.5, 0.25], scale: vec![0.0, 1e9], one_hot: vec![] };
        let text = serde_json::to_string(&scaler).unwrap();
        assert_eq!(text, r#"{"center":[-12.5,0.25],"scale":[0.0,1000000000.0]}"#);
        assert_eq!(serde_json::from_str::<RobustScaler>(&text).unwrap(), scaler);
    }
}
