//! One thread of the load: its connections, each a task of its own, on a runtime of its own.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use super::rate::{Queue, Schedule};
use super::tally::{self, Outcome, Tally};
use super::{Clock, Error, Mode, Plan};
use crate::client::{self, Bytes, Connection, Response};

/// How long a closed loop pauses after it could not connect, so that it does not hammer a server that is gone.
const PAUSE: Duration = Duration::from_millis(50);

/// A thread's part of the plan.
pub(super) struct Generator {
    pub plan: Plan,
    /// Which of `threads` this is.
    pub number: usize,
    pub threads: usize,
    pub tally: Arc<Mutex<Tally>>,
    /// The user wants to stop.
    pub stop: Arc<AtomicBool>,
}

impl Generator {
    /// Opens the connections, says so, waits for the start and sends until the end.
    pub fn run(self, ready: &mpsc::Sender<Result<(), Error>>, start: &mpsc::Receiver<Clock>) {
        let opened = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::System)
            .and_then(|runtime| Ok((runtime.block_on(self.connect())?, runtime)));
        // Whoever no longer listens has met an error in another generator; the start will not come then.
        let (connections, runtime) = match opened {
            Ok(opened) => {
                let _ = ready.send(Ok(()));
                opened
            }
            Err(error) => {
                let _ = ready.send(Err(error));
                return;
            }
        };
        let Ok(clock) = start.recv() else { return };
        let (began, unrested) = (Instant::now(), unrested());
        let tally = Arc::clone(&self.tally);
        runtime.block_on(self.send(connections, clock));
        if let (Some(before), Some(after)) = (unrested, self::unrested()) {
            let share = (after - before).as_secs_f64() / began.elapsed().as_secs_f64();
            tally::lock(&tally).busy = Some(share.min(1.0));
        }
    }

    async fn connect(&self) -> Result<Vec<Connection>, client::Error> {
        let mut connections = Vec::new();
        for _ in (self.number..self.plan.mode.connections()).step_by(self.threads) {
            connections.push(Connection::open(&self.plan.target, self.plan.timeout).await?);
        }
        Ok(connections)
    }

    async fn send(self, connections: Vec<Connection>, clock: Clock) {
        let Self { plan, number, threads, tally, stop } = self;
        let desk = Arc::new(Desk {
            bodies: plan.bodies,
            clock,
            tally,
            stop,
            next: AtomicUsize::new(number),
            threads,
        });
        match plan.mode {
            Mode::Closed { .. } => {
                let lanes = connections
                    .into_iter()
                    .map(|connection| tokio::spawn(desk.clone().keep_busy(connection)));
                finish(lanes.collect()).await;
            }
            Mode::Rate { per_second, .. } => {
                let schedule = Schedule::new(clock, per_second, number, threads);
                let queue =
                    Arc::new(Queue::new(schedule, clock.until + plan.timeout, Arc::clone(&desk.stop)));
                let lanes: Vec<_> = connections
                    .into_iter()
                    .map(|connection| tokio::spawn(serve(desk.clone(), Arc::clone(&queue), connection)))
                    .collect();
                queue.release(|due| desk.noticed(due)).await;
                finish(lanes).await;
                for due in queue.unsent() {
                    desk.record(&Outcome::Unsent, due, None);
                }
            }
        }
    }
}

/// Waits for the tasks of all connections.
async fn finish(lanes: Vec<tokio::task::JoinHandle<()>>) {
    for lane in lanes {
        if let Err(error) = lane.await {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

/// Sends what the queue releases, over one connection.
async fn serve(desk: Arc<Desk>, queue: Arc<Queue>, mut connection: Connection) {
    while let Some((number, due)) = queue.next().await {
        let lag = due.elapsed();
        let answer = connection.post(desk.body(number as usize)).await;
        desk.record(&Outcome::Ended(&answer), due, Some(lag));
    }
}

/// What the connections of a thread share.
struct Desk {
    bodies: Vec<Bytes>,
    clock: Clock,
    tally: Arc<Mutex<Tally>>,
    stop: Arc<AtomicBool>,
    next: AtomicUsize,
    threads: usize,
}

impl Desk {
    /// The closed loop over one connection.
    async fn keep_busy(self: Arc<Self>, mut connection: Connection) {
        loop {
            let began = Instant::now();
            if began >= self.clock.until || self.stop.load(Ordering::Relaxed) {
                return;
            }
            let number = self.next.fetch_add(self.threads, Ordering::Relaxed);
            let answer = connection.post(self.body(number)).await;
            self.record(&Outcome::Ended(&answer), began, None);
            if is_unreachable(&answer) {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    fn body(&self, number: usize) -> Bytes {
        self.bodies[number % self.bodies.len()].clone()
    }

    /// A request that began, or was due, at `since` has ended now.
    fn record(&self, outcome: &Outcome<'_>, since: Instant, send_lag: Option<Duration>) {
        let now = Instant::now();
        tally::lock(&self.tally).record(outcome, now - since, send_lag, now, self.is_measured(since));
    }

    /// The clock's task has just seen that a request is due.
    fn noticed(&self, due: Instant) {
        if self.is_measured(due) {
            tally::lock(&self.tally).record_own_lag(due.elapsed());
        }
    }

    fn is_measured(&self, since: Instant) -> bool {
        since >= self.clock.measured_from
    }
}

fn is_unreachable(answer: &Result<Response, client::Error>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind() == "connect")
}

/// How long this thread has run, or waited for a processor, since it began (Linux; elsewhere nobody tells).
fn unrested() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let mut fields = text.split_ascii_whitespace().map(str::parse::<u64>);
    let (ran, waited) = (fields.next()?.ok()?, fields.next()?.ok()?);
    Some(Duration::from_nanos(ran + waited))
}
