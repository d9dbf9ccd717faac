//! `features`: an event log's rows with their features, streamed; and the proof that one at a time gives the same.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::AppError;
use crate::dataset::{
    self, Appending, Column, DatasetError, LogOrder, Rows, SampleReader, SchemaOptions, Values,
};
use crate::features::{EventLog, FeatureState, InputKind, Plan, Schema};
use crate::files::{self, FileError};
use crate::matrix::Matrix;
use crate::progress::Progress;

/// What to compute, and where to write it.
#[derive(Debug, Clone)]
pub struct FeaturesConfig {
    /// A CSV or Parquet file.
    pub input: PathBuf,
    /// The file to write.
    pub out: PathBuf,
    /// What the user says about the columns.
    pub schema: SchemaOptions,
    /// What is remembered of earlier files is read from here, when it is there, and what is remembered then written to it.
    pub state: Option<PathBuf>,
    /// Compute every row a second time, one transaction after the other, and compare the bits.
    pub verify: bool,
    /// Replace `out`.
    pub force: bool,
}

/// What was computed.
#[derive(Debug, Clone, Serialize)]
pub struct FeaturesSummary {
    /// Rows written.
    pub rows: usize,
    /// The columns that were added.
    pub features: Vec<String>,
    /// Microseconds per row that computing them took, reading and writing not counted.
    pub batch_us_per_row: f64,
    /// What the second computation showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online: Option<Online>,
}

/// One transaction after the other, as `serve` sees them.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Online {
    /// Rows of which every bit was compared; all are equal, or there is no summary.
    pub equal_rows: usize,
    /// Microseconds per transaction.
    pub us_per_row: f64,
}

/// Writes the rows of an event log with their features.
///
/// # Errors
/// When the input is no event log or cannot be read, or `out` cannot be written.
pub fn features(config: &FeaturesConfig, progress: &dyn Progress) -> Result<FeaturesSummary, AppError> {
    let input = config.input.as_path();
    let header = dataset::header(input)?;
    let mut schema = dataset::resolve(input, &header, &config.schema, false)?;
    if schema.kind != InputKind::Transactions {
        return Err(AppError::NeedsTransactions { path: input.to_owned(), what: "computing features" });
    }
    // The amount is a feature that the file has already, under the same name perhaps.
    let is_there = |name: &String| schema.columns.amount.as_ref() == Some(name);
    let added: Vec<usize> =
        (0..schema.features.len()).filter(|&place| !is_there(&schema.features[place])).collect();
    let names: Vec<String> = added.iter().map(|&place| schema.features[place].clone()).collect();

    let mut appending = Appending { input, out: &config.out, force: config.force, whole: false };
    appending.check()?;
    let saved = saved_state(config, &schema)?;
    progress.start("looking at times and ids", None);
    let order = dataset::log_order(input, &schema, saved.as_ref().and_then(FeatureState::newest), progress)?;
    check_new(config, &order, progress)?;
    appending.whole = !order.in_order;
    if appending.whole {
        progress.note(format!(
            "{}: its rows are not in the order of time; they are sorted in memory",
            input.display()
        ));
    }
    // From here on ids say nothing.
    schema.columns.id = None;
    let mut reader = SampleReader::new(input, &schema)?;
    let mut single = config.verify.then(|| saved.clone().map_or_else(|| schema.state(), Ok)).transpose()?;
    if let (Some(state), Some(saved)) = (reader.state(), saved) {
        *state = saved;
    }

    progress.start(&format!("computing features of {}", input.display()), None);
    let wanted = reader.wanted().to_vec();
    let (mut batch, mut online, mut first) = (Duration::ZERO, Duration::ZERO, 0);
    let rows = appending.write(&wanted, &names, |columns| {
        let started = Instant::now();
        let Rows { events, features, .. } = reader.rows(columns, progress)?;
        batch += started.elapsed();
        if let (Some(state), Some(events)) = (&mut single, &events) {
            online += compare(state, events, &features, input, first, progress)?;
        }
        first += features.rows();
        let columns = names.iter().zip(features.columns_at(&added));
        let columns =
            columns.map(|(name, values)| Column { name: name.clone(), values: Values::Numbers(values) });
        Ok::<_, AppError>(columns.collect())
    })?;
    if let (Some(path), Some(state)) = (&config.state, reader.state()) {
        save(path, state)?;
    }
    progress.finish();
    let us_per_row = |took: Duration| took.as_secs_f64() * 1e6 / rows as f64;
    let online = single.map(|_| Online { equal_rows: rows, us_per_row: us_per_row(online) });
    Ok(FeaturesSummary { rows, features: names, batch_us_per_row: us_per_row(batch), online })
}

/// Shows every transaction to `state` on its own and compares each bit with the rows made at once, before which the file has
/// `first`; gives the time that the state took.
fn compare(
    state: &mut FeatureState,
    events: &EventLog,
    features: &Matrix,
    input: &Path,
    first: usize,
    progress: &dyn Progress,
) -> Result<Duration, AppError> {
    let order = events.time_order();
    let mut row = vec![0.0; state.columns()];
    let mut took = Duration::ZERO;
    for at in 0..events.len() {
        if at % 4_096 == 0 {
            progress.check()?;
        }
        let place = order.as_ref().map_or(at, |order| order[at]);
        let transaction = events
            .transaction(place, "verified")
            .map_err(|error| DatasetError::unusable_row(input, first + place, &error))?;
        let started = Instant::now();
        state.observe(&transaction, &mut row);
        took += started.elapsed();
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        if bits(&row) != bits(features.row(place)) {
            return Err(AppError::NotEqual { path: input.to_owned(), row: first + place + 1 });
        }
    }
    Ok(took)
}

/// What a saved state has counted counts twice when it comes again: most likely a file was run twice.
fn check_new(config: &FeaturesConfig, order: &LogOrder, progress: &dyn Progress) -> Result<(), DatasetError> {
    let (Some(state), old) = (&config.state, order.not_newer) else { return Ok(()) };
    let state = state.display();
    if old == order.rows && old > 0 {
        let why =
            format!("no row is newer than what {state} has counted: has this file been counted already?");
        return Err(DatasetError::unusable(&config.input, why));
    }
    if old > 0 {
        progress.warn(format!(
            "{old} of {} rows are not newer than the newest that {state} has counted; what it has counted already counts twice",
            order.rows
        ));
    }
    Ok(())
}

/// What is remembered of earlier files, when there is something.
fn saved_state(config: &FeaturesConfig, schema: &Schema) -> Result<Option<FeatureState>, AppError> {
    let Some(path) = config.state.as_deref() else { return Ok(None) };
    if path == config.out {
        return Err(FileError::IsInput { path: path.to_owned() }.into());
    }
    files::check_not_input(path, &[&config.input, &config.out])?;
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(FileError::io(path))?;
    let plan = Plan::new(&schema.features)?;
    FeatureState::restore(&bytes, plan, schema.label_delay_days)
        .map(Some)
        .map_err(|source| AppError::State { path: path.to_owned(), source })
}

fn save(path: &Path, state: &FeatureState) -> Result<(), AppError> {
    files::write_file(path, true, |file| {
        Ok(file.write_all(&state.snapshot()).map_err(FileError::io(path))?)
    })
}
