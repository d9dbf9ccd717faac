//! `fraudctl features`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::columns::{ColumnArgs, FeatureArgs};
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::features::{FeaturesConfig, FeaturesSummary, features};

/// Add features to an event log: the rows of the file, in their order, with what their customers and terminals did before
///
/// They are the very features that models are trained on and that serve computes. Rows in the order of time are streamed;
/// others are sorted in memory first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl features transactions.parquet --out features.parquet\n  \
    fraudctl features monday.csv --out monday-features.csv --state state.bin\n  \
    fraudctl features tuesday.csv --out tuesday-features.csv --state state.bin\n  \
    fraudctl features transactions.parquet --out features.parquet --verify")]
pub struct FeaturesArgs {
    /// CSV or Parquet file: time, customer, terminal, amount, and labels where they are known
    input: PathBuf,
    /// File to write: .csv, .parquet or .ndjson
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    features: FeatureArgs,
    /// Go on from what this file remembers of earlier rows, when it is there, and save in it what is remembered after the last
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Compute each row a second time, one transaction after the other as serve does, and compare every bit
    #[arg(long)]
    verify: bool,
}

pub fn run(args: FeaturesArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let FeaturesArgs { input, out, columns, features: set, state, verify } = args;
    let mut schema = columns.options()?;
    set.add_to(&mut schema);
    let config = FeaturesConfig { input, out, schema, state, verify, force: global.force };
    let summary = features(&config, ui)?;
    print(ui, started, &summary, |summary, seconds| render(summary, &config, seconds))
}

fn render(summary: &FeaturesSummary, config: &FeaturesConfig, seconds: f64) -> String {
    let (rows, columns) = (thousands(summary.rows as u64), summary.features.len());
    let online = summary.online.map_or(String::new(), |online| {
        format!(
            "all {rows} rows are the same to the last bit one at a time, {:.2} us each; together they took {:.2} us each\n",
            online.us_per_row, summary.batch_us_per_row
        )
    });
    let out = config.out.display();
    format!("{online}{rows} rows with {columns} more columns, written to {out} in {seconds:.1} s\n")
}
