//! The simulation as a whole: what a seed fixes, what threads may not change, and what the frauds look like.

use super::*;
use crate::progress::{Event, Silent};

fn simulate(config: SimulationConfig) -> (Simulation, Vec<SimulatedTransaction>, Summary) {
    let simulation = Simulation::new(config, &Silent::default()).unwrap();
    let (transactions, summary) = simulation.all(&Silent::default()).unwrap();
    (simulation, transactions, summary)
}

fn small() -> SimulationConfig {
    SimulationConfig { customers: 200, terminals: 400, days: 40, ..SimulationConfig::default() }
}

#[test]
fn a_seed_fixes_the_world_and_every_transaction() {
    let (first, transactions, summary) = simulate(small());
    let (again, same, same_summary) = simulate(small());
    assert_eq!(first.world(), again.world());
    assert!(first.world().is_some());
    assert_eq!((&transactions, &summary), (&same, &same_summary));

    let (other, different, _) = simulate(SimulationConfig { seed: 43, ..small() });
    assert_ne!(first.world(), other.world());
    assert_ne!(transactions, different);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let with_threads = |count| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| simulate(small()).1)
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(2));
    assert_eq!(one, with_threads(7));
}

#[test]
fn a_longer_period_begins_with_the_same_transactions() {
    let (short, transactions, _) = simulate(small());
    let (long, more, _) = simulate(SimulationConfig { days: 50, ..small() });
    assert_eq!(short.world(), long.world());
    assert_eq!(transactions, more[..transactions.len()]);
}

#[test]
fn more_customers_leave_the_others_as_they_were() {
    let (few, ..) = simulate(small());
    let (many, ..) = simulate(SimulationConfig { customers: 300, ..small() });
    assert_eq!(few.world().unwrap().customers, many.world().unwrap().customers[..200]);
}

#[test]
fn transactions_are_numbered_in_the_order_of_time_within_the_period() {
    let (simulation, transactions, summary) = simulate(small());
    assert_eq!(summary.rows, transactions.len() as u64);
    let start = SimulationConfig::DEFAULT_START.seconds();
    let world = simulation.world().unwrap();
    assert!(transactions.is_sorted_by_key(|simulated| simulated.transaction.time));
    for (position, simulated) in transactions.iter().enumerate() {
        let transaction = &simulated.transaction;
        assert_eq!(transaction.id.as_str(), position.to_string());
        assert!((start..start + 40 * 86_400).contains(&transaction.time.seconds()));
        let customer: usize = transaction.customer.as_str().parse().unwrap();
        let terminal: usize = transaction.terminal.as_str().parse().unwrap();
        assert!(world.customers[customer].terminals.contains(&(terminal as u32)));
        assert_eq!(transaction.place, Some(world.terminals[terminal].place));
    }
}

#[test]
fn amounts_are_cents_and_frauds_are_labelled() {
    let (_, transactions, summary) = simulate(SimulationConfig::default());
    for SimulatedTransaction { transaction, scenario } in &transactions {
        let amount = transaction.amount.value();
        assert!(amount >= 0.0);
        assert_eq!(format!("{amount:.2}").parse(), Ok(amount), "two decimals");
        assert_eq!(transaction.fraud, Some(*scenario > 0));
        assert!(*scenario <= 3);
        assert!(amount <= 220.0 || *scenario > 0, "{transaction:?}");
        assert!(amount > 220.0 || *scenario != 1, "{transaction:?}");
    }
    let by_scenario =
        |wanted| transactions.iter().filter(|simulated| simulated.scenario == wanted).count() as u64;
    assert_eq!(summary.scenarios["1"], by_scenario(1));
    assert_eq!(summary.scenarios["2"], by_scenario(2));
    assert_eq!(summary.scenarios["3"], by_scenario(3));
    assert_eq!(summary.frauds, summary.scenarios.values().sum::<u64>());
}

