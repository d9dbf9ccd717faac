//! What a model reads: which columns of the user's file play which part, and the names of its features.

use serde::{Deserialize, Serialize};

use super::set::{Plan, UnknownFeature};
use super::state::{FeatureState, LabelDelay};

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
    /// Where they come from.
    pub columns: Columns,
    /// When labels become known to the features of an event log.
    #[serde(default)]
    pub label_delay_days: LabelDelay,
    /// The label's text that means fraud, when it is not 0/1 or true/false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
}

impl Schema {
    /// State that has seen nothing, for the features of an event log.
    ///
    /// # Errors
    /// [`UnknownFeature`] when one of them cannot be computed.
    pub fn state(&self) -> Result<FeatureState, UnknownFeature> {
        Ok(FeatureState::new(Plan::new(&self.features)?, self.label_delay_days))
    }
}
