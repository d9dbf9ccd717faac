//! The rows of the three parts, encoded, on their way into the folder; the scaler; the rebalanced training rows.

use super::PrepConfig;
use super::division::Division;
use crate::app::AppError;
use crate::dataset::{self, DatasetError, Part, PartCount, PartRows, PreparedFacts, PreparedWriter, Samples};
use crate::features::scaling::RobustScaler;
use crate::features::{InputKind, Schema};
use crate::matrix::Matrix;
use crate::progress::Progress;
use crate::resample::{self, Balance, ResampleError};

/// The scaler is fitted on so many training rows at most, evenly taken: its quantiles are then right to a tenth of a percent.
const SCALER_ROWS: usize = 250_000;

/// While rows are rebalanced, a missing category is one more value.
const NO_VALUE: f64 = -1.0;

/// What only writing shows.
pub(super) struct Written {
    /// The training rows as written.
    pub(super) train: PartCount,
    /// Training rows that the scaler was fitted on.
    pub(super) scaler_rows: usize,
}

/// Writes the folder, whose manifest `facts` makes at the end; gives what it says.
pub(super) fn write(
    config: &PrepConfig,
    schema: &Schema,
    division: &Division,
    whole: bool,
    progress: &dyn Progress,
    facts: impl FnOnce(Written) -> Result<PreparedFacts, AppError>,
) -> Result<PreparedFacts, AppError> {
    let columns = schema.features.len();
    let total: usize = division.train.rows + division.valid.rows + division.test.rows;
    progress.start(&format!("writing {}", config.out.display()), Some(total as u64));
    let mut writer = PreparedWriter::create(&config.out, config.force, schema)?;
    let mut kept =
        config.balance.changes_rows().then(|| PartRows::none(columns, schema.columns.time.is_some()));
    let mut sample = Matrix::with_capacity(0, columns);
    let step = division.train.rows.div_ceil(SCALER_ROWS).max(1);
    let (mut first, mut trained, mut done) = (0, 0, 0);
    dataset::for_each_block(&config.input, schema, whole, progress, |samples: Samples| {
        progress.check()?;
        for part in [Part::Train, Part::Valid, Part::Test] {
            let rows: Vec<usize> =
                (0..samples.labels.len()).filter(|row| division.part(first + row) == Some(part)).collect();
            let rows = samples.select(&rows);
            done += rows.labels.len();
            if part == Part::Train {
                for row in rows.features.iter_rows() {
                    if trained % step == 0 {
                        sample.push_row(row);
                    }
                    trained += 1;
                }
                if let Some(kept) = &mut kept {
                    kept.append(&rows);
                    continue;
                }
            }
            writer.append(part, &rows)?;
        }
        first += samples.labels.len();
        progress.advance(done as u64, "");
        Ok::<_, AppError>(())
    })?;
    if first != division.rows() {
        let why = format!(
            "it had {} rows when they were divided and has {first} now: it changed while it was read",
            division.rows()
        );
        return Err(DatasetError::unusable(&config.input, why).into());
    }
    let scaler = RobustScaler::fit(&sample, &schema.encoder().categories());
    let mut train = division.train;
    if let Some(kept) = kept {
        let balanced = balance(config, schema, kept, progress)?;
        train = PartCount::of(&balanced.labels);
        writer.append(Part::Train, &balanced)?;
    }
    progress.check()?;
    let facts = facts(Written { train, scaler_rows: sample.rows() })?;
    writer.finish(&scaler, facts.clone())?;
    Ok(facts)
}

fn balance(
    config: &PrepConfig,
    schema: &Schema,
    train: PartRows,
    progress: &dyn Progress,
) -> Result<PartRows, AppError> {
    let categories: Vec<bool> = schema.encoder().categories().iter().map(Option::is_some).collect();
    let options = resample::Options { categorical: &categories, ..resample::Options::default() };
    let features = recoded(train.features, &categories, |code| if code.is_nan() { NO_VALUE } else { code });
    let resampled = config.balance.apply(features, &train.labels, options, config.seed, progress);
    let mut resampled = resampled.map_err(|error| resampling_error(error, schema, &config.balance))?;
    resampled.features =
        recoded(resampled.features, &categories, |code| if code == NO_VALUE { f64::NAN } else { code });
    let source = |origin: &Option<usize>| origin.map_or("", |row| train.ids.get(row));
    Ok(PartRows {
        ids: resampled.origin.iter().map(source).collect(),
        times: None,
        customers: None,
        labels: resampled.labels,
        features: resampled.features,
    })
}

/// The error with the names of the columns.
pub(in crate::app) fn resampling_error(error: ResampleError, schema: &Schema, balance: &Balance) -> AppError {
    match error {
        ResampleError::NotMeasurable { column, value, .. } => AppError::NotMeasurable {
            column: schema.features[column].clone(),
            value,
            balance: balance.to_string(),
            computed: schema.kind == InputKind::Transactions,
        },
        other => other.with_names(&schema.features).into(),
    }
}

/// Changes the codes of the categories.
fn recoded(mut rows: Matrix, categories: &[bool], change: impl Fn(f64) -> f64) -> Matrix {
    if categories.contains(&true) {
        for row in 0..rows.rows() {
            let cells = rows.row_mut(row).iter_mut().zip(categories).filter(|(_, is_category)| **is_category);
            cells.for_each(|(cell, _)| *cell = change(*cell));
        }
    }
    rows
}
