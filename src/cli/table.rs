//! Results for people: aligned columns of text; for programs: one JSON object.

use std::fmt::Write;
use std::io;
use std::time::Instant;

use serde::Serialize;

use super::ui::Ui;
use crate::app::tuning::Trial;
pub use crate::progress::thousands;

/// Prints `result` as JSON with the `seconds` since `started`, or as `text` says it.
///
/// # Errors
/// When stdout cannot be written to; that nobody reads it is no error.
pub fn print<T: Serialize>(
    ui: &Ui,
    started: Instant,
    result: &T,
    text: impl FnOnce(&T, f64) -> String,
) -> anyhow::Result<()> {
    let seconds = (started.elapsed().as_secs_f64() * 1_000.0).round() / 1_000.0;
    ui.end_bar();
    if ui.json {
        let mut object = serde_json::to_value(result)?;
        if let Some(fields) = object.as_object_mut() {
            fields.entry("seconds").or_insert_with(|| seconds.into());
        }
        said(ui.data(&format!("{object}\n")))
    } else {
        said(ui.data(&text(result, seconds)))
    }
}

/// A reader that has left is no failure: the work is done, and gates are still to be judged.
fn said(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Rows of cells, the first column to the left, the others to the right.
#[derive(Debug, Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    /// Appends a row.
    pub fn row<T: ToString>(&mut self, cells: impl IntoIterator<Item = T>) -> &mut Self {
        self.0.push(cells.into_iter().map(|cell| cell.to_string()).collect());
        self
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.0.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.0 {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                match column {
                    0 => write!(line, "  {cell:<0$}", widths[0])?,
                    _ => write!(line, "  {cell:>0$}", widths[column])?,
                }
            }
            writeln!(formatter, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// The trials of a search.
pub fn trial_table(trials: &[Trial]) -> String {
    let mut table = Table::default();
    let words = |trial: &Trial| {
        let settings: Vec<String> =
            trial.settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
        if settings.is_empty() { "defaults".to_owned() } else { settings.join(" ") }
    };
    // The table puts cells to the right: words of one width stand to the left.
    let width = trials.iter().map(|trial| words(trial).len()).max().unwrap_or(0).max("parameters".len());
    table.row(["trial", "value", "best at", "seconds", &format!("{:<width$}", "parameters")]);
    for trial in trials {
        let Trial { number, value, best_iteration, seconds, .. } = trial;
        let settings = format!("{:<width$}", words(trial));
        table.row([
            number.to_string(),
            metric(*value),
            best_iteration.to_string(),
            format!("{seconds:.1}"),
            settings,
        ]);
    }
    table.to_string()
}

/// Four decimals, or a dash where the value is not defined.
pub fn metric(value: f64) -> String {
    if value.is_nan() { "-".into() } else { format!("{value:.4}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_align_and_numbers_are_grouped() {
        let mut table = Table::default();
        table.row(["", "rows"]).row(["train", &thousands(1_234_567)]).row(["test", &thousands(999)]);
        assert_eq!(table.to_string(), "              rows\n  train  1,234,567\n  test         999\n");
        assert_eq!(metric(f64::NAN), "-");
    }
}
