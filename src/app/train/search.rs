//! The search for parameters before a training.

use std::fs;
use std::path::Path;

use super::TrainConfig;
use crate::app::AppError;
use crate::app::fitting::{Recipe, Start};
use crate::app::tuning::{self, Keeping, Outcome, Search, Trial};
use crate::dataset::Prepared;
use crate::files::{self, FileError};
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
    let mut trials = Vec::new();
    for part in config.recipe.parts()? {
        let metric = part.metric()?;
        let (file, resume) = keeping.of_part(part.model);
        let search = Search {
            model: part.model,
            fixed: &part.settings,
            trials: count,
            seed: part.seed,
            metric,
            file: file.as_deref(),
            resume,
            judged_on: format!(
                "the validation part of the prepared folder with manifest {}, {} threads, {:?}",
                files::checksum(&config.data.join(files::MANIFEST))?,
                part.threads,
                part.device
            ),
        };
        let found = search.run(
            &mut |settings, progress| {
                let part = Recipe { settings: settings.to_vec(), ..part.clone() };
                let names = &prepared.schema.features;
                let fitted = part.fit(&rows, names, &prepared.scaler, Start::default(), progress)?;
                if fitted.interrupted {
                    progress.check()?;
                }
                let scorer = fitted.scorer(part.model, &prepared.scaler)?;
                let value = metric.of(valid.labels, &score_rows(&*scorer, valid.features));
                Ok(Outcome { value, best_iteration: fitted.parts[0].best_iteration })
            },
            progress,
        )?;
        let best = tuning::best(&found, metric).map_or(&[][..], |trial| &trial.settings);
        let best = best.iter().map(|(key, value)| (config.recipe.key_of(part.model, key), value.clone()));
        recipe.settings.extend(best);
        trials.extend(found);
    }
    Ok(trials)
}
