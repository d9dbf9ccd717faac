//! `evaluate`: how good a run is, on the test part of a prepared folder or on a raw file.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::AppError;
use super::known::Known;
use super::reporting::{self, Judge};
use crate::calibration::Calibration;
use crate::dataset::{self, DatasetError, Part, PartRows, Prepared};
use crate::files::{self, FileError};
use crate::metrics::{self, Assessment, AssessmentOptions};
use crate::model::artifact::{self, Run};
use crate::model::score_rows;
use crate::progress::Progress;

/// Metrics, and what they were computed on.
#[derive(Debug, Clone, Serialize)]
pub struct EvaluateSummary {
    /// `test` for a prepared folder's test part, `all` for all rows of a raw file.
    pub split: &'static str,
    /// The rows are those of the file that the run was trained from: its training rows are among them.
    pub trained_on: bool,
    /// How the run's scores are calibrated: `none`, or the method.
    pub calibration: &'static str,
    /// The metrics at the run's review threshold, and what a report draws.
    #[serde(flatten)]
    pub assessment: Assessment,
}

/// Evaluates a run at its own review threshold on `data`: a prepared folder (its test part) or a raw file (all labelled rows); `None` takes
/// the folder that the run was trained from.
///
/// # Errors
/// When the run or the data cannot be read or do not fit each other.
pub fn evaluate(
    run: &Path,
    data: Option<&Path>,
    options: AssessmentOptions,
    html: Option<Html<'_>>,
    progress: &dyn Progress,
) -> Result<EvaluateSummary, AppError> {
    let folder = run;
    let run = artifact::open(folder)?;
    if let Some(html) = html {
        let trained_from = run.manifest.facts.data.as_path();
        check_page(html, &[folder, trained_from, data.unwrap_or(trained_from)])?;
    }
    let (split, rows, trained_on) = match data {
        Some(data) if !data.is_dir() => {
            let rows = raw_file(&run, data, progress)
                .map_err(|source| AppError::not_as_trained(&run.name, source))?;
            ("all", rows, files::checksum(data)? == run.manifest.facts.source_sha256)
        }
        Some(data) => ("test", test_part(&run, data, false)?, false),
        None => ("test", test_part(&run, &run.manifest.facts.data, true)?, false),
    };
    let scores = score_rows(&*run.scorer, &rows.features);
    let known = Known::of(&rows, &run.schema);
    let rows = known.rows(&rows.labels, &scores);
    let summary = EvaluateSummary {
        split,
        trained_on,
        calibration: run.calibration.as_ref().map_or("none", Calibration::as_str),
        assessment: metrics::assess(&rows, run.thresholds.review, options)?,
    };
    if let Some(html) = html {
        let judge = match data {
            Some(rows) if !rows.is_dir() => Judge::File { rows, trained_on },
            Some(folder) => Judge::Folder(folder),
            None => Judge::Test,
        };
        let page = reporting::of_run(folder, &run, judge, &summary.assessment)?;
        files::write_file(html.path, html.force, |file| {
            file.write_all(page.as_bytes()).map_err(FileError::io(html.path))
        })?;
    }
    Ok(summary)
}

/// Says whether the page may be written: not over what is read, nor into a folder whose files have checksums.
fn check_page(html: Html<'_>, read: &[&Path]) -> Result<(), FileError> {
    files::check_file_target(html.path, html.force)?;
    files::check_not_input(html.path, read)?;
    let parent = html.path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let place = parent.unwrap_or(Path::new(".")).canonicalize().ok();
    let within = |folder: &&Path| {
        let folder = folder.canonicalize().ok().filter(|folder| folder.is_dir());
        place.as_ref().zip(folder).is_some_and(|(place, folder)| place.starts_with(folder))
    };
    match read.iter().any(within) {
        true => Err(FileError::IsInput { path: html.path.to_owned() }),
        false => Ok(()),
    }
}

/// A page to write.
#[derive(Debug, Clone, Copy)]
pub struct Html<'a> {
    /// The file.
    pub path: &'a Path,
    /// Replace it.
    pub force: bool,
}

/// The test part of `folder`, unless it may hold rows that the run was trained on: the same source divided in another
/// way. `same` demands the very folder that the run was trained from.
fn test_part(run: &Run, folder: &Path, same: bool) -> Result<PartRows, AppError> {
    let prepared = Prepared::open(folder)?;
    let facts = &run.manifest.facts;
    let is_same = files::checksum(&folder.join(files::MANIFEST))? == facts.data_sha256;
    let (name, data) = (run.name.clone(), folder.to_owned());
    if !is_same && prepared.manifest.facts.source_sha256 == facts.source_sha256 {
        return Err(AppError::OtherDivision { run: name, data });
    }
    if !is_same && same {
        return Err(AppError::OtherData { run: name, data });
    }
    if let Some(what) = prepared.schema.difference(&run.schema) {
        return Err(AppError::OtherFeatures { run: name, data, what });
    }
    Ok(prepared.part(Part::Test)?)
}

fn raw_file(run: &Run, file: &Path, progress: &dyn Progress) -> Result<PartRows, DatasetError> {
    let schema = dataset::for_file(&run.schema, file)?;
    if schema.columns.label.is_none() {
        let found = dataset::header(file)?;
        return Err(DatasetError::MissingColumn { path: file.to_owned(), part: "label".into(), found });
    }
    Ok(dataset::samples(file, &schema, progress)?.into_labelled())
}
