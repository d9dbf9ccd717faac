//! The simulator of the Fraud Detection Handbook (chapter 3, section 2), bit for bit: without a seed its published
//! data come out, to the last digit of every amount.
//!
//! Customers and terminals lie on a square of 100 by 100, and customers use the terminals closer than 5. A customer's
//! payments are drawn day after day from two generators of their own, numpy's for how many, when and how much, and
//! CPython's for where; so all customers walk through the days together, in the memory of a month.

mod cpython;
mod customer;
#[cfg(test)]
mod golden;
mod mersenne;
mod numpy;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use rayon::prelude::*;

use self::cpython::CPython;
use self::customer::{Customer, Wallet};
use self::numpy::Numpy;
use super::config::SimulationConfig;
use super::payment::Payment;
use super::scenarios::{CUSTOMER_DAYS, CompromisedTerminals, STOLEN_SHARE, steal};
use crate::progress::{Interrupted, Progress};

/// How many terminals and customers are compromised each day but the last, whatever the size of the world.
const TERMINALS_A_DAY: usize = 2;
const CUSTOMERS_A_DAY: usize = 3;

/// A world with its plan of frauds.
#[derive(Debug)]
pub(super) struct Handbook {
    days: u32,
    terminals: u32,
    seed: u32,
    customers: Vec<Customer>,
    /// By day: the terminals whose time in the wrong hands begins.
    compromised_terminals: Vec<Vec<u32>>,
    /// By day: the customers whose time as victims begins.
    compromised_customers: Vec<Vec<u32>>,
}

impl Handbook {
    /// Places customers and terminals and plans the frauds of a validated `config`.
    pub(super) fn new(config: &SimulationConfig, progress: &dyn Progress) -> Result<Self, Interrupted> {
        let seed = u32::try_from(config.seed).expect("validated: all seeds have 32 bits");
        let compromised = |population, count| {
            (0..config.days - 1)
                .into_par_iter()
                .map(|day| {
                    progress.check()?;
                    let mut drawn = Numpy::new(seed + day).permutation(population);
                    drawn.truncate(count);
                    Ok(drawn)
                })
                .collect::<Result<Vec<_>, Interrupted>>()
        };
        Ok(Self {
            days: config.days,
            terminals: config.terminals,
            seed,
            customers: customer::all(config, seed, progress)?,
            compromised_terminals: compromised(config.terminals, TERMINALS_A_DAY)?,
            compromised_customers: compromised(config.customers, CUSTOMERS_A_DAY)?,
        })
    }

    /// The labelled payments of each day, in order.
    pub(super) fn days(&self) -> impl Iterator<Item = Vec<Payment>> + Send {
        let mut drawn = self.drawn();
        // Who is compromised today may be robbed of payments of the next two weeks.
        let mut ahead = VecDeque::new();
        (0..self.days).map(move |today| {
            ahead.extend(drawn.by_ref().take(CUSTOMER_DAYS as usize - ahead.len()));
            self.rob(today, &mut ahead);
            ahead.pop_front().expect("as many days are drawn as are asked for")
        })
    }

    /// The payments of each day with the scenarios 1 and 2, in order.
    fn drawn(&self) -> impl Iterator<Item = Vec<Payment>> + Send {
        let mut wallets: Vec<Wallet<'_>> = self
            .customers
            .par_iter()
            .zip(0..self.customers.len() as u32)
            .map(|(customer, number)| Wallet::new(customer, number, self.seed))
            .collect();
        let starts = (0..self.days).step_by(CUSTOMER_DAYS as usize);
        starts.flat_map(move |first| self.draw_fortnight(first, &mut wallets))
    }

    /// The payments of two weeks, with the scenarios 1 and 2, after those that the wallets have drawn before. In each
    /// wallet two generators have 5 kB of state: day by day the processor would wait for memory most of the time.
    fn draw_fortnight(&self, first: u32, wallets: &mut [Wallet<'_>]) -> Vec<Vec<Payment>> {
        let days = CUSTOMER_DAYS.min(self.days - first) as usize;
        let parts: Vec<Vec<Vec<Payment>>> = wallets
            .par_iter_mut()
            .fold(
                || vec![Vec::new(); days],
                |mut payments, wallet| {
                    payments.iter_mut().for_each(|of_day| wallet.draw_day(of_day));
                    payments
                },
            )
            .collect();
        (0..days)
            .into_par_iter()
            .map(|day| {
                let number = first + day as u32;
                let compromised =
                    CompromisedTerminals::on(number, &self.compromised_terminals, self.terminals);
                let mut payments: Vec<Payment> = parts.iter().flat_map(|part| &part[day]).copied().collect();
                payments.iter_mut().for_each(|payment| compromised.label(payment));
                payments.sort_unstable_by_key(Payment::order);
                payments
            })
            .collect()
    }

    /// Scenario 3 for those who are compromised on `today`, the first of the `days`.
    fn rob(&self, today: u32, days: &mut VecDeque<Vec<Payment>>) {
        let Some(victims) = self.compromised_customers.get(today as usize) else {
            return;
        };
        let is_theirs = |payment: &&mut Payment| victims.contains(&payment.customer);
        let mut theirs: Vec<&mut Payment> =
            days.par_iter_mut().flat_map_iter(|payments| payments.iter_mut().filter(is_theirs)).collect();
        let count = theirs.len() / STOLEN_SHARE;
        for place in CPython::new(self.seed + today).sample(theirs.len() as u32, count as u32) {
            // The product is not rounded again: 9.99 becomes 49.95, and 57.16 becomes 285.79999999999995.
            steal(theirs[place as usize]);
        }
    }
}
