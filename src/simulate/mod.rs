//! The transaction simulator: customers and terminals at real cities, payments, and three kinds of fraud.
//!
//! The rules are those of the Fraud Detection Handbook's simulator (chapter 3, section 2), with places on Earth for
//! its square map; times of day are UTC for everybody, as there. Each draw has its own stream of random numbers (see
//! `random`), so that a day can be made without the days before it: a simulation of any length needs the memory of
//! its world and of one day, and the number of threads changes nothing. Writing files is left to others.

mod config;
mod neighbourhood;
mod payments;
mod random;
mod scenarios;
#[cfg(test)]
mod tests;
mod world;

use std::collections::BTreeMap;
use std::iter::FusedIterator;

use rayon::prelude::*;
use serde::Serialize;

use self::payments::Payment;
use self::scenarios::Schedule;
use crate::domain::{Amount, Timestamp, Transaction};
use crate::progress::{Interrupted, Progress};

pub use self::config::{SimulationConfig, SimulationError};
pub use self::world::{Customer, Terminal, World};

/// A transaction and what made it fraud.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedTransaction {
    /// The transaction, with the terminal's place and its label.
    pub transaction: Transaction,
    /// 1 to 3 as in the Handbook's `TX_FRAUD_SCENARIO`; 0 for no fraud.
    pub scenario: u8,
}

/// What a simulation made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Transactions.
    pub rows: u64,
    /// Of those, frauds.
    pub frauds: u64,
    /// Frauds by the scenario that names them: `"1"`, `"2"` and `"3"`.
    pub scenarios: BTreeMap<String, u64>,
}

impl Default for Summary {
    fn default() -> Self {
        Self { rows: 0, frauds: 0, scenarios: (1..=3).map(|scenario| (scenario.to_string(), 0)).collect() }
    }
}

impl Summary {
    /// Counts transactions in.
    pub fn count(&mut self, transactions: &[SimulatedTransaction]) {
        self.rows += transactions.len() as u64;
        for simulated in transactions.iter().filter(|simulated| simulated.scenario > 0) {
            self.frauds += 1;
            *self.scenarios.entry(simulated.scenario.to_string()).or_default() += 1;
        }
    }
}

/// A world with its plan of frauds, ready to make transactions.
#[derive(Debug)]
pub struct Simulation {
    config: SimulationConfig,
    world: World,
    schedule: Schedule,
}

impl Simulation {
    /// Places customers and terminals and plans the frauds.
    ///
    /// # Errors
    /// [`SimulationError`] when the config cannot be simulated, or when the user asked to stop.
    pub fn new(config: SimulationConfig, progress: &dyn Progress) -> Result<Self, SimulationError> {
        config.validate()?;
        progress.start("placing customers and terminals", None);
        let world = World::new(&config);
        if progress.interrupted() {
            return Err(Interrupted.into());
        }
        let schedule = Schedule::new(&config, &world);
        progress.finish();
        Ok(Self { config, world, schedule })
    }

    /// The places behind the transactions.
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// The transactions day by day, from the first day on; in the memory of one day.
    pub fn days<'a>(&'a self, progress: &'a dyn Progress) -> Days<'a> {
        Days { simulation: self, progress, day: 0, rows: 0 }
    }

    /// All transactions at once.
    ///
    /// # Errors
    /// [`Interrupted`] when the user asked to stop.
    pub fn all(&self, progress: &dyn Progress) -> Result<(Vec<SimulatedTransaction>, Summary), Interrupted> {
        let mut transactions = Vec::new();
        let mut summary = Summary::default();
        for day in self.days(progress) {
            let day = day?;
            summary.count(&day);
            transactions.extend(day);
        }
        Ok((transactions, summary))
    }

    /// The labelled payments of one day in the order of (second, customer, sequence).
    fn payments(&self, day: u32) -> Vec<Payment> {
        let compromised_terminals = self.schedule.compromised_terminals(&self.world, day);
        let parts: Vec<Vec<Payment>> = self
            .world
            .customers
            .par_iter()
            .zip(0..self.config.customers)
            .fold(Vec::new, |mut payments, (customer, index)| {
                let first = payments.len();
                payments::draw(self.config.seed, index, customer, day, &mut payments);
                for payment in &mut payments[first..] {
                    self.schedule.apply(day, &compromised_terminals, payment);
                }
                payments
            })
            .collect();
        let mut payments = parts.concat();
        payments.par_sort_unstable_by_key(|payment| (payment.second, payment.customer, payment.sequence));
        payments
    }

    fn transaction(&self, id: u64, day: u32, payment: &Payment) -> SimulatedTransaction {
        let terminal = &self.world.terminals[payment.terminal as usize];
        let second = i64::from(day) * 86_400 + i64::from(payment.second);
        let transaction = Transaction {
            id: id.into(),
            time: Timestamp::from_seconds(self.config.start.seconds() + second),
            customer: self.world.customers[payment.customer as usize].id.clone(),
            terminal: terminal.id.clone(),
            amount: Amount::try_from(payment.amount).expect("a few standard deviations of a small mean"),
            place: Some(terminal.place),
            fraud: Some(payment.scenario > 0),
        };
        SimulatedTransaction { transaction, scenario: payment.scenario }
    }
}

/// The days of a [`Simulation`]: the transactions of each in the order of time, with ids that count from 0 over all
/// days. Ends after [`Interrupted`], which says that the user asked to stop.
pub struct Days<'a> {
    simulation: &'a Simulation,
    progress: &'a dyn Progress,
    day: u32,
    rows: u64,
}

impl Iterator for Days<'_> {
    type Item = Result<Vec<SimulatedTransaction>, Interrupted>;

    fn next(&mut self) -> Option<Self::Item> {
        let Self { simulation, progress, day, rows } = *self;
        let days = simulation.config.days;
        if day == days {
            return None;
        }
        if day == 0 {
            progress.start("simulating", Some(days.into()));
        }
        if progress.interrupted() {
            self.day = days;
            return Some(Err(Interrupted));
        }
        let payments = simulation.payments(day);
        let made: Vec<SimulatedTransaction> = payments
            .par_iter()
            .enumerate()
            .map(|(position, payment)| simulation.transaction(rows + position as u64, day, payment))
            .collect();
        self.day += 1;
        self.rows += made.len() as u64;
        progress.advance(self.day.into(), &format!("{} transactions", self.rows));
        if self.day == days {
            progress.finish();
        }
        Some(Ok(made))
    }
}

impl FusedIterator for Days<'_> {}
