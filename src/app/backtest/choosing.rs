//! What the judged models are trained with: the user's settings and, where there are trials, what is best on validation folds.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Chosen;
use super::bench::Bench;
use super::protocol::Fold;
use crate::app::AppError;
use crate::app::fitting::{Judged, Recipe};
use crate::app::tuning::{Keeping, Outcome, search_parts};
use crate::files;
use crate::metrics::{Metric, date_of as date};
use crate::model::ModelKind;
use crate::model::blend::{BlendSettings, choose_weights};
use crate::progress::Progress;

/// Rounds of a LightGBM model that nothing stops early, where the user does not say.
const ROUNDS: &str = "300";
/// The most rounds that a trial makes; which of them is best is read from its history.
const MOST_ROUNDS: &str = "800";
/// Trials look at the metric every so many rounds.
const LOOK_EVERY: &str = "10";

impl Bench<'_> {
    /// The parameters: what the user set and, when there are trials, the best of them on `folds`; each part of a blend has trials of
    /// its own, then the folds choose the weights.
    pub(super) fn choose(&self, folds: &[Fold], progress: &dyn Progress) -> Result<Chosen, AppError> {
        let recipe = &self.config.recipe;
        let mut parameters: BTreeMap<String, String> = recipe.settings.iter().cloned().collect();
        let Some(count) = self.config.trials else {
            if recipe.model.parts().contains(&ModelKind::Lightgbm) {
                let rounds = recipe.key_of(ModelKind::Lightgbm, "rounds");
                parameters.entry(rounds).or_insert_with(|| ROUNDS.into());
            }
            return Ok(Chosen { parameters, trials: Vec::new(), tuned_from: None, tuned_to: None });
        };
        let (from, to) =
            (folds.iter().map(|fold| fold.train_from).min(), folds.iter().map(|fold| fold.test_end).max());
        let (from, to) = (date(from.unwrap_or(0)), date(to.unwrap_or(1) - 1));
        progress.note(format!(
            "choosing parameters in {count} trials on {} folds from {from} to {to}, before the first day that judges",
            folds.len()
        ));
        let keeping = Keeping {
            model: recipe.model,
            file: self.config.trials_file.clone(),
            resume: self.config.resume,
            force: self.config.force,
        };
        keeping.begin()?;
        let judged_on = format!(
            "validation folds from {from} to {to} by {} of a log with checksum {}, read as {}, balance {}, {:?}",
            json(&self.config.protocol),
            files::checksum(&self.config.input)?,
            json(self.schema),
            self.config.balance,
            recipe.device
        );
        let mut judge = |part: &Recipe, metric: Metric, progress: &dyn Progress| {
            self.trial(folds, part, metric, progress)
        };
        let mut trials = Vec::new();
        for part in search_parts(recipe, count, &keeping, &judged_on, &mut judge, progress)? {
            if let Some(best) = part.best() {
                let mut settings = best.settings.clone();
                if part.model == ModelKind::Lightgbm {
                    settings.push(("rounds".to_owned(), best.best_iteration.to_string()));
                }
                let named = |(key, value): (String, String)| (recipe.key_of(part.model, &key), value);
                parameters.extend(settings.into_iter().map(named));
            }
            trials.extend(part.trials);
        }
        if recipe.model == ModelKind::Blend && BlendSettings::parse(&recipe.settings)?.weights.is_none() {
            parameters.extend([self.weights(folds, &parameters, progress)?]);
        }
        Ok(Chosen { parameters, trials, tuned_from: Some(from), tuned_to: Some(to) })
    }

    /// The mean over the folds of the metric of this recipe; of trees at the number of rounds at which it is best.
    fn trial(
        &self,
        folds: &[Fold],
        recipe: &Recipe,
        metric: Metric,
        progress: &dyn Progress,
    ) -> Result<Outcome, AppError> {
        let mut settings: BTreeMap<String, String> = recipe.settings.iter().cloned().collect();
        let is_trees = recipe.model == ModelKind::Lightgbm;
        if is_trees {
            settings.entry("rounds".into()).or_insert_with(|| MOST_ROUNDS.into());
            settings.entry("metric_freq".into()).or_insert_with(|| LOOK_EVERY.into());
            // One member shows what the parameters are worth.
            settings.insert("members".into(), "1".into());
            settings.insert("early_stopping_rounds".into(), "0".into());
        }
        let recipe = Recipe { settings: settings.into_iter().collect(), threads: 1, ..recipe.clone() };
        let by_fold = self.each_fold(folds, progress, |fold, progress| {
            let mut model = self.model(fold, &recipe, is_trees, progress)?;
            match is_trees {
                true => Ok(model.fitted.parts.remove(0).valid),
                false => {
                    let value = metric.of(&model.labels, &model.scores(&recipe)?);
                    Ok(vec![(model.fitted.parts[0].best_iteration, value)])
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

    /// The weights of a blend with these parameters that the folds choose, as a setting.
    fn weights(
        &self,
        folds: &[Fold],
        parameters: &BTreeMap<String, String>,
        progress: &dyn Progress,
    ) -> Result<(String, String), AppError> {
        let settings = parameters.clone().into_iter().collect();
        let recipe = Recipe { settings, threads: 1, ..self.config.recipe.clone() };
        progress.start("choosing the weights of the blend", Some(folds.len() as u64));
        let judged: Vec<Judged> = self.each_fold(folds, progress, |fold, progress| {
            let model = self.model(fold, &recipe, false, progress)?;
            model.fitted.judged(&model.labels, &model.features, &model.scaler)
        })?;
        progress.finish();
        let weights = choose_weights(recipe.model.parts().len(), |weights| {
            judged.iter().map(|fold| fold.average_precision(weights)).sum()
        });
        Ok(BlendSettings::setting(&weights))
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is plain text and numbers")
}
