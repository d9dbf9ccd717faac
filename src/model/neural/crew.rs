//! Threads that stay for a whole training and do one task after the other.

use std::hint;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
use std::thread::Scope;

use rayon::ThreadPoolBuilder;

/// Looks at an empty queue so often before sleeping: a step takes about a millisecond, of which waking up would be a part.
const LOOKS: usize = 4_000;

/// A thread that is given tasks and gives results in their order.
pub(super) struct Worker<T, R> {
    tasks: Sender<T>,
    results: Receiver<R>,
}

impl<T: Send, R: Send> Worker<T, R> {
    /// Starts the thread, which ends when the worker is dropped.
    pub(super) fn spawn<'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut work: impl FnMut(T) -> R + Send + 'scope,
    ) -> Self
    where
        T: 'scope,
        R: 'scope,
    {
        let ((tasks, inbox), (outbox, results)) = (mpsc::channel(), mpsc::channel());
        scope.spawn(move || {
            // Burn hands large products to rayon; here rayon has this thread alone. Its other threads would stand in each
            // other's way, and one that waits for a product would take up another task meanwhile.
            let _alone = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
            while let Some(task) = next(&inbox) {
                if outbox.send(work(task)).is_err() {
                    break;
                }
            }
        });
        Self { tasks, results }
    }

    /// Gives it a task.
    pub(super) fn start(&self, task: T) {
        // When the thread is gone, `result` says so.
        self.tasks.send(task).ok();
    }

    /// What came of the task that was started first.
    ///
    /// # Panics
    /// When the thread did.
    pub(super) fn result(&self) -> R {
        next(&self.results).expect("a worker lives as long as its tasks")
    }
}

/// The next of a queue; `None` when nobody can add to it any more.
fn next<T>(queue: &Receiver<T>) -> Option<T> {
    for _ in 0..LOOKS {
        match queue.try_recv() {
            Ok(next) => return Some(next),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => hint::spin_loop(),
        }
    }
    queue.recv().ok()
}
