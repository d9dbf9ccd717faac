//! Live state: fed one transaction at a time, it gives each one's features.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::calendar::{hour, is_night, is_weekend};
use super::customer::{self, CustomerHistory, Payment};
use super::set::{Plan, Source};
use super::terminal::{self, TerminalHistory};
use crate::domain::{CustomerId, InvalidValue, TerminalId, Timestamp, Transaction};

/// How long after a transaction it becomes known whether it was a fraud; at least a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct LabelDelay(u32);

impl LabelDelay {
    /// The longest: ten years.
    pub const MOST_DAYS: u32 = 3_650;

    /// `None` for less than a day, or more than [`LabelDelay::MOST_DAYS`].
    pub fn from_days(days: u32) -> Option<Self> {
        (1..=Self::MOST_DAYS).contains(&days).then_some(Self(days))
    }

    /// Days.
    pub const fn days(self) -> u32 {
        self.0
    }

    pub(super) fn micros(self) -> i64 {
        i64::from(self.0) * Timestamp::DAY_US
    }
}

impl Default for LabelDelay {
    /// A week, the Handbook's feedback delay (chapter 3).
    fn default() -> Self {
        Self(7)
    }
}

impl TryFrom<u32> for LabelDelay {
    type Error = String;

    fn try_from(days: u32) -> Result<Self, String> {
        Self::from_days(days).ok_or_else(|| format!("a label delay of {days} days"))
    }
}

impl From<LabelDelay> for u32 {
    fn from(delay: LabelDelay) -> Self {
        delay.0
    }
}

/// What the features remember of every customer and terminal.
///
/// Memory: 32 bytes per transaction of the last 30 days for its customer (8,192 at most), 16 bytes per transaction of the last
/// 30 days and the label delay for its terminal (8,192 at most, see there), and about 350 bytes per customer and
/// terminal until [`FeatureState::forget_idle`].
#[derive(Debug, Clone)]
pub struct FeatureState {
    pub(super) plan: Plan,
    pub(super) delay: LabelDelay,
    pub(super) customers: Histories<CustomerId, CustomerHistory>,
    pub(super) terminals: Histories<TerminalId, TerminalHistory>,
    /// Histories that were left by the last [`FeatureState::tidy`].
    tidied: usize,
}

impl FeatureState {
    /// State that has seen nothing, for rows of `plan`.
    pub fn new(plan: Plan, delay: LabelDelay) -> Self {
        Self { plan, delay, customers: Histories::default(), terminals: Histories::default(), tidied: 0 }
    }

    /// Number of features in a row.
    pub fn columns(&self) -> usize {
        self.plan.columns()
    }

    /// Takes in `transaction` and writes its features into `row`, in the order of the plan; a value is NaN where there is
    /// nothing to say.
    ///
    /// Feed transactions in time order; among those of the same instant, the ones fed before count and later
    /// ones do not. A transaction that comes late finds what is remembered of the time before it, and is counted
    /// from then on by windows that hold its time. What is fed twice counts twice: ids are the caller's matter. An
    /// unknown label counts as no fraud until [`FeatureState::learn`]; a known one is not seen before the delay.
    ///
    /// # Panics
    /// When `row` has another length than the plan.
    pub fn observe(&mut self, transaction: &Transaction, row: &mut [f64]) {
        assert_eq!(row.len(), self.columns(), "one value per feature");
        let Transaction { time, amount, place, .. } = *transaction;
        let key = terminal_key(transaction.terminal.as_str());
        let payment = Payment::new(time, amount.value(), key, place.into());
        let (mut of_customer, mut of_terminal) = ([0.0; CUSTOMER_MOST], [0.0; TERMINAL_MOST]);
        let of_customer = &mut of_customer[..self.plan.customer_width];
        let of_terminal = &mut of_terminal[..self.plan.terminal_width];
        self.customers.entry(&transaction.customer).observe(&payment, of_customer);
        let fraud = transaction.fraud == Some(true);
        self.terminals.entry(&transaction.terminal).observe(time.micros(), fraud, self.delay, of_terminal);
        self.plan.write(time, amount.value(), of_customer, of_terminal, row);
    }

    /// Learns whether a transaction, which was taken in as something else, was a fraud. Windows count it from the delay on, or from
    /// now on when that is over. False when it is forgotten, or was never seen.
    pub fn learn(&mut self, terminal: &TerminalId, time: Timestamp, fraud: bool) -> bool {
        let delay = self.delay;
        self.terminals.get_mut(terminal).is_some_and(|history| history.learn(time.micros(), fraud, delay))
    }

    /// Time of the newest transaction that is remembered.
    pub fn newest(&self) -> Option<Timestamp> {
        let newest = self.customers.histories.iter().filter_map(CustomerHistory::newest_us).max();
        newest.map(Timestamp::from_micros)
    }

    /// How many customers and terminals are remembered.
    pub fn histories(&self) -> usize {
        self.customers.histories.len() + self.terminals.histories.len()
    }

    /// After what time labels count.
    pub fn delay(&self) -> LabelDelay {
        self.delay
    }

