//! Honest load: how many requests a server answers, and how fast, as its clients would see it.
//!
//! A *closed* loop keeps N requests under way and sends the next when one is answered: it finds the highest rate,
//! but a server that stalls is asked less while it stalls, so that its latencies look better than its clients'
//! (coordinated omission). A *constant rate* sends by the clock and measures each latency from the moment at
//! which the request was due, so that a stall counts for all that had to wait. A run in which the generator
//! itself was the limit says so: [`Report::valid`] is false and [`Report::why`] tells in plain words.
//!
//! This module sends, measures and judges; what is sent, and how a report is shown or compared, is left to others.

mod generator;
mod rate;
mod report;
mod tally;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::client::{self, Bytes, Target};
use crate::progress::Progress;

pub use report::{Latency, Report, SCHEMA_VERSION, SendLag};

use generator::Generator;
use tally::Tally;

/// How often the progress is told.
const TELL_EVERY: Duration = Duration::from_millis(250);

/// How often the user's wish to stop is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The highest rate that can be asked for, in requests per second.
const MAX_RATE: f64 = 1e7;

/// The longest that a run with its last answer may take: 100 years, which every system's clock can count.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

/// How requests follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "mode", rename_all = "lowercase")]
pub enum Mode {
    /// The next request leaves when the one before on its connection is answered.
    Closed {
        /// Connections, each with one request under way.
        concurrency: usize,
    },
    /// Requests leave by the clock, at equal distances.
    Rate {
        /// Requests per second.
        per_second: f64,
        /// Connections; a request that is due while all are busy waits, and its waiting counts.
        connections: usize,
    },
}

impl Mode {
    /// How many connections are opened.
    pub const fn connections(&self) -> usize {
        match *self {
            Self::Closed { concurrency } => concurrency,
            Self::Rate { connections, .. } => connections,
        }
    }
}

/// What to send, where, how and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where each request is posted.
    pub target: Target,
    /// The JSON bodies, sent in turn.
    pub bodies: Vec<Bytes>,
    /// How requests follow each other.
    pub mode: Mode,
    /// How long is measured, after the warm-up.
    pub duration: Duration,
    /// How long requests are sent before the measurement.
    pub warmup: Duration,
    /// After how long an answer no longer counts.
    pub timeout: Duration,
    /// Threads that send; the connections are divided among them. One is best while it is not the bottleneck.
    pub threads: usize,
}

/// Why no load test could be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan cannot be carried out.
    #[error("the load test cannot be made: {0}")]
    Plan(&'static str),
    /// The server could not be reached before the start.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// The operating system refused a thread or an event queue.
    #[error("cannot start a load generator: {0}")]
    System(#[from] std::io::Error),
}

/// Carries out `plan`; the progress counts milliseconds. When the user stops it, the report covers what was done.
///
/// # Errors
/// [`Error::Plan`] for a plan without sense, [`Error::Client`] when the connections cannot be opened at the start;
/// failures later are counted in the report.
pub fn run(plan: &Plan, progress: &dyn Progress) -> Result<Report, Error> {
    check(plan)?;
    let threads = plan.threads.min(plan.mode.connections());
    let crew = Crew::hire(plan, threads)?;
    let clock = Clock::starting(Instant::now(), plan);
    crew.start(clock);
    progress.start("load test", u64::try_from((plan.warmup + plan.duration).as_millis()).ok());
    let stopped = crew.watch(clock, progress);
    let tally = crew.dismiss();
    progress.finish();
    Ok(Report::new(plan, &tally, clock, stopped))
}

fn check(plan: &Plan) -> Result<(), Error> {
    let longest = plan.warmup.saturating_add(plan.duration).saturating_add(plan.timeout);
    let problem = match plan.mode {
        _ if plan.bodies.is_empty() => "there is nothing to send",
        _ if plan.duration.is_zero() => "the duration must be longer than nothing",
        _ if plan.timeout.is_zero() => "the timeout must be longer than nothing",
        _ if longest > LONGEST => "warm-up, duration and timeout must not add up to more than 100 years",
        _ if plan.threads == 0 => "at least one thread must send",
        mode if mode.connections() == 0 => "at least one connection is needed",
        Mode::Rate { per_second, .. } if !(per_second > 0.0 && per_second <= MAX_RATE) => {
            "the rate must be above 0 and at most 10 million requests per second"
        }
        _ => return Ok(()),
    };
    Err(Error::Plan(problem))
}

/// The three moments of a run.
#[derive(Debug, Clone, Copy)]
struct Clock {
    start: Instant,
    measured_from: Instant,
    until: Instant,
}

impl Clock {
    fn starting(start: Instant, plan: &Plan) -> Self {
        let measured_from = start + plan.warmup;
        Self { start, measured_from, until: measured_from + plan.duration }
    }
}

/// The threads that send.
struct Crew {
    members: Vec<Member>,
    stop: Arc<AtomicBool>,
}

struct Member {
    go: mpsc::Sender<Clock>,
    tally: Arc<Mutex<Tally>>,
    thread: thread::JoinHandle<()>,
}

impl Crew {
    /// Starts the threads and waits until each has its connections open. After an error those that wait for
    /// the start see that it will never come, and leave.
    fn hire(plan: &Plan, threads: usize) -> Result<Self, Error> {
        let stop = Arc::new(AtomicBool::new(false));
        let (ready, opened) = mpsc::channel();
        let members = (0..threads)
            .map(|number| {
                let (go, start) = mpsc::channel();
                let tally = Arc::new(Mutex::new(Tally::default()));
                let generator = Generator {
                    plan: plan.clone(),
                    number,
                    threads,
                    tally: Arc::clone(&tally),
                    stop: Arc::clone(&stop),
                };
                let ready = ready.clone();
                let builder = thread::Builder::new().name(format!("load-{number}"));
                let thread = builder.spawn(move || generator.run(&ready, &start))?;
                Ok(Member { go, tally, thread })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        for _ in &members {
            opened.recv().expect("each generator says whether it is ready")?;
        }
        Ok(Self { members, stop })
    }

    fn start(&self, clock: Clock) {
        for member in &self.members {
            // One that has died is found when it is joined.
            let _ = member.go.send(clock);
        }
    }

    /// Tells the progress until all have ended; says when the user stopped it, if he did.
    fn watch(&self, clock: Clock, progress: &dyn Progress) -> Option<Instant> {
        let mut stopped = None;
        let mut told = clock.start;
        while !self.members.iter().all(|member| member.thread.is_finished()) {
            thread::sleep(LOOK_EVERY);
            if stopped.is_none() && progress.interrupted() {
                self.stop.store(true, Ordering::Relaxed);
                stopped = Some(Instant::now());
            }
            let now = Instant::now();
            if now - told >= TELL_EVERY {
                let done = now.min(clock.until) - clock.start;
                progress
                    .advance(u64::try_from(done.as_millis()).unwrap_or(u64::MAX), &self.pulse(now - told));
                told = now;
            }
        }
        stopped
    }

    /// The last moments in a few words: "12,345 req/s, p99 0.8 ms".
    fn pulse(&self, span: Duration) -> String {
        let mut recent = tally::histogram();
        for member in &self.members {
            tally::lock(&member.tally).hand_over(&mut recent);
        }
        tally::pulse(&recent, span)
    }

    fn dismiss(self) -> Tally {
        let mut total = Tally::default();
        for member in self.members {
            if let Err(panic) = member.thread.join() {
                std::panic::resume_unwind(panic);
            }
            total.merge(&tally::lock(&member.tally));
        }
        total
    }
}

#[cfg(test)]
mod tests;
