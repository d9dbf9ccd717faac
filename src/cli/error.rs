//! From an error to what the user reads and what a script sees.

use super::ui::Ui;
use crate::app::AppError;
use crate::progress::Interrupted;

/// The command line itself was wrong, in a way that only shows after parsing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// A limit that the user set was missed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct GateMissed(pub String);

/// Exit codes that scripts can rely on.
pub mod exit {
    /// All is well.
    pub const OK: u8 = 0;
    /// The run failed.
    pub const FAILED: u8 = 1;
    /// The command line was wrong.
    pub const USAGE: u8 = 2;
    /// A quality or service-level gate was missed.
    pub const GATE: u8 = 3;
    /// A bug in fraudctl.
    pub const INTERNAL: u8 = 70;
    /// The user interrupted.
    pub const INTERRUPTED: u8 = 130;
}

/// Prints the error with its causes and a hint, and gives the exit code.
pub fn report(error: &anyhow::Error, ui: &Ui) -> u8 {
    let interrupted = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<Interrupted>().is_some()
            || cause.downcast_ref::<AppError>().is_some_and(AppError::is_interruption)
    };
    if error.chain().any(interrupted) {
        ui.complain("interrupted");
        return exit::INTERRUPTED;
    }
    ui.complain(&format!("error: {error}"));
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let text = cause.to_string();
        // An error that shows its source in its own message need not show it twice.
        if !said.contains(&text) {
            ui.complain(&format!("  caused by: {text}"));
            said = text;
        }
    }
    if let Some(hint) = error.chain().find_map(|cause| cause.downcast_ref::<AppError>()?.hint()) {
        ui.complain(&format!("  hint: {hint}"));
    }
    let is_usage = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<UsageError>() || cause.downcast_ref::<AppError>().is_some_and(AppError::is_usage)
    };
    if error.chain().any(is_usage) {
        exit::USAGE
    } else if error.chain().any(|cause| cause.is::<GateMissed>()) {
        exit::GATE
    } else {
        exit::FAILED
    }
}
