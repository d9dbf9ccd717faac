//! What is remembered of a terminal: how many transactions it took when, and how many of them were frauds.

use serde::{Deserialize, Serialize};

use super::LabelDelay;
use super::recent::Recent;
use crate::domain::Timestamp;

/// How many values the Handbook's windows write: count and share of frauds for 1, 7 and 30 days before the delay.
pub(super) const RISK: usize = 6;

/// What is written behind them: known frauds (the Handbook's risk times its count), and how busy the terminal is now.
pub(super) const VELOCITY: [&str; 6] = [
    "TERMINAL_ID_NB_FRAUD_1DAY_WINDOW",
    "TERMINAL_ID_NB_FRAUD_7DAY_WINDOW",
    "TERMINAL_ID_NB_FRAUD_30DAY_WINDOW",
    "TERMINAL_ID_VELOCITY_1HOUR_WINDOW",
    "TERMINAL_ID_VELOCITY_1DAY_WINDOW",
    "TERMINAL_ID_VELOCITY_7DAY_WINDOW",
];

/// How long before the delay labels are counted.
pub(super) const MEMORY_US: i64 = 30 * Timestamp::DAY_US;
/// With more entries than this, the older ones are merged.
pub(super) const MOST: usize = 8_192;
/// Into how many slots of time, and how many of the newest are left as they are.
const SLOTS: usize = 2_048;

/// The transactions of an instant, or of several up to it; 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) time_us: i64,
    pub(super) total: Total,
}

/// How many transactions, and how many of them are frauds as far as is known, up to and with an entry. They wrap: only
/// differences mean something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Total {
    count: u32,
    frauds: u32,
}

impl Total {
    fn and(self, other: Self) -> Self {
        Self { count: self.count.wrapping_add(other.count), frauds: self.frauds.wrapping_add(other.frauds) }
    }

    fn since(self, before: Self) -> Self {
        Self { count: self.count.wrapping_sub(before.count), frauds: self.frauds.wrapping_sub(before.frauds) }
    }
}

/// The transactions of one terminal in the order of time.
///
/// Memory: 16 bytes per instant of the last 30 days and the label delay, and about 150 bytes. When there are more than
/// 8,192 instants, those of one slot of 1/2,048 of that time (26 minutes for a delay of 7 days) become one at the time of
/// the last, the newest 2,048 excepted: a terminal never takes more than 256 KiB, and its counts stay right to a slot.
#[derive(Debug, Clone)]
pub(super) struct TerminalHistory {
    entries: Recent<Entry>,
    /// Entries before this time stand for the transactions of their slot.
    exact_from_us: i64,
    /// What was forgotten.
    before: Total,
    /// By the ages of [`ages`]: how many entries lie so long or longer before the newest.
    aged: [usize; 7],
}

impl Default for TerminalHistory {
    fn default() -> Self {
        Self { entries: Recent::default(), exact_from_us: i64::MIN, before: Total::default(), aged: [0; 7] }
    }
}

/// The slot of a time.
fn slot(time_us: i64, ages: &[i64; 7]) -> i64 {
    time_us.div_euclid(ages[6] / SLOTS as i64)
}

/// An hour, a day and a week; the delay alone, and with a day, a week and a month, after which nothing is remembered.
fn ages(delay: LabelDelay) -> [i64; 7] {
    const HOUR: i64 = Timestamp::HOUR_US;
    const DAY: i64 = Timestamp::DAY_US;
    let known = delay.micros();
    [HOUR, DAY, 7 * DAY, known, known + DAY, known + 7 * DAY, known + MEMORY_US]
}

/// What a transaction finds: all before it, and what of that lies the ages before it.
struct Past {
    all: Total,
    aged: [Total; 7],
}

impl TerminalHistory {
    /// Takes in a transaction and writes what it finds before it: [`RISK`] values and, where `row` has room, those of
    /// [`VELOCITY`], which count itself too.
    ///
    /// One that comes late finds what lies before it in the order of (time, arrival), as far as it is remembered, and is
    /// found by all that come after it. One that is older than all that is remembered is not remembered itself.
    pub(super) fn observe(&mut self, time_us: i64, fraud: bool, delay: LabelDelay, row: &mut [f64]) {
        let ages = ages(delay);
        let one = Total { count: 1, frauds: u32::from(fraud) };
        if self.entries.last().is_some_and(|newest| time_us < newest.time_us) {
            self.past_of_late(time_us, &ages).write(row);
            self.insert(time_us, one, &ages);
        } else {
            self.advance(time_us, &ages);
            Past { all: self.total(self.entries.len()), aged: self.aged.map(|aged| self.total(aged)) }
                .write(row);
            self.push(time_us, one);
        }
        if self.entries.len() > MOST {
            self.merge(delay);
        }
    }

    /// Counts a transaction of `time_us` that was taken in before as a fraud or no longer as one, which became known meanwhile.
    /// False when it is forgotten, was never seen, or all that its entry stands for are counted so.
    pub(super) fn learn(&mut self, time_us: i64, fraud: bool, delay: LabelDelay) -> bool {
        let place = self.entries.partition_point(|entry| entry.time_us < time_us);
        let Some(entry) = self.entries.get(place) else { return false };
        let ages = ages(delay);
        let of_slot =
            entry.time_us < self.exact_from_us && slot(entry.time_us, &ages) == slot(time_us, &ages);
        if entry.time_us != time_us && !of_slot {
            return false;
        }
        let own = self.total(place + 1).since(self.total(place));
        if own.frauds == if fraud { own.count } else { 0 } {
            return false;
        }
        let one = Total { count: 0, frauds: 1 };
        for entry in &mut self.entries.as_mut_slice()[place..] {
            entry.total = if fraud { entry.total.and(one) } else { entry.total.since(one) };
        }
        true
    }

