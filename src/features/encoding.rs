//! The columns of a table as numbers: the same code for a file's cells and for a request's.
//!
//! What has to be learnt (the values of a category, the counts of words) was learnt on training rows and is part of the schema.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::calendar::{hour, weekday};
use crate::domain::{InvalidValue, TimeFormat, Timestamp};

/// A cell before it is a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Nothing is there.
    Missing,
    /// As it is written.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// True or false.
    Truth(bool),
    /// A time.
    Time(Timestamp),
}

/// How a column's cells become numbers. A missing cell is NaN in all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// As it is.
    Number,
    /// 1 for true, yes, t, y and 1; 0 for false, no, f, n and 0; in any case.
    Boolean,
    /// The place of the value in this list; one that is not in it is missing.
    Category(Vec<String>),
    /// How many training rows have this value.
    Count(BTreeMap<String, u32>),
    /// Seconds since 1970, hour of the day and weekday (Monday is 0), in UTC.
    Time(TimeFormat),
}

/// What a cell must be to be read by an encoding.
pub const NUMBER: &str = "a number";
const BOOLEAN: &str = "true, false, yes, no, 1 or 0";

impl Encoding {
    /// Features that a column becomes, `name` being its own.
    fn features(&self, name: &str) -> Vec<String> {
        match self {
            Self::Time(_) => vec![name.to_owned(), format!("{name}_hour"), format!("{name}_weekday")],
            _ => vec![name.to_owned()],
        }
    }
}

/// A column of a table that features are made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Its name in the file and in requests.
    pub name: String,
    /// What becomes of its cells.
    pub encoding: Encoding,
}

/// Makes rows of features of rows of cells.
#[derive(Debug, Clone)]
pub struct Encoder {
    inputs: Vec<Input>,
    /// Where the features of each input begin.
    starts: Vec<usize>,
    /// By input: the code of each value of a category.
    codes: Vec<HashMap<String, f64>>,
    /// Places of the seconds of every two times, the place of their difference being behind all inputs.
    differences: Vec<(usize, usize)>,
    features: Vec<String>,
}

impl Encoder {
    /// An encoder of these columns.
    pub fn new(inputs: Vec<Input>) -> Self {
        let (mut starts, mut features) = (Vec::new(), Vec::new());
        for input in &inputs {
            starts.push(features.len());
            features.extend(input.encoding.features(&input.name));
        }
        let is_time = |input: &Input| matches!(input.encoding, Encoding::Time(_));
        let times: Vec<usize> = (0..inputs.len()).filter(|&place| is_time(&inputs[place])).collect();
        let mut differences = Vec::new();
        for (place, &later) in times.iter().enumerate() {
            for &earlier in &times[..place] {
                differences.push((starts[later], starts[earlier]));
                features.push(format!("{}_minus_{}", inputs[later].name, inputs[earlier].name));
            }
        }
        let codes = |input: &Input| match &input.encoding {
            Encoding::Category(values) => values.iter().cloned().zip((0..).map(f64::from)).collect(),
            _ => HashMap::new(),
        };
        let codes = inputs.iter().map(codes).collect();
        Self { inputs, starts, codes, differences, features }
    }

    /// The encoder of columns of numbers.
    pub fn of_numbers(names: &[String]) -> Self {
        let input = |name: &String| Input { name: name.clone(), encoding: Encoding::Number };
        Self::new(names.iter().map(input).collect())
    }

    /// The columns, in the order of the file.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Where the features of the column at `input` begin in a row.
    pub fn start(&self, input: usize) -> usize {
        self.starts[input]
    }

    /// Names of the features in the order of a row.
    pub fn features(&self) -> &[String] {
        &self.features
    }

    /// By feature: how many values it has when it is a category's code, else `None`.
    pub fn categories(&self) -> Vec<Option<usize>> {
        let mut categories = vec![None; self.features.len()];
        for (input, &start) in self.inputs.iter().zip(&self.starts) {
            if let Encoding::Category(values) = &input.encoding {
                categories[start] = Some(values.len());
            }
        }
        categories
    }

