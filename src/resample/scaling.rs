//! Mean and standard deviation of the columns, so that a distance does not depend on a column's unit.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::Distance;
use super::error::ResampleError;
use super::rows::Rows;

/// Rows summed by one thread; fixed, so that the sums do not depend on the number of threads.
const CHUNK: usize = 4096;

/// Beyond this, the square of a difference of two values may be infinite.
const LARGEST: f64 = 1e140;

/// What is taken off the values of each continuous column, and what they are divided by.
pub(super) struct Scaling {
    columns: Vec<Column>,
}

struct Column {
    index: usize,
    offset: f64,
    unit: f64,
    /// The mean of the values once they are scaled, or nearly.
    centre: f64,
}

impl Scaling {
    /// Measures all current rows; for [`Distance::Raw`] it only looks whether they can be.
    ///
    /// # Errors
    /// [`ResampleError::NotMeasurable`] for the first row that has a missing, infinite or monstrous value.
    pub(super) fn measure(
        rows: &Rows<'_>,
        distance: Distance,
        method: &'static str,
    ) -> Result<Self, ResampleError> {
        let chunks: Vec<usize> = (0..rows.len()).step_by(CHUNK).collect();
        let moments: Vec<Result<Moments, ResampleError>> = chunks
            .into_par_iter()
            .map(|start| Moments::of(rows, start, (start + CHUNK).min(rows.len()), method))
            .collect();
        let mut total = Moments::none(rows.continuous().len());
        for chunk in moments {
            total.add(&chunk?);
        }
        let column = |(place, &index): (usize, &usize)| match distance {
            Distance::Raw => Column { index, offset: 0.0, unit: 1.0, centre: total.means[place] },
            Distance::Standardised => total.column(place, index),
        };
        Ok(Self { columns: rows.continuous().iter().enumerate().map(column).collect() })
    }

    /// Number of continuous columns.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// Where the rows lie in each continuous column, scaled.
    pub(super) fn centre(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.centre).collect()
    }

    /// The continuous values of a row, scaled.
    pub(super) fn scaled<'s>(&'s self, row: &'s [f64]) -> impl Iterator<Item = f64> + 's {
        self.columns.iter().map(|column| (row[column.index] - column.offset) / column.unit)
    }
}

/// Count, mean and sum of squared deviations of each continuous column.
struct Moments {
    count: f64,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    fn none(columns: usize) -> Self {
        Self { count: 0.0, means: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    fn of(rows: &Rows<'_>, start: usize, end: usize, method: &'static str) -> Result<Self, ResampleError> {
        let columns = rows.continuous();
        let mut moments = Self { count: (end - start) as f64, ..Self::none(columns.len()) };
        for position in start..end {
            let values = rows.values(position);
            for (mean, &column) in moments.means.iter_mut().zip(columns) {
                let value = values[column];
                if !(-LARGEST..=LARGEST).contains(&value) {
                    return Err(not_measurable(rows, position, column, value, method));
                }
                *mean += value;
            }
        }
        for mean in &mut moments.means {
            *mean /= moments.count;
        }
        for position in start..end {
            let values = rows.values(position);
            for ((square, mean), &column) in moments.squares.iter_mut().zip(&moments.means).zip(columns) {
                *square += (values[column] - mean) * (values[column] - mean);
            }
        }
        Ok(moments)
    }

    /// Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
    fn add(&mut self, other: &Self) {
        let count = self.count + other.count;
        for column in 0..self.means.len() {
            let difference = other.means[column] - self.means[column];
            self.means[column] += difference * (other.count / count);
            self.squares[column] +=
                other.squares[column] + difference * difference * (self.count * other.count / count);
        }
        self.count = count;
    }

    /// A variance that may be nothing but rounding is none, as in scikit-learn's `StandardScaler`: such a column stays
    /// in its unit.
    fn column(&self, place: usize, index: usize) -> Column {
        let (mean, variance) = (self.means[place], self.squares[place] / self.count);
        let rounding = self.count * f64::EPSILON * variance + (self.count * mean * f64::EPSILON).powi(2);
        let unit = if variance <= rounding { 1.0 } else { variance.sqrt() };
        Column { index, offset: mean, unit, centre: 0.0 }
    }
}

fn not_measurable(
    rows: &Rows<'_>,
    position: usize,
    column: usize,
    value: f64,
    method: &'static str,
) -> ResampleError {
    let row = rows.origin(position).expect("synthetic rows lie between rows that were measured");
    let value = match value {
        _ if value.is_nan() => "missing".to_owned(),
        _ if value.is_infinite() => "infinite".to_owned(),
        _ => format!("as large as {value:e}"),
    };
    ResampleError::NotMeasurable { method, row, column, value }
}
