//! Data files: the only place that knows CSV and Parquet, and the only one that uses polars.
//!
//! A file becomes typed columns (`file`), a schema says what they are (`resolve`), rows become features
//! (`samples`), are divided (`split`) and written as a prepared folder (`prepared`). Every complaint names the
//! file and, where it is about a cell, line and column.

mod csv;
mod error;
mod file;
mod identity;
mod parquet;
mod prepared;
mod resolve;
mod samples;
mod scored;
mod split;
mod table;

pub use error::DatasetError;
pub use file::{Format, header, read, write as write_columns};
pub use prepared::{
    KIND as PREPARED, Part, PartCount, PartRows, Prepared, PreparedFacts, write as write_prepared,
};
pub use resolve::{SchemaOptions, resolve};
pub use samples::{Samples, featurize, for_file, samples, time_order, transactions};
pub use scored::{check_scored_target, write_scored};
pub use split::{Split, SplitKind, SplitShares, by_time, stratified};
pub use table::{Column, Kind, Values};
