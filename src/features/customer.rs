//! What is remembered of a customer: the payments of the last 30 days.

use serde::{Deserialize, Serialize};

use super::distance::{Spot, kilometres};
use super::recent::Recent;
use crate::domain::Timestamp;

/// How many values the Handbook's windows write: count and mean amount for 1, 7 and 30 days.
pub(super) const SPENDING: usize = 6;

/// What is written behind them.
pub(super) const BEHAVIOUR: [&str; 12] = [
    "CUSTOMER_ID_AMOUNT_TO_AVG_1DAY_WINDOW",
    "CUSTOMER_ID_AMOUNT_TO_AVG_7DAY_WINDOW",
    "CUSTOMER_ID_AMOUNT_TO_AVG_30DAY_WINDOW",
    "CUSTOMER_ID_AMOUNT_ZSCORE_30DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_8TO30DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_7DAY_TO_8TO30DAY",
    "CUSTOMER_ID_NB_TX_1HOUR_WINDOW",
    "CUSTOMER_ID_SECONDS_SINCE_LAST",
    "CUSTOMER_ID_NB_TX_SAME_TERMINAL_30DAY_WINDOW",
    "CUSTOMER_ID_NEW_TERMINAL",
    "CUSTOMER_ID_KM_SINCE_LAST",
    "CUSTOMER_ID_KMH_SINCE_LAST",
];

/// How long a payment is remembered.
pub(super) const MEMORY_US: i64 = 30 * Timestamp::DAY_US;
/// The newest payments of a customer that are remembered, whatever their age.
pub(super) const MOST: usize = 8_192;
/// The trailing windows.
const WIDTHS_US: [i64; 4] = [Timestamp::HOUR_US, Timestamp::DAY_US, 7 * Timestamp::DAY_US, MEMORY_US];
const HOUR: usize = 0;
const DAY: usize = 1;
const WEEK: usize = 2;
const MONTH: usize = 3;

/// Sums of amounts are exact in millionths of the currency's unit, sums of their squares in thousandths.
const MILLIONTHS: f64 = 1e6;
const THOUSANDTHS: f64 = 1e3;
/// Deviations below a hundredth of the currency's unit are rounding.
const LEAST_DEVIATION: f64 = 0.01;

/// A payment as a customer's history keeps it; 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Payment {
    pub(super) time_us: i64,
    /// Millionths.
    amount: i64,
    /// Key of the terminal.
    terminal: u64,
    spot: Spot,
}

impl Payment {
    pub(super) fn new(time: Timestamp, amount: f64, terminal: u64, spot: Spot) -> Self {
        Self { time_us: time.micros(), amount: (amount * MILLIONTHS).round() as i64, terminal, spot }
    }

    fn thousandths(&self) -> i128 {
        // Half away from zero, as `f64::round`.
        let half = if self.amount < 0 { -500 } else { 500 };
        i128::from((self.amount + half) / 1_000)
    }
}

/// The payments of one customer in the order of (time, arrival), and running sums over the windows that trail the
/// newest one. All sums are integers: they don't depend on what came before, or in which order it came.
///
/// Memory: 32 bytes per payment of the last 30 days, at most the newest 8,192, and as much again that was forgotten and
/// not yet given back; about 250 bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct CustomerHistory {
    payments: Recent<Payment>,
    windows: [Window; 4],
    spread: Spread,
}

/// The payments within a width before the newest one.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    /// Index of the first.
    start: usize,
    /// Millionths.
    sum: i128,
}

/// Sums for the standard deviation over all remembered payments. With at most 8,192 payments of at most 10^12 no product
/// of theirs leaves an `i128`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Spread {
    count: i128,
    sum: i128,
    squares: i128,
}

impl Spread {
    fn add(&mut self, payment: &Payment, sign: i128) {
        let amount = payment.thousandths();
        self.count += sign;
        self.sum += sign * amount;
        self.squares += sign * amount * amount;
    }

