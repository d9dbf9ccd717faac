//! The tables, and how an older database becomes a current one.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::Located;
use crate::store::StoreError;

/// Marks the file as ours (`"frct"`), so that no other program's database is written to.
const APPLICATION_ID: i64 = 0x6672_6374;

/// Each entry takes a database from the version of its index to the next one; entries are never edited.
const MIGRATIONS: [&str; 3] =
    [include_str!("schema_1.sql"), include_str!("schema_2.sql"), include_str!("schema_3.sql")];

/// What a customer paid before and after. A first load that was cut short leaves it out.
pub(super) const TRANSACTIONS_OF_CUSTOMER: &str = "CREATE INDEX IF NOT EXISTS transactions_of_customer \
    ON transactions (customer, time_us) WHERE customer IS NOT NULL";

/// Brings the database behind `connection` to the current version.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let supported = MIGRATIONS.len() as i64;
    // IMMEDIATE: two processes that open a new file at the same time take turns.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).at(path)?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).at(path);
    let version = pragma("user_version")?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).at(path)?;
    let empty = version == 0 && tables == 0;
    if !empty && pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::Foreign { path: path.to_owned() });
    }
    if version > supported {
        return Err(StoreError::Newer { path: path.to_owned(), found: version, supported });
    }
    if version == supported {
        transaction.execute_batch(TRANSACTIONS_OF_CUSTOMER).at(path)?;
        return transaction.commit().at(path);
    }
    let start = usize::try_from(version).map_err(|_| StoreError::Foreign { path: path.to_owned() })?;
    for migration in &MIGRATIONS[start..] {
        transaction.execute_batch(migration).at(path)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).at(path)?;
    transaction.pragma_update(None, "user_version", supported).at(path)?;
    transaction.commit().at(path)
}