#[test]
fn the_demo_has_the_handbook_s_share_of_frauds_to_its_end() {
    let (_, transactions, summary) = simulate(SimulationConfig::default());
    assert!((200_000..260_000).contains(&summary.rows), "{summary:?}");
    let share = |part: &[SimulatedTransaction], scenario: Option<u8>| {
        let of = |s: &&SimulatedTransaction| scenario.map_or(s.scenario > 0, |wanted| s.scenario == wanted);
        part.iter().filter(of).count() as f64 / part.len() as f64
    };
    // The Handbook's shares are 0.0084 = 0.0006 + 0.0052 + 0.0026.
    assert!((0.006..0.011).contains(&share(&transactions, None)), "{summary:?}");
    assert!((0.0002..0.0012).contains(&share(&transactions, Some(1))), "{summary:?}");
    assert!((0.003..0.008).contains(&share(&transactions, Some(2))), "{summary:?}");
    assert!((0.0015..0.0045).contains(&share(&transactions, Some(3))), "{summary:?}");
    let last_fifth = &transactions[transactions.len() * 4 / 5..];
    assert!(last_fifth.iter().filter(|simulated| simulated.scenario > 0).count() > 250);
}

#[test]
fn the_shares_hold_for_the_handbook_s_size() {
    let size =
        SimulationConfig { customers: 5_000, terminals: 10_000, days: 60, ..SimulationConfig::default() };
    let (_, transactions, summary) = simulate(size);
    let share = summary.frauds as f64 / transactions.len() as f64;
    assert!((0.006..0.010).contains(&share), "{share}");
}

#[test]
fn what_seed_42_makes_is_pinned() {
    let (_, transactions, summary) = simulate(small());
    let first: Vec<String> = transactions[..3]
        .iter()
        .map(|SimulatedTransaction { transaction: t, scenario }| {
            let place = t.place.unwrap();
            let second = t.time.seconds() - SimulationConfig::DEFAULT_START.seconds();
            let amount = t.amount.value();
            format!(
                "{second} {} {} {amount} {} {} {scenario}",
                t.customer, t.terminal, place.latitude, place.longitude
            )
        })
        .collect();
    let pinned = [
        "571 143 95 9.07 -12.04041 -77.02341 0",
        "903 190 210 39.59 24.87593 67.05178 0",
        "1598 86 323 46.87 29.73029 115.96334 0",
    ];
    assert_eq!(first, pinned);
    assert_eq!((summary.rows, summary.frauds), (15_368, 94));
}

#[test]
fn a_refused_config_makes_no_world() {
    let config = SimulationConfig { terminals: 0, ..small() };
    let error = Simulation::new(config, &Silent::default()).expect_err("no terminals");
    assert_eq!(error.to_string(), "terminals must be between 1 and 10000000, not 0");
}

#[test]
fn whoever_stops_gets_no_half_simulation() {
    let simulation = Simulation::new(small(), &Silent::default()).unwrap();
    let progress = Silent::default();
    let mut days = simulation.days(&progress);
    assert!(days.next().is_some_and(|day| day.is_ok()));
    progress.stop();
    assert_eq!(days.next(), Some(Err(Interrupted)));
    assert_eq!(days.next(), None);
    assert_eq!(simulation.all(&progress), Err(Interrupted));
    assert_eq!(
        Simulation::new(small(), &progress).map(|_| ()),
        Err(SimulationError::Interrupted(Interrupted))
    );
}

#[test]
fn progress_counts_the_days() {
    #[derive(Default)]
    struct Recorded(std::sync::Mutex<Vec<Event>>);
    impl Progress for Recorded {
        fn emit(&self, event: Event) {
            self.0.lock().unwrap().push(event);
        }
    }
    let progress = Recorded::default();
    let simulation = Simulation::new(SimulationConfig { days: 2, ..small() }, &progress).unwrap();
    let (transactions, _) = simulation.all(&progress).unwrap();
    let events = progress.0.into_inner().unwrap();
    assert_eq!(events[0], Event::Started { stage: "placing customers and terminals".into(), total: None });
    assert_eq!(events[1], Event::Finished);
    assert_eq!(events[2], Event::Started { stage: "simulating days".into(), total: Some(2) });
    let detail = format!("{} transactions", transactions.len());
    assert_eq!(events[4], Event::Advanced { done: 2, detail });
    assert_eq!(events[5..], [Event::Finished]);
}
