//! `fraudctl inspect`.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::Global;
use super::columns::ColumnArgs;
use super::table::{Table, print, thousands};
use super::ui::Ui;
use crate::app::inspect::{InspectConfig, inspect};
use crate::dataset::SchemaOptions;
use crate::features::InputKind;
use crate::inspect::format::{compact, date_time, distinct, instant, percent};
use crate::inspect::{ColumnFacts, Inspection, Range, SAMPLE_ROWS};

/// Columns of the terminal.
const WIDTH: usize = 100;
/// Columns of the file that the table shows, at most: those that tell frauds best.
const MOST_COLUMNS: usize = 40;
/// Letters of a name that the table shows.
const NAME: usize = 18;
/// Coefficients from which on a pair is shown, and pairs that are.
const CORRELATED: f64 = 0.8;
const PAIRS: usize = 5;
/// Population stability index from which on a column has shifted.
const SHIFTED: f64 = 0.25;

/// Look at a file: types, gaps, ranges, classes, duplicates, correlations, drift, and columns that give the label away
///
/// Works with and without a label, with and without a time. Reads the file twice, in bounded memory; quantiles, histograms,
/// ROC AUC, correlations and drift are of an evenly spaced sample where the file has more than 200,000 rows.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl inspect data/creditcard.csv\n  \
    fraudctl inspect transactions.parquet --html transactions.html\n  \
    fraudctl inspect claims.csv --label outcome --positive rejected --time filed_at")]
pub struct InspectArgs {
    /// CSV or Parquet file
    input: PathBuf,
    /// Page to write: charts of every column, nothing loaded from elsewhere
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnArgs,
}

pub fn run(args: InspectArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let InspectArgs { input, html, columns } = args;
    let config = InspectConfig { input, html, schema: columns.options()?, force: global.force };
    let next = |found: &Inspection| next_command(found, &config.schema);
    let found = inspect(&config, next, ui)?;
    print(ui, started, &found, |found, seconds| {
        let page = config.html.as_ref().map(|html| format!("page: {}\n", html.display())).unwrap_or_default();
        format!("{}{page}next: {}\nlooked at in {seconds:.1} s\n", render(found), next(found))
    })
}

fn render(found: &Inspection) -> String {
    let mut text = overview(found);
    write!(text, "\n{}", columns(found)).expect("into a String");
    let looks = to_look_at(found);
    if looks.is_empty() {
        text.push_str("\nnothing suspicious: no column gives the label away, none is constant or a copy\n");
    } else {
        text.push_str("\nto look at:\n");
        looks.iter().for_each(|look| text.push_str(&wrapped(look)));
    }
    if found.sampled < found.rows {
        let rows = thousands(found.sampled);
        let note = format!(
            "medians, AUC, PSI and correlations are of {rows} rows at equal distances (at most {})",
            thousands(SAMPLE_ROWS)
        );
        writeln!(text, "\n{note}").expect("into a String");
    }
    text.push('\n');
    text
}

fn overview(found: &Inspection) -> String {
    let mut table = Table::default();
    let mut line = |name: &str, text: String| {
        table.row([format!("{name:<11} {text}")]);
    };
    let kind = match found.schema {
        InputKind::Tabular => "a table of cases",
        InputKind::Transactions => "an event log",
    };
    let count = found.columns.len() + usize::from(found.label.is_some());
    line("rows", format!("{}, {count} columns: {kind}", thousands(found.rows)));
    match &found.label {
        None => line("label", "none; --label COLUMN names it".into()),
        Some(label) => {
            let unknown = match label.unlabelled {
                0 => String::new(),
                rows => format!(", {} rows without", thousands(rows)),
            };
            let frauds = thousands(label.positives);
            let ratio = compact(label.imbalance);
            let column = short(&label.column);
            line(
                "label",
                format!("{column}: {frauds} frauds, {}, 1 : {ratio}{unknown}", percent(label.share)),
            );
        }
    }
    match &found.time {
        None => line("time", "none; drift is by the place in the file (--time COLUMN names it)".into()),
        Some(time) => {
            let missing = match time.missing {
                0 => String::new(),
                rows => format!(", {} rows without", thousands(rows)),
            };
            let (from, to) = (instant(time.from, time), instant(time.to, time));
            line("time", format!("{}: {from} to {to}{missing}", short(&time.column)));
        }
    }
    if let Some((low, high)) = fraud_rates(found) {
        let unit = found.timeline.unit;
        line(
            "frauds",
            format!(
                "{} to {} per {unit} (of those where 5 or more are expected)",
                percent(low),
                percent(high)
            ),
        );
    }
    let duplicates = match (found.duplicates.rows, found.duplicates.conflicting) {
        (0, 0) => "none".to_owned(),
        (rows, 0) => format!("{} rows repeat another", thousands(rows)),
        (rows, other) => {
            format!(
                "{} rows repeat another; {} have a twin of the other class",
                thousands(rows),
                thousands(other)
            )
        }
    };
    line("duplicates", duplicates);
    table.to_string()
}

/// The least and the greatest share of frauds among the stretches of time that have enough rows to tell.
fn fraud_rates(found: &Inspection) -> Option<(f64, f64)> {
    let share = found.label.as_ref()?.share;
    let enough = |labelled: u64| labelled as f64 * share >= 5.0;
    let buckets = found.timeline.buckets.iter().filter(|bucket| enough(bucket.labelled));
    let rates: Vec<f64> = buckets.map(|bucket| bucket.positives as f64 / bucket.labelled as f64).collect();
    let least = rates.iter().copied().reduce(f64::min)?;
    let greatest = rates.iter().copied().reduce(f64::max)?;
    (rates.len() > 1).then_some((least, greatest))
}

