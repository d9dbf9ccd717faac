//! `predict`: a file's rows with their score and decision.

use std::path::Path;

use serde::Serialize;

use super::AppError;
use crate::dataset::{self, Appending, Column, SampleReader, Values};
use crate::domain::Decision;
use crate::features::InputKind;
use crate::model::{artifact, score_rows};
use crate::progress::Progress;

/// The columns that are added.
const ADDED: [&str; 2] = ["score", "decision"];

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
    let run = artifact::open(run)?;
    progress.start(&format!("scoring {}", input.display()), None);
    let unfit = |source| AppError::not_as_trained(&run.name, source);
    let mut schema = dataset::for_file(&run.schema, input).map_err(unfit)?;
    if schema.kind == InputKind::Tabular {
        // Scoring a table needs no label; in an event log the labels known so far are part of the history.
        schema.columns.label = None;
    }
    let mut appending = Appending { input, out, force, whole: false };
    appending.check()?;
    appending.whole = schema.kind == InputKind::Transactions
        && !dataset::log_order(input, &schema, None, progress).map_err(unfit)?.in_order;
    // From here on ids say nothing.
    schema.columns.id = None;
    let mut reader = SampleReader::new(input, &schema).map_err(unfit)?;
    let wanted = reader.wanted().to_vec();
    let mut summary = PredictSummary { rows: 0, review: 0, block: 0 };
    let [score, decision] = ADDED.map(str::to_owned);
    let written = appending.write(&wanted, &[score.clone(), decision.clone()], |columns| {
        let rows = reader.rows(columns, progress).map_err(unfit)?;
        progress.check()?;
        let scores = score_rows(&*run.scorer, &rows.features);
        let decisions: Vec<Decision> = scores.iter().map(|&score| run.thresholds.decide(score)).collect();
        let count = |wanted| decisions.iter().filter(|&&decision| decision == wanted).count();
        summary.review += count(Decision::Review);
        summary.block += count(Decision::Block);
        let words = decisions.iter().map(|decision| decision.as_str()).collect();
        Ok::<_, AppError>(vec![
            Column { name: score.clone(), values: Values::Numbers(scores) },
            Column { name: decision.clone(), values: Values::Texts(words) },
        ])
    });
    summary.rows = written.map_err(|error| match error {
        AppError::Dataset(source) => unfit(source),
        other => other,
    })?;
    progress.finish();
    Ok(summary)
}
