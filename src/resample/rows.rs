//! The rows as they stand between two steps, as references: values move once, at the end.

use std::borrow::Cow;

use super::Resampled;
use super::error::ResampleError;
use crate::matrix::Matrix;

/// The given rows, and what the steps so far kept and added of them.
pub(super) struct Rows<'a> {
    features: Matrix,
    labels: &'a [bool],
    continuous: Vec<usize>,
    categorical: Vec<usize>,
    synthetic: Vec<Synthetic>,
    /// Codes of synthetic rows, as many as there are categorical columns for each of their votes.
    votes: Vec<f64>,
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
    /// Which votes give its categories, by what [`Rows::keep_votes`] returned; any number where there are none.
    pub(super) vote: usize,
}

/// The current rows of each class, as positions in rising order.
pub(super) struct Classes {
    pub(super) minority_label: bool,
    pub(super) minority: Vec<usize>,
    pub(super) majority: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// `categorical` has a flag for each column, or none at all when no column holds categories.
    pub(super) fn new(features: Matrix, labels: &'a [bool], categorical: &[bool]) -> Self {
        let is_categorical = |&column: &usize| categorical.get(column).copied().unwrap_or(false);
        let (categorical, continuous) = (0..features.columns()).partition(is_categorical);
        Self {
            features,
            labels,
            continuous,
            categorical,
            synthetic: Vec::new(),
            votes: Vec::new(),
            current: (0..labels.len()).map(Source).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.current.len()
    }

    /// The columns that hold numbers.
    pub(super) fn continuous(&self) -> &[usize] {
        &self.continuous
    }

    /// The columns that hold codes of categories.
    pub(super) fn categorical(&self) -> &[usize] {
        &self.categorical
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
        let (frauds, genuine) = self.by_label();
        if frauds.is_empty() || genuine.is_empty() {
            return Err(ResampleError::SingleClass { frauds: frauds.len(), genuine: genuine.len() });
        }
        let minority_label = frauds.len() <= genuine.len();
        let (minority, majority) = if minority_label { (frauds, genuine) } else { (genuine, frauds) };
        Ok(Classes { minority_label, minority, majority })
    }

    /// Drops the rows at these positions, which rise.
    ///
    /// # Errors
    /// [`ResampleError::ClassRemoved`] when that leaves a class without rows.
    pub(super) fn drop_rows(
        &mut self,
        positions: &[usize],
        method: &'static str,
    ) -> Result<(), ResampleError> {
        let mut dropped = positions.iter().copied().peekable();
        let mut position = 0..;
        self.current
            .retain(|_| dropped.next_if_eq(&position.next().expect("as many numbers as rows")).is_none());
        let (frauds, genuine) = self.by_label();
        if frauds.is_empty() || genuine.is_empty() {
            return Err(ResampleError::ClassRemoved { method, frauds: frauds.len(), genuine: genuine.len() });
        }
        Ok(())
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

    /// Keeps codes, one for each categorical column and vote, and returns the number of the first vote.
    pub(super) fn keep_votes(&mut self, codes: &[f64]) -> usize {
        let first = self.votes.len().checked_div(self.categorical.len()).unwrap_or(0);
        self.votes.extend_from_slice(codes);
        first
    }

    /// Moves everything out: given rows stay in the memory they came in.
    pub(super) fn into_resampled(mut self) -> Resampled {
        let labels = self.current.iter().map(|&source| self.label_of(source)).collect();
        let origin = (0..self.len()).map(|position| self.origin(position)).collect();
        let (given, columns) = (self.labels.len(), self.features.columns());
        let in_order = |pair: &[Source]| pair[0].0 < pair[1].0 && pair[1].0 < given;
        let first_given = self.current.first().is_some_and(|source| source.0 < given);
        let kept = usize::from(first_given)
            + self.current.windows(2).take_while(|pair| first_given && in_order(pair)).count();
        // Added rows are made of given ones, so they come before given ones move or go.
        self.features.reserve(self.len() - kept);
        let mut row = vec![0.0; columns];
        for position in kept..self.len() {
            self.write_values(self.current[position], &mut row);
            self.features.push_row(&row);
        }
        let mut values = self.features.into_values();
        for (place, source) in
            self.current[..kept].iter().enumerate().filter(|(place, source)| *place != source.0)
        {
            values.copy_within(source.0 * columns..(source.0 + 1) * columns, place * columns);
        }
        if kept < given {
            values.copy_within(given * columns.., kept * columns);
            values.truncate(self.current.len() * columns);
            values.shrink_to_fit();
        }
        Resampled { features: Matrix::from_values(values, columns), labels, origin }
    }

    /// Positions of frauds and of the others.
    fn by_label(&self) -> (Vec<usize>, Vec<usize>) {
        (0..self.len()).partition(|&position| self.label_of(self.current[position]))
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
        let mut values = vec![0.0; self.features.columns()];
        self.write_values(source, &mut values);
        Cow::Owned(values)
    }

    fn write_values(&self, Source(index): Source, row: &mut [f64]) {
        let Some(index) = index.checked_sub(self.labels.len()) else {
            return row.copy_from_slice(self.features.row(index));
        };
        let Synthetic { from, to, share, vote, .. } = self.synthetic[index];
        self.write_values(from, row);
        for (value, &target) in row.iter_mut().zip(self.values_of(to).iter()) {
            *value += share * (target - *value);
        }
        let codes = self.votes.iter().skip(vote * self.categorical.len());
        for (&column, &code) in self.categorical.iter().zip(codes) {
            row[column] = code;
        }
    }
}
