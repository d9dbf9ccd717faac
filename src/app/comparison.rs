//! `runs`: which there are, what is known of one, and how two differ; read from their folders, no model is opened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Serialize;
use serde_json::Value;

use super::{AppError, runs};
use crate::files::{self, FileError, Manifest};
use crate::model::artifact::{self, RunFacts};

/// Metrics of the validation rows that a list shows.
pub const SHOWN: [&str; 4] = ["average_precision", "roc_auc", "recall_at_fpr_001", "log_loss"];

/// A run in a list.
#[derive(Debug, Clone, Serialize)]
pub struct RunEntry {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub path: PathBuf,
    /// `artifacts/latest` points to it.
    pub latest: bool,
    /// What it is; `None` when the folder cannot be used.
    #[serde(flatten)]
    pub facts: Option<Facts>,
    /// Why the folder cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(skip)]
    written: Option<SystemTime>,
}

/// What a list says of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// The model.
    pub model: &'static str,
    /// The prepared folder that it was trained from.
    pub data: PathBuf,
    /// The round or epoch that was kept; of a blend those of its parts.
    pub best_iterations: Vec<usize>,
    /// [`SHOWN`] of the validation rows, as far as the run has them.
    pub valid: BTreeMap<&'static str, Option<f64>>,
}

/// All that is known of a run.
#[derive(Debug, Clone, Serialize)]
pub struct RunDetails {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub path: PathBuf,
    /// Tells it from others of the name.
    pub version: String,
    /// What the manifest says.
    pub manifest: Value,
    /// Metrics by part.
    pub metrics: Value,
    /// The limits.
    pub thresholds: Value,
    /// Names of the features.
    pub features: Vec<String>,
}

/// Where two runs differ.
#[derive(Debug, Clone, Serialize)]
pub struct RunDifferences {
    /// The one.
    pub left: String,
    /// The other.
    pub right: String,
    /// Facts, parameters, limits: what has another value, or is only there.
    pub differences: Vec<Difference>,
    /// Metrics of the validation rows of both.
    pub metrics: Vec<MetricChange>,
    /// Features of the left one only.
    pub only_left: Vec<String>,
    /// Features of the right one only.
    pub only_right: Vec<String>,
}

/// One fact that differs; `null` where a run does not have it.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Its path, with dots.
    pub name: String,
    /// In the left one.
    pub left: Value,
    /// In the right one.
    pub right: Value,
}

/// A metric of both.
#[derive(Debug, Clone, Serialize)]
pub struct MetricChange {
    /// Its name.
    pub name: String,
    /// In the left one.
    pub left: f64,
    /// In the right one.
    pub right: f64,
    /// `right - left`.
    pub change: f64,
}

/// The runs in `folder`, the newest first; folders of other kinds are left out, and damaged runs say so.
///
/// # Errors
/// When the folder is there and cannot be read.
pub fn list(folder: &Path) -> Result<Vec<RunEntry>, AppError> {
    let latest = fs::canonicalize(folder.join(runs::LATEST)).ok();
    let mut entries = Vec::new();
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(entries),
        found => found.map_err(FileError::io(folder))?,
    };
    for entry in found {
        let entry = entry.map_err(FileError::io(folder))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name == runs::LATEST || name.starts_with('.') || !path.join(files::MANIFEST).is_file() {
            continue;
        }
        let (facts, problem) = match read(&path) {
            Ok((manifest, metrics)) => (Some(Facts::of(&manifest, &metrics)), None),
            Err(FileError::OtherKind { .. }) => continue,
            Err(error) => (None, Some(error.to_string())),
        };
        let written = fs::metadata(path.join(files::MANIFEST)).and_then(|file| file.modified()).ok();
        let latest = latest.is_some() && fs::canonicalize(&path).ok() == latest;
        entries.push(RunEntry { name, path, latest, facts, problem, written });
    }
    entries.sort_by(|one, other| other.written.cmp(&one.written).then_with(|| one.name.cmp(&other.name)));
    Ok(entries)
}

