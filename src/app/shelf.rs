//! What a server tells of the runs in `artifacts/`, and of the one that it was started with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{comparison, runs};
use crate::domain::Thresholds;
use crate::server::Shelf;
use crate::wire::{Curves, Run};

/// Points of a curve that are told at most.
const POINTS: usize = 400;

/// The runs of a folder, and one more that may lie elsewhere.
#[derive(Debug)]
pub struct Runs {
    folder: PathBuf,
    served: PathBuf,
}

impl Runs {
    /// Those in `artifacts/`, and `served`.
    pub fn with(served: &Path) -> Self {
        let served = served.canonicalize().unwrap_or_else(|_| served.to_owned());
        Self { folder: runs::ARTIFACTS.into(), served }
    }

    /// Their folders, the newest first; damaged ones are left out.
    fn folders(&self) -> Result<Vec<PathBuf>, String> {
        let listed = comparison::list(&self.folder).map_err(|error| error.to_string())?;
        let sound = listed.into_iter().filter(|entry| entry.facts.is_some());
        let mut folders: Vec<PathBuf> = sound.map(|entry| entry.path).collect();
        if !folders.iter().any(|folder| folder.canonicalize().is_ok_and(|path| path == self.served)) {
            folders.push(self.served.clone());
        }
        Ok(folders)
    }
}

impl Shelf for Runs {
    fn runs(&self) -> Result<Vec<Run>, String> {
        Ok(self.folders()?.iter().filter_map(|folder| run(folder)).collect())
    }

    fn curves(&self, name: &str) -> Result<Option<Curves>, String> {
        let Some(folder) =
            self.folders()?.into_iter().find(|folder| folder.file_name().is_some_and(|own| own == name))
        else {
            return Ok(None);
        };
        let read = |curve: &str, x: &str, y: &str| points(&folder.join("curves").join(curve), x, y);
        Ok(Some(Curves {
            name: name.to_owned(),
            precision_recall: read("precision_recall.csv", "recall", "precision")?,
            roc: read("roc.csv", "false_positive_rate", "true_positive_rate")?,
            gains: read("gains.csv", "share", "recall")?,
        }))
    }
}

/// What is told of one; `None` for one that was damaged since it was listed.
fn run(folder: &Path) -> Option<Run> {
    let details = comparison::show(folder).ok()?;
    let mut metrics = BTreeMap::new();
    for (name, value) in details.metrics["valid"].as_object()? {
        metrics.extend(value.as_f64().map(|value| (name.clone(), value)));
    }
    let limit = |name: &str| details.thresholds[name].as_f64();
    Some(Run {
        version: details.version,
        kind: details.manifest["model"].as_str()?.to_owned(),
        role: None,
        thresholds: Thresholds { review: limit("review")?, block: limit("block") },
        metrics,
        name: details.name,
    })
}

/// Two columns of a curve's file, evenly thinned out; none when the run has no such file.
fn points(path: &Path, x: &str, y: &str) -> Result<Vec<[f64; 2]>, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let Ok(file) = fs::File::open(path) else { return Ok(Vec::new()) };
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().map_err(|error| wrong(&error))?.clone();
    let place = |name: &str| {
        headers.iter().position(|header| header == name).ok_or_else(|| wrong(&format!("no column {name}")))
    };
    let (x, y) = (place(x)?, place(y)?);
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| wrong(&error))?;
        let number = |place: usize| record.get(place).and_then(|cell| cell.parse::<f64>().ok());
        points.extend(
            number(x)
                .zip(number(y))
                .map(|(x, y)| [x, y])
                .filter(|point| point.iter().all(|value| value.is_finite())),
        );
    }
    let step = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    Ok(points
        .into_iter()
        .enumerate()
        .filter(|(place, _)| place.is_multiple_of(step) || *place == last)
        .map(|(_, point)| point)
        .collect())
}
