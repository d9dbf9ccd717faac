//! The days of a simulation, one after the other, as long as the user lets it go on.

use std::iter::FusedIterator;

use super::payment::{DAY_SECONDS, Payment};
use crate::progress::{Interrupted, Progress, thousands};

/// One day of a simulation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Day {
    /// Counted from 0.
    pub number: u32,
    /// How many payments the days before have: the id of this day's first transaction.
    pub first_row: u64,
    /// In the order of time.
    pub payments: Vec<Payment>,
}

impl Day {
    /// Seconds from the beginning of the simulation to a payment of this day.
    pub fn seconds(&self, payment: &Payment) -> i64 {
        i64::from(self.number) * i64::from(DAY_SECONDS) + i64::from(payment.second)
    }
}

/// The days of a [`Simulation`](super::Simulation). Ends after [`Interrupted`], which says that the user asked to stop.
pub struct Days<'a> {
    payments: Box<dyn Iterator<Item = Vec<Payment>> + Send + 'a>,
    progress: &'a dyn Progress,
    number: u32,
    days: u32,
    rows: u64,
}

impl<'a> Days<'a> {
    pub(super) fn new(
        payments: Box<dyn Iterator<Item = Vec<Payment>> + Send + 'a>,
        days: u32,
        progress: &'a dyn Progress,
    ) -> Self {
        Self { payments, progress, number: 0, days, rows: 0 }
    }
}

impl Iterator for Days<'_> {
    type Item = Result<Day, Interrupted>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.number == self.days {
            return None;
        }
        if self.number == 0 {
            self.progress.start("simulating days", Some(self.days.into()));
        }
        if let Err(interrupted) = self.progress.check() {
            self.number = self.days;
            return Some(Err(interrupted));
        }
        let day = Day { number: self.number, first_row: self.rows, payments: self.payments.next()? };
        self.number += 1;
        self.rows += day.payments.len() as u64;
        self.progress.advance(self.number.into(), &format!("{} transactions", thousands(self.rows)));
        if self.number == self.days {
            self.progress.finish();
        }
        Some(Ok(day))
    }
}

impl FusedIterator for Days<'_> {}
