//! The names a body may use: the model's features, and a few reserved ones beside them.

use std::collections::HashMap;

use crate::engine::{Encoder, Engine};

/// Names that say something about the transaction itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reserved {
    Id,
    Time,
    Customer,
    Terminal,
    Amount,
    Currency,
    Latitude,
    Longitude,
}

impl Reserved {
    const ALL: [(&'static str, Self); 8] = [
        ("id", Self::Id),
        ("time", Self::Time),
        ("customer", Self::Customer),
        ("terminal", Self::Terminal),
        ("amount", Self::Amount),
        ("currency", Self::Currency),
        ("latitude", Self::Latitude),
        ("longitude", Self::Longitude),
    ];
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The column at this place of the model's inputs.
    Input(usize),
    /// Something about the transaction.
    Reserved(Reserved),
}

/// All names that the served model's bodies may use.
#[derive(Debug)]
pub(super) struct Fields {
    /// The model's inputs in their order, then the reserved names.
    names: Vec<(String, Meaning)>,
    positions: HashMap<String, usize>,
    encoder: Encoder,
    /// By input: whether it may be missing.
    may_miss: Vec<bool>,
    /// Which feature says how much was paid, when one does.
    amount: Option<usize>,
    takes_transactions: bool,
}

impl Fields {
    /// A feature that is called like a reserved name is the feature.
    pub(super) fn of(engine: &Engine) -> Self {
        let inputs = engine.encoder().inputs();
        let mut names: Vec<(String, Meaning)> =
            (0..inputs.len()).map(|place| (inputs[place].name.clone(), Meaning::Input(place))).collect();
        let is_input = |name: &str| inputs.iter().any(|input| input.name == name);
        let reserved = Reserved::ALL.into_iter().filter(|(name, _)| !is_input(name));
        names.extend(reserved.map(|(name, meaning)| (name.to_owned(), Meaning::Reserved(meaning))));
        let positions = names.iter().enumerate().map(|(index, (name, _))| (name.clone(), index)).collect();
        let amount = engine.features().iter().position(|name| name.eq_ignore_ascii_case("amount"));
        Self {
            names,
            positions,
            encoder: engine.encoder().clone(),
            may_miss: inputs.iter().map(|input| engine.may_miss(&input.name)).collect(),
            amount,
            takes_transactions: engine.takes_transactions(),
        }
    }

    /// What makes a row of the inputs.
    pub(super) fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// True when the input at this place may be missing.
    pub(super) fn may_miss(&self, input: usize) -> bool {
        self.may_miss[input]
    }

    /// Which feature says how much was paid.
    pub(super) fn amount(&self) -> Option<usize> {
        self.amount
    }

    /// True when a body without features is a raw transaction.
    pub(super) fn takes_transactions(&self) -> bool {
        self.takes_transactions
    }

    /// Name and meaning at `index`.
    pub(super) fn at(&self, index: usize) -> (&str, Meaning) {
        let (name, meaning) = &self.names[index];
        (name, *meaning)
    }

    /// The index of `name`; clients mostly send fields in one order, so the one at `expected` is tried first.
    pub(super) fn find(&self, name: &str, expected: usize) -> Option<usize> {
        match self.names.get(expected) {
            Some((candidate, _)) if candidate == name => Some(expected),
            _ => self.positions.get(name).copied(),
        }
    }
}
