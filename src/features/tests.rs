//! What must hold of the features whatever the transactions: they are those of a plain reading of their definitions, the same for
//! one at a time and for a log, before and after a snapshot.

use proptest::prelude::*;

use super::*;
use crate::domain::{Amount, CustomerId, GeoPoint, TerminalId, Timestamp, Transaction, TransactionId};
use crate::files::sealed;
use crate::progress::Silent;

const DAY: i64 = Timestamp::DAY_US;

fn transaction(us: i64, customer: u64, terminal: u64, amount: f64, fraud: Option<bool>) -> Transaction {
    Transaction {
        id: TransactionId::from(0),
        time: Timestamp::from_micros(us),
        customer: CustomerId::from(customer),
        terminal: TerminalId::from(terminal),
        amount: Amount::try_from(amount).unwrap(),
        place: None,
        fraud,
    }
}

fn state(set: FeatureSet) -> FeatureState {
    FeatureState::new(Plan::of(set, true), LabelDelay::default())
}

/// Transactions of few customers and terminals over 80 days, many at the same instant, with and without a place.
fn transactions(most: usize) -> impl Strategy<Value = Vec<Transaction>> {
    let place = prop::option::of((-90.0..90.0, -180.0..180.0));
    let one = (
        0..320_i64,
        0..3_u64,
        0..4_u64,
        -5_000..90_000_i64,
        prop::option::of(prop::bool::weighted(0.3)),
        place,
    );
    prop::collection::vec(one, 1..most).prop_map(|all| {
        let made = all.into_iter().map(|(quarter, customer, terminal, cents, fraud, place)| Transaction {
            place: place.map(|(latitude, longitude)| GeoPoint::new(latitude, longitude).unwrap()),
            ..transaction(quarter * DAY / 4, customer, terminal, cents as f64 / 100.0, fraud)
        });
        made.collect()
    })
}

fn one_by_one(state: &mut FeatureState, transactions: &[Transaction]) -> Vec<Vec<u64>> {
    let mut row = vec![0.0; state.columns()];
    let observed = transactions.iter().map(|transaction| {
        state.observe(transaction, &mut row);
        row.iter().map(|value| value.to_bits()).collect()
    });
    observed.collect()
}

fn log(transactions: &[Transaction]) -> EventLog {
    EventLog {
        times: transactions.iter().map(|transaction| transaction.time).collect(),
        customers: transactions.iter().map(|transaction| transaction.customer.as_str()).collect(),
        terminals: transactions.iter().map(|transaction| transaction.terminal.as_str()).collect(),
        amounts: transactions.iter().map(|transaction| transaction.amount).collect(),
        places: transactions.iter().map(|transaction| transaction.place).collect(),
        frauds: transactions.iter().map(|transaction| transaction.fraud).collect(),
    }
}

fn bits(features: &crate::matrix::Matrix) -> Vec<Vec<u64>> {
    features.iter_rows().map(|row| row.iter().map(|value| value.to_bits()).collect()).collect()
}

