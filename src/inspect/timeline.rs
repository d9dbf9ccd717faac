//! Rows and frauds over time, or by their place in the file where no column says when.

use serde::Serialize;

use super::reading::{FRAUD, GENUINE};
use crate::dataset::{ColumnKind, ColumnSurvey, Values};
use crate::domain::TimeFormat;
use crate::domain::Timestamp;

/// Numbers below this are seconds since the first row rather than since 1970.
const RELATIVE: f64 = 10.0 * 365.25 * DAY;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;
/// Buckets of longer spans and of files without a time.
const MOST_BUCKETS: f64 = 240.0;
const PLACES: u64 = 20;

/// How a column says when.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// `None` for numbers: seconds.
    format: Option<TimeFormat>,
    from: f64,
    to: f64,
}

/// When the rows happened.
#[derive(Debug, Clone, Serialize)]
pub struct TimeFacts {
    /// The column.
    pub column: String,
    /// Seconds of the first and of the last row.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// The seconds count from the first row, not from 1970.
    pub relative: bool,
    /// Rows without a time.
    pub missing: u64,
}

/// Rows by time.
#[derive(Debug, Clone, Serialize)]
pub struct Timeline {
    /// `hour`, `day`, `week`, `period` or, without a time, `place`.
    pub unit: &'static str,
    /// The seconds, or rows, that a bucket takes.
    pub width: f64,
    /// One after the other, empty ones too.
    pub buckets: Vec<Bucket>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Bucket {
    /// Where it begins: seconds, or the row counted from 0.
    pub from: f64,
    /// Its rows.
    pub rows: u64,
    /// Those whose label is known.
    pub labelled: u64,
    /// The frauds among these.
    pub positives: u64,
}

impl Clock {
    /// The clock of a column of times or of seconds.
    pub(super) fn of(column: &ColumnSurvey) -> Option<Self> {
        let (from, to) = column.range?;
        let format = match column.kind {
            ColumnKind::Time(format) => Some(format),
            ColumnKind::Number if column.infinite == 0 => None,
            _ => return None,
        };
        let readable = |seconds| Timestamp::from_epoch_seconds(seconds).is_some();
        (readable(from) && readable(to)).then_some(Self { format, from, to })
    }

    /// A clock that reads times.
    pub(super) fn written(format: TimeFormat) -> Self {
        Self { format: Some(format), from: 0.0, to: 0.0 }
    }

    /// Seconds since 1970; NaN when missing.
    pub(super) fn seconds(&self, text: &str) -> f64 {
        let time = self.format.and_then(|format| format.parse(text).ok());
        time.map_or(f64::NAN, Timestamp::epoch_seconds)
    }

    pub(super) fn all(&self, values: &Values) -> Vec<f64> {
        match values {
            Values::Numbers(numbers) => numbers.clone(),
            Values::Texts(texts) => texts.iter().map(|text| self.seconds(text)).collect(),
            _ => unreachable!("times are read as text or numbers"),
        }
    }

    pub(super) fn facts(&self, column: &str, missing: u64) -> TimeFacts {
        let relative = self.format.is_none() && self.to < RELATIVE;
        TimeFacts { column: column.to_owned(), from: self.from, to: self.to, relative, missing }
    }
}

/// A timeline that is being counted.
pub(super) struct TimelineBuilder {
    unit: &'static str,
    start: f64,
    width: f64,
    buckets: Vec<Bucket>,
    without: u64,
}

impl TimelineBuilder {
    /// Buckets for all of a clock's range, else for `rows` rows.
    pub(super) fn new(clock: Option<&Clock>, rows: u64) -> Self {
        let (from, to) = clock.map_or((0.0, (rows - 1) as f64), |clock| (clock.from, clock.to));
        let span = to - from;
        let (unit, width) = match clock {
            None => ("place", rows.div_ceil(PLACES) as f64),
            Some(_) if span <= 3.0 * DAY => ("hour", HOUR),
            Some(_) if span <= 120.0 * DAY => ("day", DAY),
            Some(_) if span <= MOST_BUCKETS * 7.0 * DAY => ("week", 7.0 * DAY),
            Some(_) => ("period", (span / MOST_BUCKETS / DAY).ceil() * DAY),
        };
        // Weeks begin on Mondays, and 1970 began on a Thursday.
        let monday = if unit == "week" { 4.0 * DAY } else { 0.0 };
        let start = ((from - monday) / width).floor() * width + monday;
        let count = ((to - start) / width).floor() as usize + 1;
        let bucket = |at: usize| Bucket { from: start + at as f64 * width, ..Bucket::default() };
        Self { unit, start, width, buckets: (0..count).map(bucket).collect(), without: 0 }
    }

    pub(super) fn add(&mut self, seconds: &[f64], classes: &[u8]) {
        for (&seconds, &class) in seconds.iter().zip(classes) {
            if seconds.is_nan() {
                self.without += 1;
                continue;
            }
            let at = ((seconds - self.start) / self.width) as usize;
            let last = self.buckets.len() - 1;
            let bucket = &mut self.buckets[at.min(last)];
            let class = usize::from(class);
            bucket.rows += 1;
            bucket.labelled += u64::from(class == GENUINE || class == FRAUD);
            bucket.positives += u64::from(class == FRAUD);
        }
    }

    /// The timeline, and the rows that have no time.
    pub(super) fn finish(self) -> (Timeline, u64) {
        (Timeline { unit: self.unit, width: self.width, buckets: self.buckets }, self.without)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(from: f64, to: f64) -> Clock {
        Clock { format: None, from, to }
    }

    #[test]
    fn the_span_chooses_the_unit_and_every_row_has_a_bucket() {
        for (days, unit, buckets) in
            [(2.0, "hour", 49), (90.0, "day", 91), (700.0, "week", 101), (4_000.0, "period", 236)]
        {
            let clock = clock(4.0 * DAY, (4.0 + days) * DAY);
            let mut builder = TimelineBuilder::new(Some(&clock), 4);
            builder.add(&[clock.from, clock.to, f64::NAN, clock.from + 1.0], &[0, 1, 1, 2]);
            let (timeline, without) = builder.finish();
            assert_eq!((timeline.unit, timeline.buckets.len(), without), (unit, buckets, 1), "{days}");
            let first = timeline.buckets[0];
            assert!(first.from <= clock.from && (first.rows, first.labelled, first.positives) == (2, 1, 0));
            assert_eq!(timeline.buckets[buckets - 1].positives, 1);
        }
        let mut builder = TimelineBuilder::new(None, 41);
        builder.add(&(0..41).map(f64::from).collect::<Vec<_>>(), &[0; 41]);
        let (timeline, _) = builder.finish();
        assert_eq!((timeline.unit, timeline.width, timeline.buckets.len()), ("place", 3.0, 14));
        assert_eq!(timeline.buckets[13].rows, 2);
    }
}
