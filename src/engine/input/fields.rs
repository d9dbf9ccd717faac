//! The names a body may use: the model's features, and a few reserved ones beside them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::cards::CardKey;
use crate::features::HANDBOOK;
use crate::features::encoding::Encoder;

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
pub struct Fields {
    /// The model's inputs in their order, then the reserved names.
    names: Vec<(String, Meaning)>,
    positions: HashMap<String, usize>,
    encoder: Encoder,
    /// By input: whether it may be missing.
    may_miss: Vec<bool>,
    /// Which feature says how much was paid, when one does.
    amount: Option<usize>,
    takes_transactions: bool,
    cards: Option<CardKey>,
}

impl Fields {
    /// The names of a model that takes `encoder`'s inputs, or raw transactions too. A feature that is called like a
    /// reserved name is the feature. Under a key, tokens stand for card numbers where ids are expected.
    pub fn new(encoder: Encoder, takes_transactions: bool, cards: Option<CardKey>) -> Self {
        let inputs = encoder.inputs();
        let mut names: Vec<(String, Meaning)> =
            (0..inputs.len()).map(|place| (inputs[place].name.clone(), Meaning::Input(place))).collect();
        let is_input = |name: &str| inputs.iter().any(|input| input.name == name);
        let reserved = Reserved::ALL.into_iter().filter(|(name, _)| !is_input(name));
        names.extend(reserved.map(|(name, meaning)| (name.to_owned(), Meaning::Reserved(meaning))));
        let positions = names.iter().enumerate().map(|(index, (name, _))| (name.clone(), index)).collect();
        let amount = encoder.features().iter().position(|name| name.eq_ignore_ascii_case("amount"));
        // In a table any value may be missing, and of live features those that may have nothing to say.
        let may_miss = |name: &str| !takes_transactions || !HANDBOOK.contains(&name);
        let may_miss = inputs.iter().map(|input| may_miss(&input.name)).collect();
        Self { names, positions, may_miss, amount, takes_transactions, encoder, cards }
    }

    /// What makes a row of the inputs.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// True when the input at this place may be missing.
    pub(super) fn may_miss(&self, input: usize) -> bool {
        self.may_miss[input]
    }

    /// An id as it is known here: a token, when it is a card number.
    pub fn without_card<'a>(&self, id: &'a str) -> Cow<'a, str> {
        let token = self.cards.as_ref().and_then(|key| key.token(id));
        token.map_or(Cow::Borrowed(id), Cow::Owned)
    }

    /// Which feature says how much was paid, when one does.
    pub fn amount(&self) -> Option<usize> {
        self.amount
    }

    /// True when a body without features is a raw transaction.
    pub fn takes_transactions(&self) -> bool {
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