/// All that is known of a run.
///
/// # Errors
/// When it is not a run, or damaged.
pub fn show(run: &Path) -> Result<RunDetails, AppError> {
    let (manifest, metrics) = read(run)?;
    let schema: Value = files::read_json(&run.join("schema.json"))?;
    let names = schema["features"].as_array().into_iter().flatten();
    Ok(RunDetails {
        name: name(run),
        path: run.to_owned(),
        version: manifest.version(),
        manifest: serde_json::to_value(&manifest).expect("it was JSON"),
        metrics,
        thresholds: files::read_json(&run.join("threshold.json"))?,
        features: names.filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

/// Where two runs differ.
///
/// # Errors
/// As [`show`].
pub fn diff(left: &Path, right: &Path) -> Result<RunDifferences, AppError> {
    let (left, right) = (show(left)?, show(right)?);
    let facts = |run: &RunDetails| {
        let mut facts = BTreeMap::new();
        flatten("", &run.manifest, &mut facts);
        flatten("threshold", &run.thresholds, &mut facts);
        // The contents of files differ whenever anything does.
        facts.retain(|name, _| !name.starts_with("checksums."));
        facts
    };
    let metrics = |run: &RunDetails| {
        let mut metrics = BTreeMap::new();
        flatten("", &run.metrics["valid"], &mut metrics);
        metrics
    };
    let (facts_left, facts_right) = (facts(&left), facts(&right));
    let mut names: Vec<&String> = facts_left.keys().chain(facts_right.keys()).collect();
    names.sort();
    names.dedup();
    let value = |facts: &BTreeMap<String, Value>, name: &str| facts.get(name).cloned().unwrap_or(Value::Null);
    let differences = names
        .into_iter()
        .map(|name| Difference {
            name: name.clone(),
            left: value(&facts_left, name),
            right: value(&facts_right, name),
        })
        .filter(|difference| difference.left != difference.right)
        .collect();
    let of_right = metrics(&right);
    let both = metrics(&left).into_iter().filter_map(|(name, left)| {
        let (left, right) = (left.as_f64()?, of_right.get(&name)?.as_f64()?);
        Some(MetricChange { name, left, right, change: right - left })
    });
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        these.iter().filter(|name| !others.contains(name)).cloned().collect()
    };
    Ok(RunDifferences {
        differences,
        metrics: both.collect(),
        only_left: only(&left.features, &right.features),
        only_right: only(&right.features, &left.features),
        left: left.name,
        right: right.name,
    })
}

/// Lets `artifacts/latest` point to a run.
///
/// # Errors
/// When it is not a run, is damaged, or does not lie in `artifacts/`.
pub fn promote(run: &Path) -> Result<(), AppError> {
    read(run)?;
    let real = fs::canonicalize(run).map_err(FileError::io(run))?;
    if real.parent().and_then(Path::file_name).is_none_or(|folder| folder != runs::ARTIFACTS) {
        return Err(AppError::NotInArtifacts { run: run.to_owned() });
    }
    Ok(runs::point_latest_to(&real)?)
}

impl Facts {
    fn of(manifest: &Manifest<RunFacts>, metrics: &Value) -> Self {
        let facts = &manifest.facts;
        Self {
            model: facts.model.as_str(),
            data: facts.data.clone(),
            best_iterations: facts.best_iterations().collect(),
            valid: SHOWN.map(|name| (name, metrics["valid"][name].as_f64())).into_iter().collect(),
        }
    }
}

/// A run's manifest and metrics, after checking every file.
fn read(run: &Path) -> Result<(Manifest<RunFacts>, Value), FileError> {
    Ok((files::open_folder(run, artifact::KIND)?, files::read_json(&run.join("metrics.json"))?))
}

fn name(run: &Path) -> String {
    let real = fs::canonicalize(run).unwrap_or_else(|_| run.to_owned());
    real.file_name().map_or_else(|| run.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The single values of an object by their path; lists of objects are left out.
fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    let path = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| flatten(&path(name), value, into)),
        Value::Array(values) if values.iter().any(|value| value.is_object() || value.is_array()) => {}
        value => drop(into.insert(prefix.to_owned(), value.clone())),
    }
}
