//! Columns that know the answer, or that a model would only learn by heart.

use serde::Serialize;

use super::facts::ColumnFacts;
use super::format::{percent, share};
use super::plan::{Cells, Plan};
use super::reading::{FRAUD, GENUINE, Read, Tally};
use crate::dataset::{ColumnKind, ColumnSurvey};
use crate::features::InputKind;
use crate::progress::thousands;

/// From this area under the ROC curve on, a column alone separates the classes.
const SEPARATES: f64 = 0.99;
/// A value that is always fraud says something when this many frauds have it, and this share of them.
const LEAST_FRAUDS: u64 = 10;
const LEAST_SHARE: f64 = 0.05;
/// From this share of the frauds on, such a value gives the label away.
const MOST_FRAUDS: f64 = 0.5;
/// Difference of the shares of missing cells between the classes from which on it is suspect, and from which on it is an answer.
const GAPS: [f64; 2] = [0.5, 0.95];
/// An id has another value in nearly every row, of so many rows at least; where they are estimated, that may be off by 3 %.
const ID_SHARE: f64 = 0.96;
const ID_ROWS: u64 = 100;
/// Words for what is known only afterwards.
const AFTERWARDS: [&str; 4] = ["fraud", "chargeback", "dispute", "scenario"];

/// A column to look at.
#[derive(Debug, Clone, Serialize)]
pub struct Suspect {
    /// The column.
    pub column: String,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// It had better be dropped; otherwise somebody who knows the data should say.
    pub drop: bool,
}

pub(super) fn of(plan: &Plan, read: &Read, columns: &[ColumnFacts]) -> Vec<Suspect> {
    let all = columns.iter().zip(&plan.columns).zip(&read.columns);
    let suspect = |((facts, &place), tally): ((&ColumnFacts, &usize), &Tally)| {
        let mut reasons = Vec::new();
        let mut drop = false;
        let mut add = |found: Option<(String, bool)>| {
            if let Some((reason, sure)) = found {
                reasons.push(reason);
                drop |= sure;
            }
        };
        // The parts of an event log are its keys; they are no features.
        let key = facts.part.is_some_and(|part| part != "amount");
        if plan.label.is_some() && !facts.constant {
            add(separates(facts));
            add(always_fraud(tally, read));
            add(missing(facts, read));
            add(named(plan, facts));
        }
        if !key {
            add(follows_time(facts));
            add(identifies(plan.column(place), tally, plan.survey.rows));
        }
        (!reasons.is_empty()).then(|| Suspect { column: facts.name.clone(), reasons, drop })
    };
    all.filter_map(suspect).collect()
}

fn separates(facts: &ColumnFacts) -> Option<(String, bool)> {
    let area = facts.roc_auc?;
    let sure = area.max(1.0 - area) > SEPARATES;
    let how = if area < 0.5 { "small" } else { "large" };
    let what = match facts.range {
        Some(_) => format!("frauds have {how} values in it"),
        None => "its words differ between frauds and others".to_owned(),
    };
    sure.then(|| (format!("separates the classes alone: ROC AUC {area:.4}, {what}"), true))
}

fn always_fraud(tally: &Tally, read: &Read) -> Option<(String, bool)> {
    let frauds = read.counts[FRAUD];
    let base = share(frauds, frauds + read.counts[GENUINE]);
    let certain = |counts: &[u64; 3]| {
        counts[GENUINE] == 0 && counts[FRAUD] >= LEAST_FRAUDS && share(counts[FRAUD], frauds) >= LEAST_SHARE
    };
    let mut values: Vec<_> = tally.values.iter().filter(|value| certain(&value.counts)).collect();
    if values.is_empty() || base > 0.5 {
        return None;
    }
    values.sort_by(|one, other| one.text.cmp(&other.text));
    let held: u64 = values.iter().map(|value| value.counts[FRAUD]).sum();
    let names: Vec<&str> = values.iter().take(3).map(|value| value.text.as_str()).collect();
    let more = if values.len() > 3 { format!(" and {} more", values.len() - 3) } else { String::new() };
    let of_all = percent(share(held, frauds));
    let reason = format!("{}{more}: always fraud, and {of_all} of all frauds", names.join(", "));
    Some((reason, share(held, frauds) >= MOST_FRAUDS))
}

fn missing(facts: &ColumnFacts, read: &Read) -> Option<(String, bool)> {
    let of = |class: usize| share(facts.missing_by_class[class], read.counts[class]);
    let (genuine, fraud) = (of(GENUINE), of(FRAUD));
    let apart = (genuine - fraud).abs();
    let enough = read.counts[FRAUD] >= LEAST_FRAUDS && apart >= GAPS[0];
    let text = || {
        format!(
            "its gaps tell: missing in {} of the frauds and {} of the others",
            percent(fraud),
            percent(genuine)
        )
    };
    enough.then(|| (text(), apart >= GAPS[1]))
}

fn named(plan: &Plan, facts: &ColumnFacts) -> Option<(String, bool)> {
    let name = facts.name.to_lowercase();
    let label = plan.label_name().unwrap_or_default().to_lowercase();
    let after = AFTERWARDS.iter().find(|word| name.contains(*word));
    let label_in = label.len() > 3 && name.contains(&label);
    let reason = match (label_in, after) {
        (true, _) => "has the label's name in its own: was it known at the time of the payment?".to_owned(),
        (false, Some(word)) => format!("has {word:?} in its name: was it known at the time of the payment?"),
        (false, None) => return None,
    };
    Some((reason, false))
}

fn follows_time(facts: &ColumnFacts) -> Option<(String, bool)> {
    let with_time = facts.time_spearman.filter(|_| facts.follows_time())?;
    let reason =
        format!("follows the time (Spearman {with_time:.3}): later rows have values that no model has seen");
    Some((reason, false))
}

fn identifies(column: &ColumnSurvey, tally: &Tally, rows: u64) -> Option<(String, bool)> {
    let present = rows - column.missing;
    let distinct = column.distinct.count();
    if present < ID_ROWS || (distinct as f64) < ID_SHARE * present as f64 {
        return None;
    }
    let unique = match tally.cells {
        Cells::Numbers { .. } => column.whole && no_two_equal(&tally.sample),
        Cells::Missing => column.kind == ColumnKind::Text,
        Cells::Times(_) | Cells::Words => false,
    };
    let text = || {
        format!(
            "identifies the row: {} values in {} rows",
            thousands(distinct.min(present)),
            thousands(present)
        )
    };
    unique.then(|| (text(), true))
}

fn no_two_equal(sample: &[f64]) -> bool {
    let mut bits: Vec<u64> =
        sample.iter().filter(|number| !number.is_nan()).map(|number| number.to_bits()).collect();
    bits.sort_unstable();
    bits.windows(2).all(|pair| pair[0] != pair[1])
}

/// The columns to leave out of a table: suspects that are sure, constant columns and copies. An event log's features come from the
/// parts alone.
pub(super) fn to_drop(plan: &Plan, suspects: &[Suspect], columns: &[ColumnFacts]) -> Vec<String> {
    if plan.kind == InputKind::Transactions {
        return Vec::new();
    }
    let sure = |name: &String| suspects.iter().any(|suspect| suspect.drop && suspect.column == *name);
    let idle = |facts: &&ColumnFacts| facts.constant || facts.duplicate_of.is_some() || sure(&facts.name);
    columns
        .iter()
        .filter(idle)
        .filter(|facts| facts.part != Some("id"))
        .map(|facts| facts.name.clone())
        .collect()
}
