//! What one looks at before learning from a file: types, gaps, ranges, histograms by class, correlations, imbalance, duplicates,
//! drift over time, and columns that give the label away.
//!
//! Two passes over the file in bounded memory. The first is `dataset::survey`; the second counts exactly what can be counted row by
//! row (missing cells, least, greatest, mean and deviation, frauds by value, rows over time) and keeps an evenly spaced sample
//! for the rest (quantiles, histograms, ROC AUC, correlations, drift). Nothing is drawn at random. `page` makes one HTML page of it;
//! the terminal belongs to the command line.

mod correlation;
mod drift;
mod duplicates;
mod facts;
pub mod format;
mod moments;
mod page;
mod plan;
mod ranges;
mod ranks;
mod reading;
mod suspects;
mod timeline;

use std::path::Path;

pub use correlation::{Correlations, Pair};
pub use duplicates::Duplicates;
pub use facts::{ColumnFacts, ValueFacts};
pub use page::page;
pub use ranges::{Histogram, Range};
use serde::Serialize;
pub use suspects::Suspect;
pub use timeline::{Bucket, TimeFacts, Timeline};

use crate::dataset::{DatasetError, SchemaOptions};
use crate::features::{Columns, InputKind};
use crate::progress::Progress;

/// Rows of the sample, at most.
pub const SAMPLE_ROWS: u64 = 200_000;

/// Everything there is to say of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// The file.
    pub input: String,
    /// Whether its rows are cases of their own or events of customers.
    pub schema: InputKind,
    /// Rows.
    pub rows: u64,
    /// Rows behind quantiles, histograms, ROC AUC, correlations and drift: all, or an evenly spaced sample.
    pub sampled: u64,
    /// Which columns play which part.
    pub parts: Columns,
    /// Frauds and others; `None` without a label.
    pub label: Option<LabelFacts>,
    /// When the rows happened; `None` where the file does not say.
    pub time: Option<TimeFacts>,
    /// Rows and frauds over time, or by their place in the file.
    pub timeline: Timeline,
    /// Rows that are there more than once.
    pub duplicates: Duplicates,
    /// The columns in the order of the file, the label and dropped ones aside.
    pub columns: Vec<ColumnFacts>,
    /// Between numeric columns.
    pub correlations: Correlations,
    /// Columns that may give the label away, or that no model should learn from.
    pub suspects: Vec<Suspect>,
    /// What to look into besides.
    pub warnings: Vec<String>,
    /// Columns that had better be dropped.
    pub drop: Vec<String>,
}

/// How many rows are frauds.
#[derive(Debug, Clone, Serialize)]
pub struct LabelFacts {
    /// The column.
    pub column: String,
    /// Rows that are frauds.
    pub positives: u64,
    /// Rows that are not.
    pub negatives: u64,
    /// Rows of which nobody knows.
    pub unlabelled: u64,
    /// Frauds among the rows that are known.
    pub share: f64,
    /// Other rows for one fraud.
    pub imbalance: f64,
}

/// Looks at `path`.
///
/// # Errors
/// When the file cannot be read or has no rows, an option names a column that is not there, a cell of the label is none, or the
/// user stopped.
pub fn inspect(
    path: &Path,
    options: &SchemaOptions,
    progress: &dyn Progress,
) -> Result<Inspection, DatasetError> {
    let plan = plan::Plan::new(path, options, progress)?;
    let read = reading::read(path, &plan, progress)?;
    progress.start("comparing the columns", None);
    let columns = facts::columns(&plan, &read);
    progress.check()?;
    let correlations = correlation::of(&plan, &read);
    progress.check()?;
    let duplicates = duplicates::of(&plan, &read.classes);
    let suspects = suspects::of(&plan, &read, &columns);
    progress.finish();
    let [negatives, positives, unlabelled] = read.counts;
    let label = plan.label_name().map(|column| LabelFacts {
        column: column.to_owned(),
        positives,
        negatives,
        unlabelled,
        share: positives as f64 / (positives + negatives) as f64,
        imbalance: negatives as f64 / positives as f64,
    });
    let drop = suspects::to_drop(&plan, &suspects, &columns);
    Ok(Inspection {
        input: path.display().to_string(),
        schema: plan.kind,
        rows: plan.survey.rows,
        sampled: read.sampled as u64,
        label,
        time: plan.time_facts(&read),
        timeline: read.timeline,
        duplicates,
        columns,
        correlations,
        suspects,
        warnings: plan.warnings,
        drop,
        parts: plan.parts,
    })
}
