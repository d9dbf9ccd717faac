//! `predict`: a file's rows with their score and decision.

use std::path::Path;

use serde::Serialize;

use super::AppError;
use crate::dataset;
use crate::domain::Decision;
use crate::features::InputKind;
use crate::model::{artifact, score_rows};
use crate::progress::Progress;

/// What was scored.
#[derive(Debug, Clone, Serialize)]
pub struct PredictSummary {
    /// Rows scored.
    pub rows: usize,
    /// Rows to be looked at.
    pub review: usize,
    /// Rows to be refused.
    pub block: usize,
}

/// Scores every row of `input` and writes its rows with `score` and `decision` to `out`, in the same order.
///
/// # Errors
/// When the run or the input cannot be read or do not fit, or `out` cannot be written.
pub fn predict(
    run: &Path,
    input: &Path,
    out: &Path,
    force: bool,
    progress: &dyn Progress,
) -> Result<PredictSummary, AppError> {
    dataset::check_scored_target(out, force)?;
    let run = artifact::open(run)?;
    progress.start(&format!("reading {}", input.display()), None);
    let unfit = |source| AppError::not_as_trained(&run.name, source);
    let mut schema = dataset::for_file(&run.schema, input).map_err(unfit)?;
    if schema.kind == InputKind::Tabular {
        // Scoring a table needs no label; in an event log the labels known so far are part of the history.
        schema.columns.label = None;
    }
    let samples = dataset::samples(input, &schema).map_err(unfit)?;
    progress.check()?;
    progress.start("scoring", None);
    let scores = score_rows(&*run.scorer, &samples.features);
    progress.check()?;
    let decisions: Vec<Decision> = scores.iter().map(|&score| run.thresholds.decide(score)).collect();
    progress.start(&format!("writing {}", out.display()), None);
    let words = decisions.iter().map(|decision| decision.as_str().to_owned()).collect();
    dataset::write_scored(input, out, force, scores, words)?;
    progress.finish();
    let count = |wanted| decisions.iter().filter(|&&decision| decision == wanted).count();
    Ok(PredictSummary {
        rows: decisions.len(),
        review: count(Decision::Review),
        block: count(Decision::Block),
    })
}
