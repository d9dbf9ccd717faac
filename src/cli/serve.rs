//! `fraudctl serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};

use super::Global;
use super::cards::CardArgs;
use super::duration::duration;
use super::error::UsageError;
use super::ui::Ui;
use crate::app::runs;
use crate::app::serve::{ServeConfig, Watch, serve};
use crate::domain::Timestamp;
use crate::progress::Progress;
use crate::server::{Clock, Reloaded, Running, Sites, Tls, Tokens};
use crate::store::Durability;

/// How often the interrupt flag is looked at.
const PATIENCE: Duration = Duration::from_millis(50);
/// Looks at the flag between two looks at the run that is served.
const LOOKS: u32 = 10;

/// Answer transactions with scores and decisions, and show the alerts on a live map
///
/// Prints `listening on http://ADDR` on stderr when ready. Ctrl-C or SIGTERM stops it: requests under way are
/// answered and everything decided is stored. SIGHUP, POST /admin/reload, or `latest` that points to another run, exchange
/// the model without a failed request; one that is damaged or takes other features is refused and the old one goes on.
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
    /// Delete decisions from the database after so many days [default: keep all]
    #[arg(long, value_name = "DAYS", requires = "db", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    keep: Option<u32>,
    /// Go on answering for so long when asked to stop, while /health/ready says no: for balancers that have to notice
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    drain: Duration,
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
    /// Run that scores along without deciding, and of how many transactions, to be compared in /metrics: next:0.1
    #[arg(long, value_name = "RUN:SHARE")]
    shadow: Option<Shadowing>,
    /// File of who may do what, as `fraudctl token` makes it; without it everybody may do everything. SIGHUP reads it again
    #[arg(long, value_name = "FILE", env = "FRAUDCTL_TOKENS")]
    tokens: Option<PathBuf>,
    /// Certificate chain (PEM) to speak TLS with; SIGHUP reads it and its key again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM, not encrypted)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Let pages of this origin connect too, e.g. https://desk.example; may be given several times
    #[arg(long, value_name = "ORIGIN")]
    origin: Vec<String>,
    /// A name that the server goes by, besides localhost and addresses; needed behind a gateway without tokens
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    #[command(flatten)]
    cards: CardArgs,
    /// Listen on other addresses than this machine's own without TLS or without tokens
    #[arg(long)]
    insecure: bool,
}

/// A run and a share.
#[derive(Debug, Clone, PartialEq)]
struct Shadowing(PathBuf, f64);

impl FromStr for Shadowing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (run, share) = text.rsplit_once(':').ok_or("RUN:SHARE is expected, such as next:0.1")?;
        let share: f64 = share.parse().map_err(|_| format!("{share:?} is no number"))?;
        match share > 0.0 && share <= 1.0 {
            true => Ok(Self(run.into(), share)),
            false => Err(format!("a share of {share}; it lies above 0 and is 1 at most")),
        }
    }
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

/// What asks for another model: a signal, or the link to the run.
struct Asking {
    signal: Arc<AtomicBool>,
    watch: Watch,
}

/// As [`wait_for_interrupt`], and exchanges the model when it is asked to or its link points to another run.
fn follow(ui: &Ui, server: &Running, config: &ServeConfig, tokens: Option<&Path>, asking: Asking) {
    let Asking { signal, mut watch } = asking;
    for look in 1_u32.. {
        if ui.interrupted() || server.has_ended() {
            break;
        }
        let moved = look.is_multiple_of(LOOKS) && watch.moved();
        let asked = signal.swap(false, Ordering::Relaxed);
        if asked {
            renew(ui, server, config.tls.as_ref(), tokens);
        }
        if asked || moved {
            match server.reload() {
                Ok(Reloaded { serving, changed: true, .. }) => {
                    ui.status(&format!("serving {} {} from now on", serving.model, serving.model_version));
                }
                Ok(Reloaded { serving, .. }) => ui.status(&format!("{} has not changed", serving.model)),
                Err(error) => ui.complain(&format!("not reloaded, the model goes on: {error}")),
            }
        }
        thread::sleep(PATIENCE);
    }
}

/// Reads tokens and certificate again; what can not be used is told, and that of before goes on.
fn renew(ui: &Ui, server: &Running, tls: Option<&Tls>, tokens: Option<&Path>) {
    match tokens.map(Tokens::read) {
        Some(Ok(tokens)) => server.exchange_tokens(tokens),
        Some(Err(error)) => ui.complain(&format!("the tokens of before go on: {error}")),
        None => {}
    }
    if let Some(Err(error)) = tls.map(Tls::renew) {
        ui.complain(&format!("the certificate of before goes on: {error}"));
    }
}

pub fn run(args: ServeArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let lacks = match (&args.tls_cert, &args.tokens) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some(
            "anybody on the way could read tokens and payments, because there is no TLS: --tls-cert, --tls-key",
        ),
        (Some(_), None) => Some("anybody could read and post there, because there are no tokens: --tokens"),
        (None, None) => Some(
            "anybody could read and post there, because there is neither TLS nor a token: --tls-cert, --tls-key, --tokens",
        ),
    };
    if let Some(lacks) = lacks.filter(|_| !args.bind.ip().is_loopback() && !args.insecure) {
        let why = format!("--bind {}: {lacks}; or put a gateway before it and say --insecure", args.bind);
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
        keep_days: args.keep,
        drain: args.drain,
        durability: match args.durability {
            DurabilityArg::Process => Durability::Process,
            DurabilityArg::Power => Durability::Power,
        },
        bind: args.bind,
        review: args.review,
        block: args.block,
        shadow: args.shadow.map(|Shadowing(run, share)| (runs::locate(&run), share)),
        cards: args.cards.policy(),
        tokens: args.tokens.as_deref().map(Tokens::read).transpose()?,
        sites: Sites { origins: args.origin, hosts: args.host },
        tls: args
            .tls_cert
            .as_deref()
            .zip(args.tls_key.as_deref())
            .map(|(cert, key)| Tls::read(cert, key))
            .transpose()?,
        workers: global.threads(),
        clock: clock(),
    };
    // Before anybody can know that it listens, and before the link is followed.
    let asking = Asking { signal: ui.listen_for_reload(), watch: Watch::new(&config.run) };
    let running = serve(&config, ui)?;
    // Said even when quiet: scripts wait for this line.
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    ui.complain(&format!("listening on {scheme}://{}", running.address()));
    follow(ui, &running, &config, args.tokens.as_deref(), asking);
    ui.status("stopping: requests under way are answered, then the database is closed");
    let stats = running.stop()?;
    ui.status(&format!("{} transactions scored, {} alerts", stats.transactions, stats.alerts));
    Ok(())
}
