//! Which rows train, which choose, which judge: drawn per class, or cut in time.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// How rows are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SplitKind {
    /// At random, with the same share of frauds in every part.
    Stratified,
    /// By time: the newest rows test, the ones before them validate.
    Time,
    /// By dates: one period trains, its newest rows validate, and a later period tests.
    Dates,
}

impl SplitKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stratified => "stratified",
            Self::Time => "time",
            Self::Dates => "dates",
        }
    }
}

/// Shares of all rows; the rest trains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SplitShares {
    /// Share of the test part.
    pub test: f64,
    /// Share of the validation part.
    pub valid: f64,
}

impl Default for SplitShares {
    fn default() -> Self {
        Self { test: 0.2, valid: 0.16 }
    }
}

/// Two periods of whole days, in UTC; both ends belong to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Periods {
    /// Midnight at which the first day of training begins.
    pub train_from: Timestamp,
    /// Midnight at which the last day of training begins.
    pub train_to: Timestamp,
    /// Midnight at which the first day of testing begins.
    pub test_from: Timestamp,
    /// Midnight at which the last day of testing begins.
    pub test_to: Timestamp,
}

impl Periods {
    /// Whole days between the last day of training and the first of testing; negative when they overlap.
    pub fn gap_days(&self) -> i64 {
        (self.test_from.micros() - self.train_to.micros()).div_euclid(Timestamp::DAY_US) - 1
    }
}

/// Row numbers of the three parts, each in rising order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// What the model learns from.
    pub train: Vec<usize>,
    /// What early stopping and the threshold are chosen on.
    pub valid: Vec<usize>,
    /// What the model is judged by.
    pub test: Vec<usize>,
}

/// Draws rows at random, each class for itself, so that every part has the same share of frauds.
pub fn stratified(labels: &[bool], shares: SplitShares, seed: u64) -> Split {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut split = Split { train: Vec::new(), valid: Vec::new(), test: Vec::new() };
    for class in [false, true] {
        let mut rows: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] == class).collect();
        rows.shuffle(&mut random);
        let test = (rows.len() as f64 * shares.test).round() as usize;
        let valid = (rows.len() as f64 * shares.valid).round() as usize;
        split.test.extend(rows.drain(..test.min(rows.len())));
        split.valid.extend(rows.drain(..valid.min(rows.len())));
        split.train.extend(rows);
    }
    for part in [&mut split.train, &mut split.valid, &mut split.test] {
        part.sort_unstable();
    }
    split
}

/// Cuts in time; rows of one instant are never separated, so a part may be a little smaller than asked for.
pub fn by_time(times: &[Timestamp], shares: SplitShares) -> Split {
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&row| times[row]);
    let cut = |share: f64| {
        let wanted = times.len() - (times.len() as f64 * share).round() as usize;
        let instant = order.get(wanted).map(|&row| times[row]);
        instant.map_or(times.len(), |instant| {
            if wanted > 0 && times[order[wanted - 1]] == instant {
                order.partition_point(|&row| times[row] <= instant)
            } else {
                wanted
            }
        })
    };
    let test = cut(shares.test);
    let valid = cut(shares.test + shares.valid).min(test);
    let part = |range: std::ops::Range<usize>| {
        let mut rows = order[range].to_vec();
        rows.sort_unstable();
        rows
    };
    Split { train: part(0..valid), valid: part(valid..test), test: part(test..times.len()) }
}

/// Takes the rows of two periods; of the first, the newest `valid` share validates. The others are in no part.
pub fn by_dates(times: &[Timestamp], periods: &Periods, valid: f64) -> Split {
    let inside = |from: Timestamp, to: Timestamp| {
        let end = to.micros() + Timestamp::DAY_US;
        (0..times.len()).filter(move |&row| times[row] >= from && times[row].micros() < end)
    };
    let first: Vec<usize> = inside(periods.train_from, periods.train_to).collect();
    let first_times: Vec<Timestamp> = first.iter().map(|&row| times[row]).collect();
    let cut = by_time(&first_times, SplitShares { test: valid, valid: 0.0 });
    let rows = |places: Vec<usize>| places.into_iter().map(|place| first[place]).collect();
    let test = inside(periods.test_from, periods.test_to).collect();
    Split { train: rows([cut.train, cut.valid].concat()), valid: rows(cut.test), test }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stratified_parts_share_nothing_and_hold_the_same_rate() {
        let labels: Vec<bool> = (0..1_000).map(|row| row % 50 == 0).collect();
        let split = stratified(&labels, SplitShares::default(), 42);
        assert_eq!((split.train.len(), split.valid.len(), split.test.len()), (640, 160, 200));
        let positives = |rows: &[usize]| rows.iter().filter(|&&row| labels[row]).count();
        assert_eq!((positives(&split.train), positives(&split.valid), positives(&split.test)), (13, 3, 4));
        let mut all = [split.train.clone(), split.valid.clone(), split.test.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1_000).collect::<Vec<_>>());
        assert_eq!(split, stratified(&labels, SplitShares::default(), 42));
        assert_ne!(split, stratified(&labels, SplitShares::default(), 43));
    }

    #[test]
    fn the_time_split_never_lets_the_future_train_nor_cuts_an_instant() {
        let times: Vec<Timestamp> = (0..100).rev().map(|row| Timestamp::from_seconds(row / 7)).collect();
        let split = by_time(&times, SplitShares::default());
        let range = |rows: &[usize]| {
            let of_part = rows.iter().map(|&row| times[row]);
            (of_part.clone().min().expect("rows"), of_part.max().expect("rows"))
        };
        assert!(range(&split.train).1 < range(&split.valid).0);
        assert!(range(&split.valid).1 < range(&split.test).0);
        assert_eq!(split.train.len() + split.valid.len() + split.test.len(), 100);
        assert!((15..=20).contains(&split.test.len()));
    }

    #[test]
    fn dates_take_whole_days_and_leave_out_the_rest() {
        let day = |day: i64| Timestamp::from_seconds(day * 86_400);
        // Every six hours of twenty days.
        let times: Vec<Timestamp> = (0..80).map(|row| Timestamp::from_seconds(row * 21_600)).collect();
        let periods = Periods { train_from: day(1), train_to: day(5), test_from: day(13), test_to: day(14) };
        let split = by_dates(&times, &periods, 0.2);
        assert_eq!(periods.gap_days(), 7);
        assert_eq!(split.train, (4..20).collect::<Vec<_>>());
        assert_eq!(split.valid, (20..24).collect::<Vec<_>>());
        assert_eq!(split.test, (52..60).collect::<Vec<_>>());
    }
}
