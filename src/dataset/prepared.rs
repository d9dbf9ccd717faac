//! A prepared folder: three Parquet files of features, the schema, the scaler and a manifest.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::blocks;
use super::error::DatasetError;
use super::parquet;
use super::sink::{OutFormat, Sink};
use super::split::{Periods, SplitKind, SplitShares};
use super::table::{Column, Kind, Values};
use crate::domain::{TimeFormat, Timestamp};
use crate::features::scaling::RobustScaler;
use crate::features::{InputKind, Schema};
use crate::files::{self, FileError, Manifest, StagedFolder};
use crate::matrix::Matrix;
use crate::text::{Dictionary, Texts};

/// What the manifest calls such a folder.
pub const KIND: &str = "prepared";
/// Names of the columns beside the features.
const ID: &str = "id";
const TIME: &str = "time";
const CUSTOMER: &str = "customer";
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
    /// Who paid, of an event log whose rows no resampler made.
    pub customers: Option<Dictionary>,
    /// Fraud or not.
    pub labels: Vec<bool>,
    /// The features, unscaled.
    pub features: Matrix,
}

impl PartRows {
    /// No rows, of so many features, without customers.
    pub fn none(columns: usize, timed: bool) -> Self {
        Self {
            ids: Texts::default(),
            times: timed.then(Vec::new),
            customers: None,
            labels: Vec::new(),
            features: Matrix::with_capacity(0, columns),
        }
    }

    /// Appends rows. Customers stay known when they are of both.
    pub fn append(&mut self, more: &Self) {
        self.ids.append(&more.ids);
        if let (Some(times), Some(more)) = (&mut self.times, &more.times) {
            times.extend(more);
        }
        self.customers = match (self.customers.take(), &more.customers) {
            (Some(mut customers), Some(more)) => {
                customers.append(more);
                Some(customers)
            }
            _ => None,
        };
        self.labels.extend(&more.labels);
        self.features.append(&more.features);
    }

    /// The rows at `rows`, in that order.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            ids: self.ids.select(rows),
            times: self.times.as_ref().map(|times| rows.iter().map(|&row| times[row]).collect()),
            customers: self.customers.as_ref().map(|customers| customers.select(rows)),
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

/// On which rows something was learnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitted {
    /// The part that the rows are of.
    pub part: Part,
    /// How many of them, before rebalancing.
    pub rows: usize,
}

/// Rows that say the same as a training row, in all columns that features are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// Among the validation rows.
    pub valid: usize,
    /// Among the test rows.
    pub test: usize,
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
    /// Into which periods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<Periods>,
    /// Labelled rows outside of them, which were left out.
    #[serde(default)]
    pub outside: usize,
    /// The rows that the scaler was fitted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaler_fitted: Option<Fitted>,
    /// The rows that categories and counts of words were learnt from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encodings_fitted: Option<Fitted>,
    /// Columns that say the same in every row.
    #[serde(default)]
    pub constant_columns: Vec<String>,
    /// Columns that say what an earlier one says, and that one.
    #[serde(default)]
    pub duplicate_columns: Vec<(String, String)>,
    /// Columns that nothing can be learnt from and that were left out.
    #[serde(default)]
    pub dropped_columns: Vec<String>,
    /// Columns that the user left out.
    #[serde(default)]
    pub left_out_columns: Vec<String>,
    /// Missing cells, by column; the columns without any are left out.
    #[serde(default)]
    pub missing: BTreeMap<String, u64>,
    /// Exact copies of training rows in the other parts; not counted for an event log, whose rows have ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies_of_training_rows: Option<Copies>,
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
    /// Opens a folder that a [`PreparedWriter`] made.
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
        let mut wanted = vec![(place(LABEL)?, Kind::Label { positive: None }), (place(ID)?, Kind::Raw)];
        for feature in &self.schema.features {
            wanted.push((place(feature)?, Kind::Number));
        }
        if names.iter().any(|name| name == TIME) {
            wanted.push((place(TIME)?, Kind::Time(TimeFormat::Iso)));
        }
        // A table may have a feature of that name.
        if self.schema.kind == InputKind::Transactions && names.iter().any(|name| name == CUSTOMER) {
            wanted.push((place(CUSTOMER)?, Kind::Entity));
        }
        let (mut labels, mut ids, mut times, mut customers) = (Vec::new(), Texts::default(), None, None);
        let mut columns = Vec::with_capacity(self.schema.features.len());
        for column in blocks::all(&path, &wanted)? {
            match column.values {
                Values::Numbers(numbers) => columns.push(numbers),
                Values::Texts(texts) => ids = texts,
                Values::Times(read) => times = Some(read),
                Values::Entities(read) => customers = Some(read.finish()),
                Values::Integers(_) => unreachable!("no such column was asked for"),
                Values::Labels(read) => labels = read.into_iter().map(|label| label == Some(true)).collect(),
            }
        }
        Ok(PartRows { ids, times, customers, labels, features: Matrix::from_columns(&columns) })
    }
}

