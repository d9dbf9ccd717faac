//! What is remembered of a terminal: how many transactions it took when, and how many of them were frauds.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::LabelDelay;
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
/// Windows that end now.
const VELOCITY_US: [i64; 3] = [Timestamp::HOUR_US, Timestamp::DAY_US, 7 * Timestamp::DAY_US];
/// Windows that end before the delay: their length, but for the longest.
const RISK_US: [i64; 2] = [Timestamp::DAY_US, 7 * Timestamp::DAY_US];

/// The transactions of an instant, or of several up to it; 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) time_us: i64,
    count: u32,
    frauds: u32,
}

/// How many transactions, and how many of them are frauds as far as is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Total {
    count: i64,
    frauds: i64,
}

impl Total {
    fn add(&mut self, entry: &Entry, sign: i64) {
        self.count += sign * i64::from(entry.count);
        self.frauds += sign * i64::from(entry.frauds);
    }

    fn since(self, before: Self) -> Self {
        Self { count: self.count - before.count, frauds: self.frauds - before.frauds }
    }
}

/// What lies an age or more before the newest transaction.
#[derive(Debug, Clone, Copy, Default)]
struct Aged {
    entries: usize,
    total: Total,
}

/// The transactions of one terminal in the order of time.
///
/// Memory: 16 bytes per instant of the last 30 days and the label delay, and about 250 bytes. When there are more than
/// 8,192 instants, those of one slot of 1/2,048 of that time (26 minutes for a delay of 7 days) become one at the time of
/// the last, the newest 2,048 excepted: a terminal never takes more than 128 KiB, and its counts stay right to a slot.
#[derive(Debug, Clone, Default)]
pub(super) struct TerminalHistory {
    entries: VecDeque<Entry>,
    all: Total,
    /// By the ages of [`ages`].
    aged: [Aged; 6],
}

/// An hour, a day and a week; the delay alone, and with a day and a week.
fn ages(delay: LabelDelay) -> [i64; 6] {
    let [hour, day, week] = VELOCITY_US;
    let known = delay.micros();
    [hour, day, week, known, known + RISK_US[0], known + RISK_US[1]]
}

/// What a transaction finds: all before it, and what of that lies the ages before it.
struct Past {
    all: Total,
    aged: [Total; 6],
}

impl TerminalHistory {
    /// Takes in a transaction and writes what it finds before it: [`RISK`] values and, where `row` has room, those of
    /// [`VELOCITY`], which count itself too.
    ///
    /// One that comes late finds what lies before it in the order of (time, arrival), as far as it is remembered, and is found by
    /// all that come after it. One that is older than all that is remembered is not remembered itself.
    pub(super) fn observe(&mut self, time_us: i64, fraud: bool, delay: LabelDelay, row: &mut [f64]) {
        let late = self.entries.back().is_some_and(|newest| time_us < newest.time_us);
        let past = if late {
            self.past_of_late(time_us, delay)
        } else {
            self.advance(time_us, delay);
            Past { all: self.all, aged: self.aged.map(|aged| aged.total) }
        };
        past.write(row);
        let entry = Entry { time_us, count: 1, frauds: u32::from(fraud) };
        if late {
            self.insert(entry, delay);
        } else {
            self.push(entry);
        }
        if self.entries.len() > MOST {
            self.merge(delay);
        }
    }

    /// Counts a transaction of `time_us` that was taken in before as a fraud, which became known meanwhile. False when it is
    /// forgotten.
    pub(super) fn learn_fraud(&mut self, time_us: i64) -> bool {
        let place = self.entries.partition_point(|entry| entry.time_us < time_us);
        let Some(entry) = self.entries.get_mut(place).filter(|entry| entry.frauds < entry.count) else {
            return false;
        };
        entry.frauds += 1;
        self.all.frauds += 1;
        for aged in self.aged.iter_mut().filter(|aged| aged.entries > place) {
            aged.total.frauds += 1;
        }
        true
    }

    /// Time of the newest transaction.
    pub(super) fn newest_us(&self) -> Option<i64> {
        self.entries.back().map(|newest| newest.time_us)
    }

    pub(super) fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The history that remembers these entries; `None` when they are not in the order of time or cannot be.
    pub(super) fn from_entries(entries: Vec<Entry>, delay: LabelDelay) -> Option<Self> {
        let rises = entries.is_sorted_by(|left, right| left.time_us < right.time_us);
        let counts = entries.iter().all(|entry| entry.count > 0 && entry.frauds <= entry.count);
        let fits = entries.len() <= MOST && rises && counts;
        fits.then(|| {
            let mut history = Self { entries: entries.into(), ..Self::default() };
            history.recount(delay);
            history
        })
    }

