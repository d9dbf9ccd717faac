//! A dense table of numbers, row after row: what features fill, resamplers grow and models read.

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

/// Row-major `rows x columns` of `f64`; a missing value is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    values: Vec<f64>,
    columns: usize,
}

impl Matrix {
    /// An empty matrix of `columns` columns with room for `rows` rows.
    ///
    /// # Panics
    /// When `columns` is 0.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        assert!(columns > 0, "a matrix needs a column");
        Self { values: Vec::with_capacity(rows * columns), columns }
    }

    /// Takes `values`, row after row.
    ///
    /// # Panics
    /// When `columns` is 0 or does not divide the number of values.
    pub fn from_values(values: Vec<f64>, columns: usize) -> Self {
        assert!(columns > 0 && values.len().is_multiple_of(columns), "rows must be whole");
        Self { values, columns }
    }

    /// Puts columns of equal length beside each other.
    ///
    /// # Panics
    /// When there is no column, or one is shorter than the first.
    pub fn from_columns(columns: &[Vec<f64>]) -> Self {
        let rows = columns.first().map_or(0, Vec::len);
        let mut matrix = Self::from_values(vec![0.0; rows * columns.len()], columns.len());
        for row in 0..rows {
            for (cell, column) in matrix.row_mut(row).iter_mut().zip(columns) {
                *cell = column[row];
            }
        }
        matrix
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.values.len() / self.columns
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All values, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Gives up the values, row after row.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// One row.
    pub fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// One row, to be written.
    pub fn row_mut(&mut self, index: usize) -> &mut [f64] {
        &mut self.values[index * self.columns..(index + 1) * self.columns]
    }

    /// The values of `len` rows from `first` on, to be written.
    pub fn rows_mut(&mut self, first: usize, len: usize) -> &mut [f64] {
        &mut self.values[first * self.columns..(first + len) * self.columns]
    }

    /// The rows in order.
    pub fn iter_rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.values.chunks_exact(self.columns)
    }

    /// One column's values, from the first row to the last.
    pub fn column(&self, index: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        self.iter_rows().map(move |row| row[index])
    }

    /// The columns at these places, each for itself; read a few rows at a time, so that a row is fetched once.
    pub fn columns_at(&self, places: &[usize]) -> Vec<Vec<f64>> {
        const ROWS: usize = 512;
        const COLUMNS: usize = 8;
        let some = |places: &[usize]| {
            let mut columns: Vec<Vec<f64>> = places.iter().map(|_| Vec::with_capacity(self.rows())).collect();
            for rows in self.values.chunks(ROWS * self.columns) {
                for (column, &place) in columns.iter_mut().zip(places) {
                    column.extend(rows.iter().skip(place).step_by(self.columns));
                }
            }
            columns
        };
        places.par_chunks(COLUMNS).flat_map_iter(some).collect()
    }

    /// Makes room for exactly `rows` more rows.
    pub fn reserve(&mut self, rows: usize) {
        self.values.reserve_exact(rows * self.columns);
    }

    /// Appends a row.
    ///
    /// # Panics
    /// When `row` has another number of columns.
    pub fn push_row(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.columns, "a row has as many values as the matrix columns");
        self.values.extend_from_slice(row);
    }

    /// Appends the rows of a matrix of as many columns.
    ///
    /// # Panics
    /// When `more` has another number of columns.
    pub fn append(&mut self, more: &Self) {
        assert_eq!(more.columns, self.columns, "rows have as many values as the matrix columns");
        self.values.extend_from_slice(&more.values);
    }

    /// A new matrix of the rows at `indices`, in that order; an index may repeat.
    pub fn select(&self, indices: &[usize]) -> Self {
        let mut selected = Self::with_capacity(indices.len(), self.columns);
        for &index in indices {
            selected.values.extend_from_slice(self.row(index));
        }
        selected
    }
}
