//! What one generator counts while it sends: cheap to write, merged at the end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::client::{self, Response};
use crate::progress::thousands;

/// The longest latency that is told apart, in microseconds: an hour.
const LONGEST_US: u64 = 3_600_000_000;

/// An empty histogram of microseconds with three significant digits.
pub(super) fn histogram() -> Histogram<u64> {
    Histogram::new_with_max(LONGEST_US, 3).expect("these bounds are valid")
}

/// Counters stay true when a thread that held them has panicked; the panic itself is passed on at the end.
pub(super) fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How one request ended.
pub(super) enum Outcome<'a> {
    /// With an answer, or without one.
    Ended(&'a Result<Response, client::Error>),
    /// It was due and never left, because no connection became free.
    Unsent,
}

/// Counters and histograms of measured requests; `recent` holds the warm-up too.
pub(super) struct Tally {
    pub requests: u64,
    pub successes: u64,
    pub status: BTreeMap<u16, u64>,
    pub errors: BTreeMap<&'static str, u64>,
    /// Of answers with success and of requests that were given up, for these were the slowest.
    pub latency_us: Histogram<u64>,
    /// From the time at which a request was due until it was sent.
    pub send_lag_us: Histogram<u64>,
    /// The part of it that the generator itself caused; the rest is the wait for a free connection.
    pub own_lag_us: Histogram<u64>,
    /// When the last measured request had ended.
    pub last: Option<Instant>,
    /// The largest share of the time in which a generator thread could not rest, where the system tells.
    pub busy: Option<f64>,
    recent: Histogram<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            requests: 0,
            successes: 0,
            status: BTreeMap::new(),
            errors: BTreeMap::new(),
            latency_us: histogram(),
            send_lag_us: histogram(),
            own_lag_us: histogram(),
            last: None,
            busy: None,
            recent: histogram(),
        }
    }
}

impl Tally {
    /// Takes note of a request that ended at `now`, `latency` after it began or was due.
    pub fn record(
        &mut self,
        outcome: &Outcome<'_>,
        latency: Duration,
        send_lag: Option<Duration>,
        now: Instant,
        measured: bool,
    ) {
        let latency_us = micros(latency);
        self.recent.saturating_record(latency_us);
        if !measured {
            return;
        }
        self.requests += 1;
        self.last = self.last.max(Some(now));
        if let Some(lag) = send_lag {
            self.send_lag_us.saturating_record(micros(lag));
        }
        let error = match outcome {
            Outcome::Ended(Ok(response)) => {
                *self.status.entry(response.status).or_default() += 1;
                (!response.is_success()).then_some("status")
            }
            Outcome::Ended(Err(error)) => Some(error.kind()),
            Outcome::Unsent => Some("unsent"),
        };
        match error {
            None => {
                self.successes += 1;
                self.latency_us.saturating_record(latency_us);
            }
            Some(kind) => {
                *self.errors.entry(kind).or_default() += 1;
                if matches!(kind, "timeout" | "unsent") {
                    self.latency_us.saturating_record(latency_us);
                }
            }
        }
    }

    /// Takes note of how late the generator saw that a request was due.
    pub fn record_own_lag(&mut self, lag: Duration) {
        self.own_lag_us.saturating_record(micros(lag));
    }

    /// Adds what another generator counted.
    pub fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.successes += other.successes;
        for (status, count) in &other.status {
            *self.status.entry(*status).or_default() += count;
        }
        for (kind, count) in &other.errors {
            *self.errors.entry(kind).or_default() += count;
        }
        add(&mut self.latency_us, &other.latency_us);
        add(&mut self.send_lag_us, &other.send_lag_us);
        add(&mut self.own_lag_us, &other.own_lag_us);
        self.last = self.last.max(other.last);
        self.busy = match (self.busy, other.busy) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
    }

    /// Moves what was recorded since the last call into `recent`.
    pub fn hand_over(&mut self, recent: &mut Histogram<u64>) {
        add(recent, &self.recent);
        self.recent.reset();
    }
}

fn add(to: &mut Histogram<u64>, from: &Histogram<u64>) {
    to.add(from).expect("all histograms have the same bounds");
}

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// A line for the progress bar: "12,345 req/s, p99 0.8 ms".
pub(super) fn pulse(recent: &Histogram<u64>, span: Duration) -> String {
    let rate = recent.len() as f64 / span.as_secs_f64();
    if recent.is_empty() {
        return "0 req/s".to_owned();
    }
    let p99_ms = recent.value_at_quantile(0.99) as f64 / 1e3;
    format!("{} req/s, p99 {p99_ms:.1} ms", thousands(rate.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_reads_well() {
        let mut recent = histogram();
        assert_eq!(pulse(&recent, Duration::from_millis(250)), "0 req/s");
        for _ in 0..3_086 {
            recent.saturating_record(800);
        }
        assert_eq!(pulse(&recent, Duration::from_millis(250)), "12,344 req/s, p99 0.8 ms");
        assert_eq!(
            (thousands(7), thousands(1_000), thousands(1_234_567)),
            ("7".into(), "1,000".into(), "1,234,567".into())
        );
    }

    #[test]
    fn failures_are_counted_by_kind_and_only_given_up_ones_have_a_latency() {
        let mut tally = Tally::default();
        let now = Instant::now();
        let answer = |status| Ok(Response { status, retry_after: None, body: client::Bytes::new() });
        let late = Err(client::Error::Timeout {
            address: "a:1".into(),
            doing: "waiting for an answer",
            patience: Duration::from_secs(1),
        });
        let ms = Duration::from_millis;
        tally.record(&Outcome::Ended(&answer(200)), ms(9), None, now, false); // warm-up
        tally.record(&Outcome::Ended(&answer(200)), ms(1), None, now, true);
        tally.record(&Outcome::Ended(&answer(503)), ms(2), None, now, true);
        tally.record(&Outcome::Ended(&late), ms(1000), None, now, true);
        tally.record(&Outcome::Unsent, ms(3000), None, now, true);
        let mut total = Tally::default();
        total.merge(&tally);
        total.merge(&tally);
        assert_eq!((total.requests, total.successes, total.latency_us.len()), (8, 2, 6));
        assert_eq!(total.status, BTreeMap::from([(200, 2), (503, 2)]));
        assert_eq!(total.errors, BTreeMap::from([("status", 2), ("timeout", 2), ("unsent", 2)]));
        assert!(total.latency_us.max() >= 3_000_000);
    }
}
