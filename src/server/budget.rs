//! Memory for large bodies: what one worker holds of them, from before they are read until they are answered, is bounded.

use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web;
use prometheus_client::metrics::gauge::Gauge;

use super::problem::Refusal;
use super::worker::Worker;

/// Bytes of large bodies that one worker holds.
const MOST: usize = 16 * 1024 * 1024;

/// What is held on one worker.
#[derive(Debug)]
pub(super) struct Budget {
    held: AtomicUsize,
    /// What is held on all workers.
    everywhere: Gauge,
}

/// Bytes that are given back when it is dropped.
pub(super) struct Held {
    worker: web::Data<Worker>,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(everywhere: Gauge) -> Self {
        Self { held: AtomicUsize::new(0), everywhere }
    }

    /// Room for a body of so many bytes on `worker`; a refusal when too many are under way.
    pub(super) fn hold(worker: &web::Data<Worker>, bytes: usize) -> Result<Held, Refusal> {
        let Self { held, everywhere } = &worker.bodies;
        if held.load(Ordering::Relaxed) + bytes > MOST {
            let error = "too many large bodies are under way; send this one again later";
            return Err(Refusal::unavailable("busy", error));
        }
        held.fetch_add(bytes, Ordering::Relaxed);
        everywhere.inc_by(bytes as i64);
        Ok(Held { worker: worker.clone(), bytes })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Budget { held, everywhere } = &self.worker.bodies;
        held.fetch_sub(self.bytes, Ordering::Relaxed);
        everywhere.dec_by(self.bytes as i64);
    }
}
