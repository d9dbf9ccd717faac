//! What the writer's thread does.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Row as DatabaseRow, TransactionBehavior};

use super::checkpoint::Checkpoints;
use super::decisions::model_of;
use super::read::optionally_parsed;
use super::{Located, decisions, located};
use crate::domain::{Decision, TerminalId, Timestamp};
use crate::store::writer::Commit;
use crate::store::{
    DecisionRecord, Feedback, ModelRecord, Noted, Order, Outcome, Recorded, StoreError, Suppression,
};

const INSERT: &str = "INSERT INTO decisions (id, time_us, customer, terminal, amount, score, decision, threshold, \
    model_key, latitude, longitude, title, country, simulated, on_map, digest, created_us, features, words, suppressed, \
    from_latitude, from_longitude) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22) \
    ON CONFLICT (id) DO NOTHING";
/// Of a row that was loaded and decided, live features know the loaded one.
const KNOWN: &str = "SELECT coalesce(t.terminal, d.terminal), coalesce(t.time_us, d.time_us), \
    d.decision, m.name, m.version, m.features, m.inputs, t.fraud, \
    (SELECT fraud FROM feedback WHERE id = ?1 ORDER BY seq DESC LIMIT 1) \
    FROM (SELECT ?1 AS id) AS asked LEFT JOIN decisions AS d ON d.id = asked.id \
    LEFT JOIN transactions AS t ON t.id = asked.id LEFT JOIN models AS m ON m.key = d.model_key \
    WHERE d.id IS NOT NULL OR t.id IS NOT NULL";
const LABEL: &str = "INSERT INTO feedback (id, fraud, given_us) VALUES (?1, ?2, ?3)";
const SUPPRESS: &str = "INSERT INTO suppressions (kind, entity, until_us, reason, created_us) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, entity) DO UPDATE \
    SET until_us = excluded.until_us, reason = excluded.reason, created_us = excluded.created_us";
const OLDEST: &str = "SELECT seq FROM decisions WHERE created_us < ?1 ORDER BY created_us LIMIT ?2";

/// The connection that writes.
#[derive(Debug)]
pub(super) struct Committer {
    connection: Connection,
    checkpoints: Checkpoints,
    path: PathBuf,
    /// The keys of models that are in the database.
    models: HashMap<Arc<ModelRecord>, i64>,
    /// A row as it is stored.
    bytes: Vec<u8>,
}

impl Committer {
    pub(super) fn new(connection: Connection, checkpoints: Checkpoints, path: PathBuf) -> Self {
        Self { connection, checkpoints, path, models: HashMap::new(), bytes: Vec::new() }
    }

    fn commit(&mut self, records: &[DecisionRecord]) -> rusqlite::Result<Vec<Result<Recorded, StoreError>>> {
        let Self { connection, checkpoints, path, models, bytes } = self;
        let mut outcomes = Vec::with_capacity(records.len());
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut new_models = Vec::new();
        let mut last: Option<(&Arc<ModelRecord>, i64)> = None;
        for record in records {
            let key = match last {
                Some((model, key)) if Arc::ptr_eq(model, &record.model) => key,
                _ => match models.get(&record.model) {
                    Some(&key) => key,
                    None => {
                        let key = model_key(&transaction, &record.model)?;
                        new_models.push((record.model.clone(), key));
                        key
                    }
                },
            };
            last = Some((&record.model, key));
            outcomes.push(match insert(&transaction, record, key, bytes) {
                Ok(recorded) => Ok(recorded),
                // One record that the table refuses must not take the others with it.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Err(located(error, path))
                }
                Err(error) => return Err(error),
            });
        }
        transaction.commit()?;
        checkpoints.stored(records.len());
        models.extend(new_models);
        Ok(outcomes)
    }

    fn carry_out(&mut self, order: &Order) -> rusqlite::Result<Outcome> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcome = match order {
            Order::Label(labels) => {
                let noted = labels.iter().map(|feedback| label(&transaction, feedback));
                Outcome::Noted(noted.collect::<rusqlite::Result<_>>()?)
            }
            Order::Suppress(suppression) => Outcome::Changed(suppress(&transaction, suppression)?),
            Order::Lift(entity) => {
                let delete = "DELETE FROM suppressions WHERE kind = ?1 AND entity = ?2";
                Outcome::Changed(transaction.execute(delete, (entity.kind(), entity.id()))?)
            }
            Order::Forget(before, most) => Outcome::Changed(forget(&transaction, *before, *most)?),
        };
        transaction.commit()?;
        Ok(outcome)
    }
}

