//! `backtest`: how good a model would have been, trained again and again as time went on.
//!
//! Source of the protocol: Le Borgne et al., "Reproducible Machine Learning for Credit Card Fraud Detection", chapters 3 and 5.

mod bench;
mod choosing;
mod protocol;
mod published;
mod rows;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::AppError;
use super::fitting::Recipe;
use super::tuning::Trial;
use crate::dataset::{self, PartCount, SchemaOptions};
use crate::features::InputKind;
use crate::progress::Progress;
use crate::resample::Balance;

use bench::Bench;
pub use protocol::{Fold, FoldRows, Protocol, parse_day};
pub use published::{PREQUENTIAL, Published, SINGLE};
pub use rows::EventRows;

/// What to backtest, and how.
#[derive(Debug, Clone)]
pub struct BacktestConfig {
    /// An event log.
    pub input: PathBuf,
    /// What the user says about the columns, and which features there are.
    pub schema: SchemaOptions,
    /// Which days train and which judge.
    pub protocol: Protocol,
    /// The book's rows to stand beside.
    pub published: &'static [Published],
    /// What to train, and how.
    pub recipe: Recipe,
    /// How training rows are rebalanced.
    pub balance: Balance,
    /// Choose parameters on the validation folds first, in so many trials.
    pub trials: Option<usize>,
    /// Where the trials are kept.
    pub trials_file: Option<PathBuf>,
    /// Go on with trials that are there.
    pub resume: bool,
    /// Begin anew where trials are there.
    pub force: bool,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct BacktestSummary {
    /// Which days train and which judge.
    pub protocol: Protocol,
    /// Number of features.
    pub features: usize,
    /// The folds that judge, the newest first.
    pub folds: Vec<FoldResult>,
    /// The parameters, and how they were chosen.
    pub chosen: Chosen,
    /// Mean over the folds.
    pub mean: FoldMetrics,
    /// Standard deviation over the folds (of the population, as in the book).
    pub std: FoldMetrics,
    /// What the book publishes for its own data.
    pub published: &'static [Published],
}

/// A fold and how good its model was.
#[derive(Debug, Clone, Serialize)]
pub struct FoldResult {
    /// First day of training.
    pub train_from: String,
    /// First day that judges.
    pub test_from: String,
    /// The rows that were learnt from, before they were rebalanced.
    pub train: PartCount,
    /// Rows that judge.
    pub rows: usize,
    /// Frauds among them.
    pub positives: usize,
    /// The metrics.
    #[serde(flatten)]
    pub metrics: FoldMetrics,
}

/// The metrics of a fold, or of several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FoldMetrics {
    /// See [`crate::metrics::roc_auc`].
    pub roc_auc: f64,
    /// See [`crate::metrics::average_precision`].
    pub average_precision: f64,
    /// See [`crate::metrics::card_precision`].
    pub card_precision_at_100: f64,
    /// See [`crate::metrics::recall_at_fpr`], at 1 %.
    pub recall_at_fpr_001: f64,
    /// See [`crate::metrics::log_loss`].
    pub log_loss: f64,
    /// See [`crate::metrics::brier`].
    pub brier: f64,
}

/// The parameters, and how they were chosen.
#[derive(Debug, Clone, Serialize)]
pub struct Chosen {
    /// What differs from the defaults.
    pub parameters: BTreeMap<String, String>,
    /// All that was tried; empty when nothing was searched.
    pub trials: Vec<Trial>,
    /// First day that a trial learnt from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned_from: Option<String>,
    /// Last day that judged a trial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tuned_to: Option<String>,
}

/// Backtests a model.
///
/// # Errors
/// When the log does not fit the protocol, a parameter is wrong, training fails, or the user stops.
pub fn backtest(config: &BacktestConfig, progress: &dyn Progress) -> Result<BacktestSummary, AppError> {
    config.recipe.check(config.balance.is_weights())?;
    let input = config.input.as_path();
    let schema = dataset::resolve(input, &dataset::header(input)?, &config.schema, true)?;
    if schema.kind != InputKind::Transactions {
        return Err(AppError::NeedsTransactions { path: input.to_owned(), what: "a backtest" });
    }
    let test_folds = config.protocol.test_folds();
    let validation_folds =
        if config.trials.is_some() { config.protocol.validation_folds() } else { Vec::new() };
    let all = || test_folds.iter().chain(&validation_folds);
    let days = all().map(|fold| fold.train_from).min().unwrap_or(0)
        ..all().map(|fold| fold.test_end).max().unwrap_or(0);
    let rows = rows::read(input, &schema, days, progress)?;
    let bench = Bench { config, schema: &schema, rows: &rows };
    let chosen = bench.choose(&validation_folds, progress)?;
    let recipe = Recipe {
        settings: chosen.parameters.clone().into_iter().collect(),
        threads: 1,
        ..config.recipe.clone()
    };
    progress.start("judging by the test folds", Some(test_folds.len() as u64));
    let folds =
        bench.each_fold(&test_folds, progress, |fold, progress| bench.judge(fold, &recipe, progress))?;
    progress.finish();
    let over_folds = |of: fn(&[f64]) -> f64| FoldMetrics::over(&folds, of);
    Ok(BacktestSummary {
        protocol: config.protocol,
        features: schema.features.len(),
        mean: over_folds(mean),
        std: over_folds(deviation),
        folds,
        chosen,
        published: config.published,
    })
}

impl FoldMetrics {
    fn over(folds: &[FoldResult], of: fn(&[f64]) -> f64) -> Self {
        let value = |metric: fn(&Self) -> f64| {
            of(&folds.iter().map(|fold| metric(&fold.metrics)).collect::<Vec<_>>())
        };
        Self {
            roc_auc: value(|metrics| metrics.roc_auc),
            average_precision: value(|metrics| metrics.average_precision),
            card_precision_at_100: value(|metrics| metrics.card_precision_at_100),
            recall_at_fpr_001: value(|metrics| metrics.recall_at_fpr_001),
            log_loss: value(|metrics| metrics.log_loss),
            brier: value(|metrics| metrics.brier),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let center = mean(values);
    mean(&values.iter().map(|value| (value - center).powi(2)).collect::<Vec<_>>()).sqrt()
}
