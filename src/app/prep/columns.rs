//! What the columns of a table are, and what has to be learnt of them from the training rows. An event log's columns are known.

use std::collections::{BTreeMap, HashMap};

use super::PrepConfig;
use super::division::Division;
use crate::app::AppError;
use crate::dataset::{self, ColumnKind, DatasetError, Overview, Part, SurveyOptions};
use crate::features::encoding::{Encoder, Encoding, Input, is_missing};
use crate::features::{InputKind, Schema};
use crate::progress::{Progress, thousands};

/// A category has at most so many values; the most frequent ones are kept.
const MOST_VALUES: usize = 1_000;
/// Words are counted when a word has at least so many rows on average; else they are ids, and nothing can be learnt from them.
const ROWS_PER_WORD: f64 = 1.1;
/// At most so many words have their count kept; the most frequent ones.
const MOST_COUNTED: usize = 100_000;

/// What was seen in the columns.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) constant: Vec<String>,
    pub(super) duplicates: Vec<(String, String)>,
    pub(super) dropped: Vec<String>,
    pub(super) missing: BTreeMap<String, u64>,
    /// Of all cells that features are made of, by row.
    pub(super) row_hashes: Option<Vec<u64>>,
    /// Labels, when they could be read on the way.
    pub(super) overview: Option<Overview>,
    /// Some encoding has to be learnt.
    pub(super) learns: bool,
    /// What the user should look into.
    pub(super) warnings: Vec<String>,
}

/// Finds out what a table's columns are and puts it into the schema; what has to be learnt is empty there.
pub(super) fn look_at(
    config: &PrepConfig,
    schema: &mut Schema,
    progress: &dyn Progress,
) -> Result<Found, AppError> {
    let mut found = Found::default();
    if schema.kind == InputKind::Transactions {
        return Ok(found);
    }
    let features = schema.features.clone();
    let mut looked_at = features.clone();
    looked_at.extend(schema.columns.time.iter().filter(|time| !features.contains(time)).cloned());
    // A time is read when its format is known, and an id a second time when two rows may have the same.
    let alone = schema.columns.time.is_none() && schema.columns.id.is_none();
    let label = schema.columns.label.as_deref().filter(|_| alone);
    let options = SurveyOptions {
        columns: Some(&looked_at),
        hashed: Some(&features),
        label: label.map(|name| (name, schema.positive.as_deref())),
    };
    let survey = dataset::survey(&config.input, options, progress)?;
    let mut inputs = Vec::new();
    for column in &survey.columns {
        if !config.schema.categories.contains(&column.name) {
            found.warnings.extend(column.warnings.iter().cloned());
        }
        if let (Some(time), ColumnKind::Time(format)) = (&schema.columns.time, column.kind)
            && *time == column.name
        {
            schema.time_format = format;
        }
        if !features.contains(&column.name) {
            continue;
        }
        if column.missing > 0 {
            found.missing.insert(column.name.clone(), column.missing);
        }
        let present = survey.rows - column.missing;
        let rows_per_word = present as f64 / column.distinct.count().max(1) as f64;
        let is_named = config.schema.categories.contains(&column.name) && present > 0;
        // A cell that does not fit is found, with its line, when the column is read.
        let kind = if is_named { ColumnKind::Category } else { column.nearly.unwrap_or(column.kind) };
        let encoding = match kind {
            ColumnKind::Number => Encoding::Number,
            ColumnKind::Boolean => Encoding::Boolean,
            ColumnKind::Time(format) => Encoding::Time(format),
            ColumnKind::Category => Encoding::Category(Vec::new()),
            ColumnKind::Text if rows_per_word >= ROWS_PER_WORD => Encoding::Count(BTreeMap::new()),
            ColumnKind::Text | ColumnKind::Empty => {
                let what = if column.kind == ColumnKind::Empty {
                    "has no cell"
                } else {
                    "has another text in nearly every row"
                };
                found.warnings.push(format!("column {:?} {what}: it is left out", column.name));
                found.dropped.push(column.name.clone());
                continue;
            }
        };
        if column.constant {
            found.warnings.push(format!("column {:?} says the same in every row", column.name));
            found.constant.push(column.name.clone());
        }
        if let Some(earlier) = column.duplicate_of {
            let earlier = survey.columns[earlier].name.clone();
            found.warnings.push(format!("column {:?} says what {earlier:?} says in every row", column.name));
            found.duplicates.push((column.name.clone(), earlier));
        }
        inputs.push(Input { name: column.name.clone(), encoding });
    }
    check_inputs(config, &inputs, &found.warnings)?;
    found.learns = inputs.iter().any(|input| learnt(&input.encoding));
    found.row_hashes = survey.row_hashes;
    if !found.dropped.is_empty() {
        // Rows that differ in what is left out are copies all the same.
        let kept: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
        let options = SurveyOptions { columns: Some(&kept), hashed: Some(&kept), label: None };
        found.row_hashes = dataset::survey(&config.input, options, progress)?.row_hashes;
    }
    found.overview = label.map(|_| Overview { labels: survey.labels, times: None });
    set_inputs(schema, inputs);
    Ok(found)
}

