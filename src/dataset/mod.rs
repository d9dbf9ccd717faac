//! Data files: the only place that knows CSV and Parquet, and the only one that uses polars.
//!
//! A file becomes typed columns (`file`), a schema says what they are (`resolve`), rows become features
//! (`samples`), are divided (`split`) and written as a prepared folder (`prepared`). Every complaint names the
//! file and, where it is about a cell, line and column.

mod appended;
mod blocks;
mod csv;
mod error;
mod file;
mod identity;
mod log;
mod parquet;
mod prepared;
mod resolve;
mod samples;
mod sink;
mod split;
mod table;

pub use appended::Appending;
pub use error::DatasetError;
pub use file::{Format, header, read};
pub use log::{Log, in_time_order, log, transactions};
pub use prepared::{
    KIND as PREPARED, Part, PartCount, PartRows, Prepared, PreparedFacts, write as write_prepared,
};
pub use resolve::{SchemaOptions, resolve};
pub use samples::{Rows, SampleReader, Samples, for_file, samples};
pub use sink::write_columns;
pub use split::{Split, SplitKind, SplitShares, by_time, stratified};
pub use table::{Column, Kind, Values};
