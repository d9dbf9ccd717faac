//! The second pass: counts what can be counted row by row, and keeps the sample.

use std::collections::HashMap;
use std::path::Path;

use rayon::prelude::*;

use super::SAMPLE_ROWS;
use super::moments::Moments;
use super::plan::{Cells, Plan};
use super::timeline::{Clock, Timeline, TimelineBuilder};
use crate::dataset::{self, Column, DatasetError, Kind, Values};
use crate::progress::Progress;

/// Classes of rows; places in all counts by class.
pub(super) const GENUINE: usize = 0;
pub(super) const FRAUD: usize = 1;
pub(super) const UNKNOWN: usize = 2;
/// Cells of the sample, at most: 160 MB.
const SAMPLE_CELLS: u64 = 20_000_000;

/// What the pass found.
pub(super) struct Read {
    /// Rows by class.
    pub(super) counts: [u64; 3],
    /// The class of every row.
    pub(super) classes: Vec<u8>,
    /// In the order of [`Plan::columns`].
    pub(super) columns: Vec<Tally>,
    pub(super) timeline: Timeline,
    pub(super) without_time: u64,
    /// Rows of the sample.
    pub(super) sampled: usize,
    /// By row of the sample.
    pub(super) sampled_classes: Vec<u8>,
    /// Rows of the sample in the order of time, those without one left out.
    pub(super) in_order: Vec<u32>,
}

/// A value that is counted by itself.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) counts: [u64; 3],
}

/// What is known of a column.
pub(super) struct Tally {
    pub(super) cells: Cells,
    pub(super) moments: [Moments; 3],
    pub(super) missing: [u64; 3],
    pub(super) values: Vec<Value>,
    by_word: HashMap<String, usize>,
    by_number: HashMap<u64, usize>,
    /// Numbers, seconds, or places in `values`; NaN where missing. Empty when only gaps are counted.
    pub(super) sample: Vec<f64>,
}

impl Tally {
    fn new(cells: Cells) -> Self {
        Self {
            cells,
            moments: Default::default(),
            missing: [0; 3],
            values: Vec::new(),
            by_word: HashMap::new(),
            by_number: HashMap::new(),
            sample: Vec::new(),
        }
    }

    /// Counts the rows of a block; `sampled` holds those of the sample.
    fn add(&mut self, values: &Values, classes: &[u8], sampled: &[usize]) {
        match (self.cells, values) {
            (Cells::Numbers { counted, .. }, Values::Numbers(numbers)) => {
                let cell = |row: usize| numbers[row];
                self.add_numbers(cell, counted, classes, sampled);
            }
            (Cells::Numbers { counted, .. }, Values::Texts(texts)) => {
                let finite = |number: &f64| number.is_finite();
                let cell = |row| texts.get(row).parse().ok().filter(finite).unwrap_or(f64::NAN);
                self.add_numbers(cell, counted, classes, sampled);
            }
            (Cells::Times(format), Values::Texts(texts)) => {
                let clock = Clock::written(format);
                self.add_numbers(|row| clock.seconds(texts.get(row)), false, classes, sampled);
            }
            (Cells::Words, Values::Texts(texts)) => {
                let mut places = Vec::with_capacity(classes.len());
                for (text, &class) in texts.iter().zip(classes) {
                    let place = self.word(text);
                    match place {
                        Some(place) => self.values[place].counts[usize::from(class)] += 1,
                        None => self.missing[usize::from(class)] += 1,
                    }
                    places.push(place.map_or(f64::NAN, |place| place as f64));
                }
                self.sample.extend(sampled.iter().map(|&row| places[row]));
            }
            (_, Values::Texts(texts)) => {
                for (text, &class) in texts.iter().zip(classes) {
                    self.missing[usize::from(class)] += u64::from(text.is_empty());
                }
            }
            _ => unreachable!("`Plan::cells` chose the kind that was read"),
        }
    }

    fn add_numbers(&mut self, cell: impl Fn(usize) -> f64, counted: bool, classes: &[u8], sampled: &[usize]) {
        for (row, &class) in classes.iter().enumerate() {
            let number = cell(row);
            let class = usize::from(class);
            if number.is_nan() {
                self.missing[class] += 1;
                continue;
            }
            self.moments[class].add(number);
            if counted {
                let next = self.values.len();
                let place = *self.by_number.entry((number + 0.0).to_bits()).or_insert(next);
                if place == next {
                    self.values.push(Value { text: number.to_string(), counts: [0; 3] });
                }
                self.values[place].counts[class] += 1;
            }
        }
        self.sample.extend(sampled.iter().map(|&row| cell(row)));
    }

