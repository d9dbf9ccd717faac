//! Replays transactions into a sink, in order and at a pace.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Delivery, Ended, Error, Pace, Pull, Refusal, Sink, Source};
use crate::domain::Transaction;
use crate::progress::Progress;

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// The longest wait without a look at whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a replay did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Produced {
    /// Transactions that were delivered: accepted or refused.
    pub sent: u64,
    /// Those that the receiver took.
    pub accepted: u64,
    /// Those that the receiver did not want.
    pub refused: u64,
    /// Those that the receiver found suspicious at once.
    pub alerts: u64,
    /// How long it took.
    pub seconds: f64,
    /// Sent per second.
    pub rate: f64,
    /// The first one that was refused, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_refusal: Option<Refusal>,
    /// Why it ended.
    pub ended: Ended,
}

/// Takes transactions from `source` until it ends and puts them into `sink` at `pace`, one after the other, so that
/// those of one customer or terminal arrive in order. `total` is for the progress, which counts transactions.
///
/// A refused transaction is counted and the first is told; being stopped is no error.
///
/// # Errors
/// [`Error::Pace`], and whatever the source or the sink cannot overcome.
pub fn produce(
    source: &mut dyn Source<Transaction>,
    sink: &mut dyn Sink<Transaction>,
    pace: Pace,
    total: Option<u64>,
    progress: &dyn Progress,
) -> Result<Produced, Error> {
    pace.check()?;
    progress.start("replaying transactions", total);
    let mut replay = Replay::new(pace, progress);
    let ended = Ended::from_run(replay.run(source, sink), || sink.flush());
    replay.tell();
    progress.finish();
    Ok(replay.result(ended?))
}

struct Replay<'a> {
    pace: Pace,
    progress: &'a dyn Progress,
    start: Instant,
    told: Instant,
    sent: u64,
    accepted: u64,
    alerts: u64,
    first_refusal: Option<Refusal>,
}

impl<'a> Replay<'a> {
    fn new(pace: Pace, progress: &'a dyn Progress) -> Self {
        let start = Instant::now();
        Self { pace, progress, start, told: start, sent: 0, accepted: 0, alerts: 0, first_refusal: None }
    }

    fn run(
        &mut self,
        source: &mut dyn Source<Transaction>,
        sink: &mut dyn Sink<Transaction>,
    ) -> Result<Ended, Error> {
        let mut first = None;
        loop {
            self.look()?;
            let transaction = match source.pull(LOOK_EVERY)? {
                Pull::Item(transaction) => transaction,
                Pull::Quiet => {
                    sink.flush()?;
                    continue;
                }
                Pull::End => return Ok(Ended::Complete),
            };
            let first = *first.get_or_insert(transaction.time);
            let due = self.start + self.pace.offset(self.sent, first, transaction.time);
            if due > Instant::now() {
                sink.flush()?;
                self.wait_until(due)?;
            }
            let delivery = sink.put(&transaction)?;
            self.count(delivery);
        }
    }

    fn wait_until(&mut self, due: Instant) -> Result<(), Error> {
        loop {
            self.look()?;
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(LOOK_EVERY));
        }
    }

    fn count(&mut self, delivery: Delivery) {
        self.sent += 1;
        match delivery {
            Delivery::Accepted { alert } => {
                self.accepted += 1;
                self.alerts += u64::from(alert);
            }
            Delivery::Refused(refusal) => {
                if self.first_refusal.is_none() {
                    let Refusal { id, status, error } = &refusal;
                    self.progress.warn(format!("transaction {id} was refused with status {status}: {error}"));
                    self.first_refusal = Some(refusal);
                }
            }
        }
    }

    /// Tells the progress now and then, and whether to go on.
    fn look(&mut self) -> Result<(), Error> {
        if self.progress.interrupted() {
            return Err(Error::Interrupted);
        }
        if self.told.elapsed() >= TELL_EVERY {
            self.tell();
        }
        Ok(())
    }

    fn tell(&mut self) {
        self.told = Instant::now();
        let (rate, alerts) = (self.rate(self.start.elapsed().as_secs_f64()), self.alerts);
        self.progress.advance(self.sent, &format!("{rate:.0} transactions/s, {alerts} alerts"));
    }

    fn rate(&self, seconds: f64) -> f64 {
        if seconds > 0.0 { self.sent as f64 / seconds } else { 0.0 }
    }

    fn result(self, ended: Ended) -> Produced {
        let seconds = self.start.elapsed().as_secs_f64();
        Produced {
            sent: self.sent,
            accepted: self.accepted,
            refused: self.sent - self.accepted,
            alerts: self.alerts,
            seconds,
            rate: self.rate(seconds),
            first_refusal: self.first_refusal,
            ended,
        }
    }
}

#[cfg(test)]
mod tests;
