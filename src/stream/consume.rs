//! Follows alerts and hands each over once.

use std::io::Write;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{AlertFeed, Ended, Error, Follow, Lines, Pull, Sink, Source};
use crate::progress::Progress;
use crate::wire::AlertEvent;

/// The longest wait without a look at whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// When to stop by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// After so many events.
    pub events: Option<u64>,
    /// After so long without one.
    pub idle: Option<Duration>,
}

/// What was handed over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Consumed {
    /// Events handed over.
    pub events: u64,
    /// Events that the server dropped because they were read too slowly.
    pub missed: u64,
    /// How often the connection was lost and found again.
    pub reconnects: u64,
    /// How long it took.
    pub seconds: f64,
    /// Why it ended.
    pub ended: Ended,
}

/// Writes the alerts of `follow` to `output`, a JSON object a line, each as soon as it comes.
///
/// # Errors
/// When the server is not there at the start, refuses, or speaks another protocol; when writing fails. A reader of
/// `output` that leaves, and a user who stops it, are good ends.
pub fn follow_alerts(
    follow: &Follow,
    output: impl Write,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Consumed, Error> {
    let mut feed = AlertFeed::open(follow, progress)?;
    let consumed = consume(&mut feed, &mut Lines::new(output), limits, progress)?;
    Ok(Consumed { missed: feed.missed(), reconnects: feed.reconnects(), ..consumed })
}

/// Takes alerts from `source` and puts them into `sink`, until a limit is reached or nobody wants more.
///
/// # Errors
/// Whatever the source or the sink cannot overcome.
pub fn consume(
    source: &mut dyn Source<AlertEvent>,
    sink: &mut dyn Sink<AlertEvent>,
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Consumed, Error> {
    let start = Instant::now();
    let mut events = 0;
    progress.start("following alerts", limits.events);
    let run = pump(source, sink, limits, progress, &mut events);
    let ended = Ended::from_run(run, || sink.flush());
    progress.advance(events, "");
    progress.finish();
    Ok(Consumed { events, missed: 0, reconnects: 0, seconds: start.elapsed().as_secs_f64(), ended: ended? })
}

fn pump(
    source: &mut dyn Source<AlertEvent>,
    sink: &mut dyn Sink<AlertEvent>,
    limits: Limits,
    progress: &dyn Progress,
    events: &mut u64,
) -> Result<Ended, Error> {
    let mut last = Instant::now();
    let mut told = last;
    loop {
        if limits.events.is_some_and(|limit| *events >= limit) {
            return Ok(Ended::Limit);
        }
        if progress.interrupted() {
            return Err(Error::Interrupted);
        }
        match source.pull(LOOK_EVERY)? {
            Pull::Item(event) => {
                sink.put(&event)?;
                sink.flush()?;
                *events += 1;
                last = Instant::now();
            }
            Pull::Quiet if limits.idle.is_some_and(|idle| last.elapsed() >= idle) => return Ok(Ended::Idle),
            Pull::Quiet => {}
            Pull::End => return Ok(Ended::Complete),
        }
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            progress.advance(*events, "");
        }
    }
}

#[cfg(test)]
mod tests;