    /// What makes its rows.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Forgets who has been idle at `now`, so long that not even a transaction notices that comes 30 days late. Looks only when there
    /// are twice as many histories as it left the last time, so that a history is looked at twice on average: to be called often.
    pub fn tidy(&mut self, now: Timestamp) {
        if self.histories() > 2 * self.tidied {
            self.forget_idle(Timestamp::from_micros(now.micros().saturating_sub(customer::MEMORY_US)));
            self.tidied = self.histories();
        }
    }

    /// Forgets the customers and terminals that no feature of a transaction at `now` or later depends on, unless one comes
    /// late. Gives how many of each.
    pub fn forget_idle(&mut self, now: Timestamp) -> (usize, usize) {
        let payments = now.micros().saturating_sub(customer::MEMORY_US);
        let entries = now.micros().saturating_sub(terminal::MEMORY_US + self.delay.micros());
        let customers = self.customers.retain(|history| history.newest_us().is_some_and(|us| us > payments));
        let terminals = self.terminals.retain(|history| history.newest_us().is_some_and(|us| us > entries));
        (customers, terminals)
    }
}

const CUSTOMER_MOST: usize = customer::SPENDING + customer::BEHAVIOUR.len();
const TERMINAL_MOST: usize = terminal::RISK + terminal::VELOCITY.len();

impl Plan {
    /// Puts a row together.
    #[inline]
    pub(super) fn write(
        &self,
        time: Timestamp,
        amount: f64,
        of_customer: &[f64],
        of_terminal: &[f64],
        row: &mut [f64],
    ) {
        let own = [amount, f64::from(is_weekend(time)), f64::from(is_night(time)), hour(time)];
        let mut rest = row;
        for &(first, count) in &self.runs {
            let (values, others) = rest.split_at_mut(count);
            let source = match first {
                Source::Own(place) => &own[place..place + count],
                Source::Customer(place) => &of_customer[place..place + count],
                Source::Terminal(place) => &of_terminal[place..place + count],
            };
            match count {
                6 => copy::<6>(source, values),
                3 => copy::<3>(source, values),
                10 => copy::<10>(source, values),
                12 => copy::<12>(source, values),
                _ => values.copy_from_slice(source),
            }
            rest = others;
        }
    }
}

/// Of a length that is known, a copy is two or three instructions instead of a call: a third of a row's time.
#[inline]
fn copy<const N: usize>(from: &[f64], to: &mut [f64]) {
    if let (Some(from), Some(to)) = (from.first_chunk::<N>(), to.first_chunk_mut::<N>()) {
        *to = *from;
    }
}

/// A terminal's id as a number: FNV-1a of its bytes, the same in every process. Of the terminals that a customer visits
/// within a month, two have the same key by chance once in 10^16 cases.
pub(super) fn terminal_key(id: &str) -> u64 {
    id.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Histories by id. They lie side by side in the order in which their ids came first.
#[derive(Debug, Clone)]
pub(super) struct Histories<Id, History> {
    codes: HashMap<Id, u32>,
    pub(super) histories: Vec<History>,
}

impl<Id, History> Default for Histories<Id, History> {
    fn default() -> Self {
        Self { codes: HashMap::new(), histories: Vec::new() }
    }
}

impl<Id: Clone + Eq + Hash + Borrow<str>, History: Default> Histories<Id, History> {
    /// As [`Histories::code`], of an id that is text still.
    pub(super) fn code_of(
        &mut self,
        text: &str,
        parse: impl Fn(&str) -> Result<Id, InvalidValue>,
    ) -> Result<u32, InvalidValue> {
        match self.codes.get(text) {
            Some(&code) => Ok(code),
            None => Ok(self.code(&parse(text)?)),
        }
    }

    /// Where the history of `id` lies; a new one when there is none.
    pub(super) fn code(&mut self, id: &Id) -> u32 {
        if let Some(&code) = self.codes.get::<Id>(id) {
            return code;
        }
        let code = u32::try_from(self.histories.len()).expect("fewer than 2^32 customers and terminals");
        self.codes.insert(id.clone(), code);
        self.histories.push(History::default());
        code
    }

    fn entry(&mut self, id: &Id) -> &mut History {
        let code = self.code(id);
        &mut self.histories[code as usize]
    }

    fn get_mut(&mut self, id: &Id) -> Option<&mut History> {
        let code = self.codes.get::<Id>(id)?;
        self.histories.get_mut(*code as usize)
    }

    /// Adds the history of `id`; false when it has one.
    pub(super) fn insert(&mut self, id: &Id, history: History) -> bool {
        let is_new = !self.codes.contains_key::<Id>(id);
        *self.entry(id) = history;
        is_new
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Id, &History)> {
        self.codes.iter().map(|(id, &code)| (id, &self.histories[code as usize]))
    }

    /// Drops the others; gives how many they are.
    fn retain(&mut self, keep: impl Fn(&History) -> bool) -> usize {
        let before = self.histories.len();
        let mut new_codes = Vec::with_capacity(before);
        let mut next = 0;
        self.histories.retain(|history| {
            let kept = keep(history);
            new_codes.push(kept.then_some(next));
            next += u32::from(kept);
            kept
        });
        self.codes.retain(|_, code| match new_codes[*code as usize] {
            Some(new) => {
                *code = new;
                true
            }
            None => false,
        });
        before - self.histories.len()
    }
}
