//! The rows as they stand between two steps, as references: values are copied once, at the end.

use std::borrow::Cow;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::Resampled;
use super::error::ResampleError;
use crate::matrix::Matrix;

/// The given rows, and what the steps so far kept and added of them.
pub(super) struct Rows<'a> {
    features: &'a Matrix,
    labels: &'a [bool],
    synthetic: Vec<Synthetic>,
    current: Vec<Source>,
}

/// Where a row's values come from: an index of a given row or, from their number on, of a synthetic one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source(usize);

/// A row on the line from one row to another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Synthetic {
    pub(super) from: Source,
    pub(super) to: Source,
    /// How far along, 0 to 1.
    pub(super) share: f64,
    pub(super) label: bool,
}

/// The current rows of each class, as positions in rising order.
pub(super) struct Classes {
    pub(super) minority_label: bool,
    pub(super) minority: Vec<usize>,
    pub(super) majority: Vec<usize>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(features: &'a Matrix, labels: &'a [bool]) -> Self {
        Self { features, labels, synthetic: Vec::new(), current: (0..labels.len()).map(Source).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.current.len()
    }

    pub(super) fn columns(&self) -> usize {
        self.features.columns()
    }

    /// Where the row at a position comes from.
    pub(super) fn source(&self, position: usize) -> Source {
        self.current[position]
    }

    /// The index of the given row at a position; `None` for a synthetic one.
    pub(super) fn origin(&self, position: usize) -> Option<usize> {
        let Source(index) = self.current[position];
        (index < self.labels.len()).then_some(index)
    }

    /// The values of the row at a position.
    pub(super) fn values(&self, position: usize) -> Cow<'_, [f64]> {
        self.values_of(self.current[position])
    }

    /// Sorts the rows by class.
    pub(super) fn classes(&self) -> Result<Classes, ResampleError> {
        let (frauds, genuine): (Vec<usize>, Vec<usize>) =
            (0..self.len()).partition(|&position| self.label_of(self.current[position]));
        if frauds.is_empty() || genuine.is_empty() {
            return Err(ResampleError::SingleClass { frauds: frauds.len(), genuine: genuine.len() });
        }
        let minority_label = frauds.len() <= genuine.len();
        let (minority, majority) = if minority_label { (frauds, genuine) } else { (genuine, frauds) };
        Ok(Classes { minority_label, minority, majority })
    }

    /// Drops the rows at these positions, which rise.
    pub(super) fn drop_rows(&mut self, positions: &[usize]) {
        let mut dropped = positions.iter().copied().peekable();
        let mut position = 0..;
        self.current
            .retain(|_| dropped.next_if_eq(&position.next().expect("as many numbers as rows")).is_none());
    }

    /// Appends the rows at these positions once more.
    pub(super) fn repeat(&mut self, positions: impl Iterator<Item = usize>) {
        let added: Vec<Source> = positions.map(|position| self.current[position]).collect();
        self.current.extend(added);
    }

    /// Appends rows between others.
    pub(super) fn append(&mut self, synthetic: impl Iterator<Item = Synthetic>) {
        let first = self.labels.len() + self.synthetic.len();
        self.synthetic.extend(synthetic);
        self.current.extend((first..self.labels.len() + self.synthetic.len()).map(Source));
    }

    /// Copies everything out, in parallel.
    pub(super) fn into_resampled(self) -> Resampled {
        let columns = self.columns();
        let mut values = vec![0.0; self.len() * columns];
        values
            .par_chunks_exact_mut(columns)
            .zip(&self.current)
            .with_min_len(256)
            .for_each(|(row, &source)| self.write_values(source, row));
        Resampled {
            features: Matrix::from_values(values, columns),
            labels: self.current.par_iter().map(|&source| self.label_of(source)).collect(),
            origin: (0..self.len()).map(|position| self.origin(position)).collect(),
        }
    }

    fn label_of(&self, Source(index): Source) -> bool {
        match index.checked_sub(self.labels.len()) {
            None => self.labels[index],
            Some(index) => self.synthetic[index].label,
        }
    }

    /// Borrowed for a given row; computed for a synthetic one.
    fn values_of(&self, source: Source) -> Cow<'_, [f64]> {
        if source.0 < self.labels.len() {
            return Cow::Borrowed(self.features.row(source.0));
        }
        let mut values = vec![0.0; self.columns()];
        self.write_values(source, &mut values);
        Cow::Owned(values)
    }

    fn write_values(&self, Source(index): Source, row: &mut [f64]) {
        let Some(index) = index.checked_sub(self.labels.len()) else {
            return row.copy_from_slice(self.features.row(index));
        };
        let Synthetic { from, to, share, .. } = self.synthetic[index];
        self.write_values(from, row);
        for (value, &target) in row.iter_mut().zip(self.values_of(to).iter()) {
            *value += share * (target - *value);
        }
    }
}
