//! `export`: decisions with what became known of them later, as a file that the next model is trained from.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use super::AppError;
use crate::dataset::{self, Column, Values};
use crate::files;
use crate::progress::Progress;
use crate::store::{self, Labelled, Store, StoreError};

/// Rows that are made at a time.
const BLOCK: usize = 16_384;

/// What was exported.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ExportSummary {
    /// Rows in the file.
    pub rows: u64,
    /// Of these, rows whose label is known.
    pub labelled: u64,
    /// Of these, frauds.
    pub frauds: u64,
    /// Decisions that are not in the file: rows of features where raw transactions are exported, and those of before rows
    /// were kept.
    pub left_out: u64,
}

/// Writes the decisions of `database` to `out`: raw transactions as an event log, else rows of features as a table. With
/// `decided` also what was decided; without it the file holds nothing that a model must not learn from.
///
/// # Errors
/// When the database cannot be read, there is nothing to export, or `out` cannot be written.
pub fn export(
    database: &Path,
    out: &Path,
    decided: bool,
    force: bool,
    progress: &dyn Progress,
) -> Result<ExportSummary, AppError> {
    let store = store::open_existing(database)?;
    let plan = Plan::of(&*store, decided, progress)?;
    if plan.rows == 0 {
        return Err(AppError::NothingDecided { database: database.to_owned() });
    }
    files::check_not_input(out, &[database])?;
    progress.start(&format!("writing {}", out.display()), Some(plan.rows));
    let mut summary = ExportSummary { left_out: plan.left_out, ..ExportSummary::default() };
    let mut rows = store.labelled()?.filter(|row| row.as_ref().map_or(true, |row| plan.takes(row)));
    let blocks = std::iter::from_fn(|| {
        let block: Result<Vec<Labelled>, StoreError> = rows.by_ref().take(BLOCK).collect();
        let block = match block {
            Ok(block) if block.is_empty() => return None,
            Ok(block) => block,
            Err(error) => return Some(Err(AppError::from(error))),
        };
        summary.rows += block.len() as u64;
        summary.labelled += block.iter().filter(|row| row.fraud.is_some()).count() as u64;
        summary.frauds += block.iter().filter(|row| row.fraud == Some(true)).count() as u64;
        progress.advance(summary.rows, "");
        Some(progress.check().map_err(AppError::from).map(|()| plan.columns(&block)))
    });
    files::write_file(out, force, |file| dataset::write_blocks(out, file, plan.columns(&[]), blocks))?;
    progress.finish();
    Ok(summary)
}

/// Which decisions make which columns.
#[derive(Default)]
struct Plan {
    /// Raw transactions, not rows of features.
    raw: bool,
    decided: bool,
    /// What clients sent to all models that decided, in the order in which they came.
    inputs: Vec<String>,
    /// Those of which words were said.
    words: BTreeSet<String>,
    rows: u64,
    left_out: u64,
}

impl Plan {
    fn of(store: &dyn Store, decided: bool, progress: &dyn Progress) -> Result<Self, AppError> {
        progress.start("reading the decisions", None);
        let mut plan = Self { decided, ..Self::default() };
        let (mut raw, mut rows, mut other) = (0, 0, 0);
        for row in store.labelled()? {
            let row = row?;
            progress.check()?;
            match (is_raw(&row), has_row(&row)) {
                (true, _) => raw += 1,
                (false, false) => other += 1,
                (false, true) => {
                    rows += 1;
                    for name in inputs(&row) {
                        if !plan.inputs.contains(name) {
                            plan.inputs.push(name.clone());
                        }
                    }
                    plan.words.extend(words(&row).into_iter().map(|(name, _)| name));
                }
            }
        }
        plan.raw = raw > 0;
        (plan.rows, plan.left_out) = if plan.raw { (raw, rows + other) } else { (rows, other) };
        Ok(plan)
    }

    fn takes(&self, row: &Labelled) -> bool {
        if self.raw { is_raw(row) } else { has_row(row) }
    }

