//! `fraudctl runs`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::Value;

use super::Global;
use super::table::{Table, print};
use super::ui::Ui;
use crate::app::comparison::{self, RunDetails, RunDifferences, RunEntry, SHOWN};
use crate::app::{reporting, runs};

/// Say which runs there are, what is in one, and how two differ
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl runs list\n  fraudctl runs show latest\n  \
    fraudctl runs diff creditcard-lightgbm creditcard-lightgbm-2 --md\n  fraudctl runs promote creditcard-lightgbm")]
pub struct RunsArgs {
    #[command(subcommand)]
    action: Action,
    /// Print Markdown
    #[arg(long, global = true, conflicts_with = "json")]
    md: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The runs in artifacts/, the newest first
    List,
    /// What is known of a run
    Show {
        /// Run folder; a bare name means artifacts/NAME
        run: PathBuf,
    },
    /// Where two runs differ: facts, parameters, limits, features, validation metrics
    Diff {
        /// Run folder; a bare name means artifacts/NAME
        left: PathBuf,
        /// Another one
        right: PathBuf,
    },
    /// Let artifacts/latest point to a run
    Promote {
        /// Run folder in artifacts/; its name will do
        run: PathBuf,
    },
}

/// Tables with a heading each.
type Sections = Vec<(String, Vec<Vec<String>>)>;

#[derive(Debug, Serialize)]
struct Runs {
    runs: Vec<RunEntry>,
}

#[derive(Debug, Serialize)]
struct Promoted {
    latest: PathBuf,
}

pub fn run(args: RunsArgs, _global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let md = args.md;
    let text = |sections: Sections| if md { markdown(&sections) } else { plain(&sections) };
    match args.action {
        Action::List => {
            let runs = comparison::list(Path::new(runs::ARTIFACTS))?;
            print(ui, started, &Runs { runs }, |found, _| text(listed(&found.runs)))
        }
        Action::Show { run } => {
            print(ui, started, &comparison::show(&runs::locate(&run))?, |found, _| text(shown(found)))
        }
        Action::Diff { left, right } => {
            let found = comparison::diff(&runs::locate(&left), &runs::locate(&right))?;
            print(ui, started, &found, |found, _| text(compared(found)))
        }
        Action::Promote { run } => {
            let run = runs::locate(&run);
            comparison::promote(&run)?;
            print(ui, started, &Promoted { latest: run }, |promoted, _| {
                format!("{}/latest points to {}\n", runs::ARTIFACTS, promoted.latest.display())
            })
        }
    }
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{value:.4}"))
}

/// A value as it is written without quotes.
fn plain_value(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain_value).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn listed(runs: &[RunEntry]) -> Sections {
    let mut rows = vec![cells(["run", "model", "best at"])];
    rows[0].extend(SHOWN.map(|name| name.replace('_', " ")));
    for run in runs {
        let name = format!("{}{}", run.name, if run.latest { " (latest)" } else { "" });
        match (&run.facts, &run.problem) {
            (Some(facts), _) => {
                let best: Vec<String> = facts.best_iterations.iter().map(usize::to_string).collect();
                let mut row = vec![name, facts.model.to_owned(), best.join(" + ")];
                row.extend(SHOWN.map(|metric| number(facts.valid.get(metric).copied().flatten())));
                rows.push(row);
            }
            (None, problem) => rows.push(vec![name, problem.clone().unwrap_or_default()]),
        }
    }
    let heading = match runs.len() {
        0 => format!("no run in {}/: train makes one", runs::ARTIFACTS),
        count => format!("{count} runs in {}/; metrics are those of the validation rows", runs::ARTIFACTS),
    };
    vec![(heading, if runs.is_empty() { Vec::new() } else { rows })]
}

fn shown(run: &RunDetails) -> Sections {
    let facts = |value: &Value, skipped: &[&str]| -> Vec<Vec<String>> {
        let fields = value.as_object().into_iter().flatten();
        let single = fields.filter(|(name, value)| {
            !(skipped.contains(&name.as_str())
                || value.is_object()
                || value
                    .as_array()
                    .is_some_and(|all| all.iter().any(|value| value.is_object() || value.is_array())))
        });
        let rows = single.map(|(name, value)| vec![name.replace('_', " "), plain_value(value)]);
        std::iter::once(cells(["", ""])).chain(rows).collect()
    };
    let manifest = &run.manifest;
    let parameters = reporting::parameters(&manifest["parameters"]).into_iter();
    let parameters = parameters.map(|(name, value)| vec![name.replace('_', " "), plain_value(&value)]);
    let parameters = std::iter::once(cells(["", ""])).chain(parameters).collect();
    vec![
        (run.name.clone(), facts(manifest, &["checksums", "parameters"])),
        ("Parameters".into(), parameters),
        ("Limits".into(), facts(&run.thresholds, &[])),
        ("Validation".into(), facts(&run.metrics["valid"], &[])),
        (
            format!("{} features", run.features.len()),
            run.features.iter().map(|name| vec![name.clone()]).collect(),
        ),
    ]
}

fn compared(found: &RunDifferences) -> Sections {
    let mut facts = vec![vec![String::new(), found.left.clone(), found.right.clone()]];
    for difference in &found.differences {
        facts.push(vec![
            difference.name.clone(),
            plain_value(&difference.left),
            plain_value(&difference.right),
        ]);
    }
    let mut metrics = vec![vec![String::new(), found.left.clone(), found.right.clone(), "change".into()]];
    for metric in &found.metrics {
        metrics.push(vec![
            metric.name.replace('_', " "),
            number(Some(metric.left)),
            number(Some(metric.right)),
            format!("{:+.4}", metric.change),
        ]);
    }
    let mut sections = vec![("Validation".to_owned(), metrics), ("Differences".to_owned(), facts)];
    for (side, names) in [(&found.left, &found.only_left), (&found.right, &found.only_right)] {
        if !names.is_empty() {
            let names = names.iter().map(|name| vec![name.clone()]).collect();
            sections.push((format!("Features of {side} only"), names));
        }
    }
    sections
}

fn plain(sections: &Sections) -> String {
    let section = |(heading, rows): &(String, Vec<Vec<String>>)| {
        let mut table = Table::default();
        let is_blank = |row: &&Vec<String>| row.iter().all(String::is_empty);
        for row in rows.iter().filter(|row| !is_blank(row)) {
            table.row(row);
        }
        format!("{heading}\n{table}")
    };
    sections.iter().map(section).collect::<Vec<_>>().join("\n")
}

/// The first row of each table is its head.
fn markdown(sections: &Sections) -> String {
    let cell = |text: &String| text.replace('|', "\\|");
    let line = |row: &Vec<String>| format!("| {} |\n", row.iter().map(cell).collect::<Vec<_>>().join(" | "));
    let section = |(heading, rows): &(String, Vec<Vec<String>>)| {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns == 1 {
            let items: String = rows.iter().map(|row| format!("- {}\n", row[0])).collect();
            return format!("### {heading}\n\n{items}");
        }
        let Some((head, rest)) = rows.split_first() else { return format!("### {heading}\n") };
        let rest: String = rest.iter().map(line).collect();
        format!("### {heading}\n\n{}|{}\n{rest}", line(head), "---|".repeat(columns))
    };
    sections.iter().map(section).collect::<Vec<_>>().join("\n")
}
