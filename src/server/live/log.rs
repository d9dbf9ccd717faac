//! The newest alerts, each with its number.

use std::collections::VecDeque;
use std::sync::Arc;

use actix_web::web::Bytes;
use serde::Serialize;

use super::text_of;
use crate::wire::{AlertEvent, SNAPSHOT_ALERTS};

/// Alerts in one frame.
pub(super) const FRAME_ALERTS: usize = 500;
/// Alerts that wait for a frame.
pub(super) const PENDING_ALERTS: usize = 5_000;

/// Alerts in the order in which they came.
#[derive(Debug)]
pub(super) struct Log {
    events: VecDeque<Arc<AlertEvent>>,
    /// The number that the next one gets.
    next: u64,
}

/// What came after a number.
pub(super) struct News {
    events: Vec<Arc<AlertEvent>>,
    /// How many more there were.
    pub(super) dropped: u64,
}

impl Log {
    pub(super) fn new(recent: Vec<AlertEvent>) -> Self {
        Self { next: recent.len() as u64, events: recent.into_iter().map(Arc::new).collect() }
    }

    /// The number that the next alert gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    pub(super) fn push(&mut self, event: AlertEvent) {
        if self.events.len() == PENDING_ALERTS {
            self.events.pop_front();
        }
        self.events.push_back(Arc::new(event));
        self.next += 1;
    }

    /// How many are held that are numbered `from` and above.
    pub(super) fn waiting(&self, from: u64) -> usize {
        self.events.len().min(self.next.saturating_sub(from) as usize)
    }

    /// The alerts numbered `from` and above.
    pub(super) fn since(&self, from: u64) -> News {
        let held = self.waiting(from);
        let events = self.events.range(self.events.len() - held..);
        News { events: events.cloned().collect(), dropped: self.next - from - held as u64 }
    }

    /// The last ones below number `to`, as many as a new client is shown.
    pub(super) fn before(&self, to: u64) -> Vec<AlertEvent> {
        let first = self.next - self.events.len() as u64;
        let end = to.saturating_sub(first) as usize;
        let start = end.saturating_sub(SNAPSHOT_ALERTS);
        self.events.range(start..end).map(|event| AlertEvent::clone(event)).collect()
    }

    /// Those after `id`, oldest first, or simply the newest, `limit` at most; `None` for an unknown id.
    pub(super) fn after(&self, id: Option<&str>, limit: usize) -> Option<Vec<AlertEvent>> {
        let start = match id {
            Some(id) => self.events.iter().position(|event| event.id == id)? + 1,
            None => self.events.len().saturating_sub(limit),
        };
        Some(self.events.range(start..).take(limit).map(|event| AlertEvent::clone(event)).collect())
    }
}

impl News {
    /// Frames, each with the number of its alerts.
    pub(super) fn frames(&self) -> Vec<(Bytes, u64)> {
        self.events.chunks(FRAME_ALERTS).map(|events| (Alerts::text(events), events.len() as u64)).collect()
    }
}

/// [`Frame::Alerts`](crate::wire::Frame::Alerts) of borrowed events.
#[derive(Serialize)]
struct Alerts<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    events: Vec<&'a AlertEvent>,
    dropped: u64,
}

impl Alerts<'_> {
    fn text(events: &[Arc<AlertEvent>]) -> Bytes {
        text_of(&Alerts { kind: "alerts", events: events.iter().map(|event| &**event).collect(), dropped: 0 })
    }
}
