//! Mean and standard deviation of the columns, so that a distance does not depend on a column's unit.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::error::ResampleError;
use super::rows::Rows;

/// Rows summed by one thread; fixed, so that the sums do not depend on the number of threads.
const CHUNK: usize = 4096;

/// Beyond this, the square of a difference of two values may be infinite.
const LARGEST: f64 = 1e140;

/// Brings values of a row to mean 0 and standard deviation 1; columns that are constant are left out.
pub(super) struct Scaling {
    columns: Vec<Column>,
}

struct Column {
    index: usize,
    mean: f64,
    deviation: f64,
}

impl Scaling {
    /// Measures all current rows.
    ///
    /// # Errors
    /// [`ResampleError::NotMeasurable`] for the first row that has a missing, infinite or monstrous value.
    pub(super) fn measure(rows: &Rows<'_>) -> Result<Self, ResampleError> {
        let chunks: Vec<usize> = (0..rows.len()).step_by(CHUNK).collect();
        let moments: Vec<Result<Moments, ResampleError>> = chunks
            .into_par_iter()
            .map(|start| Moments::of(rows, start, (start + CHUNK).min(rows.len())))
            .collect();
        let mut total = Moments::none(rows.columns());
        for chunk in moments {
            total.add(&chunk?);
        }
        let column = |(index, (&mean, &squares)): (usize, (&f64, &f64))| Column {
            index,
            mean,
            deviation: (squares / total.count).sqrt(),
        };
        let columns = total.means.iter().zip(&total.squares).enumerate().map(column);
        Ok(Self { columns: columns.filter(|column| column.deviation > 0.0).collect() })
    }

    /// Number of columns that vary.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// The scaled values of a row. None of the measured rows has one further from 0 than the root of their number, so
    /// that `f32` keeps about four decimals even among millions of rows.
    pub(super) fn scaled<'s>(&'s self, row: &'s [f64]) -> impl Iterator<Item = f32> + 's {
        self.columns.iter().map(|column| ((row[column.index] - column.mean) / column.deviation) as f32)
    }
}

/// Count, mean and sum of squared deviations of each column.
struct Moments {
    count: f64,
    means: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    fn none(columns: usize) -> Self {
        Self { count: 0.0, means: vec![0.0; columns], squares: vec![0.0; columns] }
    }

    fn of(rows: &Rows<'_>, start: usize, end: usize) -> Result<Self, ResampleError> {
        let mut moments = Self { count: (end - start) as f64, ..Self::none(rows.columns()) };
        for position in start..end {
            let values = rows.values(position);
            if let Some(column) = values.iter().position(|value| !(-LARGEST..=LARGEST).contains(value)) {
                return Err(not_measurable(rows, position, column, values[column]));
            }
            for (mean, value) in moments.means.iter_mut().zip(values.iter()) {
                *mean += value;
            }
        }
        for mean in &mut moments.means {
            *mean /= moments.count;
        }
        for position in start..end {
            let deviations = rows.values(position);
            for ((square, value), mean) in
                moments.squares.iter_mut().zip(deviations.iter()).zip(&moments.means)
            {
                *square += (value - mean) * (value - mean);
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
}

fn not_measurable(rows: &Rows<'_>, position: usize, column: usize, value: f64) -> ResampleError {
    let row = rows.origin(position).expect("synthetic rows lie between rows that were measured");
    let value = match value {
        _ if value.is_nan() => "missing".to_owned(),
        _ if value.is_infinite() => "infinite".to_owned(),
        _ => format!("as large as {value:e}"),
    };
    ResampleError::NotMeasurable { row, column, value }
}
