//! What is counted of a column, and what follows from it.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::csv::decimal_comma;
use super::cell::{Cell, Reading, is_code, mix};
use super::distinct::{Distinct, Sketch};
use crate::domain::{TimeFormat, Timestamp};
use crate::progress::thousands;

/// More distinct words than this are no categories.
pub const MOST_CATEGORIES: u64 = 1_000;
/// Rows that a category has on average, at least.
const ROWS_PER_CATEGORY: u64 = 2;

/// What the cells of a column are, those aside that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// All are missing.
    Empty,
    /// Yes or no, in words.
    Boolean,
    /// Numbers, 0 and 1 too.
    Number,
    /// Times, all in one format.
    Time(TimeFormat),
    /// Words that repeat.
    Category,
    /// Words most of which differ.
    Text,
}

impl ColumnKind {
    /// The kind in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Time(_) => "time",
            Self::Category => "category",
            Self::Text => "text",
        }
    }
}

/// What a column is.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnSurvey {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
    /// What nine of ten cells are, when the others do not fit: they are most likely wrong.
    pub nearly: Option<ColumnKind>,
    /// Cells that are missing.
    pub missing: u64,
    /// Distinct values of the others.
    pub distinct: Distinct,
    /// All cells are the same, missing ones being one value more.
    pub constant: bool,
    /// Place of an earlier column that has the same cells in every row; never for constant ones.
    pub duplicate_of: Option<usize>,
    /// All its cells are whole numbers.
    pub whole: bool,
    /// Infinite numbers among its cells.
    pub infinite: u64,
    /// The least and the greatest finite number; of times in seconds since 1970.
    pub range: Option<(f64, f64)>,
    /// What to look into, each a sentence that names the column.
    pub warnings: Vec<String>,
}

/// A column, as far as it was seen.
#[derive(Debug, Default)]
pub(super) struct Tally {
    rows: u64,
    missing: u64,
    numbers: Count,
    infinite: u64,
    fractions: u64,
    codes: u64,
    compact_dates: u64,
    decimal_commas: u64,
    /// Numbers such as 1.234 in a file in which 12,5 is one.
    thousands_points: u64,
    booleans: [u64; 4],
    iso: Count,
    month_first: Count,
    day_first: Count,
    distinct: Sketch,
    /// A hash of all cells in their order.
    cells: u64,
    /// Hashes of the cells that were added last.
    last: Vec<u64>,
}

/// How many cells are of a kind, the least and the greatest of them.
#[derive(Debug, Clone, Copy)]
struct Count {
    cells: u64,
    range: (f64, f64),
}

impl Default for Count {
    fn default() -> Self {
        Self { cells: 0, range: (f64::INFINITY, f64::NEG_INFINITY) }
    }
}

impl Count {
    fn add(&mut self, value: f64) {
        self.cells += 1;
        if value.is_finite() {
            self.range = (self.range.0.min(value), self.range.1.max(value));
        }
    }

    fn add_time(&mut self, time: Timestamp) {
        self.add(time.epoch_seconds());
    }
}

