//! `fraudctl export`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::export::{ExportSummary, export};

/// Write what was decided, with the labels that came later: the next training set
///
/// Raw transactions become an event log, rows of features a table; `prep` takes either. Rows whose label nobody knows yet have an
/// empty one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl export --db fraud.db --out decided.parquet\n  \
    fraudctl export --db fraud.db --out audit.csv --decided")]
pub struct ExportArgs {
    /// Database file
    #[arg(long, value_name = "FILE")]
    db: PathBuf,
    /// CSV, Parquet or NDJSON file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Add score, decision, model and times: for audits, not for training
    #[arg(long)]
    decided: bool,
}

pub fn run(args: ExportArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let summary = export(&args.db, &args.out, args.decided, global.force, ui)?;
    print(ui, started, &summary, |summary, seconds| {
        let ExportSummary { rows, labelled, frauds, left_out } = summary;
        let [rows, labelled, frauds] = [rows, labelled, frauds].map(|n| thousands(*n));
        let left_out = match left_out {
            0 => String::new(),
            n => format!("; {} decisions of another kind left out", thousands(*n)),
        };
        let out = args.out.display();
        format!(
            "{rows} decisions, {labelled} of them labelled, {frauds} frauds{left_out}; in {out} after {seconds:.1} s\n"
        )
    })
}