/// The full set's features of `now` after `before`, by their definitions alone.
fn defined(before: &[&Transaction], now: &Transaction) -> Vec<f64> {
    let age = |other: &Transaction| now.time.micros() - other.time.micros();
    let amounts = |days: i64, from: i64| -> Vec<f64> {
        let own = before.iter().filter(|other| other.customer == now.customer);
        let inside = own.filter(|other| (from * DAY..days * DAY).contains(&age(other)));
        inside.map(|other| other.amount.value()).collect()
    };
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let with_own = |days| [amounts(days, 0), vec![now.amount.value()]].concat();
    let [day, week, month] = [1, 7, 30].map(with_own);
    let at_terminal = |newer: i64, older: i64| -> Vec<bool> {
        let same = before.iter().filter(|other| other.terminal == now.terminal);
        let inside = same.filter(|other| age(other) >= newer && age(other) < older);
        inside.map(|other| other.fraud == Some(true)).collect()
    };
    let known = [1, 7, 30].map(|days| at_terminal(7 * DAY, (7 + days) * DAY));
    let frauds = known.clone().map(|labels| labels.iter().filter(|&&fraud| fraud).count() as f64);
    let hour = now.time.micros().rem_euclid(DAY) as f64 / 3.6e9;
    let weekday = (now.time.micros().div_euclid(DAY) + 3).rem_euclid(7);
    let mut row = vec![now.amount.value(), f64::from(weekday >= 5), f64::from(hour < 7.0)];
    row.extend([&day, &week, &month].iter().flat_map(|amounts| [amounts.len() as f64, mean(amounts)]));
    row.extend(known.iter().zip(frauds).flat_map(|(labels, frauds)| {
        [labels.len() as f64, if labels.is_empty() { 0.0 } else { frauds / labels.len() as f64 }]
    }));
    row.push(hour);
    let amount = now.amount.value();
    let by = |value: f64, by: f64| if by == 0.0 { f64::NAN } else { value / by };
    row.extend([mean(&day), mean(&week), mean(&month)].map(|mean| by(amount, mean)));
    let past = amounts(30, 0);
    let squares: f64 = past.iter().map(|amount| (amount - mean(&past)).powi(2)).sum();
    let deviation = (squares / (past.len() as f64 - 1.0)).sqrt().max(0.01);
    row.push(if past.len() < 2 { f64::NAN } else { (amount - mean(&past)) / deviation });
    let older = amounts(30, 7);
    row.extend([mean(&older), by(mean(&week), mean(&older))]);
    let recent = before.iter().filter(|other| other.customer == now.customer && age(other) < 30 * DAY);
    row.push(recent.clone().filter(|other| age(other) < DAY / 24).count() as f64 + 1.0);
    // The last one of the latest instant.
    let last = recent.clone().max_by_key(|other| other.time);
    row.push(last.map_or(f64::NAN, |last| age(last) as f64 / 1e6));
    let same = recent.filter(|other| other.terminal == now.terminal).count();
    row.extend([same as f64, f64::from(same == 0)]);
    let way = last.and_then(|last| distance::kilometres(last.place.into(), now.place.into()));
    let speed = last.zip(way).map(|(last, way)| way / ((age(last) as f64 / 1e6).max(1.0) / 3_600.0));
    row.extend([way.unwrap_or(f64::NAN), speed.unwrap_or(f64::NAN)]);
    row.extend(frauds);
    row.extend([DAY / 24, DAY, 7 * DAY].map(|width| at_terminal(0, width).len() as f64 + 1.0));
    row
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn features_are_what_their_definitions_say(mut all in transactions(120)) {
        all.sort_by_key(|transaction| transaction.time);
        let names = FeatureSet::Full.names(true);
        let mut state = state(FeatureSet::Full);
        let mut row = vec![0.0; state.columns()];
        for (place, now) in all.iter().enumerate() {
            state.observe(now, &mut row);
            let before: Vec<&Transaction> = all[..place].iter().collect();
            for ((value, expected), name) in row.iter().zip(defined(&before, now)).zip(&names) {
                let close = (value - expected).abs() <= 1e-6 * (1.0 + expected.abs());
                prop_assert!(close || value.is_nan() && expected.is_nan(), "{name}: {value}, {expected} expected");
            }
        }
    }

    #[test]
    fn a_late_transaction_finds_what_was_before_it_and_is_found_after(
        mut all in transactions(60), late in any::<prop::sample::Index>(), arrival in any::<prop::sample::Index>(),
    ) {
        // Windows of at most 30 days: nothing is forgotten when all happens within them.
        for transaction in &mut all {
            transaction.time = Timestamp::from_micros(transaction.time.micros() / 3);
        }
        all.sort_by_key(|transaction| transaction.time);
        let in_order = all.clone();
        let late = late.index(all.len());
        let moved = all.remove(late);
        let arrival = late + arrival.index(all.len() - late + 1);
        all.insert(arrival, moved);
        let (mut first, mut second) = (state(FeatureSet::Full), state(FeatureSet::Full));
        let expected = one_by_one(&mut first, &in_order);
        let found = one_by_one(&mut second, &all);
        let equals = all.iter().filter(|other| other.time == in_order[late].time).count() > 1;
        // Among transactions of one instant, those that came first count.
        prop_assume!(!equals);
        prop_assert_eq!(&found[arrival], &expected[late]);
        prop_assert_eq!(&found[arrival + 1..], &expected[arrival + 1..]);
    }

    #[test]
    fn a_log_gives_the_bits_of_one_at_a_time(all in transactions(300), set in prop::sample::select(vec![FeatureSet::Handbook, FeatureSet::Full])) {
        let (mut batch, mut single) = (state(set), state(set));
        let features = batch.observe_log(&log(&all), &Silent::default()).unwrap();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&row| all[row].time);
        let sorted: Vec<Transaction> = order.iter().map(|&row| all[row].clone()).collect();
        let expected = one_by_one(&mut single, &sorted);
        let found = bits(&features);
        prop_assert_eq!(order.iter().map(|&row| found[row].clone()).collect::<Vec<_>>(), expected);
        prop_assert_eq!(batch.snapshot(), single.snapshot());
    }

    #[test]
    fn many_histories_in_small_blocks_give_the_same_bits(
        all in prop::collection::vec((0..900_i64, 0..300_u64, 0..300_u64), 1..600), block in 1..90_usize,
    ) {
        let made = |(hour, customer, terminal): &(i64, u64, u64)| transaction(hour * DAY / 24, *customer, *terminal, 5.0, Some(true));
        let mut all: Vec<Transaction> = all.iter().map(made).collect();
        all.sort_by_key(|transaction| transaction.time);
        let (mut batch, mut single) = (state(FeatureSet::Full), state(FeatureSet::Full));
        let features = batch.observe_in_blocks(&log(&all), block, &Silent::default()).unwrap();
        prop_assert_eq!(bits(&features), one_by_one(&mut single, &all));
        prop_assert_eq!(batch.snapshot(), single.snapshot());
    }

    #[test]
    fn who_is_tidy_forgets_nothing_that_matters(mut all in transactions(200)) {
        all.sort_by_key(|transaction| transaction.time);
        // New customers all the time, so that there is something to forget.
        for (place, transaction) in all.iter_mut().enumerate() {
            transaction.customer = CustomerId::from(place as u64 / 4);
        }
        let (mut kept, mut tidy) = (state(FeatureSet::Full), state(FeatureSet::Full));
        for now in &all {
            tidy.tidy(now.time);
            let now = std::slice::from_ref(now);
            prop_assert_eq!(one_by_one(&mut tidy, now), one_by_one(&mut kept, now));
        }
    }

    #[test]
    fn a_restored_state_goes_on_as_the_saved_one(all in transactions(200), cut in any::<prop::sample::Index>()) {
        let (before, after) = all.split_at(cut.index(all.len()));
        let mut saved = state(FeatureSet::Full);
        one_by_one(&mut saved, before);
        let plan = Plan::of(FeatureSet::Full, true);
        let mut restored = FeatureState::restore(&saved.snapshot(), plan, LabelDelay::default()).unwrap();
        prop_assert_eq!(one_by_one(&mut restored, after), one_by_one(&mut saved, after));
        prop_assert_eq!(restored.snapshot(), saved.snapshot());
    }

    #[test]
    fn what_idles_is_forgotten_without_a_trace(mut all in transactions(200), cut in any::<prop::sample::Index>()) {
        all.sort_by_key(|transaction| transaction.time);
        let (before, after) = all.split_at(cut.index(all.len()));
        let (mut kept, mut swept) = (state(FeatureSet::Full), state(FeatureSet::Full));
        one_by_one(&mut kept, before);
        one_by_one(&mut swept, before);
        if let Some(next) = after.first() {
            swept.forget_idle(next.time);
        }
        prop_assert_eq!(one_by_one(&mut swept, after), one_by_one(&mut kept, after));
    }

    #[test]
    fn a_label_counts_the_same_whenever_it_comes_within_the_delay(mut all in transactions(120)) {
        all.sort_by_key(|transaction| transaction.time);
        let (mut at_once, mut later) = (state(FeatureSet::Full), state(FeatureSet::Full));
        let expected = one_by_one(&mut at_once, &all);
        let mut waiting = all.iter().peekable();
        for (now, expected) in all.iter().zip(expected) {
            let due = |known: &&Transaction| known.time.micros() + 7 * DAY <= now.time.micros();
            while let Some(known) = waiting.next_if(due) {
                if known.fraud == Some(true) {
                    prop_assert!(later.learn(&known.terminal, known.time, true));
                }
            }
            let unlabelled = Transaction { fraud: None, ..now.clone() };
            prop_assert_eq!(&one_by_one(&mut later, &[unlabelled])[0], &expected);
        }
    }
}

