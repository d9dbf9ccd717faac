//! The trials of a search as JSON, a line each, behind a line that says which search they are of. A line is written when its
//! trial is done; one that was cut off counts as not written.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Search, Trial};
use crate::app::AppError;
use crate::files::{self, FileError};
use crate::metrics::Metric;
use crate::model::ModelKind;

/// Version of the file.
const VERSION: u32 = 1;

/// The first line. The number of trials is not in it: their second half would be drawn differently, so a search goes on only
/// towards the number that it began with.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    format_version: u32,
    model: ModelKind,
    fixed: Vec<(String, String)>,
    trials: usize,
    seed: u64,
    metric: Metric,
    judged_on: String,
}

/// The file, or none.
pub(super) struct TrialFile(Option<(PathBuf, File)>);

impl TrialFile {
    /// Begins the file of `search`, or reads the trials that are in it.
    pub(super) fn open(search: &Search<'_>) -> Result<(Self, Vec<Trial>), AppError> {
        let Some(path) = search.file else { return Ok((Self(None), Vec::new())) };
        let header = Header {
            format_version: VERSION,
            model: search.model,
            fixed: search.fixed.to_vec(),
            trials: search.trials,
            seed: search.seed,
            metric: search.metric,
            judged_on: search.judged_on.clone(),
        };
        if !path.exists() {
            if search.resume {
                return Err(AppError::NoTrials { path: path.to_owned() });
            }
            let mut file = File::create_new(path).map_err(FileError::io(path))?;
            line(&mut file, &header).map_err(FileError::io(path))?;
            return Ok((Self(Some((path.to_owned(), file))), Vec::new()));
        }
        if !search.resume {
            return Err(AppError::TrialsExist { path: path.to_owned() });
        }
        let text = fs::read_to_string(path).map_err(FileError::io(path))?;
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let mut lines = whole.lines();
        let found: Option<Header> = lines.next().and_then(|line| serde_json::from_str(line).ok());
        if found.as_ref() != Some(&header) {
            return Err(AppError::OtherSearch { path: path.to_owned() });
        }
        let json = |source| FileError::Json { path: path.to_owned(), source };
        let trials = lines.map(serde_json::from_str).collect::<Result<Vec<Trial>, _>>().map_err(json)?;
        if whole.len() < text.len() {
            // What was cut off would otherwise begin the next line.
            files::write_file(path, true, |file| {
                file.write_all(whole.as_bytes()).map_err(FileError::io(path))
            })?;
        }
        let file = OpenOptions::new().append(true).open(path).map_err(FileError::io(path))?;
        Ok((Self(Some((path.to_owned(), file))), trials))
    }

    /// Appends a trial.
    pub(super) fn append(&self, trial: &Trial) -> Result<(), FileError> {
        let Some((path, file)) = &self.0 else { return Ok(()) };
        let mut file = file;
        line(&mut file, trial).map_err(FileError::io(path))
    }
}

fn line(file: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    file.write_all(text.as_bytes())?;
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_made_again() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("trials.jsonl");
        let search = |resume| Search {
            model: ModelKind::Lightgbm,
            fixed: &[],
            trials: 5,
            seed: 1,
            metric: Metric::RocAuc,
            file: Some(&path),
            resume,
            judged_on: "rows".into(),
        };
        let trial = |number, value| Trial {
            number,
            model: Some(ModelKind::Lightgbm),
            settings: vec![("max_bin".into(), "255".into())],
            value,
            best_iteration: 1,
            seconds: 0.5,
        };
        let (file, none) = TrialFile::open(&search(false)).expect("new");
        assert!(none.is_empty());
        for number in [1, 2] {
            file.append(&trial(number, 0.25)).expect("written");
        }
        drop(file);
        let text = fs::read_to_string(&path).expect("readable");
        fs::write(&path, &text[..text.len() - 9]).expect("cut off");
        let (file, trials) = TrialFile::open(&search(true)).expect("it goes on");
        assert_eq!(trials, [trial(1, 0.25)]);
        file.append(&trial(2, 0.75)).expect("written");
        drop(file);
        let (_, trials) = TrialFile::open(&search(true)).expect("it goes on");
        assert_eq!(trials, [trial(1, 0.25), trial(2, 0.75)]);
    }
}