    /// Mean and sample standard deviation; of fewer than two payments there is none.
    fn moments(&self) -> Option<(f64, f64)> {
        let Self { count, sum, squares } = *self;
        let variance =
            (count >= 2).then(|| (count * squares - sum * sum) as f64 / (count * (count - 1)) as f64)?;
        Some((sum as f64 / count as f64 / THOUSANDTHS, variance.sqrt() / THOUSANDTHS))
    }
}

/// What a payment finds before it.
#[derive(Default)]
struct Past {
    counts: [usize; 4],
    sums: [i128; 4],
    spread: Spread,
    same_terminal: usize,
    last: Option<Payment>,
}

impl CustomerHistory {
    /// Takes in a payment and writes what it finds before it, and itself: [`SPENDING`] values and, where `row` has room,
    /// those of [`BEHAVIOUR`].
    ///
    /// A payment that comes late finds those before it in the order of (time, arrival), as far as they are remembered, and is
    /// found by all that come after it. One that is 30 days or more older than the newest is not remembered itself.
    pub(super) fn observe(&mut self, payment: &Payment, row: &mut [f64]) {
        let behaviour = row.len() > SPENDING;
        let place = match self.payments.last() {
            Some(newest) if payment.time_us < newest.time_us => {
                Some(self.payments.partition_point(|other| other.time_us <= payment.time_us))
            }
            _ => {
                self.advance(payment.time_us);
                None
            }
        };
        let past = match place {
            None => self.past(payment, behaviour),
            Some(place) => self.past_of_late(payment, place),
        };
        past.write_spending(payment, row);
        if behaviour {
            past.write_behaviour(payment, row);
        }
        match place {
            None => self.push(*payment),
            Some(place) => self.insert(place, *payment),
        }
        if self.payments.len() > MOST {
            self.forget_first();
        }
    }

    /// Time of the newest payment.
    pub(super) fn newest_us(&self) -> Option<i64> {
        self.payments.last().map(|newest| newest.time_us)
    }

    pub(super) fn payments(&self) -> impl ExactSizeIterator<Item = &Payment> {
        self.payments.iter()
    }

    /// The history that remembers these payments; `None` when they cannot be one's.
    pub(super) fn from_payments(payments: Vec<Payment>) -> Option<Self> {
        let fits = payments.len() <= MOST && payments.is_sorted_by_key(|payment| payment.time_us);
        let within = |payment: &Payment| {
            payment.amount.unsigned_abs() <= 1_000_000_000_000_000_000
                && Timestamp::checked(payment.time_us).is_some()
        };
        if !fits || !payments.iter().all(within) {
            return None;
        }
        let mut history = Self::default();
        for payment in payments {
            history.advance(payment.time_us);
            history.push(payment);
        }
        Some(history)
    }

    /// Moves the windows up to a time that no payment lies behind, and forgets what has left the longest.
    #[inline]
    fn advance(&mut self, time_us: i64) {
        let payments = self.payments.as_slice();
        for (window, width) in self.windows.iter_mut().zip(WIDTHS_US) {
            while window.start < payments.len() && payments[window.start].time_us <= time_us - width {
                window.sum -= i128::from(payments[window.start].amount);
                window.start += 1;
            }
        }
        let forgotten = self.windows[MONTH].start;
        if forgotten > 0 {
            for payment in &payments[..forgotten] {
                self.spread.add(payment, -1);
            }
            self.payments.forget(forgotten);
            // What has left the longest window has left all of them.
            self.windows.iter_mut().for_each(|window| window.start -= forgotten);
        }
    }

    /// Forgets the first payment, which is within some windows still.
    fn forget_first(&mut self) {
        let first = self.payments[0];
        self.spread.add(&first, -1);
        for window in &mut self.windows {
            match window.start.checked_sub(1) {
                Some(start) => window.start = start,
                None => window.sum -= i128::from(first.amount),
            }
        }
        self.payments.forget(1);
    }

    fn push(&mut self, payment: Payment) {
        self.payments.push(payment);
        self.spread.add(&payment, 1);
        for window in &mut self.windows {
            window.sum += i128::from(payment.amount);
        }
    }

