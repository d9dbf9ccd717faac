//! `simulate`: a made-up event log in a file.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::AppError;
use crate::dataset::{self, Column, OutFormat, Values};
use crate::domain::Timestamp;
use crate::files;
use crate::progress::Progress;
use crate::simulate::{Day, Payment, Simulation, SimulationConfig, Summary};
use crate::text::DictionaryBuilder;

/// What the demo's amounts are in, wherever they are paid.
const CURRENCY: &str = "EUR";

/// What was simulated.
#[derive(Debug, Clone, Serialize)]
pub struct SimulateSummary {
    /// The file.
    pub path: PathBuf,
    /// Rows, frauds, and frauds by scenario.
    #[serde(flatten)]
    pub counts: Summary,
}

/// Simulates an event log and writes it to `out`, CSV, Parquet or NDJSON by its ending.
///
/// # Errors
/// When the configuration makes no world, the user interrupts, or `out` cannot be written.
pub fn simulate(
    config: SimulationConfig,
    out: &Path,
    force: bool,
    progress: &dyn Progress,
) -> Result<SimulateSummary, AppError> {
    OutFormat::of(out)?;
    files::check_file_target(out, force)?;
    let simulation = Simulation::new(config, progress)?;
    let counts = write_log(&simulation, u64::MAX, out, force, progress)?;
    Ok(SimulateSummary { path: out.to_owned(), counts })
}

/// Writes the first `limit` transactions with the Handbook's column names, day by day as they are made.
///
/// # Errors
/// When the user interrupts or `out` cannot be written.
pub fn write_log(
    simulation: &Simulation,
    limit: u64,
    out: &Path,
    force: bool,
    progress: &dyn Progress,
) -> Result<Summary, AppError> {
    let mut counts = Summary::default();
    let mut days = simulation.days(progress);
    let blocks = std::iter::from_fn(|| {
        if counts.rows == limit {
            return None;
        }
        let made = days.next()?.map(|mut day| {
            day.payments.truncate(usize::try_from(limit - counts.rows).unwrap_or(usize::MAX));
            counts.count(&day.payments);
            block(simulation, &day)
        });
        Some(made.map_err(AppError::from))
    });
    let none = block(simulation, &Day::default());
    files::write_file(out, force, |file| dataset::write_blocks(out, file, none, blocks))?;
    progress.finish();
    Ok(counts)
}

/// The transactions of one day as they stand in the file.
fn block(simulation: &Simulation, day: &Day) -> Vec<Column> {
    let integers =
        |value: &dyn Fn(&Payment) -> i64| Values::Integers(day.payments.iter().map(value).collect());
    let start = simulation.config().start.seconds();
    let times = day.payments.iter().map(|payment| Timestamp::from_seconds(start + day.seconds(payment)));
    let ids = (day.first_row as i64..).take(day.payments.len());
    let amounts = day.payments.iter().map(|payment| payment.amount);
    let frauds = day.payments.iter().map(|payment| Some(payment.scenario > 0));
    let mut block = vec![
        ("TRANSACTION_ID", Values::Integers(ids.collect())),
        ("TX_DATETIME", Values::Times(times.collect())),
        ("CUSTOMER_ID", integers(&|payment| payment.customer.into())),
        ("TERMINAL_ID", integers(&|payment| payment.terminal.into())),
        ("TX_AMOUNT", Values::Numbers(amounts.collect())),
    ];
    match simulation.world() {
        None => block.extend([
            ("TX_TIME_SECONDS", integers(&|payment| day.seconds(payment))),
            ("TX_TIME_DAYS", integers(&|_| day.number.into())),
        ]),
        Some(world) => {
            let places = day.payments.par_iter().map(|payment| {
                let place = world.terminals[payment.terminal as usize].place;
                (place.latitude, place.longitude)
            });
            let (latitudes, longitudes) = places.unzip();
            let mut currencies = DictionaryBuilder::default();
            let currency = currencies.code(CURRENCY);
            day.payments.iter().for_each(|_| currencies.push_code(currency));
            block.extend([
                ("TX_CURRENCY", Values::Entities(currencies)),
                ("TERMINAL_LATITUDE", Values::Numbers(latitudes)),
                ("TERMINAL_LONGITUDE", Values::Numbers(longitudes)),
            ]);
        }
    }
    block.extend([
        ("TX_FRAUD", Values::Labels(frauds.collect())),
        ("TX_FRAUD_SCENARIO", integers(&|payment| payment.scenario.into())),
    ]);
    block.into_iter().map(|(name, values)| Column { name: name.to_owned(), values }).collect()
}
