//! `fraudctl serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::Global;
use super::error::UsageError;
use super::ui::Ui;
use crate::app::runs;
use crate::app::serve::{ServeConfig, serve};
use crate::domain::Timestamp;
use crate::progress::Progress;
use crate::server::{Clock, Running};
use crate::store::Durability;

/// How often the interrupt flag is looked at.
const PATIENCE: Duration = Duration::from_millis(50);

/// Answer transactions with scores and decisions, and show the alerts on a live map
///
/// Prints `listening on http://ADDR` on stderr when ready. Ctrl-C or SIGTERM stops it: requests under way are
/// answered and everything decided is stored.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl serve latest\n  \
    fraudctl serve bank-lightgbm --db fraud.db --bind 127.0.0.1:0\n  \
    curl -d '{\"customer\":\"7\",\"terminal\":\"12\",\"amount\":240}' -H 'content-type: application/json' \\\n    \
    http://127.0.0.1:8080/predict")]
pub struct ServeArgs {
    /// Run folder; a bare name means artifacts/NAME
    run: PathBuf,
    /// Database file: history to start from, and every decision
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// What an acknowledged decision survives: a killed process, or a power failure too
    #[arg(long, value_enum, default_value_t = DurabilityArg::Process)]
    durability: DurabilityArg,
    /// Address to listen on; port 0 picks a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Score from which an analyst is asked [default: what the run chose on its validation rows]
    #[arg(long, value_name = "SCORE")]
    review: Option<f64>,
    /// Score from which a payment is refused [default: what the run chose on its validation rows]
    #[arg(long, value_name = "SCORE")]
    block: Option<f64>,
    /// Listen on other addresses than this machine's own, though there is neither TLS nor a token
    #[arg(long)]
    insecure: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DurabilityArg {
    Process,
    Power,
}

/// The system's time.
pub fn clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    })
}

/// Waits until the user interrupts or the server ends by itself, which is a failure.
pub fn wait_for_interrupt(ui: &Ui, server: &Running) {
    while !ui.interrupted() && !server.has_ended() {
        thread::sleep(PATIENCE);
    }
}

pub fn run(args: ServeArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    if !args.bind.ip().is_loopback() && !args.insecure {
        let why = format!(
            "--bind {}: anybody in the network could read and post there, because there is neither TLS nor a \
             token; put a gateway before it and say --insecure",
            args.bind
        );
        return Err(UsageError(why).into());
    }
    for (flag, limit) in [("--review", args.review), ("--block", args.block)] {
        if limit.is_some_and(|limit| !(0.0..=1.0).contains(&limit)) {
            return Err(UsageError(format!("{flag}: a score lies between 0 and 1")).into());
        }
    }
    if let (Some(review), Some(block)) = (args.review, args.block)
        && block < review
    {
        let why = format!("--block {block} lies below --review {review}: nothing would ever be reviewed");
        return Err(UsageError(why).into());
    }
    let config = ServeConfig {
        run: runs::locate(&args.run),
        database: args.db,
        durability: match args.durability {
            DurabilityArg::Process => Durability::Process,
            DurabilityArg::Power => Durability::Power,
        },
        bind: args.bind,
        review: args.review,
        block: args.block,
        workers: global.threads(),
        clock: clock(),
    };
    let running = serve(&config, ui)?;
    // Said even when quiet: scripts wait for this line.
    ui.complain(&format!("listening on http://{}", running.address()));
    wait_for_interrupt(ui, &running);
    ui.status("stopping: requests under way are answered, then the database is closed");
    let stats = running.stop()?;
    ui.status(&format!("{} transactions scored, {} alerts", stats.transactions, stats.alerts));
    Ok(())
}
