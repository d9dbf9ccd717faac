//! A model that scores along without deciding anything, to be compared before it takes over.
//!
//! Rows are handed to a thread of its own; when that falls behind they are passed over and counted, so that no answer
//! ever waits for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::{io, thread};

use super::model::{Model, Scored};

/// Rows that wait to be scored.
const QUEUE: usize = 1_024;

/// Scores a share of the rows after they were answered.
pub struct Shadow {
    model: Arc<Model>,
    share: f64,
    offered: AtomicU64,
    taken: AtomicU64,
    compared: Arc<Compared>,
    rows: Option<SyncSender<(Vec<f64>, Scored)>>,
    thread: Option<JoinHandle<()>>,
}

/// What the comparison came to.
#[derive(Debug, Default)]
struct Compared {
    /// By the served decision, then the shadow's.
    decisions: [[AtomicU64; 3]; 3],
    skipped: AtomicU64,
    failed: AtomicU64,
    difference: Mutex<Difference>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Difference {
    sum: f64,
    greatest: f64,
}

/// What a [`Shadow`] has seen so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// Rows by the served decision, then by the shadow's, each in the order of [`crate::domain::Decision::ALL`].
    pub decisions: [[u64; 3]; 3],
    /// Rows that were passed over because the shadow was behind.
    pub skipped: u64,
    /// Rows that the shadow gave no score.
    pub failed: u64,
    /// Sum of the differences of both scores, without sign.
    pub difference: f64,
    /// The greatest of them.
    pub greatest: f64,
}

impl Shadow {
    /// Starts to score along: `share` of the rows, from 0 to 1.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(model: Model, share: f64) -> io::Result<Self> {
        let (rows, offered) = sync_channel(QUEUE);
        let (model, compared) = (Arc::new(model), Arc::<Compared>::default());
        let (scorer, counts) = (model.clone(), compared.clone());
        let thread = thread::Builder::new()
            .name("shadow".to_owned())
            .spawn(move || compare(&scorer, &offered, &counts))?;
        let (offered, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { model, share, offered, taken, compared, rows: Some(rows), thread: Some(thread) })
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Of all rows, how many it scores.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Offers a row that has been answered.
    pub fn offer(&self, row: &[f64], served: Scored) {
        let number = self.offered.fetch_add(1, Ordering::Relaxed) as f64;
        if ((number + 1.0) * self.share).floor() == (number * self.share).floor() {
            return;
        }
        let taken = self.rows.as_ref().is_some_and(|rows| rows.try_send((row.to_vec(), served)).is_ok());
        let counter = if taken { &self.taken } else { &self.compared.skipped };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Rows that wait to be scored, 1,024 at most.
    pub fn waiting(&self) -> u64 {
        let Comparison { decisions, failed, .. } = self.comparison();
        let done = decisions.iter().flatten().sum::<u64>() + failed;
        self.taken.load(Ordering::Relaxed).saturating_sub(done)
    }

    /// What it has seen.
    pub fn comparison(&self) -> Comparison {
        let Compared { decisions, skipped, failed, difference } = &*self.compared;
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Difference { sum, greatest } = *difference.lock().unwrap_or_else(PoisonError::into_inner);
        Comparison {
            decisions: decisions.each_ref().map(|row| row.each_ref().map(count)),
            skipped: count(skipped),
            failed: count(failed),
            difference: sum,
            greatest,
        }
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        self.rows = None;
        if let Some(thread) = self.thread.take() {
            // Its panic would be the shadow's affair: nobody waits for what it says.
            let _ = thread.join();
        }
    }
}

fn compare(model: &Model, rows: &Receiver<(Vec<f64>, Scored)>, compared: &Compared) {
    for (row, served) in rows {
        let Ok(shadow) = model.score(&row) else {
            compared.failed.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        compared.decisions[served.decision as usize][shadow.decision as usize]
            .fetch_add(1, Ordering::Relaxed);
        let distance = (shadow.score - served.score).abs();
        let mut difference = compared.difference.lock().unwrap_or_else(PoisonError::into_inner);
        difference.sum += distance;
        difference.greatest = difference.greatest.max(distance);
    }
}
