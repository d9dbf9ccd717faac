//! The search of a model's parameters: each part of a blend by itself.

use super::{Keeping, Outcome, Search, Trial, best};
use crate::app::AppError;
use crate::app::fitting::Recipe;
use crate::metrics::Metric;
use crate::model::ModelKind;
use crate::progress::Progress;

/// The trials of a part.
#[derive(Debug)]
pub struct PartTrials {
    /// Whose.
    pub model: ModelKind,
    /// What they are judged by.
    pub metric: Metric,
    /// In their order.
    pub trials: Vec<Trial>,
}

impl PartTrials {
    /// The best of them.
    pub fn best(&self) -> Option<&Trial> {
        best(&self.trials, self.metric)
    }
}

/// Says what a part's recipe is worth.
pub type PartJudge<'a> = dyn FnMut(&Recipe, Metric, &dyn Progress) -> Result<Outcome, AppError> + 'a;

/// Makes `count` trials of each part of the `recipe`.
///
/// # Errors
/// As [`Search::run`], and when a setting does not fit.
pub fn search_parts(
    recipe: &Recipe,
    count: usize,
    keeping: &Keeping,
    judged_on: &str,
    judge: &mut PartJudge<'_>,
    progress: &dyn Progress,
) -> Result<Vec<PartTrials>, AppError> {
    let mut found = Vec::new();
    for part in recipe.parts()? {
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
            judged_on: judged_on.to_owned(),
        };
        let trials = search.run(
            &mut |settings, progress| {
                judge(&Recipe { settings: settings.to_vec(), ..part.clone() }, metric, progress)
            },
            progress,
        )?;
        found.push(PartTrials { model: part.model, metric, trials });
    }
    Ok(found)
}
