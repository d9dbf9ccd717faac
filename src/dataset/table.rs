//! Typed columns: what is read from a file, whatever its format, and what is written to one.

use std::fmt::Write;

use crate::domain::{InvalidValue, TimeFormat, Timestamp};
use crate::features::encoding::{self, Cell, Encoding};
use crate::text::{Dictionary, DictionaryBuilder, Texts};

/// What a column's cells must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A finite number; a missing one becomes NaN.
    Number,
    /// A finite number that must be there.
    Required,
    /// A word for true or false as 1 or 0; a missing one becomes NaN.
    Boolean,
    /// A time in this format as seconds since 1970; a missing one becomes NaN.
    Seconds(TimeFormat),
    /// Text that must be there, another in each row.
    Identifier,
    /// Text that must be there, the same in many rows.
    Entity,
    /// Text that is the same in many rows; a missing one becomes empty.
    Word,
    /// Text; a missing one becomes empty.
    Text,
    /// Text as it is written, with the space around it.
    Raw,
    /// A time in this format that must be there.
    Time(TimeFormat),
    /// 0/1, 0.0/1.0, true/false, yes/no, or whether the text equals `positive`; may be missing.
    Label {
        /// The text that means fraud.
        positive: Option<String>,
    },
}

/// The cells of a column.
#[derive(Debug, Clone)]
pub enum Values {
    /// Numbers; NaN where missing.
    Numbers(Vec<f64>),
    /// Whole numbers, of a file to be written.
    Integers(Vec<i64>),
    /// Text.
    Texts(Texts),
    /// Text that repeats.
    Entities(DictionaryBuilder),
    /// Times.
    Times(Vec<Timestamp>),
    /// Labels; `None` where missing.
    Labels(Vec<Option<bool>>),
}

/// A named column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// Its cells.
    pub values: Values,
}

impl Kind {
    /// True when cells are kept as they are written.
    pub(super) const fn is_text(&self) -> bool {
        matches!(self, Self::Identifier | Self::Entity | Self::Text | Self::Raw | Self::Word)
    }

    /// What the cells of an encoding's column must be.
    pub(super) fn of(encoding: &Encoding) -> Self {
        match encoding {
            Encoding::Number => Self::Number,
            Encoding::Boolean => Self::Boolean,
            Encoding::Category(_) | Encoding::Count(_) => Self::Word,
            Encoding::Time(format) => Self::Seconds(*format),
        }
    }

    pub(super) fn empty(&self, rows: usize) -> Values {
        match self {
            Self::Number | Self::Required | Self::Boolean | Self::Seconds(_) => {
                Values::Numbers(Vec::with_capacity(rows))
            }
            Self::Identifier | Self::Text | Self::Raw => Values::Texts(Texts::default()),
            Self::Entity | Self::Word => Values::Entities(DictionaryBuilder::default()),
            Self::Time(_) => Values::Times(Vec::with_capacity(rows)),
            Self::Label { .. } => Values::Labels(Vec::with_capacity(rows)),
        }
    }

    /// Checks a cell and appends it to `values`, which [`Kind::empty`] made.
    pub(super) fn push(&self, values: &mut Values, cell: Cell<'_>) -> Result<(), InvalidValue> {
        match (self, values) {
            (Self::Number, Values::Numbers(numbers)) => numbers.push(encoding::number(cell)?),
            (Self::Required, Values::Numbers(numbers)) => match encoding::number(cell)? {
                number if number.is_nan() => return Err(InvalidValue::new("", "a number, and not missing")),
                number => numbers.push(number),
            },
            (Self::Boolean, Values::Numbers(numbers)) => numbers.push(encoding::boolean(cell)?),
            (Self::Seconds(format), Values::Numbers(numbers)) => {
                numbers.push(encoding::time(cell, *format)?.map_or(f64::NAN, Timestamp::epoch_seconds));
            }
            (Self::Identifier, Values::Texts(texts)) => with_text(present(cell)?, |text| texts.push(text)),
            (Self::Text | Self::Raw, Values::Texts(texts)) => with_text(cell, |text| texts.push(text)),
            (Self::Entity, Values::Entities(entities)) => {
                with_text(present(cell)?, |text| entities.push(text))
            }
            (Self::Word, Values::Entities(entities)) => with_text(cell, |text| entities.push(text)),
            (Self::Time(format), Values::Times(times)) => {
                let missing = || InvalidValue::new("", "a time, and not missing");
                times.push(encoding::time(cell, *format)?.ok_or_else(missing)?);
            }
            (Self::Label { positive }, Values::Labels(labels)) => {
                labels.push(label(cell, positive.as_deref())?);
            }
            _ => unreachable!("`values` comes from `Kind::empty` of the same kind"),
        }
        Ok(())
    }
}

/// What a text is in a column of this kind: without the space around it, and missing when it is spelled so.
pub(super) fn text_cell<'a>(text: &'a str, kind: &Kind) -> Cell<'a> {
    if *kind == Kind::Raw {
        return Cell::Text(text);
    }
    let text = text.trim();
    // Where one word of a column means fraud, others such as `None` may mean none.
    let of_words = matches!(kind, Kind::Label { positive: Some(_) });
    if text.is_empty() || !of_words && encoding::is_missing(text) { Cell::Missing } else { Cell::Text(text) }
}

