//! A constant rate: when each request is due, and the queue between the clock and the connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::Clock;

/// The last moments before a request is due are spent looking at the clock: a sleeping thread wakes up about so
/// late. It is kept short, because one that never sleeps is made to wait when others want the processor too.
const WATCH: Duration = Duration::from_micros(120);

/// Shorter sleeps are not worth their cost.
const SHORTEST_SLEEP: Duration = Duration::from_micros(100);

/// How long the queue sleeps at most before it looks whether the user wants to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The moments at which one of several threads sends: request `i` of all is due at `start + i / rate`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    clock: Clock,
    per_second: f64,
    first: u64,
    step: u64,
}

impl Schedule {
    /// The part of thread `number` of `threads`.
    pub fn new(clock: Clock, per_second: f64, number: usize, threads: usize) -> Self {
        Self { clock, per_second, first: number as u64, step: threads as u64 }
    }

    /// The number among all requests of this thread's `index`th.
    fn number(&self, index: u64) -> u64 {
        self.first + index * self.step
    }

    /// When this thread's `index`th request is due; `None` once that is after the end, or beyond all clocks.
    fn due(&self, index: u64) -> Option<Instant> {
        let after = Duration::try_from_secs_f64(self.number(index) as f64 / self.per_second).ok()?;
        let due = self.clock.start.checked_add(after)?;
        (due < self.clock.until).then_some(due)
    }
}

/// Requests that are due and not yet taken by a connection. Only numbers are kept, so that it never grows.
pub(super) struct Queue {
    schedule: Schedule,
    /// After this moment nothing is taken any more.
    give_up: Instant,
    released: AtomicU64,
    taken: AtomicU64,
    complete: AtomicBool,
    wake: Notify,
    /// The user wants to stop.
    stop: Arc<AtomicBool>,
}

impl Queue {
    /// An empty queue.
    pub fn new(schedule: Schedule, give_up: Instant, stop: Arc<AtomicBool>) -> Self {
        let (released, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        Self {
            schedule,
            give_up,
            released,
            taken,
            complete: AtomicBool::new(false),
            wake: Notify::new(),
            stop,
        }
    }

    /// Releases each request at its time and tells `noticed` when it was due, until the schedule or the user ends it.
    pub async fn release(&self, noticed: impl Fn(Instant)) {
        let mut index = 0;
        while let Some(due) = self.schedule.due(index) {
            if !wait_until(due, &self.stop).await {
                break;
            }
            noticed(due);
            index += 1;
            self.released.store(index, Ordering::Relaxed);
            self.wake.notify_one();
        }
        self.complete.store(true, Ordering::Relaxed);
        self.wake.notify_waiters();
    }

    /// Waits for the next request: its number among all, and when it was due. `None` when no more will come.
    ///
    /// Only tasks of one thread share a queue, so that nothing happens between a look at it and the wait.
    pub async fn next(&self) -> Option<(u64, Instant)> {
        loop {
            let index = self.taken.load(Ordering::Relaxed);
            if index < self.released.load(Ordering::Relaxed) {
                if self.stop.load(Ordering::Relaxed) || Instant::now() > self.give_up {
                    return None;
                }
                self.taken.store(index + 1, Ordering::Relaxed);
                return Some((self.schedule.number(index), self.schedule.due(index)?));
            }
            if self.complete.load(Ordering::Relaxed) {
                return None;
            }
            self.wake.notified().await;
        }
    }

    /// When the requests were due that nobody has taken.
    pub fn unsent(&self) -> impl Iterator<Item = Instant> {
        let waiting = self.taken.load(Ordering::Relaxed)..self.released.load(Ordering::Relaxed);
        waiting.filter_map(|index| self.schedule.due(index))
    }
}

/// Waits until `due`, to some microseconds; false when the user wants to stop.
async fn wait_until(due: Instant, stop: &AtomicBool) -> bool {
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if stop.load(Ordering::Relaxed) {
            return false;
        }
        if left.is_zero() {
            return true;
        }
        match left.checked_sub(WATCH) {
            Some(sleep) if sleep >= SHORTEST_SLEEP => doze(sleep.min(LOOK_EVERY)).await,
            _ => tokio::task::yield_now().await,
        }
    }
}

/// Sleeps on a thread beside this one: the runtime's own timers are as coarse as a millisecond.
async fn doze(time: Duration) {
    let slept = tokio::task::spawn_blocking(move || std::thread::sleep(time)).await;
    slept.expect("a sleep cannot panic, and the runtime outlives it");
}
