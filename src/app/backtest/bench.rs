//! Models of folds: trained on a fold's days, judged by its later ones, several folds at the same time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::protocol::Fold;
use super::rows::EventRows;
use super::{BacktestConfig, FoldMetrics, FoldResult};
use crate::app::AppError;
use crate::app::fitting::{Fitted, Recipe, Start};
use crate::app::prep::resampling_error;
use crate::app::train::class_weights;
use crate::dataset::{DatasetError, PartCount};
use crate::features::Schema;
use crate::features::scaling::RobustScaler;
use crate::matrix::Matrix;
use crate::metrics::{self, date_of as date};
use crate::model::{Labelled, TrainingRows, score_rows};
use crate::progress::{Muted, Progress};
use crate::resample::Options;

/// Cards that are looked at each day, as in the book.
const CARDS: usize = 100;

/// The rows of a log and what to do with them.
pub(super) struct Bench<'a> {
    pub(super) config: &'a BacktestConfig,
    pub(super) schema: &'a Schema,
    pub(super) rows: &'a EventRows,
}

/// A model of a fold's training rows, and the rows that judge it.
pub(super) struct Model {
    pub(super) fitted: Fitted,
    pub(super) scaler: RobustScaler,
    train: PartCount,
    test: Vec<usize>,
    pub(super) features: Matrix,
    pub(super) labels: Vec<bool>,
}

impl Bench<'_> {
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
    pub(super) fn model(
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
        let fitted = recipe.fit(&rows, &self.schema.features, &scaler, Start::default(), progress)?;
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

impl Model {
    pub(super) fn scores(&self, recipe: &Recipe) -> Result<Vec<f64>, AppError> {
        Ok(score_rows(&*self.fitted.scorer(recipe.model, &self.scaler)?, &self.features))
    }
}
