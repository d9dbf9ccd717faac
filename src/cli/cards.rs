//! Flags about card numbers.

use std::path::PathBuf;

use clap::Args;

use crate::app::cards::CardNumbers;

/// What is done with card numbers.
#[derive(Debug, Clone, Args)]
pub struct CardArgs {
    /// File of the key under which tokens stand for card numbers (13 to 19 digits with a valid check digit) where ids are expected
    /// [default: DB.key beside the database, made when there is none]
    #[arg(long, value_name = "FILE", env = "FRAUDCTL_CARD_KEY")]
    card_key: Option<PathBuf>,
    /// Leave card numbers as they are: in ids, the database, alerts and messages
    #[arg(long, conflicts_with = "card_key")]
    keep_card_numbers: bool,
}

impl CardArgs {
    /// The policy they say.
    pub fn policy(self) -> CardNumbers {
        match self.keep_card_numbers {
            true => CardNumbers::Keep,
            false => CardNumbers::Replace(self.card_key),
        }
    }
}
