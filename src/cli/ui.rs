//! The terminal: data on stdout, status on stderr, progress bars only where somebody is watching.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{SigId, flag};

use crate::progress::{Event, Progress};

/// Signals that ask to stop.
const INTERRUPTS: [i32; 2] = [SIGINT, SIGTERM];

/// Where output goes, and whether the user wants to stop.
pub struct Ui {
    out: Mutex<Box<dyn Write + Send>>,
    err: Mutex<Box<dyn Write + Send>>,
    bar: Mutex<Option<ProgressBar>>,
    interrupted: Arc<AtomicBool>,
    /// What makes SIGHUP an interrupt.
    hangup: Mutex<Option<SigId>>,
    terminal: bool,
    /// No status at all on stderr, errors excepted.
    pub quiet: bool,
    /// Results as one JSON object.
    pub json: bool,
    /// Draw progress bars.
    pub bars: bool,
}

/// What a captured [`Ui`] was told.
#[derive(Debug, Clone, Default)]
pub struct Captured {
    out: Arc<Mutex<Vec<u8>>>,
    err: Arc<Mutex<Vec<u8>>>,
}

impl Captured {
    /// Everything written to stdout.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&lock(&self.out)).into_owned()
    }

    /// Everything written to stderr.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&lock(&self.err)).into_owned()
    }
}

struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Ui {
    /// The process's own terminal.
    pub fn terminal() -> Self {
        let mut ui = Self::over(Box::new(io::stdout()), Box::new(io::stderr()));
        ui.terminal = true;
        ui.bars = io::stderr().is_terminal();
        ui
    }

    /// A terminal that remembers, for tests.
    pub fn capture() -> (Self, Captured) {
        let captured = Captured::default();
        let ui = Self::over(
            Box::new(Shared(Arc::clone(&captured.out))),
            Box::new(Shared(Arc::clone(&captured.err))),
        );
        (ui, captured)
    }

    fn over(out: Box<dyn Write + Send>, err: Box<dyn Write + Send>) -> Self {
        Self {
            out: Mutex::new(out),
            err: Mutex::new(err),
            bar: Mutex::new(None),
            interrupted: Arc::new(AtomicBool::new(false)),
            hangup: Mutex::default(),
            terminal: false,
            quiet: false,
            json: false,
            bars: false,
        }
    }

    /// True for the process's own, false for one that remembers.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The flag that Ctrl-C sets.
    pub fn interrupt_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.interrupted)
    }

    /// Sets the flag on Ctrl-C, SIGTERM, and when its terminal is closed (SIGHUP); a second signal ends the process at once.
    pub fn listen_for_interrupt(&self) {
        if !self.terminal {
            return;
        }
        for signal in INTERRUPTS {
            // Registered first, it sees the flag as it was before this signal. When the system refuses, the signal keeps its
            // usual meaning.
            let _ = flag::register_conditional_shutdown(signal, 130, self.interrupt_flag());
            let _ = flag::register(signal, self.interrupt_flag());
        }
        #[cfg(unix)]
        {
            *lock(&self.hangup) = flag::register(signal_hook::consts::SIGHUP, self.interrupt_flag()).ok();
        }
    }

    /// The flag that SIGHUP sets from now on, instead of interrupting: to read again what was read at the start.
    pub fn listen_for_reload(&self) -> Arc<AtomicBool> {
        let asked = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        if let Some(interrupting) = lock(&self.hangup).take() {
            signal_hook::low_level::unregister(interrupting);
            // As above.
            let _ = flag::register(signal_hook::consts::SIGHUP, asked.clone());
        }
        asked
    }

    /// Writes data to stdout.
    ///
    /// # Errors
    /// When stdout is closed.
    pub fn data(&self, text: &str) -> io::Result<()> {
        let mut out = lock(&self.out);
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// Hands stdout to something that writes for itself.
    pub fn stdout(&self) -> MutexGuard<'_, Box<dyn Write + Send>> {
        lock(&self.out)
    }

    /// Writes a line of status to stderr, above a running bar.
    pub fn status(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Writes a line to stderr even when quiet.
    pub fn complain(&self, text: &str) {
        let write = || {
            // Nobody is left to hear that stderr is closed.
            let _ = writeln!(lock(&self.err), "{text}");
        };
        match &*lock(&self.bar) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Removes a bar that was left running.
    pub fn end_bar(&self) {
        if let Some(bar) = lock(&self.bar).take() {
            bar.finish_and_clear();
        }
    }

    fn start_bar(&self, stage: &str, total: Option<u64>) {
        self.end_bar();
        if !self.bars || self.quiet {
            return;
        }
        let bar = match total {
            Some(total) => ProgressBar::new(total)
                .with_style(style("{prefix} [{bar:30}] {pos}/{len} {percent}% eta {eta} {msg}")),
            None => ProgressBar::new_spinner().with_style(style("{prefix} {spinner} {elapsed} {msg}")),
        };
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.set_prefix(stage.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        *lock(&self.bar) = Some(bar);
    }
}

impl Progress for Ui {
    fn emit(&self, event: Event) {
        match event {
            Event::Started { stage, total } => self.start_bar(&stage, total),
            Event::Advanced { done, detail } => {
                if let Some(bar) = &*lock(&self.bar) {
                    bar.set_position(done);
                    bar.set_message(detail);
                }
            }
            Event::Finished => self.end_bar(),
            Event::Note(text) => self.status(&text),
            Event::Warning(text) => self.status(&format!("warning: {text}")),
        }
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates are constants and are drawn in the tests")
        .progress_chars("=> ")
}

/// A poisoned lock only means that another thread panicked while writing; text cannot be left inconsistent.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_valid_and_quiet_is_quiet() {
        let (mut ui, captured) = Ui::capture();
        ui.bars = true;
        for total in [Some(10), None] {
            ui.start("stage", total);
            ui.advance(5, "half");
            ui.finish();
        }
        ui.quiet = true;
        ui.note("unheard".into());
        ui.complain("error: heard");
        assert_eq!(captured.stderr(), "error: heard\n");
        assert_eq!(captured.stdout(), "");
    }
}
