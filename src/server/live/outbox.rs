//! What one client has yet to be sent.

use std::collections::VecDeque;
use std::sync::Mutex;

use actix_web::web::Bytes;
use tokio::sync::Notify;

use super::{locked, text_of};
use crate::wire::Frame;

/// Frames that wait for one client.
pub(super) const RING_FRAMES: usize = 64;

/// Frames that wait for one client.
#[derive(Debug, Default)]
pub(in crate::server) struct Outbox {
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
    pub(super) fn put(&self, frames: &[(Bytes, u64)], dropped: u64) -> u64 {
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

    /// How many frames wait.
    pub(super) fn len(&self) -> usize {
        locked(&self.ring).frames.len()
    }

    /// The next frame as JSON text, when there is one.
    pub(in crate::server) async fn next(&self) -> Bytes {
        loop {
            if let Some(frame) = self.take() {
                return frame;
            }
            self.filled.notified().await;
        }
    }

    pub(super) fn take(&self) -> Option<Bytes> {
        let mut ring = locked(&self.ring);
        match std::mem::take(&mut ring.dropped) {
            0 => ring.frames.pop_front().map(|(frame, _)| frame),
            // Only this client's business: a frame of its own keeps the shared ones as they are.
            dropped => Some(text_of(&Frame::Alerts { events: Vec::new(), dropped })),
        }
    }
}