#[test]
fn windows_follow_the_handbook() {
    // 2018-04-01 was a Sunday.
    let sunday = 1_522_540_800_000_000;
    let mut state = state(FeatureSet::Handbook);
    let mut row = [0.0; 15];
    let mut observe = |seconds: i64, customer, amount, fraud| {
        state.observe(&transaction(sunday + seconds * 1_000_000, customer, 9, amount, Some(fraud)), &mut row);
        row
    };
    let day = 86_400;
    assert_eq!(observe(31, 1, 10.0, true), [10., 1., 1., 1., 10., 1., 10., 1., 10., 0., 0., 0., 0., 0., 0.]);
    // A day later to the second: the first row has left the 1-day window, not the 7-day one.
    assert_eq!(observe(31 + day, 1, 20.1, false)[1..9], [0., 1., 1., 20.1, 2., 15.05, 2., 15.05]);
    // Its label is known seven days after it happened, not a second before.
    assert_eq!(observe(30 + 7 * day, 2, 5.0, false)[9..], [0., 0., 0., 0., 0., 0.]);
    assert_eq!(observe(31 + 7 * day, 2, 5.0, false)[9..], [1., 1., 1., 1., 1., 1.]);
    assert_eq!(observe(31 + 8 * day, 2, 5.0, false)[9..], [1., 0., 2., 0.5, 2., 0.5]);
}