    /// Writes what the cell of the column at `input` becomes into `row`.
    ///
    /// # Errors
    /// When the cell is not of its column's kind.
    pub fn write(&self, input: usize, cell: Cell<'_>, row: &mut [f64]) -> Result<(), InvalidValue> {
        let start = self.starts[input];
        match &self.inputs[input].encoding {
            Encoding::Number => row[start] = number(cell)?,
            Encoding::Boolean => row[start] = boolean(cell)?,
            Encoding::Category(_) => row[start] = with_words(cell, |word| self.code(input, word)),
            Encoding::Count(counts) => row[start] = with_words(cell, |word| count(counts, word)),
            Encoding::Time(format) => {
                let features = time(cell, *format)?.map_or([f64::NAN; 3], |time| {
                    let seconds = time.epoch_seconds();
                    [seconds, hour(time), f64::from(weekday(time))]
                });
                row[start..start + 3].copy_from_slice(&features);
            }
        }
        Ok(())
    }

    /// Writes what follows from several columns, all of which have been written.
    pub fn finish(&self, row: &mut [f64]) {
        let first = self.features.len() - self.differences.len();
        for (place, &(later, earlier)) in (first..).zip(&self.differences) {
            row[place] = row[later] - row[earlier];
        }
    }

    fn code(&self, input: usize, value: &str) -> f64 {
        self.codes[input].get(value).copied().unwrap_or(f64::NAN)
    }
}

/// The spellings of a missing value: nothing, `NA`, `N/A`, `null`, `NULL`, `None`, and NaN in any case.
pub fn is_missing(text: &str) -> bool {
    matches!(text, "" | "NA" | "N/A" | "null" | "NULL" | "None") || text.eq_ignore_ascii_case("nan")
}

fn invalid<T>(cell: Cell<'_>, expected: &'static str) -> Result<T, InvalidValue> {
    Err(InvalidValue::new(words(cell), expected))
}

/// A cell as a number.
///
/// # Errors
/// When it is none, or infinite.
pub fn number(cell: Cell<'_>) -> Result<f64, InvalidValue> {
    let value = match cell {
        Cell::Missing => f64::NAN,
        Cell::Number(value) => value,
        Cell::Truth(value) => f64::from(value),
        Cell::Time(time) => time.epoch_seconds(),
        Cell::Text(text) => match text {
            "true" | "True" | "TRUE" => 1.0,
            "false" | "False" | "FALSE" => 0.0,
            _ => match text.parse() {
                Ok(value) => value,
                Err(_) => return invalid(cell, NUMBER),
            },
        },
    };
    if value.is_infinite() { Err(InvalidValue::new(value.to_string(), "a finite number")) } else { Ok(value) }
}

/// A word for true or false.
pub fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "t" | "y" | "1" | "1.0" => Some(true),
        "false" | "no" | "f" | "n" | "0" | "0.0" => Some(false),
        _ => None,
    }
}

/// A cell as 1, 0 or NaN.
///
/// # Errors
/// When it is neither true nor false.
pub fn boolean(cell: Cell<'_>) -> Result<f64, InvalidValue> {
    match cell {
        Cell::Missing => Ok(f64::NAN),
        Cell::Truth(value) => Ok(f64::from(value)),
        Cell::Number(value) if value == 0.0 || value == 1.0 || value.is_nan() => Ok(value),
        Cell::Text(text) => truth(text).map_or_else(|| invalid(cell, BOOLEAN), |value| Ok(f64::from(value))),
        Cell::Number(_) | Cell::Time(_) => invalid(cell, BOOLEAN),
    }
}

/// A cell as a time; `None` when it is missing.
///
/// # Errors
/// When it is none, or written in another way.
pub fn time(cell: Cell<'_>, format: TimeFormat) -> Result<Option<Timestamp>, InvalidValue> {
    let range = |time: Timestamp| {
        Timestamp::checked(time.micros())
            .ok_or_else(|| InvalidValue::new(time.to_string(), "a time between the years -6000 and 9999"))
    };
    match cell {
        Cell::Missing => Ok(None),
        Cell::Time(time) => range(time).map(Some),
        Cell::Text(text) => format.parse(text).map(Some),
        Cell::Number(seconds) if seconds.is_nan() => Ok(None),
        Cell::Number(seconds) => {
            let time = Timestamp::from_epoch_seconds(seconds);
            time.map(Some).ok_or_else(|| InvalidValue::new(seconds.to_string(), "a time in epoch seconds"))
        }
        Cell::Truth(_) => invalid(cell, "a time"),
    }
}

