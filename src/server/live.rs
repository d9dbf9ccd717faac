//! Who watches, and what they are sent: alerts coalesced into one frame per 100 ms or, for very many clients, more, the counters once a second.
//!
//! A frame is serialised once, for all. Each client has a bounded ring of frames; when it reads too slowly the
//! oldest are dropped and it is told how many alerts it missed, while nobody waits for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use serde::Serialize;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::metrics::Metrics;
use crate::wire::{AlertEvent, Frame, SNAPSHOT_ALERTS};

/// Time between two frames of alerts, as long as they can be sent to all clients within it.
const ALERT_PERIOD: Duration = Duration::from_millis(100);
/// Time between two frames of counters.
const SECOND: Duration = Duration::from_secs(1);
/// What it takes to send a frame to one client, and a quarter more: a core that did nothing else would have no time to score.
const CLIENT_TIME: Duration = Duration::from_nanos(12_500);
/// Frames that wait for one client.
const RING_FRAMES: usize = 64;
/// Alerts in one frame.
const FRAME_ALERTS: usize = 500;
/// Alerts that wait for the next frame.
const PENDING_ALERTS: usize = 5_000;

/// Distributes alerts and counters to the clients.
#[derive(Debug)]
pub(super) struct Hub {
    pending: Mutex<Pending>,
    feed: Mutex<Feed>,
}

#[derive(Debug, Default)]
struct Pending {
    events: VecDeque<AlertEvent>,
    dropped: u64,
}

#[derive(Debug)]
struct Feed {
    /// The newest alerts that have been sent, oldest first.
    recent: VecDeque<AlertEvent>,
    clients: HashMap<u64, Arc<Outbox>>,
    next_client: u64,
}

impl Hub {
    /// Nobody watches yet; `recent` are the alerts to show to the first who does, oldest first.
    pub(super) fn new(recent: Vec<AlertEvent>) -> Self {
        let feed = Feed { recent: recent.into(), clients: HashMap::new(), next_client: 0 };
        Self { pending: Mutex::default(), feed: Mutex::new(feed) }
    }

    /// Takes an alert for the next frame.
    pub(super) fn publish(&self, event: AlertEvent) {
        let mut pending = locked(&self.pending);
        if pending.events.len() == PENDING_ALERTS {
            pending.events.pop_front();
            pending.dropped += 1;
        }
        pending.events.push_back(event);
    }

    /// A new client's outbox and the alerts that were sent before anything it will find there.
    pub(super) fn join(&self) -> (u64, Arc<Outbox>, Vec<AlertEvent>) {
        let mut feed = locked(&self.feed);
        let (client, outbox) = (feed.next_client, Arc::new(Outbox::default()));
        feed.next_client += 1;
        feed.clients.insert(client, outbox.clone());
        (client, outbox, feed.recent.iter().cloned().collect())
    }

    /// The client has gone.
    pub(super) fn leave(&self, client: u64) {
        locked(&self.feed).clients.remove(&client);
    }

    /// How many alerts wait for the next frame, and how many frames for clients.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let alerts = locked(&self.pending).events.len();
        let outboxes: Vec<Arc<Outbox>> = locked(&self.feed).clients.values().cloned().collect();
        (alerts, outboxes.iter().map(|outbox| locked(&outbox.ring).frames.len()).sum())
    }

    /// Alerts sent after `id` among the newest ones, oldest first, or simply the newest; `None` for an unknown id.
    pub(super) fn alerts_after(&self, id: Option<&str>, limit: usize) -> Option<Vec<AlertEvent>> {
        let feed = locked(&self.feed);
        let start = match id {
            Some(id) => feed.recent.iter().position(|event| event.id == id)? + 1,
            None => feed.recent.len().saturating_sub(limit),
        };
        Some(feed.recent.iter().skip(start).take(limit).cloned().collect())
    }

    /// Distributes until `stop` says so.
    pub(super) async fn run(self: Arc<Self>, metrics: Arc<Metrics>, mut stop: watch::Receiver<bool>) {
        let (mut next, mut next_second) = (Instant::now(), Instant::now() + SECOND);
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep_until(next) => {}
            }
            self.send_pending(&metrics);
            // With the alerts: a client that is sent both is written to once.
            if next >= next_second {
                metrics.tick();
                self.send(&Frame::Stats(metrics.stats()), &metrics);
                next_second += SECOND;
            }
            next = Instant::now().max(next + self.period());
        }
        self.send_pending(&metrics);
    }

    /// Time until the next frame of alerts: enough to send the one before to everybody.
    fn period(&self) -> Duration {
        let clients = u32::try_from(locked(&self.feed).clients.len()).unwrap_or(u32::MAX);
        ALERT_PERIOD.max(CLIENT_TIME.saturating_mul(clients))
    }

    /// Sends a frame without alerts to everybody.
    pub(super) fn send(&self, frame: &Frame, metrics: &Metrics) {
        locked(&self.feed).send(&[(text_of(frame), 0)], 0, metrics);
    }

    /// Sends what is pending without waiting for the next period.
    pub(super) fn send_pending(&self, metrics: &Metrics) {
        let Pending { events, dropped } = std::mem::take(&mut *locked(&self.pending));
        if events.is_empty() {
            return;
        }
        let events = Vec::from(events);
        let frames: Vec<(Bytes, u64)> = events
            .chunks(FRAME_ALERTS)
            .map(|events| (text_of(&Alerts { kind: "alerts", events, dropped: 0 }), events.len() as u64))
            .collect();
        let mut feed = locked(&self.feed);
        feed.send(&frames, dropped, metrics);
        feed.recent.extend(events);
        let surplus = feed.recent.len().saturating_sub(SNAPSHOT_ALERTS);
        feed.recent.drain(..surplus);
    }
}

