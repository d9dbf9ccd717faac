//! Online scoring without a transport: live features, the scorer, the decision.
//!
//! One [`Engine`] is shared by all that score at the same time. The live state of a model that scores raw
//! transactions is locked only while a transaction passes through it, never while the scorer works.

mod error;
mod live;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use error::EngineError;
use live::Live;

use crate::domain::{Decision, Thresholds, Transaction};
pub use crate::features::encoding::{Cell, Encoder, Encoding, is_missing};
use crate::features::{FeatureState, HANDBOOK, Plan};
use crate::model::Scorer;

/// What an engine is made of.
pub struct EngineConfig {
    /// Name of the run that scores.
    pub name: String,
    /// What makes the model's rows of a table's columns, or takes an event log's features as they are given.
    pub encoder: Encoder,
    /// The model.
    pub scorer: Arc<dyn Scorer>,
    /// The limits in force.
    pub thresholds: Thresholds,
    /// The live features, when the model scores raw transactions; `None` when it scores rows of a table.
    pub state: Option<FeatureState>,
}

/// A score and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Probability of fraud, 0 to 1.
    pub score: f64,
    /// What to do with the payment.
    pub decision: Decision,
    /// The score from which on `decision` is not `approve`.
    pub threshold: f64,
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
    name: String,
    encoder: Encoder,
    positions: HashMap<String, usize>,
    scorer: Arc<dyn Scorer>,
    thresholds: Thresholds,
    live: Option<Mutex<Live>>,
}

impl Engine {
    /// Puts the parts together.
    ///
    /// # Errors
    /// [`EngineError::Mismatch`] when the scorer's rows are not as wide as there are features, or a feature is named
    /// twice; [`EngineError::NotLive`] when the live state makes other features than the model takes.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let EngineConfig { name, encoder, scorer, thresholds, state } = config;
        let features = encoder.features();
        let positions: HashMap<String, usize> =
            features.iter().enumerate().map(|(position, feature)| (feature.clone(), position)).collect();
        if features.len() != scorer.features() || positions.len() != features.len() {
            return Err(EngineError::Mismatch { named: positions.len(), scored: scorer.features() });
        }
        let makes = |state: &FeatureState| Plan::new(features).is_ok_and(|plan| plan == *state.plan());
        if state.as_ref().is_some_and(|state| !makes(state)) {
            return Err(EngineError::NotLive { features: features.to_vec() });
        }
        let live = state.map(|state| Mutex::new(Live::new(state, features.len())));
        Ok(Self { name, encoder, positions, scorer, thresholds, live })
    }

    /// Name of the run that scores.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The model's features in the order of its rows.
    pub fn features(&self) -> &[String] {
        self.encoder.features()
    }

    /// What makes rows of what clients send.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// True when a value of this feature may be missing: in a table, and where a live feature has nothing to say.
    pub fn may_miss(&self, feature: &str) -> bool {
        self.live.is_none() || !HANDBOOK.contains(&feature)
    }

    /// Where `feature` stands in a row.
    pub fn position(&self, feature: &str) -> Option<usize> {
        self.positions.get(feature).copied()
    }

    /// The limits in force.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// True when raw transactions can be scored.
    pub fn takes_transactions(&self) -> bool {
        self.live.is_some()
    }

    /// Scores a row of zeros, so that the first transaction does not pay for what is set up late.
    ///
    /// # Errors
    /// [`EngineError::NoScore`] when the model is unusable.
    pub fn warm_up(&self) -> Result<Scored, EngineError> {
        self.decide(&vec![0.0; self.features().len()])
    }

    /// Passes `history`, oldest first, through the live state; returns how many there were. One that comes under
    /// an id of another is passed over. Without a live state nothing is read.
    pub fn warm_start(&self, history: impl Iterator<Item = Transaction>) -> u64 {
        let Some(live) = &self.live else { return 0 };
        let mut live = live.lock().unwrap_or_else(PoisonError::into_inner);
        let mut row = vec![f64::NAN; self.features().len()];
        let taken = history.filter(|transaction| live.observe(transaction, Given::ALL, &mut row).is_ok());
        taken.count() as u64
    }

    /// Scores one row by way of its names; each feature has to be there once, NaN where its value is missing.
    ///
    /// # Errors
    /// Names the feature that is missing, unknown, given twice or out of range.
    pub fn score_features<'name>(
        &self,
        values: impl IntoIterator<Item = (&'name str, f64)>,
    ) -> Result<Scored, EngineError> {
        let mut row = vec![f64::NAN; self.features().len()];
        let mut given = vec![false; self.features().len()];
        for (feature, value) in values {
            let position =
                self.position(feature).ok_or_else(|| EngineError::Unknown { feature: feature.to_owned() })?;
            if std::mem::replace(&mut given[position], true) {
                return Err(EngineError::Repeated { feature: feature.to_owned() });
            }
            row[position] = value;
        }
        if let Some(missing) = given.iter().position(|given| !given) {
            return Err(EngineError::Missing { feature: self.features()[missing].clone() });
        }
        self.score_row(&row)
    }

    /// Scores a row whose values stand in the order of [`Engine::features`], NaN where one is missing.
    ///
    /// # Errors
    /// [`EngineError::OutOfRange`] for a number that is not within the range of `f32`, in which models compute.
    ///
    /// # Panics
    /// When `row` has another length.
    pub fn score_row(&self, row: &[f64]) -> Result<Scored, EngineError> {
        let largest = f64::from(f32::MAX);
        let outside = |value: &f64| value.abs() > largest;
        if let Some(position) = row.iter().position(outside) {
            return Err(EngineError::OutOfRange {
                feature: self.features()[position].clone(),
                value: row[position],
            });
        }
        self.decide(row)
    }

    /// Passes a transaction through the live state and scores it. An id that was seen a short while ago gets the
    /// features it got then, and does not count twice.
    ///
    /// # Errors
    /// [`EngineError::WantsFeatures`] when the model scores rows of a table; [`EngineError::Conflict`] when another
    /// transaction was seen under this id.
    pub fn score_transaction(&self, transaction: &Transaction, given: Given) -> Result<Scored, EngineError> {
        let live = self.live.as_ref().ok_or(EngineError::WantsFeatures)?;
        let mut row = vec![f64::NAN; self.features().len()];
        // A panic inside the state would leave at most one entity's window half updated: going on is the lesser harm.
        live.lock().unwrap_or_else(PoisonError::into_inner).observe(transaction, given, &mut row)?;
        self.decide(&row)
    }

    fn decide(&self, row: &[f64]) -> Result<Scored, EngineError> {
        let mut scores = [f64::NAN];
        self.scorer.score(row, &mut scores);
        let [score] = scores;
        if !score.is_finite() {
            return Err(EngineError::NoScore);
        }
        let Thresholds { review, block } = self.thresholds;
        let threshold = block.map_or(review, |block| block.min(review));
        Ok(Scored { score, decision: self.thresholds.decide(score), threshold })
    }
}

#[cfg(test)]
mod tests;
