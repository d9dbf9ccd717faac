//! Who watches, and what they are sent: alerts coalesced into one frame per 100 ms or, for very many clients, more, the counters once a second.
//!
//! Clients are served in groups, by turns, each with what is new since its last turn: an alert waits for one period at
//! most, however many clients there are, and those who score get their time between two groups. A frame is serialised
//! once for its group. Each client has a bounded ring of frames; when it reads too slowly the oldest are dropped and it
//! is told how many alerts it missed, while nobody waits for it.

mod log;
mod outbox;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use super::metrics::Metrics;
use crate::wire::{AlertEvent, Frame};
use log::Log;
pub(super) use outbox::Outbox;

/// Time between two frames of alerts, as long as they can be sent to all clients within it.
const ALERT_PERIOD: Duration = Duration::from_millis(100);
/// Time between two frames of counters.
const SECOND: Duration = Duration::from_secs(1);
/// What it takes to send a frame to one client, 10 to 12 us, and a half more: a core that did nothing else would have no
/// time to score.
const CLIENT_TIME: Duration = Duration::from_micros(16);
/// Clients that are served together.
const GROUP_CLIENTS: usize = 1_000;

/// Distributes alerts and counters to the clients. Who needs both locks takes that of the groups first.
#[derive(Debug)]
pub(super) struct Hub {
    log: Mutex<Log>,
    groups: Mutex<Groups>,
}

#[derive(Debug)]
struct Groups {
    /// One at least.
    groups: Vec<Group>,
    /// Whose turn is next.
    turn: usize,
    next_client: u64,
}

#[derive(Debug)]
struct Group {
    clients: HashMap<u64, Arc<Outbox>>,
    /// The number of the first alert that it has not been sent.
    next_alert: u64,
    /// The second whose counters it has been sent.
    second: u64,
}

/// The counters of a second.
#[derive(Debug, Clone, Default)]
struct Counters {
    second: u64,
    text: Bytes,
}

impl Hub {
    /// Nobody watches yet; `recent` are the alerts to show to the first who does, oldest first.
    pub(super) fn new(recent: Vec<AlertEvent>) -> Self {
        let log = Log::new(recent);
        let groups = Groups { groups: vec![Group::new(log.next())], turn: 0, next_client: 0 };
        Self { log: Mutex::new(log), groups: Mutex::new(groups) }
    }

    /// Takes an alert for the next frames.
    pub(super) fn publish(&self, event: AlertEvent) {
        locked(&self.log).push(event);
    }

    /// A new client's outbox and the alerts that were sent before anything it will find there.
    pub(super) fn join(&self) -> (u64, Arc<Outbox>, Vec<AlertEvent>) {
        let mut groups = locked(&self.groups);
        let log = locked(&self.log);
        let (client, outbox) = (groups.next_client, Arc::new(Outbox::default()));
        groups.next_client += 1;
        let group = groups.with_room(log.next());
        group.clients.insert(client, outbox.clone());
        (client, outbox, log.before(group.next_alert))
    }

    /// The client has gone.
    pub(super) fn leave(&self, client: u64) {
        locked(&self.groups).remove(client);
    }

