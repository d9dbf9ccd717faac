//! `fraudctl train`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::Global;
use super::columns::pair;
use super::decisions::DecisionArgs;
use super::error::UsageError;
use super::table::{metric, print};
use super::ui::Ui;
use crate::app::runs;
use crate::app::train::{TrainConfig, TrainSummary, train};
use crate::model::ModelKind;
use crate::model::neural::Device;

/// Train a model on a prepared folder and write a run folder
///
/// Training stops when the average precision on the validation rows no longer improves; the best round is kept.
/// The same seed and number of threads give the same model.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl train creditcard --model lightgbm\n  \
    fraudctl train creditcard --model lightgbm --set num_leaves=31 --set learning_rate=0.05\n  \
    fraudctl train creditcard --model mlp --out artifacts/network\n  \
    fraudctl train bank --model lightgbm --calibrate isotonic --review alerts:100/day --block precision:0.99")]
pub struct TrainArgs {
    /// Prepared folder; a bare name means artifacts/NAME
    data: PathBuf,
    /// What to train
    #[arg(long, value_enum)]
    model: ModelArg,
    /// Run folder to make; a bare name means artifacts/NAME [default: artifacts/<DATA>-<MODEL>]
    #[arg(long, value_name = "RUN")]
    out: Option<PathBuf>,
    /// A parameter of the model; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    #[command(flatten)]
    decisions: DecisionArgs,
    /// What computes the network: flex is faster, ndarray is deprecated upstream
    #[arg(long, value_enum, default_value_t = DeviceArg::Flex)]
    device: DeviceArg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ModelArg {
    Lightgbm,
    Mlp,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DeviceArg {
    Flex,
    Ndarray,
}

impl TrainArgs {
    fn config(self, global: &Global) -> Result<TrainConfig, UsageError> {
        let setting = |text: &String| pair("--set", "KEY=VALUE", text);
        Ok(TrainConfig {
            data: runs::locate(&self.data),
            model: match self.model {
                ModelArg::Lightgbm => ModelKind::Lightgbm,
                ModelArg::Mlp => ModelKind::Mlp,
            },
            out: self.out.as_deref().map(runs::locate),
            settings: self.settings.iter().map(setting).collect::<Result<_, _>>()?,
            decisions: self.decisions.rules()?,
            device: match self.device {
                DeviceArg::Flex => Device::Flex,
                DeviceArg::Ndarray => Device::NdArray,
            },
            seed: global.seed(),
            threads: global.threads(),
            force: global.force,
        })
    }
}

pub fn run(args: TrainArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let summary = train(&args.config(global)?, ui)?;
    print(ui, started, &summary, render)
}

fn render(summary: &TrainSummary, seconds: f64) -> String {
    let TrainSummary { run, model, best_iteration, thresholds, valid, .. } = summary;
    format!(
        "{}: best at {best_iteration}; validation average precision {}, ROC AUC {}\nreview from {}, block from {}; written to {} in {seconds:.1} s\n",
        model.as_str(),
        metric(valid.average_precision),
        metric(valid.roc_auc),
        metric(thresholds.review),
        metric(thresholds.block.unwrap_or(f64::NAN)),
        run.display(),
    )
}