#[test]
fn a_transaction_from_long_ago_sees_itself() {
    let mut state = state(FeatureSet::Handbook);
    let mut row = [0.0; 15];
    for _ in 0..20 {
        state.observe(&transaction(1_600_000_000_000_000, 1, 9, 1e12, None), &mut row);
    }
    assert_eq!(row[3..9], [20., 1e12, 20., 1e12, 20., 1e12]);
    state.observe(&transaction(1_500_000_000_000_000, 1, 9, 8.0, None), &mut row);
    assert_eq!(row[3..9], [1., 8., 1., 8., 1., 8.]);
    state.observe(&transaction(1_600_000_000_000_000, 1, 9, 1e12, None), &mut row);
    assert_eq!(row[3..5], [21., 1e12], "and leaves no trace");
}

#[test]
fn the_label_delay_moves_the_windows() {
    let plan = Plan::new(&["TERMINAL_ID_NB_FRAUD_1DAY_WINDOW".to_owned()]).unwrap();
    let mut state = FeatureState::new(plan, LabelDelay::from_days(2).unwrap());
    let mut seen = |us, fraud| {
        let mut row = [0.0];
        state.observe(&transaction(us, 1, 1, 1.0, Some(fraud)), &mut row);
        row[0]
    };
    assert_eq!(seen(0, true), 0.0);
    assert_eq!([seen(2 * DAY - 1, false), seen(2 * DAY, false), seen(3 * DAY, false)], [0.0, 1.0, 0.0]);
    assert_eq!((LabelDelay::from_days(0), LabelDelay::from_days(4_000)), (None, None));
}

#[test]
fn memory_is_bounded_and_counts_stay_right() {
    let mut state = state(FeatureSet::Full);
    let names = FeatureSet::Full.names(true);
    let of = |row: &[f64], name: &str| row[names.iter().position(|known| known == name).unwrap()];
    let mut row = vec![0.0; names.len()];
    // A payment a minute for 40 days at one terminal; every hundredth is a fraud.
    let minutes = 40 * 24 * 60;
    for minute in 0..minutes {
        state.observe(&transaction(minute * 60_000_000, 1, 9, 1.0, Some(minute % 100 == 0)), &mut row);
    }
    assert_eq!(of(&row, "CUSTOMER_ID_NB_TX_1DAY_WINDOW"), 1_440.0);
    assert_eq!(of(&row, "CUSTOMER_ID_NB_TX_30DAY_WINDOW"), 8_193.0, "the newest are remembered");
    assert_eq!(of(&row, "TERMINAL_ID_VELOCITY_1DAY_WINDOW"), 1_440.0);
    let month = of(&row, "TERMINAL_ID_NB_TX_30DAY_WINDOW");
    assert!((month / 43_200.0 - 1.0).abs() < 0.01, "{month}: old times are coarse, counts are not");
    assert!((of(&row, "TERMINAL_ID_RISK_30DAY_WINDOW") - 0.01).abs() < 1e-4);
    let histories = &state.terminals.histories[0];
    assert!(histories.entries().len() <= 8_192);
    assert!(state.snapshot().len() < 800_000);
}

