//! Moves what stands in the log into the database's file, beside the writer, so that no decision waits for the disk
//! while that happens.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

/// After how many decisions the log is moved.
const DECISIONS: usize = 250;

/// Pages of 4 KiB in the log from which on the writer moves the rest itself: only when all of it has been moved does the
/// log begin anew, and beside a busy writer that moment does not come.
pub(super) const LOG_PAGES: i64 = 16_000;

/// The thread that does it.
#[derive(Debug)]
pub(super) struct Checkpoints {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Decisions stored since it was rung for.
    stored: usize,
}

impl Checkpoints {
    /// Starts it, with a connection of its own.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (bell, rung) = sync_channel(1);
        let checkpoint = move || {
            while rung.recv().is_ok() {
                // What it can not move stays in the log, which is read together with the file; the writer tells of a
                // disk that does not work.
                let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            }
        };
        let thread = std::thread::Builder::new().name("store-log".to_owned()).spawn(checkpoint)?;
        Ok(Self { bell: Some(bell), thread: Some(thread), stored: 0 })
    }

    /// Hears of a commit.
    pub(super) fn stored(&mut self, decisions: usize) {
        self.stored += decisions;
        if self.stored >= DECISIONS
            && let Some(bell) = &self.bell
        {
            self.stored = 0;
            // It is at work when it can't be rung for, and will be rung for again.
            let _ = bell.try_send(());
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            // It does nothing that panics, and if it did, the log would only be longer.
            let _ = thread.join();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.end();
    }
}
