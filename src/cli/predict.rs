//! `fraudctl predict`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::predict::predict;
use crate::app::runs;

/// Score the rows of a file: adds the columns score and decision
///
/// The features of an event log come from the history within the file: give it what went before as well.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  fraudctl predict latest new.csv --out scored.csv")]
pub struct PredictArgs {
    /// Run folder; a bare name means artifacts/NAME
    run: PathBuf,
    /// CSV or Parquet file with the columns that the run was trained from
    input: PathBuf,
    /// File to write: .csv, .parquet or .ndjson
    #[arg(long)]
    out: PathBuf,
}

pub fn run(args: PredictArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let summary = predict(&runs::locate(&args.run), &args.input, &args.out, global.force, ui)?;
    print(ui, started, &summary, |summary, seconds| {
        let [rows, review, block] =
            [summary.rows, summary.review, summary.block].map(|count| thousands(count as u64));
        let out = args.out.display();
        format!(
            "{rows} rows scored, {review} to review, {block} to block; written to {out} in {seconds:.1} s\n"
        )
    })
}