#[test]
fn a_fraud_is_learnt_of_its_own_transaction_only() {
    let mut state = state(FeatureSet::Full);
    let terminal = TerminalId::from(9);
    let learn = |state: &mut FeatureState, us| state.learn(&terminal, Timestamp::from_micros(us), true);
    one_by_one(&mut state, &[transaction(0, 1, 9, 5.0, None), transaction(5 * DAY, 1, 9, 5.0, None)]);
    assert!(!learn(&mut state, DAY), "there was none at that time");
    assert!(learn(&mut state, 5 * DAY));
    assert!(!learn(&mut state, 5 * DAY), "the only one of its instant is known");
    let unlearn = |state: &mut FeatureState, us| state.learn(&terminal, Timestamp::from_micros(us), false);
    assert!(unlearn(&mut state, 5 * DAY), "a label may be corrected");
    assert!(!unlearn(&mut state, 5 * DAY));
    assert!(learn(&mut state, 5 * DAY));
    one_by_one(&mut state, &[transaction(100 * DAY, 1, 9, 5.0, None)]);
    assert!(!learn(&mut state, 0), "forgotten");
    // So many that the older ones are merged: their slots stand for them, in a restored state too.
    let many: Vec<Transaction> =
        (1..9_000).map(|second| transaction(100 * DAY + second * 1_000_000, 1, 9, 5.0, None)).collect();
    one_by_one(&mut state, &many);
    let plan = Plan::of(FeatureSet::Full, true);
    let mut restored = FeatureState::restore(&state.snapshot(), plan, LabelDelay::default()).unwrap();
    for state in [&mut state, &mut restored] {
        assert!(learn(state, 100 * DAY + 3_000_000));
        assert!(!learn(state, 100 * DAY + 8_998_500_000), "between two of the exact ones");
        assert!(learn(state, 100 * DAY + 8_999_000_000));
    }
}

#[test]
fn nothing_overflows() {
    let mut state = state(FeatureSet::Full);
    let mut row = vec![0.0; state.columns()];
    for (second, amount) in (0..10_000).zip([1e12, -1e12].into_iter().cycle()) {
        state.observe(&transaction(second * 1_000_000, 1, 9, amount, None), &mut row);
    }
    assert_eq!(row[3], 8_193.0);
    assert!(row.iter().take(15).all(|value| value.is_finite()));
    let zscore = row[FeatureSet::Full.names(true).iter().position(|name| name.contains("ZSCORE")).unwrap()];
    assert!((zscore + 1.0).abs() < 1e-3, "{zscore}");
}

#[test]
fn damaged_snapshots_are_refused() {
    let mut saved = state(FeatureSet::Handbook);
    one_by_one(&mut saved, &[transaction(5, 1, 2, 3.0, None), transaction(9, 1, 2, 3.0, None)]);
    let bytes = saved.snapshot();
    let plan = || Plan::of(FeatureSet::Handbook, false);
    let restore = |bytes: &[u8], days| {
        FeatureState::restore(bytes, plan(), LabelDelay::from_days(days).unwrap())
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    for length in 0..bytes.len() {
        assert!(restore(&bytes[..length], 7).contains("is damaged"), "{length}");
    }
    assert_eq!(restore(&bytes, 8), "the saved state counts labels after 7 days, and 8 are asked for");
    for place in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        assert!(restore(&flipped, 7).contains("is damaged"), "{place}");
    }
    let body = &bytes[..bytes.len() - 32];
    let longer = [body, &[0]].concat();
    assert!(restore(&sealed(longer), 7).contains("is damaged"));
    let mut newer = body.to_vec();
    newer[1] = 2;
    assert_eq!(
        restore(&sealed(newer), 7),
        "the saved state of the features has version 2; this fraudctl reads version 1"
    );
    assert!(FeatureState::restore(&bytes, plan(), LabelDelay::default()).is_ok());
}
