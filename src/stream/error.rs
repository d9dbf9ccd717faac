//! Why a stream ended before its time.

use std::io;

use crate::client;

/// Why a stream ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The pace is not a number above zero.
    #[error("the pace must be a number above 0, not {0}")]
    Pace(f64),
    /// The server cannot be reached, or does not speak the protocol.
    #[error(transparent)]
    Client(#[from] client::Error),
    /// The server was busy or unreachable for longer than the stream may wait.
    #[error("gave up on transaction {id} after {waited_seconds:.0} s: {reason}")]
    Patience {
        /// The transaction that could not be delivered; all before it were.
        id: String,
        /// How long it was tried.
        waited_seconds: f64,
        /// What the last try met.
        reason: String,
    },
    /// The server refuses the stream as such, not one transaction.
    #[error("{url} answers {status} to transaction {id}: {error}")]
    Rejected {
        /// Where it was posted.
        url: String,
        /// The transaction that met it; all before it were delivered.
        id: String,
        /// The HTTP status.
        status: u16,
        /// What the server says about it.
        error: String,
    },
    /// The server speaks a newer version of the messages.
    #[error("the server speaks version {theirs} of the messages, this program version {ours}: update it")]
    Version {
        /// The server's.
        theirs: u32,
        /// [`crate::wire::VERSION`].
        ours: u32,
    },
    /// Writing failed.
    #[error("cannot write: {0}")]
    Write(io::Error),
    /// Whoever read the output has left (a closed pipe): a good end, not a failure.
    #[error("nobody reads the output any more")]
    Gone,
    /// The user wants to stop.
    #[error("interrupted")]
    Interrupted,
    /// The operating system refused an event queue.
    #[error("cannot start a network client: {0}")]
    System(io::Error),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Gone,
            _ => Self::Write(error),
        }
    }
}
