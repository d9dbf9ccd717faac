//! Who is compromised when: 2 of 10,000 terminals and 3 of 5,000 customers a day, as in the Handbook.
//!
//! The shares hold in a world of any size: what does not make a whole terminal or customer a day is carried to the
//! next day.

use rand::RngExt;
use rand::seq::index;
use rayon::prelude::*;

use super::payments::draw;
use super::random::{Stage, stream};
use super::world::World;
use crate::simulate::config::SimulationConfig;
use crate::simulate::payment::{Payment, cents};
use crate::simulate::scenarios::{CUSTOMER_DAYS, CompromisedTerminals, STOLEN_SHARE, steal};

/// How many terminals and customers are compromised a day, of how many.
const TERMINAL_RATE: (u64, u64) = (2, 10_000);
const CUSTOMER_RATE: (u64, u64) = (3, 5_000);

/// What is compromised when, known from the beginning.
#[derive(Debug)]
pub(super) struct Schedule {
    /// By day: the terminals whose 28 days begin.
    terminals: Vec<Vec<u32>>,
    /// By day: customer and sequence of the stolen payments, sorted, each once.
    stolen: Vec<Vec<(u32, u32)>>,
}

impl Schedule {
    /// Draws what is compromised in `world`.
    pub(super) fn new(config: &SimulationConfig, world: &World) -> Self {
        let terminals = compromised(config, Stage::CompromisedTerminals, config.terminals, TERMINAL_RATE);
        let customers = compromised(config, Stage::CompromisedCustomers, config.customers, CUSTOMER_RATE);
        let picks: Vec<(u32, u32, u32)> = customers
            .into_par_iter()
            .zip(0..config.days)
            .flat_map_iter(|(customers, day)| {
                customers.into_iter().flat_map(move |customer| stolen(config, world, customer, day))
            })
            .collect();
        let mut stolen = vec![Vec::new(); config.days as usize];
        for (day, customer, sequence) in picks {
            if let Some(of_day) = stolen.get_mut(day as usize) {
                of_day.push((customer, sequence));
            }
        }
        for day in &mut stolen {
            day.sort_unstable();
            day.dedup();
        }
        Self { terminals, stolen }
    }

    /// The terminals that are compromised on `day`.
    pub(super) fn compromised_terminals(&self, world: &World, day: u32) -> CompromisedTerminals {
        CompromisedTerminals::on(day, &self.terminals, world.terminals.len() as u32)
    }

    /// Steals a payment of `day` when that was planned; amounts stay whole cents.
    pub(super) fn steal(&self, day: u32, payment: &mut Payment) {
        if self.stolen[day as usize].binary_search(&(payment.customer, payment.sequence)).is_ok() {
            steal(payment);
            payment.amount = cents(payment.amount);
        }
    }
}

/// By day: which of `population` are compromised from then on, `rate.0` of `rate.1` a day on average.
fn compromised(config: &SimulationConfig, stage: Stage, population: u32, rate: (u64, u64)) -> Vec<Vec<u32>> {
    let (share, of) = rate;
    // Where the carried fraction begins is drawn too, or small worlds would never see their first case.
    let offset = stream(config.seed, stage, 1, 0).random_range(0..of);
    let until = |day: u32| (offset + u64::from(day) * u64::from(population) * share) / of;
    (0..config.days)
        .map(|day| {
            let count = until(day + 1) - until(day);
            let mut random = stream(config.seed, stage, 0, day);
            let drawn = index::sample(&mut random, population as usize, count as usize);
            drawn.into_iter().map(|index| index as u32).collect()
        })
        .collect()
}

/// Day, customer and sequence of each payment that is stolen from a customer compromised on `first`; also of those
/// after the last day, so that a longer period begins with the very same transactions.
fn stolen(config: &SimulationConfig, world: &World, customer: u32, first: u32) -> Vec<(u32, u32, u32)> {
    let mut of_day = Vec::new();
    let mut candidates = Vec::new();
    for day in first..first + CUSTOMER_DAYS {
        of_day.clear();
        draw(config.seed, customer, &world.customers[customer as usize], day, &mut of_day);
        candidates.extend(of_day.iter().map(|payment| (day, customer, payment.sequence)));
    }
    let mut random = stream(config.seed, Stage::StolenPayments, customer, first);
    let drawn = index::sample(&mut random, candidates.len(), candidates.len() / STOLEN_SHARE);
    drawn.into_iter().map(|index| candidates[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn config(customers: u32, terminals: u32) -> SimulationConfig {
        SimulationConfig { customers, terminals, days: 60, ..SimulationConfig::default() }
    }

    #[test]
    fn the_handbook_s_size_has_the_handbook_s_numbers_each_day() {
        let config = config(5_000, 10_000);
        let terminals = compromised(&config, Stage::CompromisedTerminals, 10_000, TERMINAL_RATE);
        assert!(terminals.iter().all(|day| day.len() == 2));
        let customers = compromised(&config, Stage::CompromisedCustomers, 5_000, CUSTOMER_RATE);
        assert!(customers.iter().all(|day| day.len() == 3));
    }

    #[test]
    fn fractions_of_a_case_add_up_and_begin_anywhere() {
        let cases = |population, seed| -> usize {
            let config = SimulationConfig { seed, ..config(10, 10) };
            let days = compromised(&config, Stage::CompromisedTerminals, population, TERMINAL_RATE);
            days.iter().map(Vec::len).sum()
        };
        // 60 days x 1,250 / 5,000 = 15.
        assert_eq!(cases(1_250, 1), 15);
        // 60 days x 50 / 5,000 = 0.6: some worlds have one case, some none.
        let small: usize = (0..500).map(|seed| cases(50, seed)).sum();
        assert!((270..330).contains(&small), "{small}");
    }

    #[test]
    fn what_is_stolen_stays_in_whole_cents() {
        let schedule = Schedule { terminals: vec![Vec::new()], stolen: vec![vec![(4, 1)]] };
        let after = |amount, sequence| {
            let mut payment = Payment { second: 1, customer: 4, sequence, terminal: 0, amount, scenario: 0 };
            schedule.steal(0, &mut payment);
            (payment.scenario, payment.amount)
        };
        assert_eq!(after(220.01, 0), (0, 220.01));
        assert_eq!(after(220.01, 1), (3, 1100.05));
        assert_eq!(after(9.99, 1), (3, 49.95));
    }

    #[test]
    fn a_third_of_a_compromised_customer_s_payments_is_stolen_once() {
        let config = config(50, 100);
        let world = World::new(&config, &Silent::default()).unwrap();
        let busiest = (0..50).max_by(|&a, &b| {
            let rate = |index: u32| world.customers[index as usize].payments_per_day;
            rate(a).total_cmp(&rate(b))
        });
        let customer = busiest.unwrap();
        let mut payments = Vec::new();
        for day in 20..34 {
            draw(config.seed, customer, &world.customers[customer as usize], day, &mut payments);
        }
        let mut stolen = stolen(&config, &world, customer, 20);
        assert!(stolen.len() > 10);
        assert_eq!(stolen.len(), payments.len() / 3);
        stolen.sort_unstable();
        stolen.dedup();
        assert_eq!(stolen.len(), payments.len() / 3);
        assert!(stolen.iter().all(|&(day, by, _)| (20..34).contains(&day) && by == customer));
    }
}
