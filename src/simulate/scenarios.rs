//! Which payments are fraud, by the Handbook's three scenarios (chapter 3, section 2).
//!
//! 1. An amount above 220.
//! 2. A compromised terminal: all its payments for 28 days. 2 of 10,000 terminals a day.
//! 3. A compromised customer: a third of their payments within 14 days, five times the amount. 3 of 5,000 a day.
//!
//! They are applied in this order and the last one names the fraud. The shares hold in a world of any size: what
//! does not make a whole terminal or customer a day is carried to the next day.

use rand::RngExt;
use rand::seq::index;
use rayon::prelude::*;

use super::config::SimulationConfig;
use super::payments::{Payment, cents, draw};
use super::random::{Stage, stream};
use super::world::World;

/// Above this amount a payment is fraud.
const HIGH_AMOUNT: f64 = 220.0;
/// How long a terminal stays compromised.
const TERMINAL_DAYS: u32 = 28;
/// How long a customer stays compromised.
const CUSTOMER_DAYS: u32 = 14;
/// One of how many of a compromised customer's payments is fraud.
const STOLEN_SHARE: usize = 3;
/// What a stolen payment is multiplied by.
const STOLEN_FACTOR: f64 = 5.0;
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
                customers.into_iter().flat_map(move |customer| steal(config, world, customer, day))
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

    /// The terminals that are compromised on `day`, as flags by index.
    pub(super) fn compromised_terminals(&self, world: &World, day: u32) -> Vec<bool> {
        let mut flags = vec![false; world.terminals.len()];
        let first = day.saturating_sub(TERMINAL_DAYS - 1);
        for &terminal in self.terminals[first as usize..=day as usize].iter().flatten() {
            flags[terminal as usize] = true;
        }
        flags
    }

    /// Makes a payment of `day` the fraud that it is, if it is one.
    pub(super) fn apply(&self, day: u32, compromised_terminals: &[bool], payment: &mut Payment) {
        if payment.amount > HIGH_AMOUNT {
            payment.scenario = 1;
        }
        if compromised_terminals[payment.terminal as usize] {
            payment.scenario = 2;
        }
        if self.stolen[day as usize].binary_search(&(payment.customer, payment.sequence)).is_ok() {
            payment.amount = cents(payment.amount * STOLEN_FACTOR);
            payment.scenario = 3;
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
fn steal(config: &SimulationConfig, world: &World, customer: u32, first: u32) -> Vec<(u32, u32, u32)> {
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
    fn a_terminal_is_compromised_for_28_days() {
        let config = config(1, 2);
        let mut terminals = vec![Vec::new(); 60];
        terminals[10] = vec![1];
        let schedule = Schedule { terminals, stolen: vec![Vec::new(); 60] };
        let world = World::new(&config);
        let flags = |day| schedule.compromised_terminals(&world, day);
        assert_eq!((flags(9), flags(10)), (vec![false, false], vec![false, true]));
        assert_eq!((flags(37), flags(38)), (vec![false, true], vec![false, false]));
    }

    #[test]
    fn the_last_scenario_names_the_fraud() {
        let schedule = Schedule { terminals: vec![Vec::new()], stolen: vec![vec![(4, 1)]] };
        let labelled = |amount, terminal, sequence| {
            let mut payment = Payment { second: 1, customer: 4, sequence, terminal, amount, scenario: 0 };
            schedule.apply(0, &[false, true], &mut payment);
            (payment.scenario, payment.amount)
        };
        assert_eq!(labelled(220.0, 0, 0), (0, 220.0));
        assert_eq!(labelled(220.01, 0, 0), (1, 220.01));
        assert_eq!(labelled(220.01, 1, 0), (2, 220.01));
        assert_eq!(labelled(220.01, 1, 1), (3, 1100.05));
        assert_eq!(labelled(9.99, 0, 1), (3, 49.95));
    }

    #[test]
    fn a_third_of_a_compromised_customer_s_payments_is_stolen_once() {
        let config = config(50, 100);
        let world = World::new(&config);
        let busiest = (0..50).max_by(|&a, &b| {
            let rate = |index: u32| world.customers[index as usize].payments_per_day;
            rate(a).total_cmp(&rate(b))
        });
        let customer = busiest.unwrap();
        let mut payments = Vec::new();
        for day in 20..34 {
            draw(config.seed, customer, &world.customers[customer as usize], day, &mut payments);
        }
        let mut stolen = steal(&config, &world, customer, 20);
        assert!(stolen.len() > 10);
        assert_eq!(stolen.len(), payments.len() / 3);
        stolen.sort_unstable();
        stolen.dedup();
        assert_eq!(stolen.len(), payments.len() / 3);
        assert!(stolen.iter().all(|&(day, by, _)| (20..34).contains(&day) && by == customer));
    }
}
