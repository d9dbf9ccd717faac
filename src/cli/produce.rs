//! `fraudctl produce`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::Global;
use super::columns::ColumnArgs;
use super::credentials::CredentialArgs;
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::AppError;
use crate::app::traffic::event_log;
use crate::domain::Transaction;
use crate::files::write_file;
use crate::progress::{Interrupted, Progress};
use crate::stream::{self, Ended, Lines, Pace, Post, PostSink, Produced, Sink};

/// Replay an event log as clients would: to a server, to a file or to stdout
///
/// Transactions are sent in the order of time, over one connection. 429, 503 and lost connections are retried
/// without loss; what the server refuses is counted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    fraudctl produce transactions.parquet --to http://127.0.0.1:8080/predict_map --rate 100\n  \
    fraudctl produce log.csv --to - --speed 3600")]
pub struct ProduceArgs {
    /// CSV or Parquet file with an event log
    input: PathBuf,
    /// Server's URL (POST), file, or - for stdout
    #[arg(long, value_name = "URL|FILE|-")]
    to: String,
    /// Transactions per second [default: as fast as possible]
    #[arg(long, value_name = "N", conflicts_with = "speed")]
    rate: Option<f64>,
    /// How many times faster than they happened
    #[arg(long, value_name = "X")]
    speed: Option<f64>,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    credentials: CredentialArgs,
}

pub fn run(args: ProduceArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let pace = match (args.rate, args.speed) {
        (Some(rate), _) => Pace::Rate(rate),
        (None, Some(speed)) => Pace::Speed(speed),
        (None, None) => Pace::Unlimited,
    };
    pace.check().map_err(AppError::from)?;
    ui.start(&format!("reading {}", args.input.display()), None);
    let log = event_log(&args.input, &args.columns.options()?)?;
    let produced = if args.to.contains("://") {
        let target = args.credentials.target(&args.to)?.or_path("/predict_map");
        replay(&log, &mut PostSink::open(Post::new(target), ui).map_err(AppError::from)?, pace, ui)?
    } else if args.to == "-" {
        let mut stdout = ui.stdout();
        replay(&log, &mut Lines::new(&mut **stdout), pace, ui)?
    } else {
        to_file(Path::new(&args.to), &log, pace, global.force, ui)?
    };
    if args.to == "-" {
        ui.status(render(&produced, 0.0).trim_end());
    } else {
        print(ui, started, &produced, render)?;
    }
    if produced.ended == Ended::Interrupted {
        return Err(Interrupted.into());
    }
    Ok(())
}

fn replay(
    log: &[Transaction],
    sink: &mut dyn Sink<Transaction>,
    pace: Pace,
    ui: &Ui,
) -> Result<Produced, AppError> {
    let total = Some(log.len() as u64);
    Ok(stream::produce(&mut log.iter().cloned(), sink, pace, total, ui)?)
}

fn to_file(path: &Path, log: &[Transaction], pace: Pace, force: bool, ui: &Ui) -> Result<Produced, AppError> {
    write_file(path, force, |file| {
        let produced = replay(log, &mut Lines::new(file), pace, ui)?;
        match produced.ended {
            Ended::Interrupted => Err(Interrupted.into()),
            _ => Ok(produced),
        }
    })
}

fn render(produced: &Produced, _seconds: f64) -> String {
    let [sent, accepted, refused, alerts] =
        [produced.sent, produced.accepted, produced.refused, produced.alerts].map(thousands);
    let rate = thousands(produced.rate.round() as u64);
    format!("{sent} sent, {accepted} accepted, {refused} refused, {alerts} alerts; {rate} per second\n")
}
