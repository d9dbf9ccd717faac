//! `fraudctl train`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::decisions::DecisionArgs;
use super::error::UsageError;
use super::models::ModelArgs;
use super::table::{metric, print, trial_table};
use super::ui::Ui;
use crate::app::runs;
use crate::app::train::{TrainConfig, TrainSummary, Watch, train};
use crate::model::artifact::PartFacts;
use crate::progress::Interrupted;

/// Train a model on a prepared folder and write a run folder
///
/// Training stops when the average precision on the validation rows no longer improves; the best round is kept.
/// The same seed and number of threads give the same model.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl train creditcard --model lightgbm\n  \
    fraudctl train creditcard --model lightgbm --set num_leaves=31 --set learning_rate=0.05\n  \
    fraudctl train creditcard --model mlp --out artifacts/network\n  \
    fraudctl train bank --model blend --set mlp.hidden=64,64 --set weights=0.5,0.5\n  \
    fraudctl train bank --model lightgbm --calibrate isotonic --review alerts:100/day --block precision:0.99")]
pub struct TrainArgs {
    /// Prepared folder; a bare name means artifacts/NAME
    data: PathBuf,
    #[command(flatten)]
    model: ModelArgs,
    /// Run folder to make; a bare name means artifacts/NAME [default: artifacts/<DATA>-<MODEL>]
    #[arg(long, value_name = "RUN")]
    out: Option<PathBuf>,
    #[command(flatten)]
    decisions: DecisionArgs,
    /// Add trees to this LightGBM run instead of beginning anew; its features must be the same
    #[arg(long = "continue", value_name = "RUN", conflicts_with = "tune")]
    parent: Option<PathBuf>,
    /// Record the metrics of more rows in each round: train, or the validation rows of a prepared folder; may be given again
    #[arg(long, value_name = "train|DIR")]
    watch: Vec<String>,
    /// Search parameters first, in N trials judged by the validation rows; docs/TRAINING.md says which and how
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    tune: Option<u16>,
    /// Go on with a search, or the training of a network, that was stopped
    #[arg(long)]
    resume: bool,
}

fn watch(text: &str) -> Watch {
    match text {
        "train" => Watch::Train,
        folder => Watch::Folder(runs::locate(folder.as_ref())),
    }
}

impl TrainArgs {
    fn config(self, global: &Global) -> Result<TrainConfig, UsageError> {
        Ok(TrainConfig {
            data: runs::locate(&self.data),
            recipe: self.model.recipe(global)?,
            out: self.out.as_deref().map(runs::locate),
            decisions: self.decisions.rules()?,
            parent: self.parent.as_deref().map(runs::locate),
            watch: self.watch.iter().map(|text| watch(text)).collect(),
            trials: self.tune.map(usize::from),
            resume: self.resume,
            force: global.force,
        })
    }
}

pub fn run(args: TrainArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let summary = train(&args.config(global)?, ui)?;
    print(ui, started, &summary, render)?;
    match summary.interrupted {
        true => Err(Interrupted.into()),
        false => Ok(()),
    }
}

fn render(summary: &TrainSummary, seconds: f64) -> String {
    let TrainSummary { run, thresholds, valid, trials, .. } = summary;
    format!(
        "{}{}; validation average precision {}, ROC AUC {}\nreview from {}, block from {}; written to {} in {seconds:.1} s\n",
        trials.as_deref().map_or_else(String::new, trial_table),
        model(summary),
        metric(valid.average_precision),
        metric(valid.roc_auc),
        metric(thresholds.review),
        metric(thresholds.block.unwrap_or(f64::NAN)),
        run.display(),
    )
}

/// What was trained, and which round or epoch was kept.
fn model(summary: &TrainSummary) -> String {
    let name = summary.model.as_str();
    let part = |part: &PartFacts| {
        let PartFacts { model, weight, best_iteration, valid_average_precision } = part;
        let alone = metric(*valid_average_precision);
        format!("{weight} {} (best at {best_iteration}, alone {alone})", model.as_str())
    };
    match summary.best_iteration {
        Some(best) => format!("{name}: best at {best}"),
        None => format!("{name}: {}", summary.parts.iter().map(part).collect::<Vec<_>>().join(" + ")),
    }
}
