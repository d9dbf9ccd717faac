//! The published data, made again; and what other sizes and seeds do.

use sha2::{Digest, Sha256};

use super::{Handbook, Payment};
use crate::files::hexadecimal;
use crate::progress::Silent;
use crate::simulate::{Day, Preset, Simulation, SimulationConfig, Summary};

fn days(config: SimulationConfig) -> (Vec<Day>, Summary) {
    let simulation = Simulation::new(config, &Silent::default()).unwrap();
    let days: Vec<Day> = simulation.days(&Silent::default()).map(Result::unwrap).collect();
    let mut summary = Summary::default();
    days.iter().for_each(|day| summary.count(&day.payments));
    (days, summary)
}

/// Second, customer, terminal, amount and scenario of every payment.
fn rows(days: &[Day]) -> Vec<(u32, u32, u32, f64, u8)> {
    let row = |day: &Day, place: usize| {
        let payment = day.payments[place];
        (day.seconds(&payment) as u32, payment.customer, payment.terminal, payment.amount, payment.scenario)
    };
    days.iter().flat_map(|day| (0..day.payments.len()).map(move |place| row(day, place))).collect()
}

/// As `scripts/check_handbook.py` computes it of the published file.
fn digest(mut rows: Vec<(u32, u32, u32, f64, u8)>) -> String {
    rows.sort_unstable_by_key(|&(second, customer, terminal, ..)| (second, customer, terminal));
    let mut hasher = Sha256::new();
    for (second, customer, terminal, amount, scenario) in rows {
        for word in [second, customer, terminal] {
            hasher.update(word.to_le_bytes());
        }
        hasher.update(amount.to_le_bytes());
        hasher.update([scenario]);
    }
    hexadecimal(&hasher.finalize())
}

#[test]
fn the_published_data_come_out_to_the_last_digit() {
    let (days, summary) = days(Preset::Handbook.config());
    assert_eq!((summary.rows, summary.frauds), (1_754_155, 14_681));
    assert_eq!(["1", "2", "3"].map(|scenario| summary.scenarios[scenario]), [973, 9_077, 4_631]);
    let rows = rows(&days);
    let first = [(31, 596, 3_156, 57.16, 0), (130, 4_961, 3_412, 81.51, 0), (476, 2, 1_365, 146.0, 0)];
    assert_eq!(rows[..3], first);
    assert!(rows.is_sorted_by_key(|row| row.0));
    assert_eq!(digest(rows), "5ba35f071b8d248a2093c51e4c781299eb7636f8b65818801e90202e333d741f");
}

/// The book prints how many frauds each scenario adds to those before it.
#[test]
fn each_scenario_adds_the_published_number_of_frauds() {
    let world = Handbook::new(&Preset::Handbook.config(), &Silent::default()).unwrap();
    let before_theft: Vec<Payment> = world.drawn().flatten().collect();
    let of_large_amounts = before_theft.iter().filter(|payment| payment.amount > 220.0).count();
    let frauds = before_theft.iter().filter(|payment| payment.scenario > 0).count();
    let all = world.days().flatten().filter(|payment| payment.scenario > 0).count();
    assert_eq!([of_large_amounts, frauds - of_large_amounts, all - frauds], [978, 9_099, 4_604]);
}

fn small() -> SimulationConfig {
    SimulationConfig { customers: 60, terminals: 500, days: 40, ..Preset::Handbook.config() }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let with_threads = |count| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| days(small()))
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn another_seed_is_another_world() {
    let (published, _) = days(small());
    let (other, _) = days(SimulationConfig { seed: 1, ..small() });
    assert_ne!(rows(&published)[..10], rows(&other)[..10]);
    let largest = SimulationConfig { seed: SimulationConfig::MAX_HANDBOOK_SEED, ..small() };
    assert!(days(largest).1.rows > 0);
}

#[test]
fn customers_without_a_terminal_in_reach_pay_nothing() {
    let (_, summary) = days(SimulationConfig { terminals: 1, customers: 5, ..small() });
    assert_eq!(summary.rows, 0);
}

#[test]
fn the_smallest_worlds_have_no_more_victims_than_people() {
    for (customers, terminals, length) in [(1, 1, 1), (1, 300, 1), (2, 300, 20)] {
        let (days, summary) = days(SimulationConfig { customers, terminals, days: length, ..small() });
        assert_eq!(days.len() as u32, length);
        assert!(summary.frauds <= summary.rows);
    }
}