fn columns(found: &Inspection) -> String {
    let mut shown: Vec<&ColumnFacts> = found.columns.iter().collect();
    if shown.len() > MOST_COLUMNS {
        shown.sort_by(|one, other| other.strength().total_cmp(&one.strength()));
        shown.truncate(MOST_COLUMNS);
    }
    let mut table = Table::default();
    table.row(["column", "kind", "missing", "distinct", "least", "median", "greatest", "AUC", "PSI"]);
    for column in &shown {
        let number = |of: fn(&Range) -> f64| match &column.range {
            Some(range) if column.kind == "time" => date_time(of(range)).chars().take(10).collect(),
            Some(range) => compact(of(range)),
            None => String::new(),
        };
        let metric = |value: Option<f64>, decimals: usize| {
            value.map_or(String::new(), |value| format!("{value:.decimals$}"))
        };
        let missing = if column.missing == 0 {
            String::new()
        } else {
            percent(column.missing as f64 / found.rows as f64)
        };
        table.row([
            short(&column.name),
            column.kind.to_owned(),
            missing,
            distinct(column.distinct, column.distinct_exact),
            number(|range| range.min),
            number(|range| range.p50),
            number(|range| range.max),
            metric(column.roc_auc, 3),
            metric(column.psi, 2),
        ]);
    }
    let rest = match found.columns.len() - shown.len() {
        0 => String::new(),
        count => format!("  and {count} more columns; --html shows all\n"),
    };
    format!("{table}{rest}")
}

fn to_look_at(found: &Inspection) -> Vec<String> {
    let mut looks = Vec::new();
    for suspect in &found.suspects {
        let of_log =
            found.schema == InputKind::Transactions && found.parts.amount.as_ref() != Some(&suspect.column);
        let advice = if found.drop.contains(&suspect.column) {
            format!("--drop {}", quoted(&suspect.column))
        } else if of_log {
            "no feature of an event log, so it does no harm".to_owned()
        } else {
            "look at it".to_owned()
        };
        looks.push(format!("{}: {} ({advice})", suspect.column, suspect.reasons.join("; ")));
    }
    for column in &found.columns {
        if column.constant {
            looks.push(format!("{}: the same cell in every row", column.name));
        }
        if let Some(earlier) = &column.duplicate_of {
            looks.push(format!("{}: a copy of {earlier}", column.name));
        }
    }
    let shifted = |column: &&ColumnFacts| !column.follows_time();
    let mut drifted: Vec<(&ColumnFacts, f64)> = found
        .columns
        .iter()
        .filter(shifted)
        .filter_map(|column| Some((column, column.psi.filter(|psi| *psi > SHIFTED)?)))
        .collect();
    drifted.sort_by(|one, other| other.1.total_cmp(&one.1));
    if !drifted.is_empty() {
        let names: Vec<String> =
            drifted.iter().take(6).map(|(column, psi)| format!("{} ({psi:.2})", column.name)).collect();
        looks.push(format!(
            "drift: the last third of the rows differs from the first most in {}",
            names.join(", ")
        ));
    }
    let copy = |name: &String| {
        found.columns.iter().any(|column| column.name == *name && column.duplicate_of.is_some())
    };
    let pairs = found.correlations.strongest.iter().filter(|pair| pair.strength() >= CORRELATED);
    let pairs = pairs.filter(|pair| !copy(&pair.left) && !copy(&pair.right));
    let pairs: Vec<String> = pairs
        .take(PAIRS)
        .map(|pair| format!("{} and {} ({:.2})", pair.left, pair.right, pair.pearson))
        .collect();
    if !pairs.is_empty() {
        looks.push(format!("go together: {}", pairs.join(", ")));
    }
    looks.extend(found.warnings.iter().cloned());
    looks
}

/// The command that makes a prepared folder of the file.
fn next_command(found: &Inspection, options: &SchemaOptions) -> String {
    let stem = found.input.rsplit(['/', '\\']).next().unwrap_or(&found.input);
    let name: String = stem.split('.').next().unwrap_or(stem).to_owned();
    let mut command = format!("fraudctl prep {} --out {}", quoted(&found.input), quoted(&name));
    let mut flag =
        |name: &str, value: &str| write!(command, " --{name} {}", quoted(value)).expect("into a String");
    match options.kind {
        Some(InputKind::Tabular) => flag("schema", "tabular"),
        Some(InputKind::Transactions) => flag("schema", "transactions"),
        None => {}
    }
    match (&options.label, &found.label) {
        (Some(label), _) => flag("label", label),
        (None, None) => flag("label", "COLUMN"),
        _ => {}
    }
    options.positive.iter().for_each(|positive| flag("positive", positive));
    options.time.iter().for_each(|time| flag("time", time));
    if !options.map.is_empty() {
        let map: Vec<String> = options.map.iter().map(|(part, column)| format!("{part}={column}")).collect();
        flag("map", &map.join(","));
    }
    if !options.categories.is_empty() {
        flag("category", &options.categories.join(","));
    }
    // A name with a comma cannot be said in the list.
    let drop = options.drop.iter().chain(&found.drop).filter(|name| !name.contains(','));
    let drop: Vec<&str> = drop.map(String::as_str).collect();
    if !drop.is_empty() {
        flag("drop", &drop.join(","));
    }
    command
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./,=:+%@".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

fn short(name: &str) -> String {
    match name.chars().count() > NAME {
        true => format!("{}…", name.chars().take(NAME - 1).collect::<String>()),
        false => name.to_owned(),
    }
}

/// An item of a list within the width of the terminal.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("  -");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&line);
            lines.push('\n');
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}
