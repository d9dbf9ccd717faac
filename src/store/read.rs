//! Questions to the database, on a connection that can not write.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Params, Row as DatabaseRow, types::Type};

use super::error::{Located, StoreError};
use super::records::{Counts, DecisionRecord, Location, PlaceFrom, StoredDecision};
use crate::domain::{CustomerId, Decision, GeoPoint, InvalidValue, TerminalId, Timestamp, TransactionId};

/// The columns of a decision, in the order [`decision_of`] reads them.
const DECISION_COLUMNS: &str = "seq, id, time_us, customer, terminal, amount, score, decision, \
    threshold, model, latitude, longitude, title, country, simulated, on_map, digest, created_us";

/// Which decisions are alerts on the map; word for word the condition of the index `alerts`.
const IS_ALERT: &str = "on_map AND decision <> 'approve'";

/// A read-only connection.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Reader {
    pub(super) fn new(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path }
    }

    /// How much is stored.
    ///
    /// # Errors
    /// [`StoreError::Database`], as of all readings.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let select = format!(
            "SELECT (SELECT count(*) FROM transactions), (SELECT count(*) FROM decisions), \
             (SELECT count(*) FROM decisions WHERE {IS_ALERT}), (SELECT count(*) FROM locations)"
        );
        let count = |row: &DatabaseRow<'_>, column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        self.connection
            .query_row(&select, [], |row| {
                Ok(Counts {
                    transactions: count(row, 0)?,
                    decisions: count(row, 1)?,
                    alerts: count(row, 2)?,
                    locations: count(row, 3)?,
                })
            })
            .at(&self.path)
    }

    /// All populated places, in the order they were given.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn locations(&self) -> Result<Vec<Location>, StoreError> {
        let select =
            "SELECT name, country, latitude, longitude, population, time_zone FROM locations ORDER BY seq";
        self.collect(select, [], |row| {
            Ok(Location {
                name: row.get(0)?,
                country: row.get(1)?,
                latitude: row.get(2)?,
                longitude: row.get(3)?,
                population: row.get::<_, i64>(4)?.unsigned_abs(),
                time_zone: row.get(5)?,
            })
        })
    }

    /// Where the terminal stood last.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn terminal_place(&self, terminal: &TerminalId) -> Result<Option<GeoPoint>, StoreError> {
        let select = "SELECT latitude, longitude FROM terminals WHERE id = ?1";
        let place = |row: &DatabaseRow<'_>| Ok(GeoPoint { latitude: row.get(0)?, longitude: row.get(1)? });
        let mut statement = self.connection.prepare_cached(select).at(&self.path)?;
        statement.query_row([terminal.as_str()], place).optional().at(&self.path)
    }

    /// The decision stored under `id`.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn decision(&self, id: &str) -> Result<Option<StoredDecision>, StoreError> {
        decision_by_id(&self.connection, id).at(&self.path)
    }

    /// Up to `limit` alerts stored after the one numbered `seq`, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn alerts_after(&self, seq: i64, limit: usize) -> Result<Vec<StoredDecision>, StoreError> {
        let select = format!(
            "SELECT {DECISION_COLUMNS} FROM decisions WHERE {IS_ALERT} AND seq > ?1 ORDER BY seq LIMIT ?2"
        );
        self.collect(&select, (seq, limit as i64), decision_of)
    }

    /// The newest alerts, `limit` at most, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn latest_alerts(&self, limit: usize) -> Result<Vec<StoredDecision>, StoreError> {
        let select =
            format!("SELECT {DECISION_COLUMNS} FROM decisions WHERE {IS_ALERT} ORDER BY seq DESC LIMIT ?1");
        let mut alerts = self.collect(&select, [limit as i64], decision_of)?;
        alerts.reverse();
        Ok(alerts)
    }

    fn collect<T>(
        &self,
        select: &str,
        parameters: impl Params,
        read: fn(&DatabaseRow<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut statement = self.connection.prepare_cached(select).at(&self.path)?;
        let rows = statement.query_map(parameters, read).at(&self.path)?;
        rows.collect::<rusqlite::Result<Vec<T>>>().at(&self.path)
    }
}

pub(super) fn decision_by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<StoredDecision>> {
    let select = format!("SELECT {DECISION_COLUMNS} FROM decisions WHERE id = ?1");
    connection.prepare_cached(&select)?.query_row([id], decision_of).optional()
}

/// Reads [`DECISION_COLUMNS`].
fn decision_of(row: &DatabaseRow<'_>) -> rusqlite::Result<StoredDecision> {
    let record = DecisionRecord {
        id: parsed(row, 1, TransactionId::parse)?,
        time: Timestamp::from_micros(row.get(2)?),
        customer: optionally_parsed(row, 3, CustomerId::parse)?,
        terminal: optionally_parsed(row, 4, TerminalId::parse)?,
        amount: row.get(5)?,
        score: row.get(6)?,
        decision: parsed(row, 7, Decision::parse)?,
        threshold: row.get(8)?,
        model: row.get(9)?,
        place: place_of(row, 10)?,
        title: row.get(12)?,
        country: row.get(13)?,
        place_from: PlaceFrom::of_code(row.get(14)?),
        on_map: row.get(15)?,
        digest: row.get(16)?,
        created: Timestamp::from_micros(row.get(17)?),
    };
    Ok(StoredDecision { seq: row.get(0)?, record })
}

/// Reads latitude and longitude from two columns beginning with `column`.
pub(super) fn place_of(row: &DatabaseRow<'_>, column: usize) -> rusqlite::Result<Option<GeoPoint>> {
    let latitude: Option<f64> = row.get(column)?;
    let longitude: Option<f64> = row.get(column + 1)?;
    Ok(latitude.zip(longitude).map(|(latitude, longitude)| GeoPoint { latitude, longitude }))
}

/// Reads a text that has to satisfy `parse`.
pub(super) fn parsed<T>(
    row: &DatabaseRow<'_>,
    column: usize,
    parse: fn(&str) -> Result<T, InvalidValue>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

fn optionally_parsed<T>(
    row: &DatabaseRow<'_>,
    column: usize,
    parse: fn(&str) -> Result<T, InvalidValue>,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => parsed(row, column, parse).map(Some),
    }
}
