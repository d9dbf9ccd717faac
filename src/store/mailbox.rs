//! Where a thread's answers arrive, all those of a commit at once: to wake a thread takes longer than to answer, and one that
//! shares a core with the writer's would come running for each of them.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, oneshot};

/// Answers for the tasks of one thread.
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    arrived: Mutex<Vec<Letter>>,
    filled: Notify,
}

/// An answer on its way.
pub(super) struct Letter(Box<dyn FnOnce() + Send>);

impl Letter {
    /// Tells `waiting`; who no longer waits has lost the connection, and what was done is done all the same.
    pub(super) fn new<T: Send + 'static>(waiting: oneshot::Sender<T>, answer: T) -> Self {
        Self(Box::new(move || drop(waiting.send(answer))))
    }

    pub(super) fn open(self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Letter")
    }
}

impl Mailbox {
    /// Hands out what arrives, for ever: to be run on the thread whose tasks wait.
    pub async fn run(self) {
        loop {
            self.0.filled.notified().await;
            let letters = std::mem::take(&mut *self.0.arrived.lock().unwrap_or_else(PoisonError::into_inner));
            letters.into_iter().for_each(Letter::open);
        }
    }

    /// Takes answers in.
    pub(super) fn put(&self, letters: Vec<Letter>) {
        self.0.arrived.lock().unwrap_or_else(PoisonError::into_inner).extend(letters);
        self.0.filled.notify_one();
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
