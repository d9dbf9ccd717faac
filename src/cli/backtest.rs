//! `fraudctl backtest`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::Global;
use super::columns::{ColumnArgs, FeatureArgs};
use super::error::UsageError;
use super::models::ModelArgs;
use super::table::{Table, print, thousands, trial_table};
use super::ui::Ui;
use crate::app::backtest::{
    BacktestConfig, BacktestSummary, FoldMetrics, PREQUENTIAL, Protocol, SINGLE, backtest, parse_day,
};
use crate::resample::Balance;

/// Say how good a model would have been: train it again and again as time goes on, and judge it by the days after
///
/// The protocols are those of the Fraud Detection Handbook: 7 days to train, 7 days until labels are known, 7 days that judge;
/// cards that are known to be compromised judge no more. Each fold is trained on one thread, so that results do not depend
/// on how many there are.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    fraudctl backtest handbook.parquet --protocol handbook --model lightgbm --tune 40 --set members=5\n  \
    fraudctl backtest handbook.parquet --protocol handbook-single --model mlp --features handbook\n  \
    fraudctl backtest log.csv --protocol handbook --from 2024-05-01 --folds 2 --model lightgbm --balance smote:0.1 \
    --features handbook")]
pub struct BacktestArgs {
    /// CSV or Parquet file: time, customer, terminal, amount, label
    input: PathBuf,
    /// One split, or four that follow each other week by week
    #[arg(long, value_enum)]
    protocol: ProtocolArg,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    features: FeatureArgs,
    /// Rebalance training rows, as in prep: none, weights, or a chain such as smote:0.1,rus:0.5
    #[arg(long, value_name = "SPEC", default_value = "none")]
    balance: String,
    /// Choose parameters first, in N trials on as many folds that end before the first day that judges
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    tune: Option<u16>,
    /// Keep the trials here, so that a search that was stopped can go on
    #[arg(long, value_name = "FILE", requires = "tune")]
    trials: Option<PathBuf>,
    /// Go on with the trials in that file
    #[arg(long, requires = "trials")]
    resume: bool,
    /// First day of the newest fold's training [default: the Handbook's, 2018-08-15 or, single, 2018-07-25]
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Number of folds [default: 4, or 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    folds: Option<u32>,
    /// Days to learn from
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    train_days: u32,
    /// Days that judge
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    test_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ProtocolArg {
    Handbook,
    HandbookSingle,
}

impl BacktestArgs {
    fn config(self, global: &Global) -> anyhow::Result<BacktestConfig> {
        let mut schema = self.columns.options()?;
        self.features.add_to(&mut schema);
        let (of_book, published) = match self.protocol {
            ProtocolArg::Handbook => (Protocol::handbook(), &PREQUENTIAL[..]),
            ProtocolArg::HandbookSingle => (Protocol::handbook_single(), &SINGLE[..]),
        };
        let day = |date: &str| {
            parse_day(date).map_err(|_| UsageError(format!("--from {date}: write it as 2018-08-15")))
        };
        let protocol = Protocol {
            train_days: self.train_days,
            delay_days: schema.label_delay.days(),
            test_days: self.test_days,
            folds: self.folds.unwrap_or(of_book.folds),
            start: self.from.as_deref().map_or(Ok(of_book.start), day)?,
        };
        Ok(BacktestConfig {
            input: self.input,
            schema,
            protocol,
            published: if protocol == of_book { published } else { &[] },
            recipe: self.model.recipe(global)?,
            balance: Balance::parse(&self.balance)
                .map_err(|error| UsageError(format!("--balance: {error}")))?,
            trials: self.tune.map(usize::from),
            trials_file: self.trials,
            resume: self.resume,
            force: global.force,
        })
    }
}

pub fn run(args: BacktestArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let config = args.config(global)?;
    let model = config.recipe.model.as_str();
    let summary = backtest(&config, ui)?;
    print(ui, started, &summary, |summary, seconds| render(summary, model, seconds))
}

fn render(summary: &BacktestSummary, model: &str, seconds: f64) -> String {
    let mut text = String::new();
    let chosen = &summary.chosen;
    if let (Some(from), Some(to)) = (&chosen.tuned_from, &chosen.tuned_to) {
        text += &format!(
            "{} trials, each the mean over {} validation folds from {from} to {to}\n{}\n",
            chosen.trials.len(),
            summary.protocol.folds,
            trial_table(&chosen.trials)
        );
    }
    let parameters: Vec<String> =
        chosen.parameters.iter().map(|(key, value)| format!("{key}={value}")).collect();
    text += &format!("{model}, {} features, {}\n\n", summary.features, parameters.join(" "));
    let mut table = Table::default();
    table.row([
        "trained from",
        "judged from",
        "rows",
        "frauds",
        "ROC AUC",
        "AP",
        "CP@100",
        "recall at 1 % FPR",
    ]);
    let cells = |metrics: &FoldMetrics| {
        let FoldMetrics { roc_auc, average_precision, card_precision_at_100, recall_at_fpr_001, .. } =
            metrics;
        [roc_auc, average_precision, card_precision_at_100, recall_at_fpr_001]
            .map(|value| format!("{value:.4}"))
    };
    for fold in &summary.folds {
        let counts = [fold.rows, fold.positives].map(|count| thousands(count as u64));
        let first = [fold.train_from.clone(), fold.test_from.clone()];
        table.row(first.into_iter().chain(counts).chain(cells(&fold.metrics)));
    }
    for (name, metrics) in [("mean", &summary.mean), ("standard deviation", &summary.std)] {
        table.row([name, "", "", ""].map(str::to_owned).into_iter().chain(cells(metrics)));
    }
    if !summary.published.is_empty() {
        table.row(["the book, on its data:"]);
        for row in summary.published {
            let metrics = [row.roc_auc, row.average_precision, row.card_precision_at_100];
            let name = [row.model, "", "", ""].map(str::to_owned);
            table.row(name.into_iter().chain(metrics.map(|value| format!("{value:.3}"))));
        }
    }
    text + &format!("{table}{seconds:.1} s\n")
}
