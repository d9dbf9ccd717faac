//! Online scoring without a transport: what clients say becomes a row, live features, a score, a decision.
//!
//! One [`Engine`] is shared by all that score at the same time. The live state of a model that scores raw
//! transactions is locked only while a transaction passes through it, never while the scorer works. The model can be
//! exchanged at any time: who scores takes hold of one and keeps it for the whole of his answer.

mod error;
mod explanation;
pub mod input;
mod known;
mod live;
mod model;
mod shadow;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;

pub use error::EngineError;
pub use explanation::Explanation;
use input::{Fields, InputError, Request};
use live::Live;
pub use live::Saved;
pub use model::{Drift, Model, Scored};
pub use shadow::{Comparison, Shadow};

use crate::cards::CardKey;
use crate::domain::{TerminalId, Timestamp, Transaction, TransactionId};
use crate::features::{FeatureState, LabelDelay, Plan, SnapshotError};

/// What an engine is made of.
pub struct EngineConfig {
    /// What scores first.
    pub model: Model,
    /// The live features, when the model scores raw transactions; `None` when it scores rows of a table.
    pub state: Option<FeatureState>,
    /// Under it tokens stand for card numbers where ids are expected; `None` leaves them as they are.
    pub cards: Option<CardKey>,
}

/// What a raw transaction's sender said, as against what was filled in for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The id is his: he may send it again.
    pub id: bool,
    /// The time is his: he says the same when he sends it again.
    pub time: bool,
}

impl Given {
    /// He said everything.
    pub const ALL: Self = Self { id: true, time: true };
}

/// Scores transactions as they come.
pub struct Engine {
    fields: Fields,
    /// Of the live features, when there are some.
    label_delay: Option<LabelDelay>,
    live: Option<Mutex<Live>>,
    current: ArcSwap<Model>,
    /// What scored before the last exchange.
    previous: Mutex<Option<Arc<Model>>>,
}

