//! Decisions are kept for so long and no longer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::App;
use crate::domain::Timestamp;
use crate::store::{Order, Outcome, StoreError};

/// How often the oldest decisions are looked at.
const PERIOD: Duration = Duration::from_secs(60);
/// Decisions deleted in one commit: storing new ones waits for it.
const AT_ONCE: usize = 1_000;

/// Deletes what is older than `days`, until `stop` says so.
pub(super) async fn run(app: Arc<App>, days: u32, mut stop: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(PERIOD);
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        match forget(&app, days).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, days, "old decisions deleted"),
            Err(error) => tracing::error!(error = error.without_path(), "old decisions not deleted"),
        }
    }
}

/// Deletes what is older than `days` now; says how many.
pub(super) async fn forget(app: &App, days: u32) -> Result<usize, StoreError> {
    let Some(writer) = &app.writer else { return Ok(0) };
    let age = i64::from(days) * Timestamp::DAY_US;
    let before = Timestamp::from_micros((app.clock)().micros().saturating_sub(age));
    let mut all = 0;
    loop {
        match writer.obey(Order::Forget(before, AT_ONCE)).await? {
            Outcome::Changed(0) => return Ok(all),
            Outcome::Changed(count) => all += count,
            Outcome::Noted(_) => return Ok(all),
        }
    }
}
