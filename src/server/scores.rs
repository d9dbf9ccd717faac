//! How the scores of a model are distributed since midnight UTC, for who considers other limits: `GET /scores`.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use actix_web::{HttpResponse, web};

use super::{App, answer};
use crate::domain::Timestamp;
use crate::store::StoreError;
use crate::wire::Scores;

/// Bins of equal width from 0 to 1.
const BINS: usize = 1_000;

/// Decisions of one model by score, of one day.
#[derive(Debug)]
pub(super) struct Today {
    /// Days since 1970.
    day: AtomicI64,
    bins: Box<[AtomicU64]>,
    /// From when on all are counted. Held by who begins another day.
    since: Mutex<Timestamp>,
}

impl Today {
    /// Counts a decision.
    pub(super) fn count(&self, score: f64, now: Timestamp) {
        if day(now) > self.day.load(Ordering::Relaxed) {
            self.begin(now);
        }
        self.bins[((score * BINS as f64) as usize).min(BINS - 1)].fetch_add(1, Ordering::Relaxed);
    }

    /// Another day begins, unless somebody else has begun it already.
    fn begin(&self, now: Timestamp) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if day(now) > self.day.load(Ordering::Relaxed) {
            self.bins.iter().for_each(|bin| bin.store(0, Ordering::Relaxed));
            let is_first = self.day.swap(day(now), Ordering::Relaxed) == i64::MIN;
            *since = if is_first { now } else { midnight(now) };
        }
    }

    /// Adds what was counted of the day of `now` from its midnight on until it was begun here.
    fn add(&self, counts: &[u64], now: Timestamp) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if day(now) == self.day.load(Ordering::Relaxed) {
            for (bin, count) in self.bins.iter().zip(counts) {
                bin.fetch_add(*count, Ordering::Relaxed);
            }
            *since = midnight(now);
        }
    }

    /// The counts of the day of `now`, and since when.
    fn counts(&self, now: Timestamp) -> (Vec<u64>, Timestamp) {
        if day(now) > self.day.load(Ordering::Relaxed) {
            self.begin(now);
        }
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        (self.bins.iter().map(|bin| bin.load(Ordering::Relaxed)).collect(), since)
    }
}

impl Default for Today {
    /// Counts from when it is first asked.
    fn default() -> Self {
        let bins = (0..BINS).map(|_| AtomicU64::new(0)).collect();
        Self { day: AtomicI64::new(i64::MIN), bins, since: Mutex::new(Timestamp::from_micros(i64::MIN)) }
    }
}

/// Days since 1970.
fn day(time: Timestamp) -> i64 {
    time.micros().div_euclid(Timestamp::DAY_US)
}

fn midnight(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(day(time) * Timestamp::DAY_US)
}

/// `GET /scores`
pub(super) async fn scores(app: web::Data<App>) -> HttpResponse {
    let model = app.engine.model();
    let (bins, since) = app.metrics.of(&model).today.counts((app.clock)());
    answer(&Scores {
        model: model.name.clone(),
        model_version: model.version.clone(),
        since: since.to_string(),
        thresholds: model.thresholds,
        bins,
    })
}

/// Adds what the database knows of today and of the served model; `last` is the number of the last decision before this start.
pub(super) async fn recall(app: web::Data<App>, last: i64) {
    let Some(store) = app.store.clone() else { return };
    let (now, counts) = ((app.clock)(), app.metrics.of(&app.engine.model()));
    counts.today.counts(now);
    let record = counts.record.clone();
    let found = web::block(move || store.scores(&record, midnight(now), last, BINS)).await;
    match found.unwrap_or(Err(StoreError::Closed)) {
        Ok(found) => counts.today.add(&found, now),
        Err(error) => tracing::warn!(%error, "the scores of today before this start are not shown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_and_what_was_before_a_start_is_added() {
        let at = |seconds| Timestamp::from_seconds(seconds);
        let today = Today::default();
        today.count(0.0, at(3_600));
        today.count(1.0, at(3_601));
        today.add(&[2; BINS], at(3_602));
        let (bins, since) = today.counts(at(3_603));
        assert_eq!((bins[0], bins[1], bins[999], since), (3, 2, 3, at(0)));
        today.count(0.5004, at(86_400 + 5));
        let (bins, since) = today.counts(at(86_400 + 6));
        assert_eq!((bins.iter().sum::<u64>(), bins[500], since), (1, 1, at(86_400)));
        today.add(&[2; BINS], at(3_602));
        assert_eq!(today.counts(at(2 * 86_400)).0, vec![0; BINS], "yesterday's are not today's");
    }
}
