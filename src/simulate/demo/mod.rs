//! The demo's world: customers and terminals at real cities, and the Handbook's rules in a world of any size.
//!
//! Each draw has its own stream of random numbers (see `random`), so that a day can be made without the days before
//! it. Times of day are UTC for everybody.

mod neighbourhood;
mod payments;
mod random;
mod schedule;
mod world;

use rayon::prelude::*;

pub use self::world::{Customer, Terminal, World};

use self::schedule::Schedule;
use super::config::SimulationConfig;
use super::payment::Payment;
use crate::progress::{Interrupted, Progress};

/// A world with its plan of frauds.
#[derive(Debug)]
pub(super) struct Demo {
    config: SimulationConfig,
    pub(super) world: World,
    schedule: Schedule,
}

impl Demo {
    /// Places customers and terminals and plans the frauds of a validated `config`.
    pub(super) fn new(config: &SimulationConfig, progress: &dyn Progress) -> Result<Self, Interrupted> {
        let world = World::new(config, progress)?;
        progress.check()?;
        let schedule = Schedule::new(config, &world);
        Ok(Self { config: config.clone(), world, schedule })
    }

    /// The labelled payments of each day, in order.
    pub(super) fn days(&self) -> impl Iterator<Item = Vec<Payment>> + Send {
        (0..self.config.days).map(|day| self.day(day))
    }

    fn day(&self, day: u32) -> Vec<Payment> {
        let compromised = self.schedule.compromised_terminals(&self.world, day);
        let parts: Vec<Vec<Payment>> = self
            .world
            .customers
            .par_iter()
            .zip(0..self.config.customers)
            .fold(Vec::new, |mut payments, (customer, index)| {
                let first = payments.len();
                payments::draw(self.config.seed, index, customer, day, &mut payments);
                for payment in &mut payments[first..] {
                    compromised.label(payment);
                    self.schedule.steal(day, payment);
                }
                payments
            })
            .collect();
        let mut payments = parts.concat();
        payments.par_sort_unstable_by_key(Payment::order);
        payments
    }
}
