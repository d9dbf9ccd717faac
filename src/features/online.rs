//! The Handbook's fifteen features over live state (Fraud Detection Handbook, chapter 3, "baseline feature
//! transformation"): amount, two calendar flags, customer spending windows, terminal risk windows.

use std::collections::HashMap;
use std::hash::Hash;

use super::history::History;
use crate::domain::{CustomerId, TerminalId, Timestamp, Transaction};

/// Names of the features in the order of the row, as the Handbook spells them.
pub const HANDBOOK: [&str; 15] = [
    "TX_AMOUNT",
    "TX_DURING_WEEKEND",
    "TX_DURING_NIGHT",
    "CUSTOMER_ID_NB_TX_1DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_7DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_30DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW",
    "TERMINAL_ID_NB_TX_1DAY_WINDOW",
    "TERMINAL_ID_RISK_1DAY_WINDOW",
    "TERMINAL_ID_NB_TX_7DAY_WINDOW",
    "TERMINAL_ID_RISK_7DAY_WINDOW",
    "TERMINAL_ID_NB_TX_30DAY_WINDOW",
    "TERMINAL_ID_RISK_30DAY_WINDOW",
];

const WINDOW_DAYS: [i64; 3] = [1, 7, 30];
/// Labels become known this long after the transaction (Handbook, chapter 3: the feedback delay).
const LABEL_DELAY_DAYS: i64 = 7;
/// Sums of amounts are exact in millionths of the currency's unit.
const AMOUNT_STEPS: f64 = 1e6;

/// What the features remember of every customer and terminal.
///
/// Memory: 24 bytes per transaction of the last 30 days for its customer and of the last 37 days for its
/// terminal, and about 100 bytes per customer and terminal.
#[derive(Debug, Clone, Default)]
pub struct FeatureState {
    customers: HashMap<CustomerId, History>,
    terminals: HashMap<TerminalId, History>,
}

impl FeatureState {
    /// State that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in `transaction` and writes its features into `row`, in the order of [`HANDBOOK`].
    ///
    /// Feed transactions in time order; among those of the same instant, the ones fed before count and later
    /// ones do not. A transaction that comes late counts itself and what is remembered of the time before it, and is
    /// counted from then on, for windows that hold its time. An unknown label counts as no fraud.
    ///
    /// # Panics
    /// When `row` does not hold 15 values.
    pub fn observe(&mut self, transaction: &Transaction, row: &mut [f64]) {
        assert_eq!(row.len(), HANDBOOK.len(), "one value per feature");
        let (time, amount) = (transaction.time, transaction.amount.value());
        let (calendar, windows) = row.split_at_mut(3);
        calendar.copy_from_slice(&[amount, f64::from(is_weekend(time)), f64::from(is_night(time))]);
        let (spending, risk) = windows.split_at_mut(6);

        let customer = entry(&mut self.customers, &transaction.customer);
        let steps = (amount * AMOUNT_STEPS).round() as i64;
        customer.insert(time.micros(), steps);
        for (pair, days) in spending.as_chunks_mut::<2>().0.iter_mut().zip(WINDOW_DAYS) {
            let window = customer.window(time.micros() - days * Timestamp::DAY_US, time.micros());
            *pair = [window.count as f64, mean(window.sum as f64 / AMOUNT_STEPS, window.count)];
        }
        customer.forget(30 * Timestamp::DAY_US);

        let terminal = entry(&mut self.terminals, &transaction.terminal);
        let fraud = i64::from(transaction.fraud == Some(true));
        terminal.insert(time.micros(), fraud);
        let known_until = time.micros() - LABEL_DELAY_DAYS * Timestamp::DAY_US;
        for (pair, days) in risk.as_chunks_mut::<2>().0.iter_mut().zip(WINDOW_DAYS) {
            let window = terminal.window(known_until - days * Timestamp::DAY_US, known_until);
            *pair = [window.count as f64, mean(window.sum as f64, window.count)];
        }
        terminal.forget((30 + LABEL_DELAY_DAYS) * Timestamp::DAY_US);
    }
}

