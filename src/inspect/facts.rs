//! What is said of each column.

use rayon::prelude::*;
use serde::Serialize;

use super::correlation::pearson;
use super::drift;
use super::plan::{Cells, Plan};
use super::ranges::{Histogram, Range};
use super::ranks::{order, ranks};
use super::reading::{FRAUD, GENUINE, Read, Tally, UNKNOWN};
use crate::dataset::{ColumnKind, Distinct};
use crate::metrics;

/// From this correlation with time on, a column follows it.
const FOLLOWS: f64 = 0.99;
/// Values that are listed, at most: the most frequent ones.
const MOST_VALUES: usize = 12;

/// One column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// The part it plays, where it plays one.
    pub part: Option<&'static str>,
    /// `empty`, `boolean`, `number`, `time`, `category` or `text`.
    pub kind: &'static str,
    /// Missing cells.
    pub missing: u64,
    /// Missing cells of genuine rows, of frauds, and of rows without a label.
    pub missing_by_class: [u64; 3],
    /// Distinct values, missing ones not counted.
    pub distinct: u64,
    /// False when `distinct` is an estimate.
    pub distinct_exact: bool,
    /// All cells are the same.
    pub constant: bool,
    /// An earlier column with the same cells.
    pub duplicate_of: Option<String>,
    /// Of numbers and times (seconds since 1970).
    pub range: Option<Range>,
    /// Of numbers.
    pub histogram: Option<Histogram>,
    /// The most frequent words, or numbers where there are few.
    pub values: Vec<ValueFacts>,
    /// How well it tells frauds alone, as the area under the ROC curve: 0.5 not at all, near 0 or 1 nearly surely. Words are judged by
    /// the share of frauds that they have in one half of the sample, on the other half.
    pub roc_auc: Option<f64>,
    /// Spearman's correlation with the time, where the file says when.
    pub time_spearman: Option<f64>,
    /// Population stability index, last third of the rows against the first.
    pub psi: Option<f64>,
}

/// A value of a column.
#[derive(Debug, Clone, Serialize)]
pub struct ValueFacts {
    /// The value.
    pub value: String,
    /// Rows that have it.
    pub rows: u64,
    /// Those whose label is known.
    pub labelled: u64,
    /// Frauds among these.
    pub positives: u64,
}

impl ColumnFacts {
    /// The distance of the area under the ROC curve from one half, 0 to 0.5.
    pub fn strength(&self) -> f64 {
        self.roc_auc.map_or(0.0, |area| (area - 0.5).abs())
    }

    /// True when it only rises or falls with time.
    pub fn follows_time(&self) -> bool {
        self.time_spearman.is_some_and(|with_time| with_time.abs() > FOLLOWS)
    }
}

/// In the order of [`Plan::columns`].
pub(super) fn columns(plan: &Plan, read: &Read) -> Vec<ColumnFacts> {
    plan.columns
        .par_iter()
        .zip(&read.columns)
        .map(|(&place, tally)| column(plan, read, place, tally))
        .collect()
}