impl Feed {
    /// Puts frames, each with the number of its alerts, into every outbox.
    fn send(&self, frames: &[(Bytes, u64)], dropped: u64, metrics: &Metrics) {
        for outbox in self.clients.values() {
            metrics.dropped.inc_by(outbox.put(frames, dropped));
        }
    }
}

/// [`Frame::Alerts`] of borrowed events.
#[derive(Serialize)]
struct Alerts<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    events: &'a [AlertEvent],
    dropped: u64,
}

/// Frames that wait for one client.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    ring: Mutex<Ring>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Ring {
    frames: VecDeque<(Bytes, u64)>,
    dropped: u64,
}

impl Outbox {
    /// Adds frames; returns how many alerts the client misses because of it.
    fn put(&self, frames: &[(Bytes, u64)], dropped: u64) -> u64 {
        let mut ring = locked(&self.ring);
        let before = ring.dropped;
        ring.dropped += dropped;
        for frame in frames {
            if ring.frames.len() == RING_FRAMES {
                let oldest = ring.frames.pop_front();
                ring.dropped += oldest.map_or(0, |(_, alerts)| alerts);
            }
            ring.frames.push_back(frame.clone());
        }
        let missed = ring.dropped - before;
        drop(ring);
        self.filled.notify_one();
        missed
    }

    /// The next frame as JSON text, when there is one.
    pub(super) async fn next(&self) -> Bytes {
        loop {
            if let Some(frame) = self.take() {
                return frame;
            }
            self.filled.notified().await;
        }
    }

    fn take(&self) -> Option<Bytes> {
        let mut ring = locked(&self.ring);
        match std::mem::take(&mut ring.dropped) {
            0 => ring.frames.pop_front().map(|(frame, _)| frame),
            // Only this client's business: a frame of its own keeps the shared ones as they are.
            dropped => Some(text_of(&Frame::Alerts { events: Vec::new(), dropped })),
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
mod tests {
    use super::*;
    use crate::domain::Decision;

    fn alert(id: usize) -> AlertEvent {
        AlertEvent {
            id: id.to_string(),
            time: "2025-01-01T00:00:00Z".to_owned(),
            amount: None,
            score: 0.9,
            decision: Decision::Review,
            model: "run".to_owned(),
            title: "here".to_owned(),
            latitude: None,
            longitude: None,
            country: None,
            simulated: false,
        }
    }

    fn frame(outbox: &Outbox) -> Option<Frame> {
        outbox.take().map(|text| serde_json::from_slice(&text).unwrap())
    }

    #[test]
    fn a_client_sees_each_alert_once_in_the_snapshot_or_in_a_frame() {
        let (hub, metrics) = (Hub::new(vec![alert(0)]), Metrics::new());
        hub.publish(alert(1));
        hub.send_pending(&metrics);
        hub.publish(alert(2));
        let (client, outbox, snapshot) = hub.join();
        assert_eq!(snapshot, [alert(0), alert(1)]);
        hub.publish(alert(3));
        hub.send_pending(&metrics);
        assert_eq!(frame(&outbox), Some(Frame::Alerts { events: vec![alert(2), alert(3)], dropped: 0 }));
        assert_eq!(frame(&outbox), None);
        hub.leave(client);
        hub.publish(alert(4));
        hub.send_pending(&metrics);
        assert_eq!(frame(&outbox), None);
        assert_eq!(hub.alerts_after(Some("2"), 10), Some(vec![alert(3), alert(4)]));
        assert_eq!(hub.alerts_after(None, 1), Some(vec![alert(4)]));
        assert_eq!(hub.alerts_after(Some("nobody"), 10), None);
    }

    #[test]
    fn a_client_that_does_not_read_loses_the_oldest_and_is_told() {
        let (hub, metrics) = (Hub::new(Vec::new()), Metrics::new());
        let (_, outbox, _) = hub.join();
        for id in 0..RING_FRAMES + 3 {
            hub.publish(alert(id));
            hub.send_pending(&metrics);
        }
        assert_eq!(frame(&outbox), Some(Frame::Alerts { events: Vec::new(), dropped: 3 }));
        assert_eq!(frame(&outbox), Some(Frame::Alerts { events: vec![alert(3)], dropped: 0 }));
        assert_eq!(metrics.dropped.get(), 3);
    }

    #[test]
    fn a_burst_is_cut_into_frames_and_bounded() {
        let (hub, metrics) = (Hub::new(Vec::new()), Metrics::new());
        let (_, outbox, _) = hub.join();
        for id in 0..PENDING_ALERTS + 1 {
            hub.publish(alert(id));
        }
        hub.send_pending(&metrics);
        assert_eq!(frame(&outbox), Some(Frame::Alerts { events: Vec::new(), dropped: 1 }));
        let sizes: Vec<usize> = std::iter::from_fn(|| frame(&outbox))
            .map(|frame| match frame {
                Frame::Alerts { events, .. } => events.len(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(sizes, vec![FRAME_ALERTS; PENDING_ALERTS / FRAME_ALERTS]);
        assert_eq!(hub.join().2.len(), SNAPSHOT_ALERTS);
    }
}
