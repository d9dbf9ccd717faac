//! What a load test found, and whether it may be believed.

use std::collections::BTreeMap;
use std::time::Instant;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::tally::Tally;
use super::{Clock, Mode, Plan};

/// Version of [`Report`] as JSON.
pub const SCHEMA_VERSION: u32 = 1;

/// Requests that leave later than this, in microseconds at the 99th percentile, make a constant rate invalid.
const MAX_SEND_LAG_US: u64 = 1_000;

/// A generator that rests less than the remaining part of the time was the bottleneck of a closed loop.
const MAX_BUSY: f64 = 0.97;

/// The result of a load test; every count is of the measured time, the warm-up left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Where the requests went.
    pub url: String,
    /// `mode`, and its `concurrency`, or its `per_second` and `connections`.
    #[serde(flatten)]
    pub mode: Mode,
    /// Threads that sent.
    pub threads: usize,
    /// Length of the measurement, until the last answer.
    pub seconds: f64,
    /// Requests that ended: with an answer, a failure, or unsent though they were due.
    pub requests: u64,
    /// Requests per second.
    pub rate: f64,
    /// Answers with success (2xx) per second.
    pub goodput: f64,
    /// Requests that did not end with success.
    pub errors: u64,
    /// The same by kind: `status` (not 2xx), `timeout`, `connect`, `closed`, `protocol`, `unsent`.
    pub errors_by_kind: BTreeMap<&'static str, u64>,
    /// Answers by HTTP status.
    pub status: BTreeMap<u16, u64>,
    /// Of successful answers, and of requests that were given up, as long as they had been waited for.
    pub latency_us: Latency,
    /// How late requests left against the schedule.
    pub send_lag_us: SendLag,
    /// Share of the time in which the busiest generator thread ran or waited for a processor; closed loop only,
    /// where the system tells. (At a constant rate it looks at the clock all the time.)
    pub generator_busy: Option<f64>,
    /// The user stopped it early.
    pub interrupted: bool,
    /// False when the figures say more about the generator than about the server.
    pub valid: bool,
    /// Why it is not valid, and what to do.
    pub why: Option<String>,
}

/// Percentiles in microseconds; null when nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Latency {
    /// Half of the requests were at least as fast.
    pub p50: Option<u64>,
    /// 90 %.
    pub p90: Option<u64>,
    /// 95 %.
    pub p95: Option<u64>,
    /// 99 %.
    pub p99: Option<u64>,
    /// 99.9 %.
    pub p999: Option<u64>,
    /// The slowest.
    pub max: Option<u64>,
}

/// How late requests left, in microseconds; null in a closed loop, which has no schedule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SendLag {
    /// Half of the requests left at least as punctually.
    pub p50: Option<u64>,
    /// 99 %.
    pub p99: Option<u64>,
}

impl Report {
    pub(super) fn new(plan: &Plan, tally: &Tally, clock: Clock, stopped: Option<Instant>) -> Self {
        let planned = stopped.map_or(clock.until, |stopped| stopped.min(clock.until));
        let end = tally.last.map_or(planned, |last| last.max(planned));
        let seconds = end.saturating_duration_since(clock.measured_from).as_secs_f64();
        let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        let generator_busy = tally.busy.filter(|_| matches!(plan.mode, Mode::Closed { .. }));
        let why = objections(plan, tally, generator_busy);
        Self {
            schema_version: SCHEMA_VERSION,
            url: plan.target.to_string(),
            mode: plan.mode,
            threads: plan.threads.min(plan.mode.connections()),
            seconds,
            requests: tally.requests,
            rate: per_second(tally.requests),
            goodput: per_second(tally.successes),
            errors: tally.requests - tally.successes,
            errors_by_kind: tally.errors.clone(),
            status: tally.status.clone(),
            latency_us: Latency::of(&tally.latency_us),
            send_lag_us: SendLag::of(&tally.send_lag_us),
            generator_busy,
            interrupted: stopped.is_some(),
            valid: why.is_empty(),
            why: (!why.is_empty()).then(|| why.join("; ")),
        }
    }
}

/// Everything that speaks against the figures.
fn objections(plan: &Plan, tally: &Tally, busy: Option<f64>) -> Vec<String> {
    let mut why = Vec::new();
    if tally.requests == 0 {
        why.push("nothing was measured: the run ended before its first request did".to_owned());
    }
    if let Some(busy) = busy
        && busy >= MAX_BUSY
    {
        why.push(format!(
            "the generator was the bottleneck: it had no rest for {:.0} % of the time, so the server may be faster; \
             give it more threads or processors of its own",
            busy * 100.0
        ));
    }
    let own_us = quantile(&tally.own_lag_us, 0.99).unwrap_or(0);
    let total_us = quantile(&tally.send_lag_us, 0.99).unwrap_or(0);
    if own_us > MAX_SEND_LAG_US {
        why.push(format!(
            "the generator was too slow: 1 % of the requests were noticed more than {:.1} ms after they were due; \
             lower the rate, or give it more threads or processors of its own",
            own_us as f64 / 1e3
        ));
    } else if total_us > MAX_SEND_LAG_US {
        why.push(format!(
            "too few connections: with all {} busy, 1 % of the requests left more than {:.1} ms after they were \
             due; if more connections don't help, the server cannot keep up with this rate",
            plan.mode.connections(),
            total_us as f64 / 1e3
        ));
    }
    if let Some(unsent) = tally.errors.get("unsent") {
        why.push(format!("{unsent} requests were due and never left, because no connection became free"));
    }
    why
}

impl Latency {
    fn of(histogram: &Histogram<u64>) -> Self {
        let at = |share| quantile(histogram, share);
        Self { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), p999: at(0.999), max: at(1.0) }
    }
}

impl SendLag {
    fn of(histogram: &Histogram<u64>) -> Self {
        Self { p50: quantile(histogram, 0.5), p99: quantile(histogram, 0.99) }
    }
}

fn quantile(histogram: &Histogram<u64>, share: f64) -> Option<u64> {
    (!histogram.is_empty()).then(|| histogram.value_at_quantile(share))
}
