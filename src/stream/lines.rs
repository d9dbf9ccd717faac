//! One JSON object a line (NDJSON), to a file or a pipe.

use std::io::{BufWriter, Write};

use serde::Serialize;

use super::{Delivery, Error, Sink};
use crate::domain::Transaction;
use crate::wire::{AlertEvent, RawTransaction};

/// Writes each item as a line.
pub struct Lines<W: Write> {
    writer: BufWriter<W>,
}

impl<W: Write> Lines<W> {
    /// Writes to `writer`, which need not buffer.
    pub fn new(writer: W) -> Self {
        Self { writer: BufWriter::new(writer) }
    }

    fn write(&mut self, item: &impl Serialize) -> Result<Delivery, Error> {
        serde_json::to_writer(&mut self.writer, item).map_err(std::io::Error::from)?;
        self.writer.write_all(b"\n")?;
        Ok(Delivery::Accepted { alert: false })
    }
}

impl<W: Write> Sink<Transaction> for Lines<W> {
    fn put(&mut self, transaction: &Transaction) -> Result<Delivery, Error> {
        self.write(&raw_transaction(transaction))
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(self.writer.flush()?)
    }
}

impl<W: Write> Sink<AlertEvent> for Lines<W> {
    fn put(&mut self, event: &AlertEvent) -> Result<Delivery, Error> {
        self.write(event)
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(self.writer.flush()?)
    }
}

/// A transaction as a client sends it: without its label, which nobody knows at that moment.
pub fn raw_transaction(transaction: &Transaction) -> RawTransaction {
    RawTransaction {
        id: transaction.id.as_str().to_owned(),
        time: transaction.time.to_string(),
        customer: transaction.customer.as_str().to_owned(),
        terminal: transaction.terminal.as_str().to_owned(),
        amount: transaction.amount.value(),
        latitude: transaction.place.map(|place| place.latitude),
        longitude: transaction.place.map(|place| place.longitude),
    }
}
