//! The log of what is under way inside, for those who want to know: `tracing`'s events on stderr.

use std::io;

use clap::ValueEnum;
use tracing_subscriber::filter::LevelFilter;

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

impl LogLevel {
    /// Shows the log from now on, until the process ends; only the first call counts.
    pub fn start(self) {
        let level = match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
        };
        let log = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).without_time();
        // A log that was begun before goes on.
        let _ = log.with_ansi(false).try_init();
    }
}