    fn word(&mut self, text: &str) -> Option<usize> {
        if text.is_empty() || text.eq_ignore_ascii_case("nan") {
            return None;
        }
        if let Some(&place) = self.by_word.get(text) {
            return Some(place);
        }
        let place = self.values.len();
        self.by_word.insert(text.to_owned(), place);
        self.values.push(Value { text: text.to_owned(), counts: [0; 3] });
        Some(place)
    }
}

pub(super) fn read(path: &Path, plan: &Plan, progress: &dyn Progress) -> Result<Read, DatasetError> {
    let rows = plan.survey.rows;
    let size = SAMPLE_ROWS.min(SAMPLE_CELLS / plan.columns.len().max(1) as u64).clamp(1, rows);
    let mut tallies: Vec<Tally> = plan.columns.iter().map(|&place| Tally::new(plan.cells(place))).collect();
    let mut wanted: Vec<(&str, Kind)> = plan
        .columns
        .iter()
        .map(|&place| {
            let numbers = matches!(plan.cells(place), Cells::Numbers { infinite: false, .. });
            (plan.column(place).name.as_str(), if numbers { Kind::Number } else { Kind::Text })
        })
        .collect();
    let label = plan.label_name().map(|name| (name, Kind::Label { positive: plan.positive.clone() }));
    wanted.extend(label);
    // The time is read a second time as what a clock can read, unless it is numbers already.
    let clock = plan.clock.as_ref().map(|(place, clock)| {
        let at = plan.columns.iter().position(|column| column == place).expect("the label is no time");
        (at, clock)
    });
    let mut builder = TimelineBuilder::new(plan.clock.as_ref().map(|(_, clock)| clock), rows);
    let mut classes: Vec<u8> = Vec::with_capacity(usize::try_from(rows).unwrap_or(0));
    let mut sampled_rows = 0;
    let mut sampled_classes = Vec::new();
    let mut times = Vec::new();
    progress.start(&format!("reading {}", path.display()), Some(rows));
    dataset::each_block(path, &wanted, |mut columns: Vec<Column>| {
        progress.check()?;
        let first = classes.len();
        let count = columns.first().map_or(0, |column| column.values.len());
        match plan.label.and_then(|_| columns.pop()).map(|column| column.values) {
            Some(Values::Labels(labels)) => classes.extend(labels.into_iter().map(class)),
            _ => classes.extend(std::iter::repeat_n(UNKNOWN as u8, count)),
        }
        let classes = &classes[first..];
        let sampled: Vec<usize> =
            (0..count).filter(|row| is_sampled((first + row) as u64, size, rows)).collect();
        tallies
            .par_iter_mut()
            .zip(&columns)
            .for_each(|(tally, column)| tally.add(&column.values, classes, &sampled));
        let seconds: Vec<f64> = match clock {
            Some((at, clock)) => clock.all(&columns[at].values),
            None => (first..first + count).map(|row| row as f64).collect(),
        };
        builder.add(&seconds, classes);
        times.extend(sampled.iter().map(|&row| seconds[row]));
        sampled_classes.extend(sampled.iter().map(|&row| classes[row]));
        sampled_rows += sampled.len();
        progress.advance((first + count) as u64, "");
        Ok::<_, DatasetError>(())
    })?;
    progress.finish();
    let mut counts = [0; 3];
    classes.iter().for_each(|&class| counts[usize::from(class)] += 1);
    let mut in_order: Vec<u32> =
        (0..sampled_rows as u32).filter(|&row| !times[row as usize].is_nan()).collect();
    in_order.sort_by(|&left, &right| times[left as usize].total_cmp(&times[right as usize]));
    let (timeline, without_time) = builder.finish();
    Ok(Read {
        counts,
        classes,
        columns: tallies,
        timeline,
        without_time,
        sampled: sampled_rows,
        sampled_classes,
        in_order,
    })
}

fn class(label: Option<bool>) -> u8 {
    label.map_or(UNKNOWN as u8, u8::from)
}

/// Whether a row belongs to the `size` of `rows` that stand at equal distances.
fn is_sampled(row: u64, size: u64, rows: u64) -> bool {
    let upto = |row: u64| u128::from(row) * u128::from(size) / u128::from(rows);
    upto(row + 1) > upto(row)
}
