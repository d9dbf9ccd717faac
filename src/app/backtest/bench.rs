//! Models of folds: trained on a fold's days, judged by its later ones, several folds at the same time.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::Serialize;

use super::protocol::Fold;
use super::rows::EventRows;
use super::{BacktestConfig, Chosen, FoldMetrics, FoldResult};
use crate::app::AppError;
use crate::app::fitting::{Fitted, Recipe};
use crate::app::prep::resampling_error;
use crate::app::train::class_weights;
use crate::app::tuning::{self, Outcome, Search};
use crate::dataset::{DatasetError, PartCount};
use crate::features::Schema;
use crate::features::scaling::RobustScaler;
use crate::files;
use crate::matrix::Matrix;
use crate::metrics::{self, Metric, date_of as date};
use crate::model::{Labelled, ModelKind, TrainingRows, score_rows};
use crate::progress::{Muted, Progress};
use crate::resample::Options;

/// Cards that are looked at each day, as in the book.
const CARDS: usize = 100;

/// Rounds of a LightGBM model that nothing stops early, where the user does not say.
const ROUNDS: &str = "300";
/// The most rounds that a trial makes; which of them is best is read from its history.
const MOST_ROUNDS: &str = "800";
/// Trials look at the metric every so many rounds.
const LOOK_EVERY: &str = "10";

/// The rows of a log and what to do with them.
pub(super) struct Bench<'a> {
    pub(super) config: &'a BacktestConfig,
    pub(super) schema: &'a Schema,
    pub(super) rows: &'a EventRows,
}

/// A model of a fold's training rows, and the rows that judge it.
struct Model {
    fitted: Fitted,
    scaler: RobustScaler,
    train: PartCount,
    test: Vec<usize>,
    features: Matrix,
    labels: Vec<bool>,
}

