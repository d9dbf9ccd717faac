//! What the library tells while it works. It emits; only the command line draws.

use std::sync::atomic::{AtomicBool, Ordering};

/// One thing worth telling while work goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A stage begins; `total` steps when that is known.
    Started {
        /// What is being done, e.g. `"training lightgbm"`.
        stage: String,
        /// How many steps it will take, when known.
        total: Option<u64>,
    },
    /// The stage stands at `done` steps; `detail` is short, e.g. the validation metric.
    Advanced {
        /// Steps done so far, not the difference.
        done: u64,
        /// What to show behind the bar; empty for nothing.
        detail: String,
    },
    /// The stage has ended.
    Finished,
    /// A fact for the user's eyes, on a line of its own.
    Note(String),
    /// Something the user should look into, though the work goes on.
    Warning(String),
}

/// Receives events, and says whether the user wants to stop.
pub trait Progress: Sync {
    /// Takes one event; must be quick.
    fn emit(&self, event: Event);

    /// True once the user asked to stop; long work looks at it between steps.
    fn interrupted(&self) -> bool {
        false
    }

    /// An error once the user asked to stop, for `?` between steps.
    ///
    /// # Errors
    /// [`Interrupted`].
    fn check(&self) -> Result<(), Interrupted> {
        if self.interrupted() { Err(Interrupted) } else { Ok(()) }
    }

    /// A stage begins.
    fn start(&self, stage: &str, total: Option<u64>) {
        self.emit(Event::Started { stage: stage.to_owned(), total });
    }

    /// The running stage stands at `done` steps.
    fn advance(&self, done: u64, detail: &str) {
        self.emit(Event::Advanced { done, detail: detail.to_owned() });
    }

    /// The running stage has ended.
    fn finish(&self) {
        self.emit(Event::Finished);
    }

    /// Tells a fact.
    fn note(&self, text: String) {
        self.emit(Event::Note(text));
    }

    /// Warns; the work goes on.
    fn warn(&self, text: String) {
        self.emit(Event::Warning(text));
    }
}

/// A whole number with a comma between thousands.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The user asked to stop (Ctrl-C); what was under way left nothing behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// Part of a larger piece of work: hears that the user wants to stop, and is not heard.
pub struct Muted<'a>(pub &'a dyn Progress);

impl Progress for Muted<'_> {
    fn emit(&self, _event: Event) {}

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}

/// Swallows every event: for tests and for callers that do not watch.
#[derive(Debug, Default)]
pub struct Silent {
    stop: AtomicBool,
}

impl Silent {
    /// Makes [`Progress::interrupted`] true from now on.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Progress for Silent {
    fn emit(&self, _event: Event) {}

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
