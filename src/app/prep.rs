//! `prep`: from a file to a prepared folder. The order is the point: split first, then fit the scaler on the
//! training rows, then rebalance the training rows only.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{AppError, runs};
use crate::dataset::{
    self, DatasetError, Part, PartCount, PartRows, PreparedFacts, SchemaOptions, Split, SplitKind,
    SplitShares,
};
use crate::features::scaling::RobustScaler;
use crate::features::{InputKind, Schema};
use crate::files;
use crate::progress::Progress;
use crate::resample::{Balance, ResampleError};

/// What to prepare, and how.
#[derive(Debug, Clone)]
pub struct PrepConfig {
    /// A CSV or Parquet file.
    pub input: PathBuf,
    /// The folder to make.
    pub out: PathBuf,
    /// What the user says about the columns.
    pub schema: SchemaOptions,
    /// `None`: by time for event logs, else stratified.
    pub split: Option<SplitKind>,
    /// Shares of validation and test.
    pub shares: SplitShares,
    /// How the training rows are rebalanced.
    pub balance: Balance,
    /// Seeds the split and the resampler.
    pub seed: u64,
    /// Replace `out`.
    pub force: bool,
}

/// What was prepared.
#[derive(Debug, Clone, Serialize)]
pub struct PrepSummary {
    /// What the folder's manifest says.
    #[serde(flatten)]
    pub facts: PreparedFacts,
    /// Names of the features.
    pub features: Vec<String>,
}

/// Prepares a folder.
///
/// # Errors
/// When the input cannot be used (file, line and column are named), or the folder cannot be written.
pub fn prep(config: &PrepConfig, progress: &dyn Progress) -> Result<PrepSummary, AppError> {
    runs::check_target(&config.out, dataset::PREPARED, config.force)?;
    let input = config.input.as_path();
    progress.start(&format!("reading {}", input.display()), None);
    let schema = dataset::resolve(input, &dataset::header(input)?, &config.schema, true)?;
    let samples = dataset::samples(input, &schema, progress)?;
    progress.check()?;
    let rows_read = samples.labels.len();
    let all = samples.into_labelled();
    let counts = PartCount::of(&all.labels);
    let set_aside = rows_read - counts.rows;
    check_classes(input, "the file", counts)?;
    let kind = config.split.unwrap_or(match schema.kind {
        InputKind::Tabular => SplitKind::Stratified,
        InputKind::Transactions => SplitKind::Time,
    });
    let split = split(config, kind, &all)?;
    for (name, rows) in [("training", &split.train), ("validation", &split.valid), ("test", &split.test)] {
        let part: Vec<bool> = rows.iter().map(|&row| all.labels[row]).collect();
        check_classes(input, &format!("the {name} part"), PartCount::of(&part))?;
    }
    let train = all.select(&split.train);
    let train_before_balance = PartCount::of(&train.labels);
    let scaler = RobustScaler::fit(&train.features);
    let train = balance(config, &schema, train, progress)?;

    progress.check()?;
    progress.start(&format!("writing {}", config.out.display()), None);
    let parts = [
        (Part::Train, train),
        (Part::Valid, all.select(&split.valid)),
        (Part::Test, all.select(&split.test)),
    ];
    let [train, valid, test] = [0, 1, 2].map(|place: usize| PartCount::of(&parts[place].1.labels));
    let facts = PreparedFacts {
        kind: dataset::PREPARED.into(),
        source: input.to_owned(),
        source_sha256: files::checksum(input)?,
        rows: counts.rows,
        positives: counts.positives,
        set_aside,
        input: schema.kind,
        split: kind,
        shares: config.shares,
        seed: config.seed,
        balance: config.balance.to_string(),
        train_before_balance,
        train,
        valid,
        test,
    };
    let summary = PrepSummary { facts: facts.clone(), features: schema.features.clone() };
    dataset::write_prepared(&config.out, config.force, &schema, &scaler, &parts, facts)?;
    progress.finish();
    Ok(summary)
}

fn split(config: &PrepConfig, kind: SplitKind, all: &PartRows) -> Result<Split, DatasetError> {
    match (kind, &all.times) {
        (SplitKind::Stratified, _) => Ok(dataset::stratified(&all.labels, config.shares, config.seed)),
        (SplitKind::Time, Some(times)) => Ok(dataset::by_time(times, config.shares)),
        (SplitKind::Time, None) => Err(DatasetError::Unusable {
            path: config.input.clone(),
            why: "--split time needs to know the time; name its column with --time COLUMN".into(),
        }),
    }
}

fn check_classes(input: &Path, what: &str, count: PartCount) -> Result<(), DatasetError> {
    if count.positives > 0 && count.positives < count.rows {
        return Ok(());
    }
    let class = if count.positives == 0 { "no fraud" } else { "nothing but fraud" };
    Err(DatasetError::Unusable {
        path: input.to_owned(),
        why: format!(
            "{what} holds {class} in {} labelled rows; a model needs both classes in the training, validation \
             and test rows",
            count.rows
        ),
    })
}

fn balance(
    config: &PrepConfig,
    schema: &Schema,
    train: PartRows,
    progress: &dyn Progress,
) -> Result<PartRows, AppError> {
    if config.balance.is_none() {
        return Ok(train);
    }
    let resampled = config.balance.apply(&train.features, &train.labels, config.seed, progress);
    let resampled = resampled.map_err(|error| match error {
        ResampleError::NotMeasurable { column, value, .. } => AppError::NotMeasurable {
            column: schema.features[column].clone(),
            value,
            balance: config.balance.to_string(),
        },
        other => other.into(),
    })?;
    let source = |origin: &Option<usize>| origin.map_or("", |row| train.ids.get(row));
    Ok(PartRows {
        ids: resampled.origin.iter().map(source).collect(),
        times: None,
        labels: resampled.labels,
        features: resampled.features,
    })
}
