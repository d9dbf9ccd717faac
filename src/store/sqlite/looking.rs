//! What people look at: the alerts of a period, a customer's payments, a label, how today's scores are distributed.

use std::cmp::Reverse;

use rusqlite::{OptionalExtension, Row as DatabaseRow};

use super::decisions::{COLUMNS, FROM, IS_ALERT, decision_of};
use super::read::{Reader, optionally_parsed, parsed, place_of};
use crate::domain::{CustomerId, Decision, TerminalId, Timestamp, TransactionId};
use crate::store::{ModelRecord, Payment, Period, StoredDecision, Told};

/// A customer's decided and loaded payments, one of each; a place that was drawn is none. Up to `?3` of each kind.
macro_rules! payments {
    ($when:literal) => {
        concat!(
            "SELECT * FROM (SELECT d.id, d.time_us AS time, d.amount, d.terminal, \
            coalesce(iif(d.simulated = 1, NULL, d.latitude), p.latitude), \
            coalesce(iif(d.simulated = 1, NULL, d.longitude), p.longitude), d.score, d.decision, coalesce(f.fraud, t.fraud) \
            FROM decisions AS d LEFT JOIN terminals AS p ON p.id = d.terminal LEFT JOIN transactions AS t ON t.id = d.id \
            LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = d.id) \
            WHERE d.customer = ?1 AND d.terminal IS NOT NULL AND d.amount IS NOT NULL AND d.time_us ",
            $when,
            " LIMIT ?3) UNION ALL SELECT * FROM (SELECT t.id, t.time_us AS time, t.amount, t.terminal, \
            coalesce(t.latitude, p.latitude), coalesce(t.longitude, p.longitude), NULL, NULL, coalesce(f.fraud, t.fraud) \
            FROM transactions AS t LEFT JOIN terminals AS p ON p.id = t.terminal \
            LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = t.id) \
            WHERE t.customer = ?1 AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.id = t.id) AND t.time_us ",
            $when,
            " LIMIT ?3)"
        )
    };
}
const UNTIL: &str = payments!("<= ?2 ORDER BY time DESC");
const AFTER: &str = payments!("> ?2 ORDER BY time");

const TOLD: &str = "SELECT coalesce(f.fraud, t.fraud), f.given_us FROM (SELECT ?1 AS id) AS asked \
    LEFT JOIN feedback AS f ON f.seq = (SELECT max(seq) FROM feedback AS o WHERE o.id = asked.id) \
    LEFT JOIN transactions AS t ON t.id = asked.id";

const SCORES: &str = "SELECT min(CAST(d.score * ?5 AS INTEGER), ?5 - 1), count(*) FROM decisions AS d \
    JOIN models AS m ON m.key = d.model_key WHERE d.created_us >= ?1 AND d.seq <= ?2 AND m.name = ?3 AND m.version = ?4 \
    GROUP BY 1";

impl Reader {
    /// Up to `limit` alerts decided in `period`, oldest first, those behind the one stored as `after`.
    pub(super) fn alerts_of(
        &self,
        period: Period,
        after: Option<&StoredDecision>,
        limit: usize,
    ) -> rusqlite::Result<Vec<StoredDecision>> {
        let select = format!(
            "SELECT {COLUMNS} FROM {FROM} WHERE {IS_ALERT} AND d.created_us >= ?1 AND d.created_us < ?2 \
             AND (d.created_us, d.seq) > (?3, ?4) ORDER BY d.created_us, d.seq LIMIT ?5"
        );
        let (created, seq) =
            after.map_or((i64::MIN, i64::MIN), |after| (after.record.created.micros(), after.seq));
        let (from, to) = (period.from.micros(), period.to.micros());
        let mut statement = self.connection.prepare_cached(&select)?;
        statement.query_map((from, to, created, seq, limit as i64), decision_of)?.collect()
    }

    /// Up to `limit` payments of a customer until `time`, the newest first.
    pub(super) fn payments_until(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<Payment>> {
        let mut payments = self.payments(UNTIL, customer, time, limit)?;
        payments.sort_by_key(|payment| Reverse(payment.time));
        payments.truncate(limit);
        Ok(payments)
    }

    /// Up to `limit` payments of a customer after `time`, the oldest first.
    pub(super) fn payments_after(
        &self,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<Payment>> {
        let mut payments = self.payments(AFTER, customer, time, limit)?;
        payments.sort_by_key(|payment| payment.time);
        payments.truncate(limit);
        Ok(payments)
    }

    fn payments(
        &self,
        select: &str,
        customer: &CustomerId,
        time: Timestamp,
        limit: usize,
    ) -> rusqlite::Result<Vec<Payment>> {
        let mut statement = self.connection.prepare_cached(select)?;
        statement.query_map((customer.as_str(), time.micros(), limit as i64), payment_of)?.collect()
    }

    /// What is known of a transaction.
    pub(super) fn told(&self, id: &str) -> rusqlite::Result<Option<Told>> {
        let (fraud, given) = self
            .connection
            .prepare_cached(TOLD)?
            .query_row([id], |row| Ok((row.get::<_, Option<bool>>(0)?, row.get::<_, Option<i64>>(1)?)))
            .optional()?
            .unwrap_or_default();
        Ok(fraud.map(|fraud| Told { fraud, given: given.map(Timestamp::from_micros) }))
    }

    /// How many decisions a model made from `since` on, up to the one numbered `last`, by score in `bins` of equal width.
    pub(super) fn scores(
        &self,
        model: &ModelRecord,
        since: Timestamp,
        last: i64,
        bins: usize,
    ) -> rusqlite::Result<Vec<u64>> {
        let mut counts = vec![0; bins];
        let mut statement = self.connection.prepare_cached(SCORES)?;
        let mut rows = statement.query((since.micros(), last, &model.name, &model.version, bins as i64))?;
        while let Some(row) = rows.next()? {
            let bin = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
            counts[bin] += row.get::<_, i64>(1)?.unsigned_abs();
        }
        Ok(counts)
    }
}

fn payment_of(row: &DatabaseRow<'_>) -> rusqlite::Result<Payment> {
    Ok(Payment {
        id: parsed(row, 0, TransactionId::parse)?,
        time: Timestamp::from_micros(row.get(1)?),
        amount: row.get(2)?,
        terminal: parsed(row, 3, TerminalId::parse)?,
        place: place_of(row, 4)?,
        score: row.get(6)?,
        decision: optionally_parsed(row, 7, Decision::parse)?,
        fraud: row.get(8)?,
    })
}
