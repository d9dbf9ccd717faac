//! `fraudctl loadtest`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::Global;
use super::credentials::CredentialArgs;
use super::duration::duration;
use super::error::GateMissed;
use super::table::{Table, print, thousands};
use super::ui::Ui;
use crate::app::AppError;
use crate::app::traffic::{bodies, in_batches};
use crate::loadtest::{self, Mode, Plan, Report};
use crate::progress::Interrupted;

/// Measure how many transactions a server answers, and how fast
///
/// With --concurrency the next request leaves when one is answered (closed loop: the highest rate). With --rate
/// requests leave by the clock, and latency counts from the moment at which a request was due.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  fraudctl loadtest http://127.0.0.1:8080 --concurrency 32 --duration 10s\n  \
    fraudctl loadtest http://127.0.0.1:8080/predict --rate 2000 --data creditcard.csv --max-p99 5ms\n  \
    fraudctl loadtest http://127.0.0.1:8080 --batch 256 --concurrency 4"
)]
pub struct LoadtestArgs {
    /// Server's URL [default path: /predict]
    url: String,
    /// Requests per second, sent by the clock
    #[arg(long, value_name = "N", conflicts_with = "concurrency")]
    rate: Option<f64>,
    /// Requests under way at any time [default: 32]
    #[arg(long, value_name = "N")]
    concurrency: Option<usize>,
    /// Connections that share a --rate
    #[arg(long, value_name = "N", default_value_t = 64)]
    connections: usize,
    /// How long is measured
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "30s")]
    duration: Duration,
    /// How long requests are sent before that
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "5s")]
    warmup: Duration,
    /// After how long an answer no longer counts
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    timeout: Duration,
    /// Threads that send
    #[arg(long, value_name = "N", default_value_t = 1)]
    generators: usize,
    /// Transactions in a request, sent as JSON arrays [default path: /predict/batch]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: Option<u16>,
    /// CSV or Parquet file whose rows are sent [default: simulated transactions]
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Exit with 3 when the 99th percentile is above this, or the measurement is not valid
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_p99: Option<Duration>,
    #[command(flatten)]
    credentials: CredentialArgs,
}

pub fn run(args: LoadtestArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut bodies = bodies(args.data.as_deref(), global.seed(), ui)?;
    let mut path = "/predict";
    if let Some(rows) = args.batch {
        bodies = in_batches(&bodies, rows.into());
        path = "/predict/batch";
    }
    let plan = Plan {
        target: args.credentials.target(&args.url)?.or_path(path),
        bodies,
        mode: match args.rate {
            Some(per_second) => Mode::Rate { per_second, connections: args.connections },
            None => Mode::Closed { concurrency: args.concurrency.unwrap_or(32) },
        },
        duration: args.duration,
        warmup: args.warmup,
        timeout: args.timeout,
        threads: args.generators,
    };
    let report = loadtest::run(&plan, ui).map_err(AppError::from)?;
    print(ui, started, &report, render)?;
    if report.interrupted {
        return Err(Interrupted.into());
    }
    match (args.max_p99, report.latency_us.p99) {
        (Some(_), _) if !report.valid => {
            Err(GateMissed(format!("not valid: {}", report.why.unwrap_or_default())).into())
        }
        (Some(_), _) if report.errors > 0 => {
            Err(GateMissed(format!("{} requests failed", report.errors)).into())
        }
        (Some(limit), Some(p99)) if u128::from(p99) > limit.as_micros() => {
            Err(GateMissed(format!("p99 is {p99} us, above {} us", limit.as_micros())).into())
        }
        _ => Ok(()),
    }
}

fn render(report: &Report, _seconds: f64) -> String {
    let mut table = Table::default();
    table.row(["requests".to_owned(), thousands(report.requests)]);
    table.row(["per second".to_owned(), thousands(report.rate.round() as u64)]);
    table.row(["errors".to_owned(), thousands(report.errors)]);
    let latency = report.latency_us;
    let percentiles = [
        ("p50", latency.p50),
        ("p90", latency.p90),
        ("p95", latency.p95),
        ("p99", latency.p99),
        ("p99.9", latency.p999),
        ("max", latency.max),
        ("p99 send lag", report.send_lag_us.p99),
    ];
    for (name, value) in percentiles {
        let value = value.map_or_else(|| "-".to_owned(), |us| format!("{} us", thousands(us)));
        table.row([name.to_owned(), value]);
    }
    let verdict = match &report.why {
        Some(why) => format!("INVALID: {why}\n"),
        None => String::new(),
    };
    let kinds = report.errors_by_kind.iter().filter(|(_, count)| **count > 0);
    let kinds: String = kinds.map(|(kind, count)| format!("  {kind}: {}\n", thousands(*count))).collect();
    format!("{table}{kinds}{verdict}")
}
