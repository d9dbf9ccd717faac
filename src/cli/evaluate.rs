//! `fraudctl evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::gates::Gate;
use super::table::{Table, metric, print, thousands};
use super::ui::Ui;
use crate::app::evaluate::{EvaluateSummary, Html, evaluate};
use crate::app::runs;
use crate::metrics::{Assessment, AssessmentOptions, CardPrecision, date_of};
use crate::progress::Progress;

/// So many days are shown; JSON has all of them.
const MOST_DAYS: usize = 14;

/// Say how good a run is: on its test part, on another prepared folder's, or on a raw file
///
/// docs/EVALUATION.md defines each metric. In brackets stand 95 % intervals of a stratified bootstrap.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl evaluate latest\n  \
    fraudctl evaluate creditcard-lightgbm --json --min average_precision=0.8 --max log_loss=0.01\n  \
    fraudctl evaluate creditcard-lightgbm --data new.csv\n  \
    fraudctl evaluate creditcard-lightgbm --html report.html\n  \
    fraudctl evaluate bank-lightgbm --card-k 20")]
pub struct EvaluateArgs {
    /// Run folder; a bare name means artifacts/NAME
    run: PathBuf,
    /// Prepared folder (its test part) or raw file (all rows) [default: what the run was trained from]
    #[arg(long, value_name = "DIR|FILE")]
    data: Option<PathBuf>,
    /// Exit with 3 when a metric is below a value; may be given again
    #[arg(long = "min", value_name = "METRIC=VALUE")]
    minima: Vec<String>,
    /// Exit with 3 when log_loss, brier or expected_calibration_error is above a value; may be given again
    #[arg(long = "max", value_name = "METRIC=VALUE")]
    maxima: Vec<String>,
    /// Write a page: metrics, curves, decisions, days, and what the model was trained on; one file that loads nothing
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Cards that are looked at each day, of an event log
    #[arg(long, value_name = "K", default_value_t = 100, value_parser = at_least_one)]
    card_k: usize,
    /// Resamplings for the intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 200)]
    bootstrap: usize,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&number| number > 0).ok_or_else(|| "a whole number above 0".to_owned())
}

pub fn run(args: EvaluateArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let minima = args.minima.iter().map(|text| Gate::minimum(text, args.card_k));
    let gates =
        minima.chain(args.maxima.iter().map(|text| Gate::maximum(text))).collect::<Result<Vec<_>, _>>()?;
    let data = args.data.as_deref().map(runs::locate);
    let html = args.html.as_deref().map(|path| Html { path, force: global.force });
    let options = AssessmentOptions { card_k: args.card_k, replicates: args.bootstrap, seed: global.seed() };
    let summary = evaluate(&runs::locate(&args.run), data.as_deref(), options, html, ui)?;
    if summary.trained_on {
        let why = "the model was trained on rows of this very file, so the metrics are too good; without --data it is \
                   judged by its test rows";
        ui.warn(why.to_owned());
    }
    print(ui, started, &summary, render)?;
    let values = serde_json::to_value(&summary)?;
    gates.iter().try_for_each(|gate| gate.judge(&values))?;
    Ok(())
}

fn render(summary: &EvaluateSummary, _seconds: f64) -> String {
    let found = &summary.assessment;
    let count = |number: usize| thousands(number as u64);
    let (rows, frauds) = (count(found.evaluation.rows), count(found.evaluation.positives));
    let calibrated = match summary.calibration {
        "none" => String::new(),
        method => format!(", scores calibrated ({method})"),
    };
    let mut text = format!("{rows} rows ({}), {frauds} frauds{calibrated}\n", summary.split);
    for table in [metrics(found), confusion(found), gains(found), days(found)] {
        text.push_str(&table);
    }
    text
}

fn metrics(found: &Assessment) -> String {
    let values = &found.evaluation;
    let mut table = Table::default();
    for (name, key, value) in [
        ("ROC AUC", "roc_auc", values.roc_auc),
        ("average precision", "average_precision", values.average_precision),
        ("recall at 1 % FPR", "recall_at_fpr_001", values.recall_at_fpr_001),
        ("log loss", "log_loss", values.log_loss),
        ("Brier", "brier", values.brier),
        ("calibration error", "", found.expected_calibration_error),
        ("threshold", "", values.threshold),
        ("precision", "precision", values.precision),
        ("recall", "recall", values.recall),
        ("F1", "f1", values.f1),
        ("MCC", "mcc", values.mcc),
        ("accuracy", "accuracy", values.accuracy),
        ("specificity", "specificity", values.specificity),
        ("balanced accuracy", "balanced_accuracy", values.balanced_accuracy),
        ("G-mean", "g_mean", values.g_mean),
    ] {
        let interval = found.intervals.get(key);
        let interval =
            interval.map_or(String::new(), |[low, high]| format!("[{}, {}]", metric(*low), metric(*high)));
        table.row([name.to_owned(), metric(value), interval]);
    }
    if let Some(amounts) = &found.amounts {
        table.row(["precision in amounts".to_owned(), metric(amounts.precision)]);
        table.row(["recall in amounts".to_owned(), metric(amounts.recall)]);
    }
    if let Some(CardPrecision { k, mean, .. }) = &found.card_precision {
        table.row([format!("card precision at {k}"), metric(*mean)]);
    }
    table.to_string()
}

fn confusion(found: &Assessment) -> String {
    let mut table = Table::default();
    let count = |number: usize| thousands(number as u64);
    let cells = &found.evaluation.confusion;
    table.row(["", "passed", "alerted"].map(str::to_owned));
    table.row(["genuine".to_owned(), count(cells.true_negatives), count(cells.false_positives)]);
    table.row(["fraud".to_owned(), count(cells.false_negatives), count(cells.true_positives)]);
    if let Some(amounts) = &found.amounts {
        let missed = amounts.frauds - amounts.caught;
        table.row(["fraud, amount".to_owned(), format!("{missed:.2}"), format!("{:.2}", amounts.caught)]);
    }
    table.to_string()
}

fn gains(found: &Assessment) -> String {
    let mut table = Table::default();
    table.row(["highest scores", "rows", "frauds", "precision", "recall", "lift"].map(str::to_owned));
    for gain in &found.gains {
        table.row([
            format!("{:.1} %", gain.share * 100.0),
            thousands(gain.rows as u64),
            format!("{:.1}", gain.frauds),
            metric(gain.precision),
            metric(gain.recall),
            format!("{:.1}", gain.lift),
        ]);
    }
    table.to_string()
}

fn days(found: &Assessment) -> String {
    let all = &found.per_day;
    if all.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    table.row(["day", "rows", "frauds", "alerts", "caught", "average precision", "card precision"]);
    for day in &all[all.len().saturating_sub(MOST_DAYS)..] {
        let counts = [day.rows, day.frauds, day.alerts, day.caught].map(|number| thousands(number as u64));
        let cells = [metric(day.average_precision), day.card_precision.map_or(String::new(), metric)];
        table.row([date_of(day.day)].into_iter().chain(counts).chain(cells));
    }
    let note = match all.len() > MOST_DAYS {
        true => format!("  the last {MOST_DAYS} of {} days; --json has all\n", all.len()),
        false => String::new(),
    };
    format!("{table}{note}")
}
