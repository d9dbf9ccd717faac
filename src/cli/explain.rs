//! `fraudctl explain`.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::table::{print, thousands};
use super::ui::Ui;
use crate::app::explain::{ExplainConfig, ExplainSummary, Explained, explain};
use crate::app::runs;
use crate::wire::Contribution;

/// Say why rows of a file score as they do: what each feature adds, and the reasons in words
///
/// Contributions are exact Shapley values of trees; those of a network compare a row with the medians of the training rows
/// (DeepLIFT's rescale rule). They add up with the base, which is the same for all rows, to the logit of the score, of a
/// calibrated run to that of its score before the calibration. The features of an event log come from the history within
/// the file: give it what went before as well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl explain latest new.csv --min-score 0.5\n  \
    fraudctl explain latest new.csv --out reasons.ndjson --json")]
pub struct ExplainArgs {
    /// Run folder; a bare name means artifacts/NAME
    run: PathBuf,
    /// CSV or Parquet file with the columns that the run was trained from
    input: PathBuf,
    /// Features to tell of each row, those that matter most first
    #[arg(long, default_value_t = 5, value_name = "N")]
    top: usize,
    /// The most rows to tell of on stdout
    #[arg(long, default_value_t = 10, value_name = "N")]
    rows: usize,
    /// Only rows that score this or more
    #[arg(long, default_value_t = 0.0, value_name = "SCORE")]
    min_score: f64,
    /// File to write all of them to, a JSON object a line: .ndjson
    #[arg(long)]
    out: Option<PathBuf>,
}

pub fn run(args: ExplainArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let config = ExplainConfig {
        run: &runs::locate(&args.run),
        input: &args.input,
        out: args.out.as_deref(),
        force: global.force,
        top: args.top,
        rows: args.rows,
        min_score: args.min_score,
    };
    let summary = explain(&config, ui)?;
    print(ui, started, &summary, |summary, seconds| render(&args, summary, seconds))
}

fn render(args: &ExplainArgs, summary: &ExplainSummary, seconds: f64) -> String {
    let mut text = String::new();
    for explained in &summary.explained {
        text += &block(explained);
        text.push('\n');
    }
    let count = |number: usize| thousands(number as u64);
    let [rows, matching, shown] = [summary.rows, summary.matching, summary.explained.len()].map(count);
    text += &format!("{shown} of {matching} rows shown (--rows {})", args.rows);
    if args.min_score > 0.0 {
        text += &format!(" that score {} or more, of {rows} in all", args.min_score);
    }
    if let Some(out) = &args.out {
        text += &format!("; all {matching} written to {}", out.display());
    }
    text + &format!(" in {seconds:.1} s\n")
}

fn block(explained: &Explained) -> String {
    let Explained { row, id, score, decision, base, contributions, rest } = explained;
    let id = id.as_ref().map(|id| format!(", id {id}")).unwrap_or_default();
    let mut text = format!("row {row}{id}: score {score:.4}, {}\n", decision.as_str());
    let mut line = |number: f64, what: &str| {
        writeln!(text, "  {number:>+9.4}  {what}").expect("a String takes all");
    };
    line(*base, "base");
    for contribution in contributions {
        line(contribution.contribution, &words(contribution));
    }
    line(*rest, "all other features");
    text
}

fn words(contribution: &Contribution) -> String {
    let Contribution { feature, value, reason, .. } = contribution;
    match reason {
        Some(reason) if reason.contains(feature.as_str()) => reason.clone(),
        Some(reason) => format!("{reason} ({feature})"),
        None => match value {
            None => format!("{feature} is missing"),
            Some(value) => format!("{feature} = {value}"),
        },
    }
}
