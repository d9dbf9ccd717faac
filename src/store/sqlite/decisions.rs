//! Reading decisions.

use std::sync::Arc;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row as DatabaseRow};

use super::read::{optionally_parsed, parsed, place_of};
use crate::domain::{CustomerId, Decision, TerminalId, Timestamp, TransactionId};
use crate::store::{DecisionRecord, ModelRecord, PlaceFrom, StoredDecision};

/// The columns of a decision, in the order [`decision_of`] reads them.
pub(super) const COLUMNS: &str = "d.seq, d.id, d.time_us, d.customer, d.terminal, d.amount, d.score, d.decision, \
    d.threshold, m.name, m.version, m.features, m.inputs, d.latitude, d.longitude, d.title, d.country, d.simulated, \
    d.on_map, d.digest, d.created_us, d.features, d.words, d.suppressed, \
    d.from_latitude, d.from_longitude";
/// How many they are.
pub(super) const WIDTH: usize = 26;

/// Where they stand.
pub(super) const FROM: &str = "decisions AS d LEFT JOIN models AS m ON m.key = d.model_key";

/// Which decisions are alerts on the map; the condition of the index `alerts`.
pub(super) const IS_ALERT: &str = "d.on_map AND d.decision <> 'approve' AND NOT d.suppressed";

pub(super) fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<StoredDecision>> {
    let select = format!("SELECT {COLUMNS} FROM {FROM} WHERE d.id = ?1");
    connection.prepare_cached(&select)?.query_row([id], decision_of).optional()
}

pub(super) fn alerts_after(
    connection: &Connection,
    seq: i64,
    limit: usize,
) -> rusqlite::Result<Vec<StoredDecision>> {
    let select =
        format!("SELECT {COLUMNS} FROM {FROM} WHERE {IS_ALERT} AND d.seq > ?1 ORDER BY d.seq LIMIT ?2");
    collect(connection, &select, (seq, limit as i64))
}

pub(super) fn latest_alerts(connection: &Connection, limit: usize) -> rusqlite::Result<Vec<StoredDecision>> {
    let select = format!("SELECT {COLUMNS} FROM {FROM} WHERE {IS_ALERT} ORDER BY d.seq DESC LIMIT ?1");
    let mut alerts = collect(connection, &select, [limit as i64])?;
    alerts.reverse();
    Ok(alerts)
}

fn collect(connection: &Connection, select: &str, by: impl Params) -> rusqlite::Result<Vec<StoredDecision>> {
    connection.prepare_cached(select)?.query_map(by, decision_of)?.collect()
}

/// Reads [`COLUMNS`].
pub(super) fn decision_of(row: &DatabaseRow<'_>) -> rusqlite::Result<StoredDecision> {
    let record = DecisionRecord {
        id: parsed(row, 1, TransactionId::parse)?,
        time: Timestamp::from_micros(row.get(2)?),
        customer: optionally_parsed(row, 3, CustomerId::parse)?,
        terminal: optionally_parsed(row, 4, TerminalId::parse)?,
        amount: row.get(5)?,
        score: row.get(6)?,
        decision: parsed(row, 7, Decision::parse)?,
        threshold: row.get(8)?,
        model: Arc::new(model_of(row, 9)?),
        place: place_of(row, 13)?,
        title: row.get(15)?,
        country: row.get(16)?,
        place_from: PlaceFrom::of_code(row.get(17)?),
        on_map: row.get(18)?,
        digest: row.get(19)?,
        created: Timestamp::from_micros(row.get(20)?),
        row: values_of(row, 21)?,
        words: row.get(22)?,
        suppressed: row.get(23)?,
        from: place_of(row, 24)?,
    };
    Ok(StoredDecision { seq: row.get(0)?, record })
}

/// Reads name, version, features and inputs of a model from columns beginning with `column`.
pub(super) fn model_of(row: &DatabaseRow<'_>, column: usize) -> rusqlite::Result<ModelRecord> {
    let names = |column: usize| {
        let text = row.get_ref(column)?.as_str_or_null()?.unwrap_or("[]");
        let wrong = |error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error));
        serde_json::from_str(text).map_err(wrong)
    };
    Ok(ModelRecord {
        name: row.get::<_, Option<String>>(column)?.unwrap_or_default(),
        version: row.get::<_, Option<String>>(column + 1)?.unwrap_or_default(),
        features: names(column + 2)?,
        inputs: names(column + 3)?,
    })
}

fn values_of(row: &DatabaseRow<'_>, column: usize) -> rusqlite::Result<Vec<f64>> {
    let bytes = row.get_ref(column)?.as_blob_or_null()?.unwrap_or_default();
    let (values, _) = bytes.as_chunks();
    Ok(values.iter().copied().map(f64::from_le_bytes).collect())
}