    fn columns(&self, rows: &[Labelled]) -> Vec<Column> {
        let mut columns = vec![texts("id", rows, |row| row.decision.id.as_str().to_owned())];
        if self.raw {
            let time = rows.iter().map(|row| row.decision.time).collect();
            columns.push(Column { name: "time".to_owned(), values: Values::Times(time) });
            columns.push(texts("customer", rows, |row| id_of(row.decision.customer.as_ref())));
            columns.push(texts("terminal", rows, |row| id_of(row.decision.terminal.as_ref())));
            columns.push(numbers("amount", rows, |row| row.decision.amount));
            columns.push(numbers("latitude", rows, |row| place(row).map(|place| place.latitude)));
            columns.push(numbers("longitude", rows, |row| place(row).map(|place| place.longitude)));
        } else {
            columns.extend(self.table(rows));
        }
        if self.decided {
            columns.push(numbers("score", rows, |row| Some(row.decision.score)));
            columns.push(texts("decision", rows, |row| row.decision.decision.as_str().to_owned()));
            columns.push(texts("model", rows, |row| row.decision.model.name.clone()));
            columns.push(texts("model_version", rows, |row| row.decision.model.version.clone()));
            columns.push(texts("decided_at", rows, |row| row.decision.created.to_string()));
            let known = |row: &Labelled| row.known.map(|known| known.to_string()).unwrap_or_default();
            columns.push(texts("labelled_at", rows, known));
        }
        let labels = rows.iter().map(|row| row.fraud).collect();
        columns.push(Column { name: "fraud".to_owned(), values: Values::Labels(labels) });
        columns
    }

    /// What clients sent: numbers as they were scored, words as they were said.
    fn table(&self, rows: &[Labelled]) -> Vec<Column> {
        let said: Vec<Vec<(String, String)>> = rows.iter().map(words).collect();
        let word = |row: usize, name: &str| {
            said[row].iter().find(|(said, _)| said == name).map(|(_, word)| word.as_str())
        };
        let value = |row: &Labelled, name: &str| {
            let place = row.decision.model.features.iter().position(|feature| feature == name);
            place.map_or(f64::NAN, |place| row.decision.row[place])
        };
        let numbers = self.inputs.iter().filter(|name| !self.words.contains(*name)).map(|name| Column {
            name: name.clone(),
            values: Values::Numbers(rows.iter().map(|row| value(row, name)).collect()),
        });
        let texts = self.words.iter().map(|name| Column {
            name: name.clone(),
            values: Values::Texts((0..rows.len()).map(|row| word(row, name).unwrap_or_default()).collect()),
        });
        numbers.chain(texts).collect()
    }
}

fn is_raw(row: &Labelled) -> bool {
    row.decision.customer.is_some() && row.decision.terminal.is_some() && row.decision.amount.is_some()
}

fn has_row(row: &Labelled) -> bool {
    !row.decision.row.is_empty() && row.decision.row.len() == row.decision.model.features.len()
}

/// What clients send to the model that decided; of a model of before that was noted, its features.
fn inputs(row: &Labelled) -> &[String] {
    let model = &row.decision.model;
    if model.inputs.is_empty() { &model.features } else { &model.inputs }
}

fn place(row: &Labelled) -> Option<crate::domain::GeoPoint> {
    row.decision.place.filter(|_| row.decision.place_from == store::PlaceFrom::Request)
}

fn words(row: &Labelled) -> Vec<(String, String)> {
    let object = row.decision.words.as_deref().and_then(|words| serde_json::from_str(words).ok());
    let words: std::collections::BTreeMap<String, String> = object.unwrap_or_default();
    words.into_iter().collect()
}

fn id_of(id: Option<&impl ToString>) -> String {
    id.map(ToString::to_string).unwrap_or_default()
}

fn texts(name: &str, rows: &[Labelled], cell: impl Fn(&Labelled) -> String) -> Column {
    let mut cells = crate::text::Texts::default();
    rows.iter().for_each(|row| cells.push(&cell(row)));
    Column { name: name.to_owned(), values: Values::Texts(cells) }
}

fn numbers(name: &str, rows: &[Labelled], cell: impl Fn(&Labelled) -> Option<f64>) -> Column {
    let cells = rows.iter().map(|row| cell(row).unwrap_or(f64::NAN)).collect();
    Column { name: name.to_owned(), values: Values::Numbers(cells) }
}
