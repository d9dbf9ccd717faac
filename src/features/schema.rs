//! What a model reads: which columns of the user's file play which part, and the names of its features.

use serde::{Deserialize, Serialize};

use super::encoding::{Encoder, Input};

use super::set::{Plan, UnknownFeature};
use super::state::{FeatureState, LabelDelay};
use crate::domain::TimeFormat;

/// Version of `schema.json`.
pub const SCHEMA_VERSION: u32 = 1;

/// How rows become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// One row, one case: the columns are the features.
    Tabular,
    /// An event log: features come from the history of customers and terminals.
    Transactions,
}

/// The user's columns by the part they play; `None` where the file has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Columns {
    /// Unique name of a row.
    pub id: Option<String>,
    /// When it happened.
    pub time: Option<String>,
    /// Who paid.
    pub customer: Option<String>,
    /// Where it was paid.
    pub terminal: Option<String>,
    /// How much was paid.
    pub amount: Option<String>,
    /// Degrees north of the terminal.
    pub latitude: Option<String>,
    /// Degrees east of the terminal.
    pub longitude: Option<String>,
    /// Fraud or not.
    pub label: Option<String>,
}

/// Written as `schema.json` into prepared folders and runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// [`SCHEMA_VERSION`] when written by this version.
    pub format_version: u32,
    /// How rows become features.
    pub kind: InputKind,
    /// Names of the features in the order of a row.
    pub features: Vec<String>,
    /// The columns that a table's features are made of; empty when each feature is a column of numbers, and for an event log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// The columns that play a part.
    pub columns: Columns,
    /// How the time's column writes its times.
    #[serde(default = "iso")]
    pub time_format: TimeFormat,
    /// When labels become known to the features of an event log.
    #[serde(default)]
    pub label_delay_days: LabelDelay,
    /// The label's text that means fraud, when it is not 0/1 or true/false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
}

fn iso() -> TimeFormat {
    TimeFormat::Iso
}

impl Schema {
    /// Names of the columns that features are made of.
    pub fn input_names(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self.inputs.is_empty() {
            true => Box::new(self.features.iter().map(String::as_str)),
            false => Box::new(self.inputs.iter().map(|input| input.name.as_str())),
        }
    }

    /// What the same cells would become otherwise by `other`; `None` when its features mean the same.
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        if self.kind != other.kind || self.features != other.features {
            Some("features")
        } else if self.inputs != other.inputs {
            Some("codes of categories")
        } else if self.kind == InputKind::Transactions && self.label_delay_days != other.label_delay_days {
            Some("days until labels are known")
        } else {
            None
        }
    }

    /// What makes features of a table's columns, or takes an event log's features as they are given.
    pub fn encoder(&self) -> Encoder {
        match self.inputs.is_empty() {
            true => Encoder::of_numbers(&self.features),
            false => Encoder::new(self.inputs.clone()),
        }
    }

    /// State that has seen nothing, for the features of an event log.
    ///
    /// # Errors
    /// [`UnknownFeature`] when one of them cannot be computed.
    pub fn state(&self) -> Result<FeatureState, UnknownFeature> {
        Ok(FeatureState::new(Plan::new(&self.features)?, self.label_delay_days))
    }
}
