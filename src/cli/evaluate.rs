//! `fraudctl evaluate`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::error::{GateMissed, UsageError};
use super::table::{Table, metric, print, thousands};
use super::ui::Ui;
use crate::app::evaluate::{EvaluateSummary, evaluate};
use crate::app::runs;
use crate::progress::Progress;
use crate::suggest::nearest;

/// Say how good a run is: on its test part, on another prepared folder's, or on a raw file
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl evaluate latest\n  \
    fraudctl evaluate creditcard-lightgbm --json --min average_precision=0.8\n  \
    fraudctl evaluate creditcard-lightgbm --data new.csv")]
pub struct EvaluateArgs {
    /// Run folder; a bare name means artifacts/NAME
    run: PathBuf,
    /// Prepared folder (its test part) or raw file (all rows) [default: what the run was trained from]
    #[arg(long, value_name = "DIR|FILE")]
    data: Option<PathBuf>,
    /// Exit with 3 when a metric is below a value; may be given again
    #[arg(long = "min", value_name = "METRIC=VALUE")]
    minima: Vec<String>,
}

pub fn run(args: EvaluateArgs, _global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let minima = args.minima.iter().map(|text| minimum(text)).collect::<Result<Vec<_>, _>>()?;
    let data = args.data.as_deref().map(runs::locate);
    let summary = evaluate(&runs::locate(&args.run), data.as_deref(), ui)?;
    if summary.trained_on {
        let why = "the model was trained on rows of this very file, so the metrics are too good; without --data it is \
                   judged by its test rows";
        ui.warn(why.to_owned());
    }
    print(ui, started, &summary, render)?;
    let values = serde_json::to_value(&summary)?;
    for (name, least) in minima {
        match values[name.as_str()].as_f64() {
            Some(value) if value >= least => {}
            Some(value) => return Err(GateMissed(format!("{name} is {value}, below {least}")).into()),
            None => return Err(GateMissed(format!("{name} is not defined on these rows")).into()),
        }
    }
    Ok(())
}

/// Metrics of which more is better.
const GATES: [&str; 8] =
    ["roc_auc", "average_precision", "recall_at_fpr_001", "precision", "recall", "f1", "mcc", "accuracy"];

fn minimum(text: &str) -> Result<(String, f64), UsageError> {
    let pair = text.split_once('=').and_then(|(name, value)| Some((name.to_owned(), value.parse().ok()?)));
    let (name, value) =
        pair.ok_or_else(|| UsageError(format!("--min {text}: write it as METRIC=VALUE, e.g. roc_auc=0.9")))?;
    if GATES.contains(&name.as_str()) {
        return Ok((name, value));
    }
    let meant = nearest(&name, GATES.into_iter()).map(|gate| format!(", did you mean {gate}?"));
    let (meant, gates) = (meant.unwrap_or_default(), GATES.join(", "));
    Err(UsageError(format!(
        "--min: there is no metric {name:?} of which more is better{meant}; there are {gates}"
    )))
}

fn render(summary: &EvaluateSummary, _seconds: f64) -> String {
    let found = &summary.evaluation;
    let mut table = Table::default();
    for (name, value) in [
        ("ROC AUC", found.roc_auc),
        ("average precision", found.average_precision),
        ("recall at 1 % FPR", found.recall_at_fpr_001),
        ("log loss", found.log_loss),
        ("Brier", found.brier),
        ("threshold", found.threshold),
        ("precision", found.precision),
        ("recall", found.recall),
        ("F1", found.f1),
        ("MCC", found.mcc),
        ("accuracy", found.accuracy),
    ] {
        table.row([name.to_owned(), metric(value)]);
    }
    let mut confusion = Table::default();
    let count = |number: usize| thousands(number as u64);
    let cells = &found.confusion;
    confusion.row(["", "passed", "alerted"].map(str::to_owned));
    confusion.row(["genuine".to_owned(), count(cells.true_negatives), count(cells.false_positives)]);
    confusion.row(["fraud".to_owned(), count(cells.false_negatives), count(cells.true_positives)]);
    let (rows, frauds) = (count(found.rows), count(found.positives));
    format!("{rows} rows ({}), {frauds} frauds\n{table}{confusion}", summary.split)
}