    fn insert(&mut self, place: usize, payment: Payment) {
        let newest = self.newest_us().unwrap_or(payment.time_us);
        if payment.time_us <= newest - MEMORY_US {
            return;
        }
        self.payments.insert(place, payment);
        self.spread.add(&payment, 1);
        for (window, width) in self.windows.iter_mut().zip(WIDTHS_US) {
            if payment.time_us > newest - width {
                window.sum += i128::from(payment.amount);
            } else {
                window.start += 1;
            }
        }
    }

    /// What lies before a payment that comes in order: all there is.
    fn past(&self, payment: &Payment, behaviour: bool) -> Past {
        let mut past = Past { spread: self.spread, last: self.payments.last().copied(), ..Past::default() };
        for (index, window) in self.windows.iter().enumerate() {
            past.counts[index] = self.payments.len() - window.start;
            past.sums[index] = window.sum;
        }
        if behaviour {
            let same = |other: &&Payment| other.terminal == payment.terminal;
            past.same_terminal = self.payments.iter().filter(same).count();
        }
        past
    }

    /// What lies before a payment that comes late, before which `place` others are.
    fn past_of_late(&self, payment: &Payment, place: usize) -> Past {
        let mut past = Past::default();
        for other in self.payments[..place].iter().rev() {
            if other.time_us <= payment.time_us - MEMORY_US {
                break;
            }
            for (index, width) in WIDTHS_US.into_iter().enumerate() {
                if other.time_us > payment.time_us - width {
                    past.counts[index] += 1;
                    past.sums[index] += i128::from(other.amount);
                }
            }
            past.spread.add(other, 1);
            past.same_terminal += usize::from(other.terminal == payment.terminal);
            past.last = past.last.or(Some(*other));
        }
        past
    }
}

impl Past {
    /// Mean amount of a window, the payment itself included.
    fn mean_with(&self, payment: &Payment, window: usize) -> f64 {
        let sum = self.sums[window] + i128::from(payment.amount);
        nearest(sum) / MILLIONTHS / (self.counts[window] + 1) as f64
    }

    fn write_spending(&self, payment: &Payment, row: &mut [f64]) {
        for (pair, window) in row.as_chunks_mut::<2>().0.iter_mut().zip([DAY, WEEK, MONTH]) {
            *pair = [(self.counts[window] + 1) as f64, self.mean_with(payment, window)];
        }
    }

    fn write_behaviour(&self, payment: &Payment, row: &mut [f64]) {
        let amount = payment.amount as f64 / MILLIONTHS;
        let zscore =
            self.spread.moments().map(|(mean, deviation)| (amount - mean) / deviation.max(LEAST_DEVIATION));
        let older = self.counts[MONTH] - self.counts[WEEK];
        let older_mean = nearest(self.sums[MONTH] - self.sums[WEEK]) / MILLIONTHS / older as f64;
        let seconds = |last: Payment| (payment.time_us - last.time_us) as f64 / Timestamp::SECOND_US as f64;
        let kilometres = self.last.and_then(|last| kilometres(last.spot, payment.spot));
        // Two payments of one second are taken to be a second apart.
        let speed = kilometres.zip(self.last).map(|(way, last)| way / (seconds(last).max(1.0) / 3_600.0));
        let missing = f64::NAN;
        row[SPENDING..].copy_from_slice(&[
            ratio(amount, self.mean_with(payment, DAY)),
            ratio(amount, self.mean_with(payment, WEEK)),
            ratio(amount, self.mean_with(payment, MONTH)),
            zscore.unwrap_or(missing),
            older_mean,
            ratio(self.mean_with(payment, WEEK), older_mean),
            (self.counts[HOUR] + 1) as f64,
            self.last.map_or(missing, seconds),
            self.same_terminal as f64,
            f64::from(self.same_terminal == 0),
            kilometres.unwrap_or(missing),
            speed.unwrap_or(missing),
        ]);
    }
}

/// Missing where nothing can be divided by.
fn ratio(value: f64, by: f64) -> f64 {
    if by == 0.0 { f64::NAN } else { value / by }
}

/// `sum as f64`; most sums fit into 64 bits, for which there is an instruction.
#[inline]
fn nearest(sum: i128) -> f64 {
    i64::try_from(sum).map_or_else(|_| sum as f64, |sum| sum as f64)
}
