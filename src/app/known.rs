//! What is known of rows beside their features, in the form that metrics take.

use crate::dataset::{self, PartRows};
use crate::domain::Timestamp;
use crate::features::Schema;
use crate::metrics::KnownRows;
use crate::text::{self, Dictionary};

/// Days, cards and amounts, where the rows have them.
#[derive(Debug)]
pub(super) struct Known {
    days: Option<Vec<i64>>,
    cards: Option<Vec<u32>>,
    amounts: Option<Vec<f64>>,
}

impl Known {
    /// What is known of these rows.
    pub(super) fn of(rows: &PartRows, schema: &Schema) -> Self {
        let day = |time: &Timestamp| time.micros().div_euclid(Timestamp::DAY_US);
        Self {
            days: rows.times.as_ref().map(|times| times.iter().map(day).collect()),
            cards: rows.customers.as_ref().map(numbered),
            amounts: dataset::amount_feature(schema).map(|feature| rows.features.column(feature).collect()),
        }
    }

    /// With labels and scores of the same rows.
    pub(super) fn rows<'a>(&'a self, labels: &'a [bool], scores: &'a [f64]) -> KnownRows<'a> {
        KnownRows {
            labels,
            scores,
            days: self.days.as_deref(),
            cards: self.cards.as_deref(),
            amounts: self.amounts.as_deref(),
        }
    }
}

/// The place of each row's customer among all of them in the order of their names, which does not depend on the order of
/// the rows.
fn numbered(customers: &Dictionary) -> Vec<u32> {
    let places = text::places(customers.names());
    customers.codes().iter().map(|&code| places[code as usize]).collect()
}