impl Bench<'_> {
    /// The parameters: what the user set and, when there are trials, the best of them on `folds`.
    pub(super) fn choose(&self, folds: &[Fold], progress: &dyn Progress) -> Result<Chosen, AppError> {
        let recipe = &self.config.recipe;
        let mut parameters: BTreeMap<String, String> = recipe.settings.iter().cloned().collect();
        let is_trees = recipe.model == ModelKind::Lightgbm;
        let Some(trials) = self.config.trials else {
            if is_trees {
                parameters.entry("rounds".into()).or_insert_with(|| ROUNDS.into());
            }
            return Ok(Chosen { parameters, trials: Vec::new(), tuned_from: None, tuned_to: None });
        };
        let metric = recipe.metric()?;
        let (from, to) =
            (folds.iter().map(|fold| fold.train_from).min(), folds.iter().map(|fold| fold.test_end).max());
        let (from, to) = (date(from.unwrap_or(0)), date(to.unwrap_or(1) - 1));
        progress.note(format!(
            "choosing parameters in {trials} trials on {} folds from {from} to {to}, before the first day that judges",
            folds.len()
        ));
        if let Some(file) = self.config.trials_file.as_deref() {
            tuning::begin_anew(file, self.config.force && !self.config.resume)?;
        }
        let search = Search {
            model: recipe.model,
            fixed: &recipe.settings,
            trials,
            seed: recipe.seed,
            metric,
            file: self.config.trials_file.as_deref(),
            resume: self.config.resume,
            judged_on: format!(
                "validation folds from {from} to {to} by {} of a log with checksum {}, read as {}, balance {}, {:?}",
                json(&self.config.protocol),
                files::checksum(&self.config.input)?,
                json(self.schema),
                self.config.balance,
                recipe.device
            ),
        };
        let trials =
            search.run(&mut |settings, progress| self.trial(folds, settings, metric, progress), progress)?;
        if let Some(best) = tuning::best(&trials, metric) {
            parameters.extend(best.settings.iter().cloned());
            if is_trees {
                parameters.insert("rounds".into(), best.best_iteration.to_string());
            }
        }
        Ok(Chosen { parameters, trials, tuned_from: Some(from), tuned_to: Some(to) })
    }

    /// The mean over the folds of the metric of these settings; of trees at the number of rounds at which it is best.
    fn trial(
        &self,
        folds: &[Fold],
        settings: &[(String, String)],
        metric: Metric,
        progress: &dyn Progress,
    ) -> Result<Outcome, AppError> {
        let mut settings: BTreeMap<String, String> = settings.iter().cloned().collect();
        let is_trees = self.config.recipe.model == ModelKind::Lightgbm;
        if is_trees {
            settings.entry("rounds".into()).or_insert_with(|| MOST_ROUNDS.into());
            settings.entry("metric_freq".into()).or_insert_with(|| LOOK_EVERY.into());
            // One member shows what the parameters are worth.
            settings.insert("members".into(), "1".into());
            settings.insert("early_stopping_rounds".into(), "0".into());
        }
        let recipe =
            Recipe { settings: settings.into_iter().collect(), threads: 1, ..self.config.recipe.clone() };
        let by_fold = self.each_fold(folds, progress, |fold, progress| {
            let model = self.model(fold, &recipe, is_trees, progress)?;
            match is_trees {
                true => Ok(model.fitted.valid),
                false => {
                    Ok(vec![(model.fitted.best_iteration, metric.of(&model.labels, &model.scores(&recipe)?))])
                }
            }
        })?;
        // Where no tree could be split any more, a fold has fewer rounds; the others' later ones are not looked at.
        let looks = by_fold.iter().map(Vec::len).min().unwrap_or(0);
        let mut best = Outcome { value: f64::NAN, best_iteration: 0 };
        for look in 0..looks {
            let value = by_fold.iter().map(|fold| fold[look].1).sum::<f64>() / by_fold.len() as f64;
            if metric.is_better(value, best.value) {
                best = Outcome { value, best_iteration: by_fold[0][look].0 };
            }
        }
        Ok(best)
    }

    /// Trains on a fold and measures its model.
    pub(super) fn judge(
        &self,
        fold: &Fold,
        recipe: &Recipe,
        progress: &dyn Progress,
    ) -> Result<FoldResult, AppError> {
        let model = self.model(fold, recipe, false, progress)?;
        let scores = model.scores(recipe)?;
        let labels = &model.labels;
        let of_rows = |column: &[u32]| -> Vec<u32> { model.test.iter().map(|&row| column[row]).collect() };
        let days: Vec<i64> = model.test.iter().map(|&row| self.rows.days[row]).collect();
        let cards = of_rows(&self.rows.customers);
        let PartCount { rows, positives } = PartCount::of(labels);
        Ok(FoldResult {
            train_from: date(fold.train_from),
            test_from: date(fold.test_from),
            train: model.train,
            rows,
            positives,
            metrics: FoldMetrics {
                roc_auc: metrics::roc_auc(labels, &scores)?,
                average_precision: metrics::average_precision(labels, &scores)?,
                card_precision_at_100: metrics::card_precision(&days, &cards, labels, &scores, CARDS)?.mean,
                recall_at_fpr_001: metrics::recall_at_fpr(labels, &scores, 0.01)?,
                log_loss: metrics::log_loss(labels, &scores)?,
                brier: metrics::brier(labels, &scores)?,
            },
        })
    }

    /// A model of a fold; `follow` records the metric of the rows that judge after each round.
    fn model(
        &self,
        fold: &Fold,
        recipe: &Recipe,
        follow: bool,
        progress: &dyn Progress,
    ) -> Result<Model, AppError> {
        let found = fold.rows(self.rows);
        let mut train_labels = self.rows.labels_of(&found.train);
        let train = PartCount::of(&train_labels);
        let mut train_rows = self.rows.features.select(&found.train);
        let (features, labels) = (self.rows.features.select(&found.test), self.rows.labels_of(&found.test));
        for (what, count) in [("training", train), ("test", PartCount::of(&labels))] {
            if count.positives == 0 || count.positives == count.rows {
                let why = format!(
                    "the {what} days of the fold that is trained from {} on hold {} rows with {} frauds; both classes are needed",
                    date(fold.train_from),
                    count.rows,
                    count.positives
                );
                return Err(DatasetError::unusable(&self.config.input, why).into());
            }
        }
        let scaler = RobustScaler::fit(&train_rows, &[]);
        let balance = &self.config.balance;
        if balance.changes_rows() {
            let applied = balance.apply(train_rows, &train_labels, Options::default(), recipe.seed, progress);
            let resampled = applied.map_err(|error| resampling_error(error, self.schema, balance))?;
            (train_rows, train_labels) = (resampled.features, resampled.labels);
        }
        let rows = TrainingRows {
            train: Labelled { features: &train_rows, labels: &train_labels },
            valid: follow.then_some(Labelled { features: &features, labels: &labels }),
            watched: &[],
            class_weights: class_weights(&balance.to_string(), &train_labels)?,
            categories: &[],
        };
        let fitted = recipe.fit(&rows, &self.schema.features, &scaler, None, progress)?;
        progress.check()?;
        Ok(Model { fitted, scaler, train, test: found.test, features, labels })
    }

    /// Does the same for each fold, on as many threads as the user allows; results in the order of the folds. Threads of their
    /// own: one of rayon's that waits for a metric would take up another fold meanwhile.
    pub(super) fn each_fold<T: Send>(
        &self,
        folds: &[Fold],
        progress: &dyn Progress,
        each: impl Fn(&Fold, &dyn Progress) -> Result<T, AppError> + Sync,
    ) -> Result<Vec<T>, AppError> {
        let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let results: Mutex<Vec<Option<Result<T, AppError>>>> =
            Mutex::new(folds.iter().map(|_| None).collect());
        let quiet = Muted(progress);
        let work = || {
            while let Some((place, fold)) = {
                let place = next.fetch_add(1, Ordering::Relaxed);
                folds.get(place).map(|fold| (place, fold))
            } {
                let result = each(fold, &quiet);
                results.lock().expect("nobody panics while it is locked")[place] = Some(result);
                progress.advance(done.fetch_add(1, Ordering::Relaxed) as u64 + 1, "");
            }
        };
        let threads = self.config.recipe.threads.clamp(1, folds.len().max(1));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        let results = results.into_inner().expect("nobody panicked");
        results.into_iter().map(|result| result.expect("every fold was taken")).collect()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain text and numbers")
}

impl Model {
    fn scores(&self, recipe: &Recipe) -> Result<Vec<f64>, AppError> {
        Ok(score_rows(&*self.fitted.scorer(recipe.model, &self.scaler)?, &self.features))
    }
}