    /// Time of the newest transaction.
    pub(super) fn newest_us(&self) -> Option<i64> {
        self.entries.last().map(|newest| newest.time_us)
    }

    /// The entries, totals counted from the first on.
    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = Entry> {
        self.entries.iter().map(|entry| Entry { total: entry.total.since(self.before), ..*entry })
    }

    /// The time before which entries stand for their slot.
    pub(super) fn exact_from_us(&self) -> i64 {
        self.exact_from_us
    }

    /// The history that remembers these entries; `None` when they cannot be one's.
    pub(super) fn from_entries(entries: Vec<Entry>, exact_from_us: i64, delay: LabelDelay) -> Option<Self> {
        let in_range = entries.iter().all(|entry| Timestamp::checked(entry.time_us).is_some());
        let rises = entries.is_sorted_by(|left, right| left.time_us < right.time_us);
        let mut before = Total::default();
        let counts = entries.iter().all(|entry| {
            let own = entry.total.since(before);
            before = entry.total;
            own.count > 0 && own.frauds <= own.count
        });
        (entries.len() <= MOST && in_range && rises && counts).then(|| {
            let mut history = Self { entries: entries.into(), exact_from_us, ..Self::default() };
            history.advance_to_newest(&ages(delay));
            history
        })
    }

    /// Totals of the first `entries` entries, and of all that was forgotten.
    #[inline]
    fn total(&self, entries: usize) -> Total {
        entries.checked_sub(1).map_or(self.before, |last| self.entries[last].total)
    }

    /// Moves the ages up to a time that nothing lies behind, and forgets what no window reaches any more.
    #[inline]
    fn advance(&mut self, time_us: i64, ages: &[i64; 7]) {
        let entries = self.entries.as_slice();
        for (aged, age) in self.aged.iter_mut().zip(ages) {
            while *aged < entries.len() && entries[*aged].time_us <= time_us - age {
                *aged += 1;
            }
        }
        let forgotten = self.aged[6];
        if forgotten > 0 {
            self.before = self.total(forgotten);
            self.entries.forget(forgotten);
            // What is older than the greatest age is older than all of them.
            self.aged.iter_mut().for_each(|aged| *aged -= forgotten);
        }
    }

    fn advance_to_newest(&mut self, ages: &[i64; 7]) {
        self.aged = [0; 7];
        if let Some(newest) = self.newest_us() {
            self.advance(newest, ages);
        }
    }

    fn push(&mut self, time_us: i64, one: Total) {
        let total = self.total(self.entries.len()).and(one);
        match self.entries.as_mut_slice().last_mut() {
            Some(newest) if newest.time_us == time_us => newest.total = total,
            _ => self.entries.push(Entry { time_us, total }),
        }
    }

    fn insert(&mut self, time_us: i64, one: Total, ages: &[i64; 7]) {
        let newest = self.newest_us().unwrap_or(time_us);
        if time_us <= newest - ages[6] {
            return;
        }
        let place = self.entries.partition_point(|other| other.time_us < time_us);
        if self.entries[place].time_us != time_us {
            self.entries.insert(place, Entry { time_us, total: self.total(place) });
            for (aged, age) in self.aged.iter_mut().zip(ages) {
                *aged += usize::from(time_us <= newest - age);
            }
        }
        for entry in &mut self.entries.as_mut_slice()[place..] {
            entry.total = entry.total.and(one);
        }
    }

    fn past_of_late(&self, time_us: i64, ages: &[i64; 7]) -> Past {
        let until = |limit: i64| self.total(self.entries.partition_point(|entry| entry.time_us <= limit));
        Past { all: until(time_us), aged: ages.map(|age| until(time_us - age)) }
    }

    /// Makes entries of one slot one, but for the newest.
    fn merge(&mut self, delay: LabelDelay) {
        let ages = ages(delay);
        let (older, exact) = self.entries.as_slice().split_at(self.entries.len() - SLOTS);
        let mut merged: Vec<Entry> = Vec::with_capacity(MOST);
        for entry in older {
            // Totals run on, so that the last of a slot speaks for all.
            let _ = merged.pop_if(|earlier| slot(earlier.time_us, &ages) == slot(entry.time_us, &ages));
            merged.push(*entry);
        }
        merged.extend(exact);
        self.exact_from_us = exact[0].time_us;
        self.entries = merged.into();
        self.advance_to_newest(&ages);
    }
}

impl Past {
    #[inline]
    fn write(&self, row: &mut [f64]) {
        let [hour, day, week, known, known_day, known_week, known_month] = self.aged;
        let windows = [known_day, known_week, known_month].map(|before| known.since(before));
        for (pair, Total { count, frauds }) in row.as_chunks_mut::<2>().0.iter_mut().zip(windows) {
            // The Handbook has 0 for the share of nothing.
            *pair = [f64::from(count), if count == 0 { 0.0 } else { f64::from(frauds) / f64::from(count) }];
        }
        if row.len() > RISK {
            let frauds = windows.map(|window| f64::from(window.frauds));
            let now = [hour, day, week].map(|before| f64::from(self.all.since(before).count) + 1.0);
            row[RISK..RISK + 3].copy_from_slice(&frauds);
            row[RISK + 3..].copy_from_slice(&now);
        }
    }
}