impl Commit for Committer {
    fn store(&mut self, records: &[DecisionRecord]) -> Vec<Result<Recorded, StoreError>> {
        self.commit(records).unwrap_or_else(|error| {
            let error = located(error, &self.path);
            tracing::error!(%error, decisions = records.len(), "not stored");
            records.iter().map(|_| Err(error.clone())).collect()
        })
    }

    fn obey(&mut self, order: &Order) -> Result<Outcome, StoreError> {
        let done = self.carry_out(order);
        done.at(&self.path)
    }

    fn finish(&mut self) {
        self.checkpoints.end();
        // Keeps the planner's statistics fresh; a database that does not work has been told of by whoever wrote last.
        let _ = self.connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

fn insert(
    connection: &Connection,
    record: &DecisionRecord,
    model_key: i64,
    bytes: &mut Vec<u8>,
) -> rusqlite::Result<Recorded> {
    bytes.clear();
    bytes.extend(record.row.iter().flat_map(|value| value.to_le_bytes()));
    let inserted = connection.prepare_cached(INSERT)?.execute(rusqlite::params![
        record.id.as_str(),
        record.time.micros(),
        record.customer.as_ref().map(|customer| customer.as_str()),
        record.terminal.as_ref().map(|terminal| terminal.as_str()),
        record.amount,
        record.score,
        record.decision.as_str(),
        record.threshold,
        model_key,
        record.place.map(|place| place.latitude),
        record.place.map(|place| place.longitude),
        record.title,
        record.country,
        record.place_from.code(),
        record.on_map,
        record.digest,
        record.created.micros(),
        bytes.as_slice(),
        record.words,
        record.suppressed,
        record.from.map(|place| place.latitude),
        record.from.map(|place| place.longitude),
    ])?;
    if inserted == 1 {
        return Ok(Recorded::New(connection.last_insert_rowid()));
    }
    Ok(match decisions::by_id(connection, record.id.as_str())? {
        Some(stored) if stored.record.digest == record.digest => Recorded::Repeated(Box::new(stored)),
        _ => Recorded::Conflict,
    })
}

fn model_key(connection: &Connection, model: &ModelRecord) -> rusqlite::Result<i64> {
    let select = "SELECT key FROM models WHERE name = ?1 AND version = ?2";
    let found = connection.query_row(select, (&model.name, &model.version), |row| row.get(0)).optional()?;
    if let Some(key) = found {
        return Ok(key);
    }
    let json = |names: &[String]| serde_json::to_string(names).expect("texts are JSON");
    let insert = "INSERT INTO models (name, version, features, inputs) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(insert, (&model.name, &model.version, json(&model.features), json(&model.inputs)))?;
    Ok(connection.last_insert_rowid())
}

fn label(connection: &Connection, feedback: &Feedback) -> rusqlite::Result<Option<Noted>> {
    let id = feedback.id.as_str();
    let found = connection.prepare_cached(KNOWN)?.query_row([id], noted_of).optional()?;
    if found.as_ref().is_some_and(|noted| noted.told != Some(feedback.fraud)) {
        connection.prepare_cached(LABEL)?.execute((id, feedback.fraud, feedback.given.micros()))?;
    }
    Ok(found)
}

/// Reads what [`KNOWN`] gives.
fn noted_of(row: &DatabaseRow<'_>) -> rusqlite::Result<Noted> {
    let terminal = optionally_parsed(row, 0, TerminalId::parse)?;
    let time: Option<i64> = row.get(1)?;
    let decision = optionally_parsed(row, 2, Decision::parse)?;
    let model = Arc::new(model_of(row, 3)?);
    Ok(Noted {
        event: terminal.zip(time.map(Timestamp::from_micros)),
        decided: decision.map(|decision| (decision, model)),
        loaded: row.get(7)?,
        told: row.get(8)?,
    })
}

fn suppress(connection: &Connection, suppression: &Suppression) -> rusqlite::Result<usize> {
    connection.execute(
        SUPPRESS,
        (
            suppression.entity.kind(),
            suppression.entity.id(),
            suppression.until.map(|until| until.micros()),
            &suppression.reason,
            suppression.created.micros(),
        ),
    )
}

fn forget(connection: &Connection, before: Timestamp, most: usize) -> rusqlite::Result<usize> {
    let window = (before.micros(), most as i64);
    let labels = format!(
        "DELETE FROM feedback WHERE id IN (SELECT id FROM decisions WHERE seq IN ({OLDEST})) \
            AND NOT EXISTS (SELECT 1 FROM transactions AS t WHERE t.id = feedback.id)"
    );
    connection.prepare_cached(&labels)?.execute(window)?;
    connection.prepare_cached(&format!("DELETE FROM decisions WHERE seq IN ({OLDEST})"))?.execute(window)
}