/// A prepared folder in the making; it is there whole or not at all. The rows of a part may come in several blocks.
pub struct PreparedWriter {
    staged: StagedFolder,
    schema: Schema,
    parts: [(PathBuf, Sink<File>); 3],
}

impl PreparedWriter {
    /// Begins a folder.
    ///
    /// # Errors
    /// When `folder` exists and `force` is not set, or files cannot be made beside it.
    pub fn create(folder: &Path, force: bool, schema: &Schema) -> Result<Self, DatasetError> {
        let staged = StagedFolder::create(folder, KIND, force)?;
        staged.write_json("schema.json", schema)?;
        let part = |part: Part| {
            let path = staged.path(&format!("{}.parquet", part.as_str()));
            let file = File::create(&path).map_err(DatasetError::io(&path))?;
            Ok::<_, DatasetError>((path, Sink::new(OutFormat::Parquet, file)))
        };
        let parts = [part(Part::Train)?, part(Part::Valid)?, part(Part::Test)?];
        Ok(Self { staged, schema: schema.clone(), parts })
    }

    /// Appends rows to a part.
    ///
    /// # Errors
    /// When writing fails.
    pub fn append(&mut self, part: Part, rows: &PartRows) -> Result<(), DatasetError> {
        if rows.labels.is_empty() {
            return Ok(());
        }
        let (path, sink) = &mut self.parts[part as usize];
        sink.write(columns(&self.schema, rows)).map_err(DatasetError::io(path))
    }

    /// Ends the folder and gives it its name.
    ///
    /// # Errors
    /// When writing fails.
    pub fn finish(self, scaler: &RobustScaler, facts: PreparedFacts) -> Result<(), DatasetError> {
        for (path, sink) in self.parts {
            sink.finish().map_err(DatasetError::io(&path))?;
        }
        self.staged.write_json("preprocess.json", scaler)?;
        Ok(self.staged.commit(facts)?)
    }
}

fn columns(schema: &Schema, rows: &PartRows) -> Vec<Column> {
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let mut columns = vec![column(ID, Values::Texts(rows.ids.clone()))];
    columns.extend(rows.times.clone().map(|times| column(TIME, Values::Times(times))));
    let customers = rows.customers.iter().filter(|_| schema.kind == InputKind::Transactions);
    columns.extend(customers.map(|customers| column(CUSTOMER, Values::Texts(customers.iter().collect()))));
    columns.push(column(LABEL, Values::Labels(rows.labels.iter().copied().map(Some).collect())));
    let places: Vec<usize> = (0..schema.features.len()).collect();
    let features = schema.features.iter().zip(rows.features.columns_at(&places));
    columns.extend(features.map(|(feature, values)| column(feature, Values::Numbers(values))));
    columns
}
