//! Questions to the database, on a connection that can not write.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Params, Row as DatabaseRow, types::Type};

use super::decisions::{FROM, IS_ALERT};
use crate::domain::{GeoPoint, InvalidValue, TerminalId, Timestamp};
use crate::store::{Counts, Entity, Location, Suppression};

/// A read-only connection.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Reader {
    pub(super) fn new(connection: Connection, path: PathBuf) -> Self {
        Self { connection, path }
    }

    /// How much is stored.
    pub(super) fn counts(&self) -> rusqlite::Result<Counts> {
        let select = format!(
            "SELECT (SELECT count(*) FROM transactions), (SELECT count(*) FROM decisions), \
             (SELECT count(*) FROM {FROM} WHERE {IS_ALERT}), (SELECT count(*) FROM locations)"
        );
        let count = |row: &DatabaseRow<'_>, column| row.get::<_, i64>(column).map(i64::unsigned_abs);
        self.connection.query_row(&select, [], |row| {
            Ok(Counts {
                transactions: count(row, 0)?,
                decisions: count(row, 1)?,
                alerts: count(row, 2)?,
                locations: count(row, 3)?,
            })
        })
    }

    /// What was settled under this name.
    pub(super) fn fact(&self, name: &str) -> rusqlite::Result<Option<String>> {
        let select = "SELECT value FROM facts WHERE name = ?1";
        self.connection.query_row(select, [name], |row| row.get(0)).optional()
    }

    /// Whether an id begins with `prefix`.
    pub(super) fn has_ids_like(&self, prefix: &str) -> rusqlite::Result<bool> {
        let like = "substr(id, 1, length(?1)) = ?1 OR substr(customer, 1, length(?1)) = ?1 OR substr(terminal, 1, length(?1)) = ?1";
        let select = format!(
            "SELECT EXISTS (SELECT 1 FROM decisions WHERE {like}) OR EXISTS (SELECT 1 FROM transactions WHERE {like})"
        );
        self.connection.query_row(&select, [prefix], |row| row.get(0))
    }

    /// All populated places, in the order they were given.
    pub(super) fn locations(&self) -> rusqlite::Result<Vec<Location>> {
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
    pub(super) fn terminal_place(&self, terminal: &TerminalId) -> rusqlite::Result<Option<GeoPoint>> {
        let select = "SELECT latitude, longitude FROM terminals WHERE id = ?1";
        let place = |row: &DatabaseRow<'_>| Ok(GeoPoint { latitude: row.get(0)?, longitude: row.get(1)? });
        let mut statement = self.connection.prepare_cached(select)?;
        statement.query_row([terminal.as_str()], place).optional()
    }

    /// Whose alerts are not shown.
    pub(super) fn suppressions(&self) -> rusqlite::Result<Vec<Suppression>> {
        let select =
            "SELECT kind, entity, until_us, reason, created_us FROM suppressions ORDER BY kind, entity";
        self.collect(select, [], |row| {
            let kind: String = row.get(0)?;
            let wrong = |error| rusqlite::Error::FromSqlConversionFailure(1, Type::Text, Box::new(error));
            Ok(Suppression {
                entity: Entity::parse(&kind, row.get_ref(1)?.as_str()?).map_err(wrong)?,
                until: row.get::<_, Option<i64>>(2)?.map(Timestamp::from_micros),
                reason: row.get(3)?,
                created: Timestamp::from_micros(row.get(4)?),
            })
        })
    }

    fn collect<T>(
        &self,
        select: &str,
        parameters: impl Params,
        read: fn(&DatabaseRow<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(select)?;
        statement.query_map(parameters, read)?.collect()
    }
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

pub(super) fn optionally_parsed<T>(
    row: &DatabaseRow<'_>,
    column: usize,
    parse: fn(&str) -> Result<T, InvalidValue>,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => parsed(row, column, parse).map(Some),
    }
}