/// Where one word means fraud: it has to be there, and several other words may not all mean that there is none.
pub(super) fn check_label(
    config: &PrepConfig,
    schema: &Schema,
    progress: &dyn Progress,
) -> Result<(), AppError> {
    let (Some(label), Some(positive)) = (&schema.columns.label, &schema.positive) else { return Ok(()) };
    if is_missing(positive) {
        return Ok(());
    }
    let mut counts = dataset::word_counts(&config.input, &[label], &|_| true, progress)?.remove(0);
    let found = counts.remove(positive);
    let others = counts.len();
    let said = most_frequent(counts, 8).0.into_iter();
    let said: Vec<String> =
        said.map(|(word, count)| format!("{word} ({})", thousands(count.into()))).collect();
    let said = said.join(", ");
    if found.is_none() {
        let why = format!("no cell of {label:?} says {positive:?}; most frequent are: {said}");
        return Err(DatasetError::unusable(&config.input, why).into());
    }
    if others > 1 {
        progress.warn(format!("all rows whose {label:?} is not {positive:?} count as genuine: {said}"));
    }
    Ok(())
}

/// Learns categories and counts from the training rows; gives the columns in which there was nothing to learn.
pub(super) fn learn(
    config: &PrepConfig,
    schema: &mut Schema,
    division: &Division,
    progress: &dyn Progress,
) -> Result<Vec<String>, AppError> {
    let mut inputs = schema.inputs.clone();
    let names: Vec<String> =
        inputs.iter().filter(|input| learnt(&input.encoding)).map(|input| input.name.clone()).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    progress.start("learning words from the training rows", None);
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let is_training = |row| division.part(row) == Some(Part::Train);
    let mut counts = dataset::word_counts(&config.input, &columns, &is_training, progress)?.into_iter();
    for input in inputs.iter_mut().filter(|input| learnt(&input.encoding)) {
        let counts = counts.next().expect("one for each column that was asked for");
        match &mut input.encoding {
            Encoding::Category(values) => *values = most_frequent(counts, MOST_VALUES).into_keys_by_count(),
            // A word of one training row and a word of none are told apart by nobody outside the training rows.
            Encoding::Count(known) => {
                let repeated = counts.into_iter().filter(|(_, count)| *count > 1).collect();
                *known = most_frequent(repeated, MOST_COUNTED).0.into_iter().collect();
            }
            _ => {}
        }
    }
    let is_empty = |input: &Input| match &input.encoding {
        Encoding::Category(values) => values.is_empty(),
        _ => false,
    };
    let (empty, inputs): (Vec<Input>, Vec<Input>) = inputs.into_iter().partition(is_empty);
    let warning =
        |input: &Input| format!("column {:?} is empty in the training rows: it is left out", input.name);
    let warnings: Vec<String> = empty.iter().map(warning).collect();
    check_inputs(config, &inputs, &warnings)?;
    warnings.into_iter().for_each(|warning| progress.warn(warning));
    set_inputs(schema, inputs);
    Ok(empty.into_iter().map(|input| input.name).collect())
}

/// Something is left to learn from, and every feature has a name of its own.
fn check_inputs(config: &PrepConfig, inputs: &[Input], warnings: &[String]) -> Result<(), DatasetError> {
    let unusable = |why: String| Err(DatasetError::unusable(&config.input, why));
    if inputs.is_empty() {
        return unusable(format!("no column is left to learn from: {}", warnings.join("; ")));
    }
    let encoder = Encoder::new(inputs.to_vec());
    let features = encoder.features();
    match features.iter().enumerate().find(|(place, name)| features[..*place].contains(name)) {
        Some((_, name)) => unusable(format!(
            "a column of times becomes several features, one of them {name:?}, and a column has that name already; rename \
             one, or leave one out with --drop"
        )),
        None => Ok(()),
    }
}

fn learnt(encoding: &Encoding) -> bool {
    matches!(encoding, Encoding::Category(_) | Encoding::Count(_))
}

fn set_inputs(schema: &mut Schema, inputs: Vec<Input>) {
    let all_numbers = inputs.iter().all(|input| input.encoding == Encoding::Number);
    let encoder = Encoder::new(inputs.clone());
    schema.features = encoder.features().to_vec();
    schema.inputs = if all_numbers { Vec::new() } else { inputs };
}

/// Words and their counts, the most frequent first, of equally frequent ones the first in the alphabet.
struct Frequent(Vec<(String, u32)>);

fn most_frequent(counts: HashMap<String, u32>, most: usize) -> Frequent {
    let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
    counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    counts.truncate(most);
    Frequent(counts)
}

impl Frequent {
    fn into_keys_by_count(self) -> Vec<String> {
        self.0.into_iter().map(|(word, _)| word).collect()
    }
}
