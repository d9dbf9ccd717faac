//! Features of a transaction, from the history of its customer and its terminal.
//!
//! [`FeatureState`] is fed one transaction at a time (`state`) or a whole log (`batch`); both pass through the same two
//! histories (`customer`, `terminal`), so a model meets online what it was trained on. A transaction's customer features
//! depend on its customer's transactions alone, its terminal features on its terminal's: that is what makes a log's
//! features parallel. Which features there are is said in `set`. Resampling, splitting and files are other
//! modules' work.

mod batch;
mod calendar;
mod customer;
mod distance;
pub mod encoding;
mod log;
mod reasons;
mod recent;
pub mod scaling;
mod schema;
mod set;
mod snapshot;
mod state;
mod terminal;
#[cfg(test)]
mod tests;

pub use batch::ObserveError;
pub use log::EventLog;
pub use reasons::Reasons;
pub use schema::{Columns, InputKind, SCHEMA_VERSION, Schema};
pub use set::{FeatureSet, HANDBOOK, Plan, UnknownFeature};
pub use snapshot::SnapshotError;
pub use state::{FeatureState, LabelDelay};
