//! Bulk loading in chunks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rusqlite::{
    Connection, OptionalExtension, ToSql, Transaction as DatabaseTransaction, TransactionBehavior,
};

use super::{Located, schema};
use crate::domain::{GeoPoint, TerminalId, Transaction};
use crate::store::{Appended, Case, Loader, Location, Row, Source, StoreError};

const INSERT: &str = "INSERT INTO transactions \
    (id, time_us, customer, terminal, amount, latitude, longitude, fraud, features) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id) DO NOTHING";
const REPLACE: &str = "UPDATE transactions SET time_us = ?2, customer = ?3, terminal = ?4, amount = ?5, \
    latitude = ?6, longitude = ?7, fraud = ?8, features = ?9 WHERE id = ?1";
const PLACE: &str = "INSERT INTO terminals (id, latitude, longitude) VALUES (?1, ?2, ?3) \
    ON CONFLICT (id) DO UPDATE SET latitude = excluded.latitude, longitude = excluded.longitude";
const BEGIN: &str = "INSERT INTO load_progress (source, fingerprint, rows_done, complete) VALUES (?1, ?2, 0, 0) \
    ON CONFLICT (source) DO UPDATE SET fingerprint = excluded.fingerprint, rows_done = 0, complete = 0";
const ADVANCE: &str = "UPDATE load_progress SET rows_done = rows_done + ?3 \
    WHERE source = ?1 AND fingerprint = ?2 AND rows_done = ?4";

/// See [`Loader`].
#[derive(Debug)]
pub(super) struct Load {
    connection: Connection,
    path: PathBuf,
    source: Source,
    rows_done: u64,
}

impl Load {
    pub(super) fn begin(mut connection: Connection, path: &Path, source: Source) -> Result<Self, StoreError> {
        let rows_done = progress(&mut connection, &source).at(path)?;
        Ok(Self { connection, path: path.to_owned(), source, rows_done })
    }
}

impl Loader for Load {
    fn rows_done(&self) -> u64 {
        self.rows_done
    }

    fn append(&mut self, rows: &[Row]) -> Result<Appended, StoreError> {
        match store_chunk(&mut self.connection, &self.source, self.rows_done, rows).at(&self.path)? {
            Some(appended) => {
                self.rows_done += rows.len() as u64;
                Ok(appended)
            }
            None => {
                Err(StoreError::LoadedElsewhere { path: self.path.clone(), origin: self.source.name.clone() })
            }
        }
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        let update = "UPDATE load_progress SET complete = 1 WHERE source = ?1 AND fingerprint = ?2";
        self.connection.execute(update, [&self.source.name, &self.source.fingerprint]).at(&self.path)?;
        self.connection.execute_batch(schema::TRANSACTIONS_OF_CUSTOMER).at(&self.path)?;
        // Statistics for the query planner, where they are out of date.
        self.connection.execute_batch("PRAGMA optimize").at(&self.path)
    }
}

/// Rows already stored of `source`; 0 when it is new or has changed.
fn progress(connection: &mut Connection, source: &Source) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let select = "SELECT rows_done FROM load_progress WHERE source = ?1 AND fingerprint = ?2";
    let found = transaction
        .query_row(select, [&source.name, &source.fingerprint], |row| row.get::<_, i64>(0))
        .optional()?;
    if found.is_none() {
        transaction.execute(BEGIN, [&source.name, &source.fingerprint])?;
    }
    // The first load fills an empty table: its rows come in no order of customers, so that the index is made afterwards.
    let is_first = "SELECT NOT EXISTS (SELECT 1 FROM load_progress WHERE complete = 1)";
    if transaction.query_row(is_first, [], |row| row.get(0))? {
        transaction.execute_batch("DROP INDEX IF EXISTS transactions_of_customer")?;
    }
    transaction.commit()?;
    Ok(found.unwrap_or(0).unsigned_abs())
}

/// `None` when the progress is not what this load left: another one is at work.
fn store_chunk(
    connection: &mut Connection,
    source: &Source,
    rows_done: u64,
    rows: &[Row],
) -> rusqlite::Result<Option<Appended>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let advanced = transaction
        .execute(ADVANCE, (&source.name, &source.fingerprint, rows.len() as i64, rows_done.cast_signed()))?;
    if advanced == 0 {
        return Ok(None);
    }
    let mut appended = Appended::default();
    let mut places: HashMap<&TerminalId, GeoPoint> = HashMap::new();
    for row in rows {
        let inserted = match row {
            Row::Transaction(event) => {
                places.extend(event.place.map(|place| (&event.terminal, place)));
                store_transaction(&transaction, event)?
            }
            Row::Case(case) => store_case(&transaction, case)?,
        };
        if inserted {
            appended.inserted += 1;
        } else {
            appended.replaced += 1;
        }
    }
    for (terminal, place) in places {
        let mut statement = transaction.prepare_cached(PLACE)?;
        statement.execute((terminal.as_str(), place.latitude, place.longitude))?;
    }
    transaction.commit()?;
    Ok(Some(appended))
}

fn store_transaction(database: &DatabaseTransaction<'_>, event: &Transaction) -> rusqlite::Result<bool> {
    let place = event.place;
    insert_or_replace(
        database,
        &[
            &event.id.as_str(),
            &event.time.micros(),
            &event.customer.as_str(),
            &event.terminal.as_str(),
            &event.amount.value(),
            &place.map(|place| place.latitude),
            &place.map(|place| place.longitude),
            &event.fraud,
            &None::<&str>,
        ],
    )
}

fn store_case(database: &DatabaseTransaction<'_>, case: &Case) -> rusqlite::Result<bool> {
    let nothing = None::<f64>;
    let time_us = case.time.map(|time| time.micros());
    let features = serde_json::to_string(&case.features).expect("a map of texts is JSON");
    insert_or_replace(
        database,
        &[
            &case.id.as_str(),
            &time_us,
            &nothing,
            &nothing,
            &nothing,
            &nothing,
            &nothing,
            &case.fraud,
            &features,
        ],
    )
}

/// True when the id was new.
fn insert_or_replace(database: &DatabaseTransaction<'_>, cells: &[&dyn ToSql; 9]) -> rusqlite::Result<bool> {
    if database.prepare_cached(INSERT)?.execute(cells.as_slice())? == 1 {
        return Ok(true);
    }
    database.prepare_cached(REPLACE)?.execute(cells.as_slice())?;
    Ok(false)
}

pub(super) fn replace_locations(connection: &mut Connection, locations: &[Location]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("DELETE FROM locations", [])?;
    let insert = "INSERT INTO locations (name, country, latitude, longitude, population, time_zone) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    for location in locations {
        transaction.prepare_cached(insert)?.execute((
            &location.name,
            &location.country,
            location.latitude,
            location.longitude,
            i64::try_from(location.population).unwrap_or(i64::MAX),
            &location.time_zone,
        ))?;
    }
    transaction.commit()
}