    /// Moves the ages up to a time that nothing lies behind, and forgets what no window reaches any more.
    fn advance(&mut self, time_us: i64, delay: LabelDelay) {
        for (aged, age) in self.aged.iter_mut().zip(ages(delay)) {
            while let Some(entry) = self.entries.get(aged.entries)
                && entry.time_us <= time_us - age
            {
                aged.total.add(entry, 1);
                aged.entries += 1;
            }
        }
        let oldest = time_us - delay.micros() - MEMORY_US;
        while let Some(first) = self.entries.front().copied()
            && first.time_us <= oldest
        {
            self.entries.pop_front();
            self.all.add(&first, -1);
            for aged in &mut self.aged {
                // It is older than any age, so all have counted it.
                aged.total.add(&first, -1);
                aged.entries -= 1;
            }
        }
    }

    fn push(&mut self, entry: Entry) {
        self.all.add(&entry, 1);
        match self.entries.back_mut() {
            Some(newest) if newest.time_us == entry.time_us => newest.take(&entry),
            _ => self.entries.push_back(entry),
        }
    }

    fn insert(&mut self, entry: Entry, delay: LabelDelay) {
        let newest = self.newest_us().unwrap_or(entry.time_us);
        if entry.time_us <= newest - delay.micros() - MEMORY_US {
            return;
        }
        let place = self.entries.partition_point(|other| other.time_us < entry.time_us);
        let is_new = match self.entries.get_mut(place) {
            Some(same) if same.time_us == entry.time_us => {
                same.take(&entry);
                0
            }
            _ => {
                self.entries.insert(place, entry);
                1
            }
        };
        self.all.add(&entry, 1);
        for (aged, age) in self.aged.iter_mut().zip(ages(delay)) {
            if entry.time_us <= newest - age {
                aged.total.add(&entry, 1);
                aged.entries += is_new;
            }
        }
    }

    fn past_of_late(&self, time_us: i64, delay: LabelDelay) -> Past {
        let mut past = Past { all: Total::default(), aged: [Total::default(); 6] };
        let ages = ages(delay);
        let oldest = time_us - delay.micros() - MEMORY_US;
        for entry in self.entries.iter().filter(|entry| entry.time_us > oldest) {
            if entry.time_us > time_us {
                break;
            }
            past.all.add(entry, 1);
            for (aged, age) in past.aged.iter_mut().zip(ages) {
                if entry.time_us <= time_us - age {
                    aged.add(entry, 1);
                }
            }
        }
        past
    }

    /// Makes entries of one slot one, but for the newest.
    fn merge(&mut self, delay: LabelDelay) {
        let slot_us = (delay.micros() + MEMORY_US) / SLOTS as i64;
        let exact = self.entries.split_off(self.entries.len() - SLOTS);
        let mut merged: VecDeque<Entry> = VecDeque::with_capacity(MOST);
        for mut entry in std::mem::take(&mut self.entries) {
            let same_slot = |earlier: &mut Entry| {
                earlier.time_us.div_euclid(slot_us) == entry.time_us.div_euclid(slot_us)
            };
            if let Some(earlier) = merged.pop_back_if(same_slot) {
                entry.take(&earlier);
            }
            merged.push_back(entry);
        }
        merged.extend(exact);
        self.entries = merged;
        self.recount(delay);
    }

    fn recount(&mut self, delay: LabelDelay) {
        self.all = Total::default();
        for entry in &self.entries {
            self.all.add(entry, 1);
        }
        self.aged = [Aged::default(); 6];
        if let Some(newest) = self.newest_us() {
            self.advance(newest, delay);
        }
    }
}

impl Entry {
    fn take(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.frauds = self.frauds.saturating_add(other.frauds);
    }
}

impl Past {
    fn write(&self, row: &mut [f64]) {
        let [hour, day, week, known, known_day, known_week] = self.aged;
        let windows = [known.since(known_day), known.since(known_week), known];
        for (pair, Total { count, frauds }) in row.as_chunks_mut::<2>().0.iter_mut().zip(windows) {
            // The Handbook has 0 for the share of nothing.
            *pair = [count as f64, if count == 0 { 0.0 } else { frauds as f64 / count as f64 }];
        }
        if row.len() > RISK {
            let frauds = windows.map(|window| window.frauds as f64);
            let now = [hour, day, week].map(|before| (self.all.since(before).count + 1) as f64);
            row[RISK..RISK + 3].copy_from_slice(&frauds);
            row[RISK + 3..].copy_from_slice(&now);
        }
    }
}
