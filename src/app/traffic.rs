//! What `produce` and `loadtest` send: a file's transactions, or the simulator's.

use std::path::Path;

use serde_json::{Map, Value};

use super::AppError;
use crate::client::Bytes;
use crate::dataset::{self, SchemaOptions};
use crate::domain::Transaction;
use crate::features::InputKind;
use crate::progress::Progress;
use crate::simulate::{Simulation, SimulationConfig};

/// Distinct bodies are enough when the server can no longer remember them all in its caches.
const MAX_BODIES: usize = 20_000;

/// An event log in the order of time.
///
/// # Errors
/// When `input` cannot be read or is not an event log.
pub fn event_log(input: &Path, options: &SchemaOptions) -> Result<Vec<Transaction>, AppError> {
    let schema = dataset::resolve(input, &dataset::header(input)?, options, false)?;
    if schema.kind != InputKind::Transactions {
        return Err(AppError::NeedsTransactions { path: input.to_owned(), what: "replaying" });
    }
    let mut log = dataset::transactions(input, &schema)?;
    log.sort_by_key(|transaction| transaction.time);
    Ok(log)
}

/// Bodies for a load test: the rows of `data`, else simulated transactions. They carry neither id nor time, so
/// that sending them again makes new transactions.
///
/// # Errors
/// When `data` cannot be read.
pub fn bodies(data: Option<&Path>, seed: u64, progress: &dyn Progress) -> Result<Vec<Bytes>, AppError> {
    let Some(path) = data else {
        let config = SimulationConfig { days: 7, seed, ..SimulationConfig::default() };
        let (log, _) = Simulation::new(config, progress)?.all(progress)?;
        return Ok(log.iter().take(MAX_BODIES).map(|simulated| raw_body(&simulated.transaction)).collect());
    };
    progress.start(&format!("reading {}", path.display()), None);
    let schema = dataset::resolve(path, &dataset::header(path)?, &SchemaOptions::default(), false)?;
    let bodies = match schema.kind {
        InputKind::Transactions => {
            dataset::transactions(path, &schema)?.iter().take(MAX_BODIES).map(raw_body).collect()
        }
        InputKind::Tabular => {
            let objects = dataset::cases(path, &schema)?.objects.into_iter().take(MAX_BODIES);
            objects.map(|object| Value::Object(object).to_string().into()).collect()
        }
    };
    progress.finish();
    Ok(bodies)
}

/// The same bodies as JSON arrays of so many; the last ones are left out when they fill none, unless there is no other.
pub fn in_batches(bodies: &[Bytes], rows: usize) -> Vec<Bytes> {
    let array = |rows: &[Bytes]| Bytes::from([b"[", rows.join(&b","[..]).as_slice(), b"]"].concat());
    let full = bodies.chunks_exact(rows);
    match full.len() {
        0 => vec![array(bodies)],
        _ => full.map(array).collect(),
    }
}

fn raw_body(transaction: &Transaction) -> Bytes {
    let mut object = Map::new();
    object.insert("customer".into(), transaction.customer.as_str().into());
    object.insert("terminal".into(), transaction.terminal.as_str().into());
    object.insert("amount".into(), transaction.amount.value().into());
    if let Some(place) = transaction.place {
        object.insert("latitude".into(), place.latitude.into());
        object.insert("longitude".into(), place.longitude.into());
    }
    Value::Object(object).to_string().into()
}
