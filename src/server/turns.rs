//! Who computes next on a worker: batches take turns, block by block, and those that find too many before them are
//! refused at once instead of being kept waiting.

use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::problem::Refusal;

/// Bytes of the blocks that may wait for their turn on one worker: what is computed in a few milliseconds. Who would wait
/// longer had better come again.
const MOST_WAITING: usize = 256 * 1024;

/// The turns of one worker.
#[derive(Debug)]
pub(super) struct Turns {
    one: Semaphore,
    waiting: AtomicUsize,
    /// What waits on all workers.
    everywhere: Gauge,
}

/// A place in the line.
#[derive(Debug)]
pub(super) struct Ticket<'turns> {
    turns: &'turns Turns,
    bytes: usize,
}

impl Turns {
    /// Nobody waits; those who will are counted in `everywhere` too.
    pub(super) fn new(everywhere: Gauge) -> Self {
        Self { one: Semaphore::new(1), waiting: AtomicUsize::new(0), everywhere }
    }

    /// A place in the line for a block of so many bytes; a refusal when the line is too long. A block that finds nobody waiting
    /// has a place whatever its size.
    pub(super) fn line_up(&self, bytes: usize) -> Result<Ticket<'_>, Refusal> {
        self.check(bytes)?;
        Ok(self.go_on(bytes))
    }

    /// Refuses who would find the line too long now.
    pub(super) fn check(&self, bytes: usize) -> Result<(), Refusal> {
        let before = self.waiting();
        match before > 0 && before + bytes > MOST_WAITING {
            true => Err(Refusal::unavailable(
                "busy",
                "too many batches wait to be scored; send this one again later",
            )),
            false => Ok(()),
        }
    }

    /// A place in the line for who has been admitted before and goes on.
    pub(super) fn go_on(&self, bytes: usize) -> Ticket<'_> {
        self.waiting.fetch_add(bytes, Ordering::Relaxed);
        self.everywhere.inc_by(bytes as i64);
        Ticket { turns: self, bytes }
    }

    /// Bytes that wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl<'turns> Ticket<'turns> {
    /// Waits for the turn; whoever else has something to do on this worker, requests to read or to refuse among it, comes first.
    pub(super) async fn turn(self) -> SemaphorePermit<'turns> {
        tokio::task::yield_now().await;
        self.turns.one.acquire().await.expect("turns are never closed")
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.turns.waiting.fetch_sub(self.bytes, Ordering::Relaxed);
        self.turns.everywhere.dec_by(self.bytes as i64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn who_finds_a_long_line_is_refused_and_leaves_no_trace() {
        let turns = Turns::new(Gauge::default());
        let large = turns.line_up(3 * MOST_WAITING).expect("nobody waits");
        assert!(turns.line_up(1).is_err());
        let turn = large.turn().await;
        assert_eq!(turns.waiting(), 0, "who has the turn waits no more");
        let second = turns.line_up(MOST_WAITING / 2).expect("room");
        let third = turns.line_up(MOST_WAITING / 2).expect("room");
        assert!(turns.line_up(1).is_err());
        assert!(futures_util::poll!(std::pin::pin!(second.turn())).is_pending());
        drop(turn);
        drop(third);
        assert_eq!(turns.waiting(), 0);
    }
}
