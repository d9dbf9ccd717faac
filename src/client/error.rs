//! What can go wrong between here and a server, said so that the reader knows what to do next.

use std::io;
use std::time::Duration;

/// Why a request or a subscription failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be used.
    #[error("cannot use the address {url:?}: {reason}")]
    Url {
        /// The address as it was given.
        url: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// Nobody listens there.
    #[error("connection refused by {address}: is `fraudctl serve` running there?")]
    Refused {
        /// Host and port.
        address: String,
    },
    /// The connection could not be opened for another reason, e.g. an unknown host.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// Host and port.
        address: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// No TLS could be agreed on, or the server is not trusted.
    #[error("{address}: TLS failed: {reason}; --ca names the authority of a private certificate")]
    Tls {
        /// Host and port.
        address: String,
        /// Why.
        reason: String,
    },
    /// It took too long.
    #[error("{address}: gave up {doing} after {} s", .patience.as_secs_f64())]
    Timeout {
        /// Host and port.
        address: String,
        /// What was being done, as in "gave up connecting to it".
        doing: &'static str,
        /// How long was waited.
        patience: Duration,
    },
    /// The server hung up before the answer was complete; whether it worked on the request is unknown.
    #[error("{address} closed the connection before it had answered")]
    Closed {
        /// Host and port.
        address: String,
    },
    /// What came back is not the protocol that was expected.
    #[error("{address} does not answer as expected: {reason}")]
    Protocol {
        /// Host and port.
        address: String,
        /// What was wrong with the answer.
        reason: String,
    },
    /// The server would not open a WebSocket.
    #[error(
        "{address} refuses the WebSocket at {path} with status {status}: {}",
        if matches!(status, 401 | 403) { "a token of scope read is needed, see --token-file" } else { "is it a `fraudctl serve`?" }
    )]
    Upgrade {
        /// Host and port.
        address: String,
        /// The path that was asked for.
        path: String,
        /// The HTTP status of the refusal.
        status: u16,
    },
}

impl Error {
    /// One word for counters: `connect`, `timeout`, `closed` or `protocol`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Url { .. } | Self::Refused { .. } | Self::Connect { .. } | Self::Tls { .. } => "connect",
            Self::Timeout { .. } => "timeout",
            Self::Closed { .. } => "closed",
            Self::Protocol { .. } | Self::Upgrade { .. } => "protocol",
        }
    }

    /// True when a later attempt may well succeed: the server may be starting, busy or unreachable for a moment.
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Refused { .. } | Self::Connect { .. } | Self::Timeout { .. } | Self::Closed { .. } => true,
            Self::Upgrade { status, .. } => *status >= 500 || *status == 429,
            Self::Url { .. } | Self::Tls { .. } | Self::Protocol { .. } => false,
        }
    }
}