fn count(counts: &BTreeMap<String, u32>, value: &str) -> f64 {
    if value.is_empty() { f64::NAN } else { counts.get(value).copied().map_or(0.0, f64::from) }
}

fn with_words(cell: Cell<'_>, take: impl FnOnce(&str) -> f64) -> f64 {
    match cell {
        Cell::Text(text) => take(text.trim()),
        _ => take(&words(cell)),
    }
}

/// A cell as text, empty when missing: what categories are told apart by.
pub fn words(cell: Cell<'_>) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text) => text.to_owned(),
        Cell::Number(value) => value.to_string(),
        Cell::Truth(value) => value.to_string(),
        Cell::Time(time) => time.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder() -> Encoder {
        let input = |name: &str, encoding| Input { name: name.to_owned(), encoding };
        Encoder::new(vec![
            input("amount", Encoding::Number),
            input("made", Encoding::Time(TimeFormat::Iso)),
            input("kind", Encoding::Category(vec!["food".into(), "fuel".into()])),
            input("new", Encoding::Boolean),
            input("sent", Encoding::Time(TimeFormat::MonthFirst)),
            input("name", Encoding::Count([("ann".to_owned(), 3)].into())),
        ])
    }

    fn encode(cells: [Cell<'_>; 6]) -> Vec<f64> {
        let encoder = encoder();
        let mut row = vec![-1.0; encoder.features().len()];
        for (input, cell) in cells.into_iter().enumerate() {
            encoder.write(input, cell, &mut row).unwrap();
        }
        encoder.finish(&mut row);
        row
    }

    #[test]
    fn cells_become_numbers_as_their_columns_say() {
        let names = [
            "amount",
            "made",
            "made_hour",
            "made_weekday",
            "kind",
            "new",
            "sent",
            "sent_hour",
            "sent_weekday",
        ];
        assert_eq!(encoder().features()[..9], names.map(str::to_owned));
        assert_eq!(encoder().features()[9..], ["name", "sent_minus_made"].map(str::to_owned));
        let text = ["12.5", "2018-04-01 06:30:00", "fuel", "Yes", "4/2/2018 6:30", "ann"].map(Cell::Text);
        let sunday = 1_522_564_200.0;
        let expected = [12.5, sunday, 6.5, 6.0, 1.0, 1.0, sunday + 86_400.0, 6.5, 0.0, 3.0, 86_400.0];
        assert_eq!(encode(text), expected);
        let missing = encode([Cell::Missing; 6]);
        assert!(missing.iter().all(|value| value.is_nan()));
        let unseen = encode([
            Cell::Number(1.0),
            Cell::Missing,
            Cell::Text("fun"),
            Cell::Truth(false),
            Cell::Missing,
            Cell::Text("bob"),
        ]);
        assert_eq!((unseen[0], unseen[4].is_nan(), unseen[5], unseen[9]), (1.0, true, 0.0, 0.0));
        assert_eq!(encoder().categories()[4], Some(2));
        assert_eq!(encoder().categories().iter().flatten().count(), 1);
    }

    #[test]
    fn a_cell_of_another_kind_is_refused() {
        let encoder = encoder();
        let mut row = vec![0.0; encoder.features().len()];
        for (input, cell) in [
            (0, Cell::Text("12,5")),
            (0, Cell::Number(f64::INFINITY)),
            (1, Cell::Text("4/1/2018")),
            (3, Cell::Text("perhaps")),
            (3, Cell::Number(2.0)),
            (4, Cell::Text("2018-04-01")),
        ] {
            assert!(encoder.write(input, cell, &mut row).is_err(), "{input} {cell:?}");
        }
    }

    #[test]
    fn encodings_are_kept_as_json() {
        let inputs = encoder().inputs().to_vec();
        let json = serde_json::to_string(&inputs).unwrap();
        assert!(json.contains(r#"{"name":"kind","encoding":{"category":["food","fuel"]}}"#), "{json}");
        assert_eq!(serde_json::from_str::<Vec<Input>>(&json).unwrap(), inputs);
    }
}