impl Tally {
    /// Counts the next cells.
    pub(super) fn add<'t>(&mut self, texts: impl Iterator<Item = &'t str>, reading: Reading) {
        self.last.clear();
        for text in texts {
            let cell = reading.cell(text);
            let hash = cell.hash(text);
            self.rows += 1;
            self.cells = mix(self.cells, hash);
            self.last.push(hash);
            match cell {
                Cell::Missing => {
                    self.missing += 1;
                    continue;
                }
                Cell::Number(number) => {
                    self.add_number(number, text);
                    if reading.decimal_commas {
                        self.decimal_commas += u64::from(text.contains(','));
                        self.thousands_points += u64::from(has_thousands_points(text));
                    }
                }
                Cell::Boolean { words, .. } => self.booleans[words as usize] += 1,
                Cell::Iso(time) => self.iso.add_time(time),
                Cell::Slashes(slashes) => {
                    slashes.month_first().into_iter().for_each(|time| self.month_first.add_time(time));
                    slashes.day_first().into_iter().for_each(|time| self.day_first.add_time(time));
                }
                Cell::Text => {
                    self.decimal_commas += u64::from(text.contains(',') && decimal_comma(text).is_some());
                }
            }
            self.distinct.insert(hash);
        }
    }

    fn add_number(&mut self, number: f64, text: &str) {
        self.numbers.add(number);
        if number.is_infinite() {
            self.infinite += 1;
        } else if number.fract() != 0.0 {
            self.fractions += 1;
        } else {
            self.codes += u64::from(is_code(text));
            self.compact_dates += u64::from(is_compact_date(text));
        }
    }

    /// The hash of a cell of those that were added last.
    pub(super) fn hash(&self, row: usize) -> u64 {
        self.last[row]
    }

    fn present(&self) -> u64 {
        self.rows - self.missing
    }

    fn kind(&self) -> ColumnKind {
        let present = self.present();
        let (month_first, day_first) = (self.month_first.cells == present, self.day_first.cells == present);
        if present == 0 {
            ColumnKind::Empty
        } else if self.numbers.cells == present {
            ColumnKind::Number
        } else if self.booleans.contains(&present) {
            ColumnKind::Boolean
        } else if self.iso.cells == present {
            ColumnKind::Time(TimeFormat::Iso)
        } else if month_first && !day_first {
            ColumnKind::Time(TimeFormat::MonthFirst)
        } else if day_first && !month_first {
            ColumnKind::Time(TimeFormat::DayFirst)
        } else {
            match self.distinct.distinct() {
                Distinct::Exactly(count)
                    if count <= MOST_CATEGORIES && count * ROWS_PER_CATEGORY <= present =>
                {
                    ColumnKind::Category
                }
                _ => ColumnKind::Text,
            }
        }
    }

    fn nearly(&self) -> Option<ColumnKind> {
        let nearly_all = |cells: u64| cells * 10 >= self.present() * 9 && cells < self.present();
        if nearly_all(self.numbers.cells) {
            Some(ColumnKind::Number)
        } else if nearly_all(self.iso.cells) {
            Some(ColumnKind::Time(TimeFormat::Iso))
        } else {
            None
        }
    }

    fn range(&self, kind: ColumnKind) -> Option<(f64, f64)> {
        let range = match kind {
            ColumnKind::Number => self.numbers.range,
            ColumnKind::Time(TimeFormat::Iso) => self.iso.range,
            ColumnKind::Time(TimeFormat::MonthFirst) => self.month_first.range,
            ColumnKind::Time(TimeFormat::DayFirst) => self.day_first.range,
            _ => return None,
        };
        (range.0 <= range.1).then_some(range)
    }

    fn warnings(&self, name: &str, kind: ColumnKind) -> Vec<String> {
        let present = self.present();
        let mut warnings = Vec::new();
        let mut warn = |text: &str| warnings.push(format!("column {name:?} {text}"));
        if kind == ColumnKind::Number {
            if self.compact_dates == present {
                warn("looks like dates written as 20180401 and is read as numbers; write them as 2018-04-01");
            }
            if self.codes > 0 {
                warn(&format!(
                    "holds {} whole numbers with leading zeros or more than 15 digits, which are not exact as numbers; \
                     if they are names, --category {name} reads them as such, or drop the column",
                    thousands(self.codes)
                ));
            }
            if self.decimal_commas > 0 && self.thousands_points > 0 {
                warn(&format!(
                    "holds decimal commas and {} numbers such as 1.234, which is read as a little more than 1; write 1234 if \
                     that is meant",
                    thousands(self.thousands_points)
                ));
            }
            if self.infinite > 0 {
                warn(&format!(
                    "holds {} infinite numbers; leave their cells empty",
                    thousands(self.infinite)
                ));
            }
        } else if present > 0 {
            if self.month_first.cells == present && self.day_first.cells == present {
                warn(
                    "is read as text: no date in it shows whether the day or the month comes first (no part is above 12); \
                     write them as YYYY-MM-DD",
                );
            }
            if self.decimal_commas > 0 && self.decimal_commas + self.numbers.cells == present {
                warn(
                    "is read as text but would be numbers if its decimal commas were points; write points, or separate \
                     the cells by semicolons",
                );
            }
        }
        warnings
    }
}

/// What follows of the counts, once all rows were seen.
pub(super) fn finish(tallies: Vec<Tally>, names: impl Iterator<Item = String>) -> Vec<ColumnSurvey> {
    let constant = |tally: &Tally| match tally.distinct.distinct().count() {
        0 => true,
        1 => tally.missing == 0,
        _ => false,
    };
    let duplicate_of = |place: usize| {
        let same = |earlier: &Tally| earlier.cells == tallies[place].cells;
        (!constant(&tallies[place])).then(|| tallies[..place].iter().position(same)).flatten()
    };
    let column = |(place, (tally, name)): (usize, (&Tally, String))| {
        let kind = tally.kind();
        ColumnSurvey {
            kind,
            nearly: tally.nearly(),
            missing: tally.missing,
            distinct: tally.distinct.distinct().at_most(tally.present()),
            constant: constant(tally),
            duplicate_of: duplicate_of(place),
            whole: kind == ColumnKind::Number && tally.fractions == 0,
            infinite: tally.infinite,
            range: tally.range(kind),
            warnings: tally.warnings(&name, kind),
            name,
        }
    };
    tallies.iter().zip(names).enumerate().map(column).collect()
}

/// True for digits with a point before every three, such as 1.234.
fn has_thousands_points(text: &str) -> bool {
    let mut groups = text.strip_prefix('-').unwrap_or(text).split('.');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let mut others = groups.peekable();
    first && others.peek().is_some() && others.all(|group| group.len() == 3 && digits(group))
}

/// True for a whole number such as 20180401.
fn is_compact_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (part(0, 4), part(4, 6), part(6, 8)) else { return false };
    text.len() == 8
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (1900..2100).contains(&year)
        && NaiveDate::from_ymd_opt(year.cast_signed(), month, day).is_some()
}
