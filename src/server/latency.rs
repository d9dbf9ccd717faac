//! How long decisions take: a histogram that many threads count into without a lock.

use std::array;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

/// Parts that each doubling is divided into: a percentile is at most 1/8 off.
const PARTS: usize = 8;
/// Doublings from 8 us on; the last bucket takes what is longer, from 8.4 s.
const DOUBLINGS: usize = 20;
/// 0 to 7 us one by one, then the doublings.
const BUCKETS: usize = PARTS + DOUBLINGS * PARTS + 1;

/// Counts per duration; clones count into the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Latency(Arc<Cells>);

#[derive(Debug)]
struct Cells {
    counts: [AtomicU64; BUCKETS],
    sum_us: AtomicU64,
}

/// The counts at one moment.
#[derive(Debug, Clone)]
pub(super) struct Counted([u64; BUCKETS]);

impl Default for Cells {
    fn default() -> Self {
        Self { counts: array::from_fn(|_| AtomicU64::new(0)), sum_us: AtomicU64::new(0) }
    }
}

impl Default for Counted {
    fn default() -> Self {
        Self([0; BUCKETS])
    }
}

impl Latency {
    pub(super) fn observe(&self, duration: Duration) {
        let us = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        self.0.counts[bucket(us)].fetch_add(1, Ordering::Relaxed);
        self.0.sum_us.fetch_add(us, Ordering::Relaxed);
    }

    pub(super) fn counted(&self) -> Counted {
        Counted(array::from_fn(|index| self.0.counts[index].load(Ordering::Relaxed)))
    }
}

impl Counted {
    /// What was counted since `earlier`.
    pub(super) fn since(&self, earlier: &Self) -> Self {
        Self(array::from_fn(|index| self.0[index].saturating_sub(earlier.0[index])))
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(count, more)| *count += more);
    }

    pub(super) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The duration in microseconds that a share `q` of all did not exceed, rounded up to its bucket; 0 of nothing.
    pub(super) fn quantile_us(&self, q: f64) -> u64 {
        let rank = ((self.total() as f64 * q).ceil() as u64).max(1);
        let mut seen = 0;
        let reached = self.0.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        reached.map_or(0, upper_us)
    }
}

fn bucket(us: u64) -> usize {
    if us < PARTS as u64 {
        return us as usize;
    }
    let doubling = us.ilog2() as usize - PARTS.ilog2() as usize;
    let part = (us >> doubling) as usize - PARTS;
    (PARTS + doubling * PARTS + part).min(BUCKETS - 1)
}

/// The longest duration in whole microseconds that a bucket counts; of the last one, the shortest.
fn upper_us(bucket: usize) -> u64 {
    if bucket < PARTS {
        return bucket as u64;
    }
    let (doubling, part) = ((bucket - PARTS) / PARTS, (bucket - PARTS) % PARTS);
    if bucket == BUCKETS - 1 {
        return (PARTS as u64) << doubling;
    }
    (((PARTS + part + 1) as u64) << doubling) - 1
}

impl TypedMetric for Latency {
    const TYPE: MetricType = MetricType::Histogram;
}

/// Prometheus gets one bucket per doubling: 8 us, 16 us, ... 8.4 s.
impl EncodeMetric for Latency {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let counted = self.counted();
        let mut buckets: Vec<(f64, u64)> = counted
            .0
            .chunks(PARTS)
            .enumerate()
            .map(|(doubling, counts)| (((PARTS as u64) << doubling) as f64 / 1e6, counts.iter().sum()))
            .collect();
        if let Some(last) = buckets.last_mut() {
            last.0 = f64::INFINITY;
        }
        let sum_seconds = self.0.sum_us.load(Ordering::Relaxed) as f64 / 1e6;
        encoder.encode_histogram::<NoLabelSet>(sum_seconds, counted.total(), &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_falls_into_the_bucket_that_ends_at_or_after_it() {
        for us in (0..5_000).chain([16_383, 16_384, 1_000_000, 8_388_607]) {
            let index = bucket(us);
            assert!(upper_us(index) >= us, "{us} us in bucket {index}");
            assert!(index == 0 || upper_us(index - 1) < us, "{us} us in bucket {index}");
            assert!(upper_us(index) as f64 <= us as f64 * 1.125, "{us} us in bucket {index}");
        }
        assert_eq!(bucket(8_388_608), BUCKETS - 1);
        assert_eq!(bucket(u64::MAX), BUCKETS - 1);
        assert_eq!(upper_us(BUCKETS - 1), 8_388_608);
    }

    #[test]
    fn quantiles_are_of_what_came_since() {
        let latency = Latency::default();
        latency.observe(Duration::from_secs(1));
        let before = latency.counted();
        for us in 1..=100 {
            latency.observe(Duration::from_micros(us));
        }
        let since = latency.counted().since(&before);
        assert_eq!(since.total(), 100);
        assert_eq!(since.quantile_us(0.5), 51);
        assert_eq!(since.quantile_us(0.99), 103);
        assert_eq!(Counted::default().quantile_us(0.5), 0);
    }
}
