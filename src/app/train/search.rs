//! The search for parameters before a training.

use std::fs;
use std::path::Path;

use super::TrainConfig;
use crate::app::AppError;
use crate::app::fitting::{Recipe, Start};
use crate::app::tuning::{Keeping, Outcome, Trial, search_parts};
use crate::dataset::Prepared;
use crate::files::{self, FileError};
use crate::metrics::Metric;
use crate::model::{TrainingRows, score_rows};
use crate::progress::Progress;

/// Tries parameters of each part on the training rows, judged by the validation rows; the best go into the `recipe`.
pub(super) fn search(
    config: &TrainConfig,
    count: usize,
    keeping: &Keeping,
    prepared: &Prepared,
    rows: &TrainingRows<'_>,
    recipe: &mut Recipe,
    progress: &dyn Progress,
) -> Result<Vec<Trial>, AppError> {
    let valid = rows.valid.expect("a prepared folder has validation rows");
    let rows = TrainingRows { watched: &[], ..*rows };
    if let Some(folder) = keeping.file.as_deref().and_then(Path::parent) {
        fs::create_dir_all(folder).map_err(FileError::io(folder))?;
    }
    let judged_on = format!(
        "the validation part of the prepared folder with manifest {}, {} threads, {:?}",
        files::checksum(&config.data.join(files::MANIFEST))?,
        config.recipe.threads,
        config.recipe.device
    );
    let mut judge = |part: &Recipe, metric: Metric, progress: &dyn Progress| {
        let names = &prepared.schema.features;
        let fitted = part.fit(&rows, names, &prepared.scaler, Start::default(), progress)?;
        if fitted.interrupted {
            progress.check()?;
        }
        let scorer = fitted.scorer(part.model, &prepared.scaler)?;
        let value = metric.of(valid.labels, &score_rows(&*scorer, valid.features));
        Ok(Outcome { value, best_iteration: fitted.parts[0].best_iteration })
    };
    let mut trials = Vec::new();
    for part in search_parts(&config.recipe, count, keeping, &judged_on, &mut judge, progress)? {
        let best = part.best().into_iter().flat_map(|trial| &trial.settings);
        let named = |(key, value): &(String, String)| (config.recipe.key_of(part.model, key), value.clone());
        recipe.settings.extend(best.map(named));
        trials.extend(part.trials);
    }
    Ok(trials)
}