/// Hands over a cell's text without copying it where that can be.
fn with_text(cell: Cell<'_>, mut take: impl FnMut(&str)) {
    match cell {
        Cell::Text(text) => take(text),
        _ => take(&encoding::words(cell)),
    }
}

fn present(cell: Cell<'_>) -> Result<Cell<'_>, InvalidValue> {
    match cell {
        Cell::Missing => Err(InvalidValue::new("", "an identifier, and not missing")),
        _ => Ok(cell),
    }
}

fn label(cell: Cell<'_>, positive: Option<&str>) -> Result<Option<bool>, InvalidValue> {
    let text = match cell {
        Cell::Missing => return Ok(None),
        _ => encoding::words(cell),
    };
    if let Some(positive) = positive {
        return Ok(Some(text == positive));
    }
    match (text.parse::<f64>(), encoding::truth(&text)) {
        (Ok(1.0), _) | (_, Some(true)) => Ok(Some(true)),
        (Ok(0.0), _) | (_, Some(false)) => Ok(Some(false)),
        _ => {
            let expected = "a label: 0, 1, true, false, yes or no (else name the word with --positive)";
            Err(InvalidValue::new(text, expected))
        }
    }
}

impl Values {
    /// Appends the cells of `other`, which are of the same kind.
    pub(super) fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Numbers(cells), Self::Numbers(more)) => cells.extend(more),
            (Self::Integers(cells), Self::Integers(more)) => cells.extend(more),
            (Self::Texts(cells), Self::Texts(more)) => cells.append(&more),
            (Self::Entities(cells), Self::Entities(more)) => cells.append(&more),
            (Self::Times(cells), Self::Times(more)) => cells.extend(more),
            (Self::Labels(cells), Self::Labels(more)) => cells.extend(more),
            _ => unreachable!("both come from `Kind::empty` of one kind"),
        }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Integers(integers) => integers.len(),
            Self::Texts(texts) => texts.len(),
            Self::Entities(builder) => builder.len(),
            Self::Times(times) => times.len(),
            Self::Labels(labels) => labels.len(),
        }
    }

    /// True when there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A cell as text; empty when missing.
    pub fn text(&self, row: usize) -> String {
        let mut text = String::new();
        self.write_text(row, &mut text);
        text
    }

    /// Appends a cell to `text`; nothing when it is missing.
    pub(super) fn write_text(&self, row: usize, text: &mut String) {
        let written = match self {
            Self::Numbers(numbers) if numbers[row].is_nan() => Ok(()),
            Self::Numbers(numbers) => write!(text, "{}", numbers[row]),
            Self::Integers(integers) => write!(text, "{}", integers[row]),
            Self::Texts(texts) => text.write_str(texts.get(row)),
            Self::Entities(builder) => text.write_str(builder.text(row)),
            Self::Times(times) => write!(text, "{}", times[row]),
            Self::Labels(labels) => {
                labels[row].map_or(Ok(()), |label| text.write_char(if label { '1' } else { '0' }))
            }
        };
        written.expect("writing into a String does not fail");
    }
}

/// Rows of columns of equal length.
pub(super) fn rows(columns: &[Column]) -> usize {
    columns.first().map_or(0, |column| column.values.len())
}

/// Appends rows to rows of the same columns, or to nothing.
pub(super) fn append(columns: &mut Vec<Column>, more: Vec<Column>) {
    if columns.is_empty() {
        *columns = more;
        return;
    }
    for (column, more) in columns.iter_mut().zip(more) {
        column.values.append(more.values);
    }
}

/// The columns to ask a file for; remembers their places.
#[derive(Default)]
pub(super) struct Wanted<'a>(pub(super) Vec<(&'a str, Kind)>);

impl<'a> Wanted<'a> {
    pub(super) fn add(&mut self, name: Option<&'a str>, kind: Kind) -> Option<usize> {
        self.0.push((name?, kind));
        Some(self.0.len() - 1)
    }
}

/// What came back; every column is taken once, and one that was not asked for is empty.
pub(super) struct Table(pub(super) Vec<Column>);

macro_rules! take {
    ($name:ident, $variant:ident, $cell:ty) => {
        pub(super) fn $name(&mut self, place: Option<usize>) -> Vec<$cell> {
            match place.map(|place| &mut self.0[place].values) {
                Some(Values::$variant(cells)) => std::mem::take(cells),
                _ => Vec::new(),
            }
        }
    };
}

impl Table {
    take!(numbers, Numbers, f64);
    take!(times, Times, Timestamp);
    take!(labels, Labels, Option<bool>);

    pub(super) fn texts(&mut self, place: Option<usize>) -> Texts {
        match place.map(|place| &mut self.0[place].values) {
            Some(Values::Texts(cells)) => std::mem::take(cells),
            _ => Texts::default(),
        }
    }

    pub(super) fn entities(&mut self, place: Option<usize>) -> Dictionary {
        match place.map(|place| &mut self.0[place].values) {
            Some(Values::Entities(builder)) => std::mem::take(builder).finish(),
            _ => Dictionary::default(),
        }
    }
}