fn column(plan: &Plan, read: &Read, place: usize, tally: &Tally) -> ColumnFacts {
    let column = plan.column(place);
    let part = plan.part(&column.name);
    let order = order(&tally.sample);
    let sorted = || order.iter().map(|&row| tally.sample[row as usize]).collect::<Vec<_>>();
    let in_time = matches!(column.kind, ColumnKind::Time(_)) || matches!(part, Some("id" | "time"));
    let (mut range, mut histogram) = (None, None);
    if matches!(tally.cells, Cells::Numbers { .. } | Cells::Times(_)) && !order.is_empty() {
        range = Some(Range::new(&tally.moments, &sorted()));
    }
    if let Cells::Numbers { .. } = tally.cells {
        histogram = Histogram::new(&tally.sample, &read.sampled_classes, column.whole);
    }
    let psi = match tally.cells {
        _ if in_time || column.constant => None,
        Cells::Numbers { .. } => drift::of_numbers(&tally.sample, &read.in_order),
        Cells::Words => drift::of_words(&tally.sample, tally.values.len(), &read.in_order),
        Cells::Times(_) | Cells::Missing => None,
    };
    let roc_auc = match tally.cells {
        _ if column.constant => None,
        Cells::Numbers { .. } | Cells::Times(_) => {
            let ranks = ranks(&tally.sample, &order, |_| true);
            area(&ranks, &read.sampled_classes)
        }
        Cells::Words => area(&held_out_rates(tally, &read.sampled_classes), &read.sampled_classes),
        Cells::Missing => None,
    };
    let numeric = matches!(tally.cells, Cells::Numbers { .. }) && !in_time && !column.constant;
    let time_spearman = (numeric && plan.clock.is_some()).then(|| with_time(tally, &order, &read.in_order));
    ColumnFacts {
        name: column.name.clone(),
        part,
        kind: column.kind.as_str(),
        missing: tally.missing.iter().sum(),
        missing_by_class: tally.missing,
        distinct: column.distinct.count(),
        distinct_exact: matches!(column.distinct, Distinct::Exactly(_)),
        constant: column.constant,
        duplicate_of: column.duplicate_of.map(|earlier| plan.column(earlier).name.clone()),
        range,
        histogram,
        values: most_frequent(tally),
        roc_auc,
        time_spearman: time_spearman.filter(|with_time| !with_time.is_nan()),
        psi,
    }
}

/// Spearman's correlation of a column with the order of time.
fn with_time(tally: &Tally, order: &[u32], in_order: &[u32]) -> f64 {
    let mut places = vec![f64::NAN; tally.sample.len()];
    in_order.iter().enumerate().for_each(|(place, &row)| places[row as usize] = place as f64);
    pearson(&ranks(&tally.sample, order, |row| !places[row].is_nan()), &places)
}

fn most_frequent(tally: &Tally) -> Vec<ValueFacts> {
    let value = |value: &super::reading::Value| ValueFacts {
        value: value.text.clone(),
        rows: value.counts.iter().sum(),
        labelled: value.counts[GENUINE] + value.counts[FRAUD],
        positives: value.counts[FRAUD],
    };
    let mut values: Vec<ValueFacts> = tally.values.iter().map(value).collect();
    values.sort_by(|one, other| other.rows.cmp(&one.rows).then_with(|| one.value.cmp(&other.value)));
    values.truncate(MOST_VALUES);
    values
}

/// Area under the ROC curve of positive scores, missing ones and rows without a label left out; `None` with a single class.
fn area(scores: &[f64], classes: &[u8]) -> Option<f64> {
    let scale = scores.iter().copied().fold(0.0, f64::max);
    let known = scores
        .iter()
        .zip(classes)
        .filter(|&(score, &class)| !score.is_nan() && usize::from(class) != UNKNOWN);
    let (scores, labels): (Vec<f64>, Vec<bool>) =
        known.map(|(score, &class)| (score / scale, usize::from(class) == FRAUD)).unzip();
    metrics::roc_auc(&labels, &scores).ok().filter(|area| !area.is_nan())
}

/// For the rows at odd places of the sample the share of frauds that their word has at even places, one row of the whole share added;
/// NaN for the others.
fn held_out_rates(tally: &Tally, classes: &[u8]) -> Vec<f64> {
    let mut counts = vec![[0_u64; 2]; tally.values.len()];
    let mut all = [0_u64; 2];
    let even = tally.sample.iter().zip(classes).step_by(2);
    for (&place, &class) in even.filter(|(place, class)| !place.is_nan() && usize::from(**class) != UNKNOWN) {
        counts[place as usize][usize::from(class)] += 1;
        all[usize::from(class)] += 1;
    }
    let share = (all[FRAUD] as f64 + 0.5) / ((all[GENUINE] + all[FRAUD]) as f64 + 1.0);
    let rate = |[genuine, fraud]: [u64; 2]| (fraud as f64 + share) / ((genuine + fraud) as f64 + 1.0);
    let rates: Vec<f64> = counts.into_iter().map(rate).collect();
    let score = |(row, &place): (usize, &f64)| match row % 2 == 1 && !place.is_nan() {
        true => rates[place as usize],
        false => f64::NAN,
    };
    tally.sample.iter().enumerate().map(score).collect()
}
