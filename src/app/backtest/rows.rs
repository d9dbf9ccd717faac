//! The rows of an event log that a backtest needs: features of the days in question, from the history since the log's first day.

use std::ops::Range;
use std::path::Path;

use crate::app::AppError;
use crate::dataset::{self, Column, DatasetError, Rows, SampleReader};
use crate::domain::Timestamp;
use crate::features::Schema;
use crate::matrix::Matrix;
use crate::metrics::date_of;
use crate::progress::Progress;
use crate::text::{self, DictionaryBuilder};

/// Rows with what protocols ask of them.
#[derive(Debug, Clone)]
pub struct EventRows {
    /// Days since 1970-01-01, in UTC.
    pub days: Vec<i64>,
    /// A number for each customer.
    pub customers: Vec<u32>,
    /// Fraud or not; rows without a label are not among these.
    pub labels: Vec<bool>,
    /// The features, unscaled.
    pub features: Matrix,
}

impl EventRows {
    /// Number of rows.
    pub fn count(&self) -> usize {
        self.days.len()
    }

    /// The labels of the rows at `rows`.
    pub fn labels_of(&self, rows: &[usize]) -> Vec<bool> {
        rows.iter().map(|&row| self.labels[row]).collect()
    }
}

/// Reads the rows of `days` of the log `input`.
///
/// # Errors
/// When the log cannot be read or has rows of the same id, has no labels, or does not reach over these days.
pub fn read(
    input: &Path,
    schema: &Schema,
    days: Range<i64>,
    progress: &dyn Progress,
) -> Result<EventRows, AppError> {
    progress.start("looking at times and ids", None);
    let in_order = dataset::log_order(input, schema, None, progress)?.in_order;
    let schema = &without_id(schema);
    let mut reader = SampleReader::new(input, schema)?;
    let wanted = reader.wanted().to_vec();
    let mut kept = Kept {
        rows: EventRows {
            days: Vec::new(),
            customers: Vec::new(),
            labels: Vec::new(),
            features: Matrix::with_capacity(0, schema.features.len()),
        },
        customers: DictionaryBuilder::default(),
        seen: None,
        unlabelled: 0,
    };
    progress.start(&format!("computing features of {}", input.display()), None);
    let mut take = |columns: Vec<Column>| {
        let rows = reader.rows(columns, progress)?;
        kept.take(&rows, &days);
        Ok::<_, DatasetError>(())
    };
    match in_order {
        true => dataset::each_block(input, &wanted, take)?,
        false => take(dataset::read(input, &wanted)?)?,
    }
    progress.finish();
    if kept.unlabelled > 0 {
        progress.warn(format!("{} rows of these days have no label and are left out", kept.unlabelled));
    }
    match kept.seen {
        Some((first, last)) if first <= days.start && last + 1 >= days.end => Ok(kept.numbered()),
        seen => Err(AppError::OtherDays {
            path: input.to_owned(),
            found: seen.map(|(first, last)| (date_of(first), date_of(last))),
            needed: (date_of(days.start), date_of(days.end - 1)),
        }),
    }
}

fn without_id(schema: &Schema) -> Schema {
    // The ids were looked at, and say nothing from here on.
    let mut schema = schema.clone();
    schema.columns.id = None;
    schema
}

struct Kept {
    rows: EventRows,
    customers: DictionaryBuilder,
    /// The first and the last day of all rows.
    seen: Option<(i64, i64)>,
    /// Rows of these days without a label.
    unlabelled: usize,
}

impl Kept {
    /// The rows with each customer's place among all of them by name, which does not depend on where the days begin.
    fn numbered(mut self) -> EventRows {
        let places = text::places(self.customers.names());
        self.rows.customers.iter_mut().for_each(|code| *code = places[*code as usize]);
        self.rows
    }

    fn take(&mut self, rows: &Rows, days: &Range<i64>) {
        let events = rows.events.as_ref().expect("an event log was asked for");
        let day = |row: usize| events.times[row].micros().div_euclid(Timestamp::DAY_US);
        // A code for each customer of the block, once.
        let mut codes: Vec<Option<u32>> = vec![None; events.customers.names().len()];
        for row in 0..events.len() {
            let day = day(row);
            let (first, last) = self.seen.unwrap_or((day, day));
            self.seen = Some((first.min(day), last.max(day)));
            if days.contains(&day) {
                let Some(fraud) = events.fraud(row) else {
                    self.unlabelled += 1;
                    continue;
                };
                let name = events.customers.codes()[row] as usize;
                let code = *codes[name]
                    .get_or_insert_with(|| self.customers.code(events.customers.text(row).trim()));
                self.rows.days.push(day);
                self.rows.customers.push(code);
                self.rows.labels.push(fraud);
                self.rows.features.push_row(rows.features.row(row));
            }
        }
    }
}
