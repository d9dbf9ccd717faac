//! Who pays, and what they pay day after day.

use rayon::prelude::*;

use super::cpython::CPython;
use super::numpy::Numpy;
use crate::progress::{Interrupted, Progress};
use crate::simulate::config::SimulationConfig;
use crate::simulate::payment::{DAY_SECONDS, NOON, Payment, SPREAD, cents};

/// The sides of the square.
const SIDE: f64 = 100.0;
/// Customers use the terminals that are closer.
const RADIUS: f64 = 5.0;
/// The customers' table is drawn from the seed itself, the terminals' from the one after.
const TERMINAL_SEED: u32 = 1;

/// Somebody who pays.
#[derive(Debug)]
pub(super) struct Customer {
    x: f64,
    y: f64,
    mean_amount: f64,
    payments_per_day: f64,
    /// The terminals they use, ascending; may be none.
    terminals: Vec<u32>,
}

/// All customers of a validated `config`.
pub(super) fn all(
    config: &SimulationConfig,
    seed: u32,
    progress: &dyn Progress,
) -> Result<Vec<Customer>, Interrupted> {
    let mut random = Numpy::new(seed + TERMINAL_SEED);
    let places: Vec<[f64; 2]> =
        (0..config.terminals).map(|_| [random.uniform(0.0, SIDE), random.uniform(0.0, SIDE)]).collect();
    let mut random = Numpy::new(seed);
    let mut customers: Vec<Customer> = (0..config.customers)
        .map(|_| Customer {
            x: random.uniform(0.0, SIDE),
            y: random.uniform(0.0, SIDE),
            mean_amount: random.uniform(5.0, 100.0),
            payments_per_day: random.uniform(0.0, 4.0),
            terminals: Vec::new(),
        })
        .collect();
    customers.par_iter_mut().try_for_each(|customer| {
        progress.check()?;
        customer.terminals = customer.within_reach(&places);
        Ok(())
    })?;
    Ok(customers)
}

impl Customer {
    fn within_reach(&self, terminals: &[[f64; 2]]) -> Vec<u32> {
        let is_close = |[x, y]: [f64; 2]| {
            let (east, north) = (x - self.x, y - self.y);
            // The first comparison spares most roots and changes nothing: no side is longer than the distance.
            east.abs() < RADIUS && (east * east + north * north).sqrt() < RADIUS
        };
        (0..).zip(terminals).filter(|(_, place)| is_close(**place)).map(|(terminal, _)| terminal).collect()
    }
}

/// A customer who pays, from the first day on.
#[derive(Debug)]
pub(super) struct Wallet<'a> {
    customer: &'a Customer,
    number: u32,
    amounts: Numpy,
    terminals: CPython,
}

impl<'a> Wallet<'a> {
    /// Before the first day of the customer with this number.
    pub(super) fn new(customer: &'a Customer, number: u32, seed: u32) -> Self {
        let seed = seed + number;
        Self { customer, number, amounts: Numpy::new(seed), terminals: CPython::new(seed) }
    }

    /// Appends the payments of the next day, none of them fraud yet, in no order of time.
    ///
    /// Times out of the day are dropped, amounts below 0 drawn anew; where no terminal is in reach, nothing is paid.
    pub(super) fn draw_day(&mut self, payments: &mut Vec<Payment>) {
        let Customer { mean_amount: mean, payments_per_day, terminals, .. } = self.customer;
        let mut sequence = 0;
        for _ in 0..self.amounts.poisson(*payments_per_day) {
            let second = self.amounts.normal(NOON, SPREAD);
            // Cut, not rounded: what is between 0 and 1 is second 0, which is dropped.
            if !(1.0..f64::from(DAY_SECONDS)).contains(&second) {
                continue;
            }
            let amount = self.amounts.normal(*mean, mean / 2.0);
            let amount = if amount < 0.0 { self.amounts.uniform(0.0, mean * 2.0) } else { amount };
            if terminals.is_empty() {
                continue;
            }
            let terminal = terminals[self.terminals.choice(terminals.len() as u32) as usize];
            payments.push(Payment {
                second: second as u32,
                customer: self.number,
                terminal,
                amount: cents(amount),
                scenario: 0,
                sequence,
            });
            sequence += 1;
        }
    }
}