    /// How many alerts wait for a frame, and how many frames for clients.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let (outboxes, next_alert) = {
            let groups = locked(&self.groups);
            let clients = groups.groups.iter().flat_map(|group| group.clients.values().cloned());
            (clients.collect::<Vec<_>>(), groups.groups.iter().map(|group| group.next_alert).min())
        };
        let alerts = next_alert.map_or(0, |first| locked(&self.log).waiting(first));
        (alerts, outboxes.iter().map(|outbox| outbox.len()).sum())
    }

    /// Alerts after `id` among the newest ones, oldest first, or simply the newest; `None` for an unknown id.
    pub(super) fn alerts_after(&self, id: Option<&str>, limit: usize) -> Option<Vec<AlertEvent>> {
        locked(&self.log).after(id, limit)
    }

    /// Distributes until `stop` says so.
    pub(super) async fn run(self: Arc<Self>, metrics: Arc<Metrics>, mut stop: watch::Receiver<bool>) {
        let (mut next, mut next_second) = (Instant::now(), Instant::now() + SECOND);
        let mut counters = Counters::default();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep_until(next) => {}
            }
            if next >= next_second {
                metrics.tick();
                counters.second += 1;
                counters.text = text_of(&Frame::Stats(metrics.stats()));
                next_second += SECOND;
            }
            next = Instant::now().max(next + self.turn(&counters, &metrics));
        }
        self.send_pending(&metrics);
    }

    /// Serves the group whose turn it is; returns the time until the next one's.
    fn turn(&self, counters: &Counters, metrics: &Metrics) -> Duration {
        let mut groups = locked(&self.groups);
        groups.turn = (groups.turn + 1) % groups.groups.len();
        let turn = groups.turn;
        self.serve(&mut groups.groups[turn], Some(counters), metrics);
        groups.period() / groups.groups.len() as u32
    }

    /// Puts what is new into the outboxes of a group, all of it at once: a client that is sent both is written to once.
    fn serve(&self, group: &mut Group, counters: Option<&Counters>, metrics: &Metrics) {
        let (news, next_alert) = {
            let log = locked(&self.log);
            (log.since(group.next_alert), log.next())
        };
        group.next_alert = next_alert;
        let mut frames = news.frames();
        if let Some(counters) = counters
            && group.second != counters.second
        {
            group.second = counters.second;
            frames.push((counters.text.clone(), 0));
        }
        group.put(&frames, news.dropped, metrics);
    }

    /// Sends a frame without alerts to everybody.
    pub(super) fn send(&self, frame: &Frame, metrics: &Metrics) {
        let frames = [(text_of(frame), 0)];
        locked(&self.groups).groups.iter().for_each(|group| group.put(&frames, 0, metrics));
    }

    /// Sends alerts that wait to everybody, whosever turn it is.
    pub(super) fn send_pending(&self, metrics: &Metrics) {
        locked(&self.groups).groups.iter_mut().for_each(|group| self.serve(group, None, metrics));
    }
}

impl Groups {
    /// The smallest group, or a new one when all are full.
    fn with_room(&mut self, next_alert: u64) -> &mut Group {
        let smallest = (0..self.groups.len()).min_by_key(|&place| self.groups[place].clients.len());
        let place = smallest.filter(|&place| self.groups[place].clients.len() < GROUP_CLIENTS);
        let place = place.unwrap_or_else(|| {
            self.groups.push(Group::new(next_alert));
            self.groups.len() - 1
        });
        &mut self.groups[place]
    }

    fn remove(&mut self, client: u64) {
        self.groups.iter_mut().for_each(|group| drop(group.clients.remove(&client)));
        while self.groups.len() > 1 && self.groups.last().is_some_and(|group| group.clients.is_empty()) {
            self.groups.pop();
        }
    }

    /// Time from one turn of a group to its next: enough to send a frame to everybody.
    fn period(&self) -> Duration {
        let clients: usize = self.groups.iter().map(|group| group.clients.len()).sum();
        ALERT_PERIOD.max(CLIENT_TIME.saturating_mul(u32::try_from(clients).unwrap_or(u32::MAX)))
    }
}

impl Group {
    fn new(next_alert: u64) -> Self {
        Self { clients: HashMap::new(), next_alert, second: 0 }
    }

    /// Puts frames, each with the number of its alerts, into every outbox.
    fn put(&self, frames: &[(Bytes, u64)], dropped: u64, metrics: &Metrics) {
        if frames.is_empty() {
            return;
        }
        for outbox in self.clients.values() {
            metrics.dropped.inc_by(outbox.put(frames, dropped));
        }
    }
}

/// `frame` as JSON.
pub(super) fn text_of(frame: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(frame).expect("frames have text keys and finite numbers"))
}

/// A panic elsewhere leaves queues whole: each change is one call.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
