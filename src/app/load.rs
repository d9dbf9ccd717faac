//! `load`: a file's rows and the table of cities into the database, resumable and repeatable.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::AppError;
use super::cards::CardNumbers;
use crate::cards::CardKey;
use crate::dataset::{self, Cases, DatasetError, SchemaOptions};
use crate::domain::{CustomerId, InvalidValue, TerminalId, TransactionId};
use crate::features::{InputKind, Schema};
use crate::files;
use crate::geography;
use crate::progress::Progress;
use crate::store::{self, Appended, Case, Durability, Location, Row, Source};

/// Rows in one database transaction.
const CHUNK: usize = 10_000;

/// What to load where.
#[derive(Debug, Clone)]
pub struct LoadConfig {
    /// A CSV or Parquet file.
    pub input: PathBuf,
    /// The database file; made when there is none.
    pub database: PathBuf,
    /// What the user says about the columns.
    pub schema: SchemaOptions,
    /// What becomes of card numbers where ids are expected.
    pub cards: CardNumbers,
}

/// What was loaded.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LoadSummary {
    /// Rows of the file.
    pub rows: u64,
    /// Rows that an earlier load had stored: all of them when it had finished.
    pub resumed_at: u64,
    /// Rows whose id was new.
    pub inserted: u64,
    /// Rows whose id was there already.
    pub replaced: u64,
    /// Cities.
    pub locations: u64,
}

/// Loads a file.
///
/// # Errors
/// When the file or the database cannot be used, or the user interrupts; a later load resumes.
pub fn load(config: &LoadConfig, progress: &dyn Progress) -> Result<LoadSummary, AppError> {
    let input = config.input.as_path();
    progress.start(&format!("reading {}", input.display()), None);
    let schema = dataset::resolve(input, &dataset::header(input)?, &config.schema, false)?;
    let mut rows = rows(input, &schema)?;
    let store = store::open(&config.database, Durability::Process)?;
    if let Some(key) = config.cards.key(Some((&config.database, &*store)))? {
        rows.iter_mut().for_each(|row| without_cards(row, &key));
    }
    let locations = locations();
    store.replace_locations(&locations)?;
    let name = input.canonicalize().unwrap_or_else(|_| input.to_owned()).display().to_string();
    // Other columns make other rows of the same bytes.
    let fingerprint = format!("{} {}", files::checksum(input)?, serde_json::json!(schema));
    let mut loader = store.loader(Source { name, fingerprint })?;

    let (total, resumed_at) = (rows.len() as u64, loader.rows_done());
    progress.start(&format!("loading {}", config.database.display()), Some(total));
    let mut summary =
        LoadSummary { rows: total, resumed_at, locations: locations.len() as u64, ..LoadSummary::default() };
    for chunk in rows[(resumed_at as usize).min(rows.len())..].chunks(CHUNK) {
        progress.check()?;
        let Appended { inserted, replaced } = loader.append(chunk)?;
        summary.inserted += inserted;
        summary.replaced += replaced;
        progress.advance(loader.rows_done(), "");
    }
    loader.finish()?;
    progress.finish();
    Ok(summary)
}

/// The embedded cities as rows of the database.
pub fn locations() -> Vec<Location> {
    let location = |city: &geography::City| Location {
        name: city.name.clone(),
        country: city.country.clone(),
        latitude: city.latitude,
        longitude: city.longitude,
        population: city.population.into(),
        time_zone: city.time_zone.clone(),
    };
    geography::cities().iter().map(location).collect()
}

/// Puts tokens where a row has card numbers for ids, or among its words.
fn without_cards(row: &mut Row, key: &CardKey) {
    fn id<T: Display>(id: &mut T, key: &CardKey, parse: fn(&str) -> Result<T, InvalidValue>) {
        if let Some(Ok(token)) = key.token(&id.to_string()).as_deref().map(parse) {
            *id = token;
        }
    }
    match row {
        Row::Transaction(event) => {
            id(&mut event.id, key, TransactionId::parse);
            id(&mut event.customer, key, CustomerId::parse);
            id(&mut event.terminal, key, TerminalId::parse);
        }
        Row::Case(case) => {
            id(&mut case.id, key, TransactionId::parse);
            for value in case.features.values_mut() {
                if let Some(token) = value.as_str().and_then(|word| key.token(word)) {
                    *value = token.into();
                }
            }
        }
    }
}

fn rows(input: &Path, schema: &Schema) -> Result<Vec<Row>, AppError> {
    if schema.kind == InputKind::Transactions {
        return Ok(dataset::transactions(input, schema)?.into_iter().map(Row::Transaction).collect());
    }
    let Cases { ids, times, labels, objects } = dataset::cases(input, schema)?;
    let case = |(row, object): (usize, serde_json::Map<String, serde_json::Value>)| {
        let id = TransactionId::parse(ids.get(row));
        Ok(Row::Case(Case {
            id: id.map_err(|why| DatasetError::unusable_row(input, row, &why))?,
            time: times.as_ref().map(|times| times[row]),
            fraud: labels[row],
            features: object,
        }))
    };
    objects.into_iter().enumerate().map(case).collect()
}
