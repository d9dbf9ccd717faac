//! `explain`: what each feature adds to the scores of a file's rows, and in words why they are high.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use super::AppError;
use crate::dataset::{self, DatasetError, OutFormat, Samples};
use crate::domain::Decision;
use crate::engine::Explanation;
use crate::features::{InputKind, Reasons, Schema};
use crate::files::{self, FileError};
use crate::model::artifact::{self, Run};
use crate::model::{Explainer, score_rows};
use crate::progress::Progress;
use crate::wire::Contribution;

/// What to explain.
#[derive(Debug, Clone, Copy)]
pub struct ExplainConfig<'a> {
    /// The run folder.
    pub run: &'a Path,
    /// A file of the kind that the run was trained from.
    pub input: &'a Path,
    /// Where all explanations go, as NDJSON.
    pub out: Option<&'a Path>,
    /// Replace `out`.
    pub force: bool,
    /// Features told of each row.
    pub top: usize,
    /// The most rows in the result.
    pub rows: usize,
    /// Explain only rows that score this or more.
    pub min_score: f64,
}

/// A row with its reasons.
#[derive(Debug, Clone, Serialize)]
pub struct Explained {
    /// Which row of the file, counted from 1.
    pub row: usize,
    /// The file's id, an event log's id by content, or none.
    pub id: Option<String>,
    /// The probability of fraud.
    pub score: f64,
    /// What follows from it.
    pub decision: Decision,
    /// The raw score that is expected of any row.
    pub base: f64,
    /// The greatest contributions, by amount.
    pub contributions: Vec<Contribution>,
    /// The sum of all others: with base and contributions it makes the raw score.
    pub rest: f64,
}

/// What was explained.
#[derive(Debug, Clone, Serialize)]
pub struct ExplainSummary {
    /// Rows read.
    pub rows: usize,
    /// Of these, rows that score enough.
    pub matching: usize,
    /// The first of those.
    pub explained: Vec<Explained>,
}

/// Explains the rows of a file.
///
/// # Errors
/// When the run's trees do not say what is needed, it or the input cannot be read or do not fit, or `out` cannot be written.
pub fn explain(config: &ExplainConfig<'_>, progress: &dyn Progress) -> Result<ExplainSummary, AppError> {
    let run = artifact::open(config.run)?;
    let unexplained = |source| AppError::Unexplained { run: run.name.clone(), source };
    let explainer = run.scorer.explainer().map_err(unexplained)?;
    progress.start(&format!("explaining {}", config.input.display()), None);
    let schema = dataset::for_file(&run.schema, config.input)
        .map_err(|source| AppError::not_as_trained(&run.name, source))?;
    let explaining = Explaining { config, run: &run, explainer, reasons: Reasons::new(&schema), schema };
    let summary = match config.out {
        None => explaining.all(None, progress),
        Some(out) => {
            files::check_not_input(out, &[config.input])?;
            if OutFormat::of(out)? != OutFormat::JsonLines {
                let why = "explanations are written as NDJSON; let the name end in .ndjson".to_owned();
                return Err(DatasetError::unusable(out, why).into());
            }
            files::write_file(out, config.force, |file| explaining.all(Some((out, file)), progress))
        }
    };
    let summary = summary.map_err(|error| match error {
        AppError::Dataset(source) => AppError::not_as_trained(&run.name, source),
        other => other,
    })?;
    progress.finish();
    Ok(summary)
}

struct Explaining<'a> {
    config: &'a ExplainConfig<'a>,
    run: &'a Run,
    explainer: &'a dyn Explainer,
    reasons: Reasons,
    schema: Schema,
}

impl Explaining<'_> {
    fn all(
        &self,
        out: Option<(&Path, &mut File)>,
        progress: &dyn Progress,
    ) -> Result<ExplainSummary, AppError> {
        let config = self.config;
        let mut schema = self.schema.clone();
        let is_log = schema.kind == InputKind::Transactions;
        if !is_log {
            schema.columns.label = None;
        }
        let whole = is_log && !dataset::log_order(config.input, &schema, None, progress)?.in_order;
        let mut out = out.map(|(path, file)| (path, BufWriter::new(file)));
        let mut summary = ExplainSummary { rows: 0, matching: 0, explained: Vec::new() };
        dataset::for_each_block(config.input, &schema, whole, progress, |samples| {
            progress.check()?;
            let scores = score_rows(&*self.run.scorer, &samples.features);
            let matching: Vec<usize> =
                (0..scores.len()).filter(|&row| scores[row] >= config.min_score).collect();
            let room = config.rows - summary.explained.len();
            let wanted = if out.is_some() { matching.len() } else { matching.len().min(room) };
            let explained: Vec<Explained> = matching[..wanted]
                .par_iter()
                .map(|&row| self.row(&samples, row, scores[row], summary.rows))
                .collect();
            if let Some((path, file)) = &mut out {
                write(file, &explained).map_err(FileError::io(path))?;
            }
            summary.rows += scores.len();
            summary.matching += matching.len();
            summary.explained.extend(explained.into_iter().take(room));
            Ok::<_, AppError>(())
        })?;
        if let Some((path, mut file)) = out {
            file.flush().map_err(FileError::io(path))?;
        }
        Ok(summary)
    }

    /// Explains a row of a block before which `before` rows were read.
    fn row(&self, samples: &Samples, row: usize, score: f64, before: usize) -> Explained {
        let values = samples.features.row(row);
        let explanation =
            Explanation::new(self.explainer, &self.reasons, &self.schema.features, values, self.config.top);
        let has_id = self.schema.kind == InputKind::Transactions || self.schema.columns.id.is_some();
        Explained {
            row: before + row + 1,
            id: has_id.then(|| samples.ids.get(row).to_owned()),
            score,
            decision: self.run.thresholds.decide(score),
            base: explanation.base,
            contributions: explanation.contributions,
            rest: explanation.rest,
        }
    }
}

fn write(file: &mut impl Write, explained: &[Explained]) -> std::io::Result<()> {
    for explained in explained {
        serde_json::to_writer(&mut *file, explained)?;
        file.write_all(b"\n")?;
    }
    Ok(())
}
