//! What belongs to one thread that answers requests.

use actix_web::rt;

use super::App;
use super::budget::Budget;
use super::turns::Turns;
use crate::store::{Mailbox, Slots, StoreError};

/// One of the server's threads.
#[derive(Debug)]
pub(super) struct Worker {
    /// Who computes next.
    pub(super) turns: Turns,
    /// What large bodies take.
    pub(super) bodies: Budget,
    /// Through which the database answers.
    mailbox: Mailbox,
}

impl Worker {
    /// The thread that this is called on, and its mail from now on.
    pub(super) fn start(app: &App) -> Self {
        let mailbox = Mailbox::default();
        if app.writer.is_some() {
            rt::spawn(mailbox.clone().run());
        }
        let turns = Turns::new(app.metrics.batches_waiting.clone());
        Self { turns, bodies: Budget::new(app.metrics.bodies_held.clone()), mailbox }
    }

    /// Room for one decision in the database's queue; `None` when there is no database.
    pub(super) fn slot<'app>(&self, app: &'app App) -> Result<Option<Slots<'app>>, StoreError> {
        let Some(writer) = &app.writer else { return Ok(None) };
        Ok(Some(writer.reserve(1)?.through(&self.mailbox)))
    }

    /// Waits for room for `count` decisions; `None` when there is no database.
    pub(super) async fn room<'app>(
        &self,
        app: &'app App,
        count: usize,
    ) -> Result<Option<Slots<'app>>, StoreError> {
        let Some(writer) = &app.writer else { return Ok(None) };
        Ok(Some(writer.room(count).await?.through(&self.mailbox)))
    }
}
