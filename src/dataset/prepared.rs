//! A prepared folder: three Parquet files of features, the schema, the scaler and a manifest.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::blocks;
use super::error::DatasetError;
use super::parquet;
use super::split::{SplitKind, SplitShares};
use super::table::{Column, Kind, Values};
use crate::domain::Timestamp;
use crate::features::scaling::RobustScaler;
use crate::features::{InputKind, Schema};
use crate::files::{self, FileError, Manifest, StagedFolder};
use crate::matrix::Matrix;
use crate::text::Texts;

/// What the manifest calls such a folder.
pub const KIND: &str = "prepared";
/// Names of the columns beside the features.
const ID: &str = "id";
const TIME: &str = "time";
const LABEL: &str = "label";

/// A part of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// What the model learns from, rebalanced if asked for.
    Train,
    /// What early stopping and the threshold are chosen on.
    Valid,
    /// What the model is judged by.
    Test,
}

impl Part {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Valid => "valid",
            Self::Test => "test",
        }
    }
}

/// The rows of a part.
#[derive(Debug, Clone)]
pub struct PartRows {
    /// The source's ids, repeated for copies; empty text for rows that a resampler made up.
    pub ids: Texts,
    /// Times, where the source has them and no resampler made rows.
    pub times: Option<Vec<Timestamp>>,
    /// Fraud or not.
    pub labels: Vec<bool>,
    /// The features, unscaled.
    pub features: Matrix,
}

impl PartRows {
    /// The rows at `rows`, in that order.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            ids: self.ids.select(rows),
            times: self.times.as_ref().map(|times| rows.iter().map(|&row| times[row]).collect()),
            labels: rows.iter().map(|&row| self.labels[row]).collect(),
            features: self.features.select(rows),
        }
    }
}

/// Rows and frauds of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCount {
    /// Rows.
    pub rows: usize,
    /// Frauds among them.
    pub positives: usize,
}

impl PartCount {
    /// Counts labels.
    pub fn of(labels: &[bool]) -> Self {
        Self { rows: labels.len(), positives: labels.iter().filter(|&&label| label).count() }
    }
}

/// What the manifest of a prepared folder says beside checksums and versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PreparedFacts {
    /// [`KIND`].
    pub kind: String,
    /// The source file.
    pub source: PathBuf,
    /// Its SHA-256.
    pub source_sha256: String,
    /// Its rows that have a label.
    pub rows: usize,
    /// Frauds among them.
    pub positives: usize,
    /// Rows without a label, which were left out.
    pub set_aside: usize,
    /// How rows become features.
    pub input: InputKind,
    /// How rows were divided.
    pub split: SplitKind,
    /// Into which shares.
    pub shares: SplitShares,
    /// The seed of the split and the resampler.
    pub seed: u64,
    /// How the training rows were rebalanced.
    pub balance: String,
    /// The training rows as they were before that; the scaler was fitted on these.
    pub train_before_balance: PartCount,
    /// The training rows as written.
    pub train: PartCount,
    /// The validation rows.
    pub valid: PartCount,
    /// The test rows.
    pub test: PartCount,
}

/// An opened prepared folder, its files checked against the manifest.
#[derive(Debug)]
pub struct Prepared {
    folder: PathBuf,
    /// The manifest.
    pub manifest: Manifest<PreparedFacts>,
    /// What the columns are.
    pub schema: Schema,
    /// Fitted on the training rows before rebalancing.
    pub scaler: RobustScaler,
}

impl Prepared {
    /// Opens a folder that [`write_prepared`](super::write_prepared) made.
    ///
    /// # Errors
    /// When it is not a prepared folder, or a file is missing or damaged.
    pub fn open(folder: &Path) -> Result<Self, FileError> {
        Ok(Self {
            folder: folder.to_owned(),
            manifest: files::open_folder(folder, KIND)?,
            schema: files::read_json(&folder.join("schema.json"))?,
            scaler: files::read_json(&folder.join("preprocess.json"))?,
        })
    }

    /// Reads the rows of a part.
    ///
    /// # Errors
    /// When its file cannot be read or does not hold the schema's columns.
    pub fn part(&self, part: Part) -> Result<PartRows, DatasetError> {
        let path = self.folder.join(format!("{}.parquet", part.as_str()));
        let names = parquet::columns(&path)?;
        let place = |name: &str| {
            names.iter().position(|found| found == name).ok_or_else(|| DatasetError::MissingColumn {
                path: path.clone(),
                part: name.to_owned(),
                found: names.clone(),
            })
        };
        let mut wanted = vec![(place(LABEL)?, Kind::Label { positive: None }), (place(ID)?, Kind::Text)];
        for feature in &self.schema.features {
            wanted.push((place(feature)?, Kind::Number));
        }
        if names.iter().any(|name| name == TIME) {
            wanted.push((place(TIME)?, Kind::Time));
        }
        let (mut labels, mut ids, mut times) = (Vec::new(), Texts::default(), None);
        let mut columns = Vec::with_capacity(self.schema.features.len());
        for column in blocks::all(&path, &wanted)? {
            match column.values {
                Values::Numbers(numbers) => columns.push(numbers),
                Values::Texts(texts) => ids = texts,
                Values::Times(read) => times = Some(read),
                Values::Entities(_) => unreachable!("no such column was asked for"),
                Values::Labels(read) => labels = read.into_iter().map(|label| label == Some(true)).collect(),
            }
        }
        Ok(PartRows { ids, times, labels, features: Matrix::from_columns(&columns) })
    }
}

/// Writes a prepared folder; it is there whole or not at all.
///
/// # Errors
/// When `folder` exists and `force` is not set, or writing fails.
pub fn write(
    folder: &Path,
    force: bool,
    schema: &Schema,
    scaler: &RobustScaler,
    parts: &[(Part, PartRows)],
    facts: PreparedFacts,
) -> Result<(), DatasetError> {
    let staged = StagedFolder::create(folder, KIND, force)?;
    staged.write_json("schema.json", schema)?;
    staged.write_json("preprocess.json", scaler)?;
    for (part, rows) in parts {
        let path = staged.path(&format!("{}.parquet", part.as_str()));
        let mut file = File::create(&path).map_err(DatasetError::io(&path))?;
        parquet::write(&mut file, &columns(schema, rows))
            .map_err(|error| DatasetError::io(&path)(io::Error::other(error.to_string())))?;
    }
    Ok(staged.commit(facts)?)
}

fn columns(schema: &Schema, rows: &PartRows) -> Vec<Column> {
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let mut columns = vec![column(ID, Values::Texts(rows.ids.clone()))];
    columns.extend(rows.times.clone().map(|times| column(TIME, Values::Times(times))));
    columns.push(column(LABEL, Values::Labels(rows.labels.iter().copied().map(Some).collect())));
    for (place, feature) in schema.features.iter().enumerate() {
        columns.push(column(feature, Values::Numbers(rows.features.column(place).collect())));
    }
    columns
}