impl Engine {
    /// Puts the parts together; the model has scored a row when this returns.
    ///
    /// # Errors
    /// [`EngineError::Mismatch`] when the scorer's rows are not as wide as there are features, or a feature is named
    /// twice; [`EngineError::NotLive`] when the live state makes other features than the model takes;
    /// [`EngineError::NoScore`] when it does not score.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let EngineConfig { model, state, cards } = config;
        check(&model)?;
        let features = model.features();
        let makes = |state: &FeatureState| {
            Plan::new(features).is_ok_and(|plan| plan == *state.plan())
                && model.label_delay == Some(state.delay())
        };
        if state.as_ref().is_some_and(|state| !makes(state)) {
            return Err(EngineError::NotLive { features: features.to_vec() });
        }
        Ok(Self {
            fields: Fields::new(model.encoder.clone(), state.is_some(), cards),
            label_delay: model.label_delay,
            live: state.map(|state| Mutex::new(Live::new(state, features.len()))),
            current: ArcSwap::from_pointee(model),
            previous: Mutex::default(),
        })
    }

    /// The model that scores now: to be asked for once an answer.
    pub fn model(&self) -> Arc<Model> {
        self.current.load_full()
    }

    /// The names that bodies may use.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Reads what a client says.
    ///
    /// # Errors
    /// [`InputError`] says what is wrong with `body`.
    pub fn read(&self, body: &[u8]) -> Result<Request, InputError> {
        Request::parse(&self.fields, body)
    }

    /// Lets another model score from now on; the one before is kept for [`Engine::roll_back`].
    ///
    /// # Errors
    /// Those of [`Engine::new`], and [`EngineError::OtherInputs`] when it reads other things than the one before: clients
    /// and live features are made for those. Nothing has changed then.
    pub fn publish(&self, model: Model) -> Result<(), EngineError> {
        self.check_successor(&model)?;
        let before = self.current.swap(Arc::new(model));
        *locked(&self.previous) = Some(before);
        Ok(())
    }

    /// Checks what [`Engine::publish`] checks.
    ///
    /// # Errors
    /// Those of [`Engine::publish`].
    pub fn check_successor(&self, model: &Model) -> Result<(), EngineError> {
        check(model)?;
        let (now, then) = (self.fields.encoder(), &model.encoder);
        let is_same = now.inputs() == then.inputs()
            && now.features() == then.features()
            && model.label_delay == self.label_delay;
        match is_same {
            true => Ok(()),
            false => Err(EngineError::OtherInputs { model: model.name.clone() }),
        }
    }

    /// Exchanges the model with the one before; gives it, or `None` when there was none.
    pub fn roll_back(&self) -> Option<Arc<Model>> {
        let mut previous = locked(&self.previous);
        let before = previous.take()?;
        *previous = Some(self.current.swap(before.clone()));
        Some(before)
    }

    /// What scored before the last exchange.
    pub fn previous(&self) -> Option<Arc<Model>> {
        locked(&self.previous).clone()
    }

    /// True when raw transactions can be scored.
    pub fn takes_transactions(&self) -> bool {
        self.live.is_some()
    }

    /// Learns whether a transaction was a fraud that passed through the live state before: terminal risks count it from the label
    /// delay on. False when nothing is changed by it: there is no live state, the transaction is forgotten or was never seen.
    pub fn learn(&self, terminal: &TerminalId, time: Timestamp, fraud: bool) -> bool {
        self.live.as_ref().is_some_and(|live| locked(live).learn(terminal, time, fraud))
    }

    /// Learns the same of a transaction that passed under `id` a short while ago, which counts as nothing but that. Gives as what it
    /// counted before; `None` when it is not remembered.
    pub fn learn_of(&self, id: &TransactionId, fraud: bool) -> Option<bool> {
        locked(self.live.as_ref()?).learn_of(id, fraud)
    }

    /// The live state as it stands; `None` when there is none.
    pub fn save(&self) -> Option<Saved> {
        let live = locked(self.live.as_ref()?);
        Some(live.save(self.fields.encoder().features()))
    }

    /// Goes on from what was saved: from here on, rows are the very same. Without a live state nothing happens.
    ///
    /// # Errors
    /// [`SnapshotError`] when it is damaged, or is not of the features that are made here; nothing has changed then.
    pub fn restore(&self, saved: Saved) -> Result<(), SnapshotError> {
        let Some(live) = &self.live else { return Ok(()) };
        let mut live = locked(live);
        *live = live.restored(saved, self.fields.encoder().features())?;
        Ok(())
    }

    /// Passes `history`, oldest first, through the live state; returns how many there were. One that comes under
    /// an id of another is passed over. Without a live state nothing is read.
    pub fn warm_start(&self, history: impl Iterator<Item = Transaction>) -> u64 {
        let Some(live) = &self.live else { return 0 };
        let mut live = locked(live);
        let mut row = vec![f64::NAN; self.fields.encoder().features().len()];
        let taken = history.filter(|transaction| live.observe(transaction, Given::ALL, &mut row).is_ok());
        let count = taken.count() as u64;
        live.stored(count);
        count
    }

    /// True when a transaction most likely passed under `id` whose row is no longer remembered: passed once more it would count
    /// twice, so what became of it has to be looked up elsewhere first.
    pub fn has_forgotten(&self, id: &TransactionId) -> bool {
        self.live.as_ref().is_some_and(|live| locked(live).has_forgotten(id))
    }

    /// So many transactions that passed through the live state are stored now.
    pub fn stored(&self, count: u64) {
        if let Some(live) = &self.live {
            locked(live).stored(count);
        }
    }

    /// How many passed through the live state and are not stored: under way, or refused after all.
    pub fn unstored(&self) -> u64 {
        self.live.as_ref().map_or(0, |live| locked(live).unstored())
    }

    /// The row of a request: as it was given, or from the live state, through which a raw transaction passes; and the time at
    /// which it happened. An id that was seen a short while ago gets the features and the time it got then, and does not count
    /// twice.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] when another transaction was seen under this id.
    pub fn row<'request>(
        &self,
        request: &'request Request,
        id: &TransactionId,
        time: Timestamp,
        given: Given,
    ) -> Result<(Cow<'request, [f64]>, Timestamp), EngineError> {
        let Some(transaction) = request.transaction(&self.fields, id, time) else {
            return Ok((Cow::Borrowed(&request.row), time));
        };
        let (row, time) = self.pass(&transaction, given)?;
        Ok((Cow::Owned(row), time))
    }

    /// Passes a transaction through the live state and gives its features; NaN without a live state.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] when another transaction was seen under this id.
    pub fn observe(&self, transaction: &Transaction, given: Given) -> Result<Vec<f64>, EngineError> {
        self.pass(transaction, given).map(|(row, _)| row)
    }

    fn pass(&self, transaction: &Transaction, given: Given) -> Result<(Vec<f64>, Timestamp), EngineError> {
        let mut row = vec![f64::NAN; self.fields.encoder().features().len()];
        let Some(live) = &self.live else { return Ok((row, transaction.time)) };
        // A panic inside the state would leave at most one entity's window half updated: going on is the lesser harm.
        let time = locked(live).observe(transaction, given, &mut row)?;
        Ok((row, time))
    }
}

fn check(model: &Model) -> Result<(), EngineError> {
    let names: HashSet<&String> = model.features().iter().collect();
    if model.features().len() != model.scorer.features() || names.len() != model.features().len() {
        return Err(EngineError::Mismatch { named: names.len(), scored: model.scorer.features() });
    }
    model.warm_up().map(|_| ())
}

/// A panic elsewhere leaves what is locked here whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
