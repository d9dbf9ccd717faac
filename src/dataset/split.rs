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
}
