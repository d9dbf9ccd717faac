//! Features of a transaction, from the history of its customer and its terminal.
//!
//! Pure state that is fed one transaction at a time; `prep` and `serve` run this very code, so a model meets
//! online what it was trained on. Resampling, splitting and files are other modules' work.

mod history;
mod online;
pub mod scaling;
mod schema;

pub use history::History;
pub use online::{FeatureState, HANDBOOK};
pub use schema::{Columns, InputKind, SCHEMA_VERSION, Schema};
