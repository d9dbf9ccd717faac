//! `simulate`: a made-up event log in a file.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::AppError;
use crate::dataset::{self, Column, Values};
use crate::files;
use crate::progress::Progress;
use crate::simulate::{SimulatedTransaction, Simulation, SimulationConfig, Summary};

/// What was simulated.
#[derive(Debug, Clone, Serialize)]
pub struct SimulateSummary {
    /// The file.
    pub path: PathBuf,
    /// Rows, frauds, and frauds by scenario.
    #[serde(flatten)]
    pub counts: Summary,
}

/// Simulates an event log and writes it to `out`, CSV or Parquet by its ending.
///
/// # Errors
/// When the configuration makes no world, the user interrupts, or `out` cannot be written.
pub fn simulate(
    config: SimulationConfig,
    out: &Path,
    force: bool,
    progress: &dyn Progress,
) -> Result<SimulateSummary, AppError> {
    dataset::Format::of(out)?;
    files::check_file_target(out, force)?;
    let (log, counts) = Simulation::new(config, progress)?.all(progress)?;
    progress.start(&format!("writing {}", out.display()), None);
    write_log(out, force, &log)?;
    progress.finish();
    Ok(SimulateSummary { path: out.to_owned(), counts })
}

/// Writes simulated transactions with the Handbook's column names and the terminals' places.
///
/// # Errors
/// When `out` cannot be written.
pub fn write_log(out: &Path, force: bool, log: &[SimulatedTransaction]) -> Result<(), AppError> {
    let columns = columns(log);
    files::write_file(out, force, |file| Ok(dataset::write_columns(out, file, &columns)?))
}

fn columns(log: &[SimulatedTransaction]) -> Vec<Column> {
    let column = |name: &str, values| Column { name: name.to_owned(), values };
    let events = || log.iter().map(|simulated| &simulated.transaction);
    vec![
        column("TRANSACTION_ID", Values::Texts(events().map(|event| event.id.to_string()).collect())),
        column("TX_DATETIME", Values::Times(events().map(|event| event.time).collect())),
        column("CUSTOMER_ID", Values::Texts(events().map(|event| event.customer.to_string()).collect())),
        column("TERMINAL_ID", Values::Texts(events().map(|event| event.terminal.to_string()).collect())),
        column("TX_AMOUNT", Values::Numbers(events().map(|event| event.amount.value()).collect())),
        column("TX_FRAUD", Values::Labels(events().map(|event| event.fraud).collect())),
        column(
            "TX_FRAUD_SCENARIO",
            Values::Numbers(log.iter().map(|simulated| f64::from(simulated.scenario)).collect()),
        ),
        column("TERMINAL_LATITUDE", Values::Numbers(events().map(|event| degrees(event, true)).collect())),
        column("TERMINAL_LONGITUDE", Values::Numbers(events().map(|event| degrees(event, false)).collect())),
    ]
}

fn degrees(event: &crate::domain::Transaction, north: bool) -> f64 {
    event.place.map_or(f64::NAN, |place| if north { place.latitude } else { place.longitude })
}
