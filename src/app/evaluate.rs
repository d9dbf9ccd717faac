//! `evaluate`: how good a run is, on the test part of a prepared folder or on a raw file.

use std::path::Path;

use serde::Serialize;

use super::AppError;
use crate::dataset::{self, DatasetError, Part, Prepared};
use crate::files;
use crate::matrix::Matrix;
use crate::metrics::{self, Evaluation};
use crate::model::artifact::{self, Run};
use crate::model::score_rows;

/// Metrics, and what they were computed on.
#[derive(Debug, Clone, Serialize)]
pub struct EvaluateSummary {
    /// `test` for a prepared folder's test part, `all` for all rows of a raw file.
    pub split: &'static str,
    /// The metrics.
    #[serde(flatten)]
    pub evaluation: Evaluation,
}

/// Evaluates a run on `data`: a prepared folder (its test part) or a raw file (all labelled rows); `None` takes
/// the folder that the run was trained from.
///
/// # Errors
/// When the run or the data cannot be read or do not fit each other.
pub fn evaluate(run: &Path, data: Option<&Path>) -> Result<EvaluateSummary, AppError> {
    let run = artifact::open(run)?;
    let (split, features, labels) = match data {
        Some(data) if !data.is_dir() => raw_file(&run, data)?,
        Some(data) => test_part(&run, data, false)?,
        None => test_part(&run, &run.manifest.facts.data, true)?,
    };
    let scores = score_rows(&*run.scorer, &features);
    let evaluation = metrics::evaluate(&labels, &scores, run.thresholds.review)?;
    Ok(EvaluateSummary { split, evaluation })
}

type Rows = (&'static str, Matrix, Vec<bool>);

/// The test part of `folder`, unless it may hold rows that the run was trained on: the same source divided in another
/// way. `same` demands the very folder that the run was trained from.
fn test_part(run: &Run, folder: &Path, same: bool) -> Result<Rows, AppError> {
    let prepared = Prepared::open(folder)?;
    let facts = &run.manifest.facts;
    let is_same = files::checksum(&folder.join(files::MANIFEST))? == facts.data_sha256;
    if !is_same && (same || prepared.manifest.facts.source_sha256 == facts.source_sha256) {
        return Err(AppError::DataChanged { run: run.name.clone(), data: folder.to_owned() });
    }
    if prepared.schema.features != run.schema.features {
        return Err(AppError::OtherFeatures { run: run.name.clone(), data: folder.to_owned() });
    }
    let rows = prepared.part(Part::Test)?;
    Ok(("test", rows.features, rows.labels))
}

fn raw_file(run: &Run, file: &Path) -> Result<Rows, AppError> {
    let schema = dataset::for_file(&run.schema, file)?;
    if schema.columns.label.is_none() {
        return Err(DatasetError::MissingColumn {
            path: file.to_owned(),
            part: "label".into(),
            found: dataset::header(file)?,
        }
        .into());
    }
    let rows = dataset::samples(file, &schema)?.into_labelled();
    Ok(("all", rows.features, rows.labels))
}
