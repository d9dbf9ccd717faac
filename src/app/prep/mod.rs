//! `prep`: from a file to a prepared folder. The order is the point: split first, then learn encodings and scaling from the
//! training rows, then rebalance the training rows only.
//!
//! The file is read several times instead of being kept: what is in memory of each row are its label, its time and a few hashes. The
//! training rows are kept only when they are to be rebalanced.

mod columns;
mod division;
mod writing;

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{AppError, runs};
use crate::dataset::{
    self, DatasetError, Fitted, Part, PartCount, Periods, PreparedFacts, SchemaOptions, SplitKind,
    SplitShares,
};
use crate::features::InputKind;
use crate::files;
use crate::progress::Progress;
use crate::resample::Balance;

use division::Division;
pub(super) use writing::resampling_error;

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
    /// The periods of a split by dates.
    pub periods: Option<Periods>,
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
    let mut schema = dataset::resolve(input, &dataset::header(input)?, &config.schema, true)?;
    columns::check_label(config, &schema, progress)?;
    // The checksum takes as long as a pass, and waits for the disk where that computes.
    let (found, source_sha256) =
        rayon::join(|| columns::look_at(config, &mut schema, progress), || files::checksum(input));
    let (mut found, source_sha256) = (found?, source_sha256?);
    let overview = match found.overview.take() {
        Some(overview) => overview,
        None => {
            progress.start("reading labels and times", None);
            dataset::overview(input, &schema, progress)?
        }
    };
    let kind = config.split.unwrap_or(match schema.kind {
        InputKind::Tabular => SplitKind::Stratified,
        InputKind::Transactions => SplitKind::Time,
    });
    let division = Division::new(config, kind, &overview)?;
    found.warnings.drain(..).for_each(|warning| progress.warn(warning));
    for (part, count) in
        [("training", division.train), ("validation", division.valid), ("test", division.test)]
    {
        check_classes(input, &format!("the {part} part"), count)?;
    }
    found.dropped.extend(columns::learn(config, &mut schema, &division, progress)?);
    let whole = schema.kind == InputKind::Transactions
        && !overview.times.as_ref().is_none_or(|times| times.is_sorted());
    let copies = found.row_hashes.take().map(|hashes| division.copies(&hashes));
    drop(overview);
    let written = writing::write(config, &schema, &division, whole, progress, |written| {
        Ok(PreparedFacts {
            kind: dataset::PREPARED.into(),
            source: input.to_owned(),
            source_sha256,
            rows: division.all.rows,
            positives: division.all.positives,
            set_aside: division.unlabelled,
            input: schema.kind,
            split: kind,
            shares: config.shares,
            periods: config.periods,
            outside: division.outside,
            scaler_fitted: Some(Fitted { part: Part::Train, rows: written.scaler_rows }),
            encodings_fitted: found.learns.then_some(Fitted { part: Part::Train, rows: division.train.rows }),
            constant_columns: found.constant,
            duplicate_columns: found.duplicates,
            dropped_columns: found.dropped,
            left_out_columns: config.schema.drop.clone(),
            missing: found.missing,
            copies_of_training_rows: copies,
            seed: config.seed,
            balance: config.balance.to_string(),
            train_before_balance: division.train,
            train: written.train,
            valid: division.valid,
            test: division.test,
        })
    })?;
    progress.finish();
    if let Some(copies) = copies.filter(|copies| copies.valid + copies.test > 0) {
        progress.warn(format!(
            "{} test rows and {} validation rows say the same as a training row in every column: metrics will be better than \
             they would be on new rows",
            copies.test, copies.valid
        ));
    }
    Ok(PrepSummary { facts: written, features: schema.features })
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
