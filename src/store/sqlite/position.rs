//! How far the history goes, and what it has gained since.

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

use super::read::{Reader, parsed};
use crate::domain::{TerminalId, Timestamp};
use crate::store::{Correction, Position};

/// The newest label of what was decided before, or loaded, where it says otherwise than what was known at the position.
const CORRECTED: &str = "SELECT coalesce(t.terminal, d.terminal), coalesce(t.time_us, d.time_us), f.fraud \
    FROM (SELECT id, max(seq) AS seq FROM feedback WHERE seq > ?2 GROUP BY id) AS new \
    JOIN feedback AS f ON f.seq = new.seq \
    LEFT JOIN decisions AS d ON d.id = new.id LEFT JOIN transactions AS t ON t.id = new.id \
    LEFT JOIN feedback AS before ON before.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = new.id AND o.seq <= ?2) \
    WHERE coalesce(t.terminal, d.terminal) IS NOT NULL AND (d.seq <= ?1 OR t.id IS NOT NULL) \
    AND f.fraud <> coalesce(before.fraud, t.fraud, 0) ORDER BY f.seq";

impl Reader {
    pub(super) fn position(&self) -> rusqlite::Result<Position> {
        let connection = &self.connection;
        let last = "SELECT seq, id FROM decisions ORDER BY seq DESC LIMIT 1";
        let last = connection.query_row(last, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (decisions, last) = last.unwrap_or_default();
        let labels = "SELECT coalesce(max(seq), 0) FROM feedback";
        let labels = connection.query_row(labels, [], |row| row.get(0))?;
        Ok(Position { decisions, last, labels, loaded: loaded(connection)? })
    }

    /// True when the database still has what it had at `position`, and no loaded rows besides.
    pub(super) fn contains(&self, position: &Position) -> rusqlite::Result<bool> {
        let select = "SELECT id FROM decisions WHERE seq = ?1";
        let found = self.connection.query_row(select, [position.decisions], |row| row.get(0)).optional()?;
        let last = found.unwrap_or_else(String::new);
        Ok(last == position.last && loaded(&self.connection)? == position.loaded)
    }

    pub(super) fn corrections(&self, position: &Position) -> rusqlite::Result<Vec<Correction>> {
        let mut statement = self.connection.prepare_cached(CORRECTED)?;
        let corrections = statement.query_map((position.decisions, position.labels), |row| {
            Ok(Correction {
                terminal: parsed(row, 0, TerminalId::parse)?,
                time: Timestamp::from_micros(row.get(1)?),
                fraud: row.get(2)?,
            })
        })?;
        corrections.collect()
    }
}

/// Says which files were loaded, and how far.
fn loaded(connection: &Connection) -> rusqlite::Result<[u8; 32]> {
    let select =
        "SELECT source, fingerprint, rows_done FROM load_progress WHERE rows_done > 0 ORDER BY source";
    let mut statement = connection.prepare(select)?;
    let mut rows = statement.query([])?;
    let mut hasher = Sha256::new();
    while let Some(row) = rows.next()? {
        let (source, fingerprint, rows_done): (String, String, i64) = row.try_into()?;
        hasher.update(format!("{source:?} {fingerprint:?} {rows_done}\n"));
    }
    Ok(hasher.finalize().into())
}
