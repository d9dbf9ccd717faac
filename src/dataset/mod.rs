//! Data files: the only place that knows CSV and Parquet, and the only one that uses polars.
//!
//! A file becomes typed columns (`file`), a schema says what they are (`resolve`), rows become features
//! (`samples`), are divided (`split`) and written as a prepared folder (`prepared`). Every complaint names the
//! file and, where it is about a cell, line and column.

mod appended;
mod blocks;
mod cases;
mod csv;
mod error;
mod file;
mod identity;
mod log;
mod overview;
mod parquet;
mod prepared;
mod resolve;
mod samples;
mod sink;
mod split;
mod survey;
mod table;
mod words;
mod writer;

#[cfg(test)]
mod tests;

pub use appended::Appending;
pub use blocks::each_block;
pub use cases::{Cases, cases};
pub use error::DatasetError;
pub use file::{Format, header, read};
pub use log::{Log, LogOrder, log, log_order, transactions};
pub use overview::{Overview, overview};
pub use prepared::{
    Copies, Fitted, KIND as PREPARED, Part, PartCount, PartRows, Prepared, PreparedFacts, PreparedWriter,
};
pub use resolve::{SchemaOptions, amount_feature, parts, resolve};
pub use samples::{Rows, SampleReader, Samples, for_each_block, for_file, samples};
pub use sink::OutFormat;
pub use split::{Periods, Split, SplitKind, SplitShares, by_dates, by_time, stratified};
pub use survey::{
    ColumnKind, ColumnSurvey, Distinct, EXACT_DISTINCT, MOST_CATEGORIES, Survey, SurveyOptions, survey,
};
pub use table::{Column, Kind, Values};
pub use words::word_counts;
pub use writer::write_blocks;
