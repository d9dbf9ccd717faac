//! The log of what is under way inside, for those who want to know: `tracing`'s events on stderr.

use std::io;

use clap::ValueEnum;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Whose messages follow `--log`: this crate's, and those that it passes on from LightGBM.
const OURS: [&str; 2] = ["fraudctl", "lightgbm"];

/// How much of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What went wrong.
    #[default]
    Error,
    /// What may be wrong, such as LightGBM's warnings.
    Warn,
    /// What happens.
    Info,
    /// All there is.
    Debug,
}

/// How a line of it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: an object a line, with its time.
    Json,
}

/// Shows the log from now on, until the process ends; only the first call counts.
pub fn start(level: LogLevel, format: LogFormat) {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let log = tracing_subscriber::registry().with(shown(level));
    // A log that was begun before goes on.
    let _ = match format {
        LogFormat::Text => log.with(lines.without_time()).try_init(),
        LogFormat::Json => log.with(lines.json().flatten_event(true)).try_init(),
    };
}

/// Other crates' are shown from warnings up only: below, they quote headers and other parts of requests.
fn shown(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OURS.into_iter().map(|target| (target, level)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn only_this_programs_own_messages_follow_the_flag() {
        let is_shown = |level, target, of| shown(level).would_enable(target, &of);
        for target in ["fraudctl::server::requests", "lightgbm"] {
            assert!(is_shown(LogLevel::Debug, target, Level::DEBUG), "{target}");
            assert!(!is_shown(LogLevel::Info, target, Level::DEBUG), "{target}");
            assert!(!is_shown(LogLevel::Off, target, Level::ERROR), "{target}");
        }
        for (level, most) in [
            (LogLevel::Debug, Some(Level::WARN)),
            (LogLevel::Info, Some(Level::WARN)),
            (LogLevel::Error, Some(Level::ERROR)),
            (LogLevel::Off, None),
        ] {
            for of in [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE] {
                let is_due = most.is_some_and(|most| of <= most);
                assert_eq!(is_shown(level, "actix_http::h1::decoder", of), is_due, "{level:?} {of}");
            }
        }
    }
}
