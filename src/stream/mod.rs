//! Transactions that flow in, alerts that flow out.
//!
//! `produce` takes transactions from a [`Source`] and puts them, one after the other and at a pace, into a
//! [`Sink`]; `consume` does the same with alerts. A bus becomes one more file here that implements the two traits.
//! Opening files and choosing addresses is left to the caller; HTTP itself to `client`.

mod alerts;
mod consume;
mod error;
mod lines;
mod pace;
mod post;
mod produce;

use std::time::Duration;

use serde::Serialize;

pub use alerts::{AlertFeed, Follow};
pub use consume::{Consumed, Limits, consume, follow_alerts};
pub use error::Error;
pub use lines::{Lines, raw_transaction};
pub use pace::Pace;
pub use post::{Post, PostSink};
pub use produce::{Produced, produce};

/// What a source has to offer at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pull<T> {
    /// The next item.
    Item(T),
    /// Nothing came within the time that was given; more may come.
    Quiet,
    /// There will be no more.
    End,
}

/// Where items come from, in order.
pub trait Source<T> {
    /// Waits for the next item, but not longer than `patience`.
    ///
    /// # Errors
    /// Any [`Error`] after which no more items can be had.
    fn pull(&mut self, patience: Duration) -> Result<Pull<T>, Error>;
}

impl<T, I: Iterator<Item = T>> Source<T> for I {
    fn pull(&mut self, _patience: Duration) -> Result<Pull<T>, Error> {
        Ok(self.next().map_or(Pull::End, Pull::Item))
    }
}

/// Where items go, in order.
pub trait Sink<T> {
    /// Delivers one item; when it returns, the item has arrived or was refused for good.
    ///
    /// # Errors
    /// [`Error::Gone`] when nobody wants more, any other [`Error`] when the item could not be delivered.
    fn put(&mut self, item: &T) -> Result<Delivery, Error>;

    /// Makes visible what may still be buffered; called before a pause and at the end.
    ///
    /// # Errors
    /// As for [`Sink::put`].
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// What became of a delivered item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Accepted {
        /// The receiver said at once that it is suspicious.
        alert: bool,
    },
    /// The receiver does not want this item, now or later.
    Refused(Refusal),
}

/// An item that the receiver does not want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The transaction's id.
    pub id: String,
    /// The HTTP status.
    pub status: u16,
    /// What the server says about it.
    pub error: String,
}

/// Why a stream ended, though nothing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The source had no more.
    Complete,
    /// As many items had come as were wanted.
    Limit,
    /// Nothing had come for as long as was wanted.
    Idle,
    /// The user stopped it.
    Interrupted,
    /// Nobody read the output any more.
    ReaderLeft,
}

impl Ended {
    /// Tells the good ends of a run from the bad ones, and makes what was delivered visible.
    fn from_run(run: Result<Self, Error>, flush: impl FnOnce() -> Result<(), Error>) -> Result<Self, Error> {
        let ended = match run {
            Err(Error::Gone) => return Ok(Self::ReaderLeft),
            Err(Error::Interrupted) => Self::Interrupted,
            other => other?,
        };
        match flush() {
            Err(Error::Gone) => Ok(Self::ReaderLeft),
            other => other.map(|()| ended),
        }
    }
}