fn entry<'a, Id: Clone + Eq + Hash>(histories: &'a mut HashMap<Id, History>, id: &Id) -> &'a mut History {
    if !histories.contains_key(id) {
        histories.insert(id.clone(), History::default());
    }
    histories.get_mut(id).expect("the line above put it there")
}

/// The mean, and 0 for an empty window, as the Handbook has it.
fn mean(sum: f64, count: usize) -> f64 {
    if count == 0 { 0.0 } else { sum / count as f64 }
}

/// Saturday or Sunday in UTC; 1970-01-01 was a Thursday.
fn is_weekend(time: Timestamp) -> bool {
    let weekday = (time.micros().div_euclid(Timestamp::DAY_US) + 3).rem_euclid(7);
    weekday >= 5
}

/// From 0:00 to 6:59 in UTC.
fn is_night(time: Timestamp) -> bool {
    time.micros().rem_euclid(Timestamp::DAY_US) < 7 * 3_600 * Timestamp::SECOND_US
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Amount, TransactionId};

    fn transaction(
        id: u64,
        seconds: i64,
        customer: u64,
        terminal: u64,
        amount: f64,
        fraud: bool,
    ) -> Transaction {
        Transaction {
            id: TransactionId::from(id),
            time: Timestamp::from_seconds(seconds),
            customer: CustomerId::from(customer),
            terminal: TerminalId::from(terminal),
            amount: Amount::try_from(amount).expect("an amount"),
            place: None,
            fraud: Some(fraud),
        }
    }

    #[test]
    fn windows_follow_the_handbook() {
        const DAY: i64 = 86_400;
        // 2018-04-01 was a Sunday.
        let sunday = 1_522_540_800;
        let mut state = FeatureState::new();
        let mut row = [0.0; 15];
        state.observe(&transaction(0, sunday + 31, 1, 9, 10.0, true), &mut row);
        assert_eq!(row, [10., 1., 1., 1., 10., 1., 10., 1., 10., 0., 0., 0., 0., 0., 0.]);
        // A day later to the second: the first row has left the 1-day window, not the 7-day one.
        state.observe(&transaction(1, sunday + 31 + DAY, 1, 9, 20.1, false), &mut row);
        assert_eq!(row[1..9], [0., 1., 1., 20.1, 2., 15.05, 2., 15.05]);
        // Its label is known seven days after it happened, not a second before.
        state.observe(&transaction(2, sunday + 30 + 7 * DAY, 2, 9, 5.0, false), &mut row);
        assert_eq!(row[9..], [0., 0., 0., 0., 0., 0.]);
        state.observe(&transaction(3, sunday + 31 + 7 * DAY, 2, 9, 5.0, false), &mut row);
        assert_eq!(row[9..], [1., 1., 1., 1., 1., 1.]);
        state.observe(&transaction(4, sunday + 31 + 8 * DAY, 2, 9, 5.0, false), &mut row);
        assert_eq!(row[9..], [1., 0., 2., 0.5, 2., 0.5]);
    }

    #[test]
    fn a_transaction_from_long_ago_counts_itself_and_nothing_overflows() {
        let mut state = FeatureState::new();
        let mut row = [0.0; 15];
        for id in 0..20 {
            state.observe(&transaction(id, 1_600_000_000, 1, 9, 1e12, false), &mut row);
        }
        assert_eq!(row[3..9], [20., 1e12, 20., 1e12, 20., 1e12]);
        state.observe(&transaction(20, 1_500_000_000, 1, 9, 8.0, false), &mut row);
        assert_eq!(row[3..9], [1., 8., 1., 8., 1., 8.]);
        state.observe(&transaction(21, 1_600_000_000, 1, 9, 1e12, false), &mut row);
        assert_eq!(row[3..5], [21., 1e12]);
    }

    #[test]
    fn the_calendar_holds_before_1970_too() {
        assert!(is_weekend(Timestamp::from_seconds(-4 * 86_400)), "1969-12-28 was a Sunday");
        assert!(!is_weekend(Timestamp::from_seconds(-1)), "1969-12-31 was a Wednesday");
        assert!(!is_night(Timestamp::from_seconds(-1)));
        assert!(is_night(Timestamp::from_seconds(7 * 3_600 - 1)));
        assert!(!is_night(Timestamp::from_seconds(7 * 3_600)));
    }
}
