//! What one cell could be, and a hash by which cells of equal meaning are equal.

use std::hash::{DefaultHasher, Hasher};

use super::super::csv::decimal_comma;
use crate::domain::{SlashDate, Timestamp};

/// Digits of a whole number that an `f64` always holds.
const SAFE_DIGITS: usize = 15;

/// How cells of a file are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// `12,5` is a number.
    pub(super) decimal_commas: bool,
}

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Missing,
    Number(f64),
    Boolean { words: Words, value: bool },
    Iso(Timestamp),
    Slashes(SlashDate),
    Text,
}

/// The words of a boolean column, one pair in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    TrueFalse,
    YesNo,
    TF,
    YN,
}

const BOOLEANS: [(&str, Words, bool); 8] = [
    ("true", Words::TrueFalse, true),
    ("false", Words::TrueFalse, false),
    ("yes", Words::YesNo, true),
    ("no", Words::YesNo, false),
    ("t", Words::TF, true),
    ("f", Words::TF, false),
    ("y", Words::YN, true),
    ("n", Words::YN, false),
];

impl Reading {
    /// What `text` says, taken by itself.
    pub(super) fn cell(self, text: &str) -> Cell {
        if text.is_empty() {
            return Cell::Missing;
        }
        if let Ok(number) = text.parse::<f64>() {
            return if number.is_nan() { Cell::Missing } else { Cell::Number(number) };
        }
        if self.decimal_commas
            && let Some(number) = decimal_comma(text)
        {
            return Cell::Number(number);
        }
        if text.as_bytes()[0].is_ascii_digit() {
            if let Ok(time) = Timestamp::parse(text) {
                return Cell::Iso(time);
            }
            return SlashDate::parse(text).map_or(Cell::Text, Cell::Slashes);
        }
        let boolean = BOOLEANS.iter().find(|(word, _, _)| text.eq_ignore_ascii_case(word));
        boolean.map_or(Cell::Text, |&(_, words, value)| Cell::Boolean { words, value })
    }
}

/// True for a whole number that loses something by becoming an `f64`: a leading zero, or its last digits.
pub(in crate::dataset) fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (digits.len() > SAFE_DIGITS || digits.len() > 1 && digits.starts_with('0'))
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

impl Cell {
    /// Equal for cells that mean the same: `1.50` and `1.5`, one time in two spellings, `True` and `true`.
    pub(super) fn hash(&self, text: &str) -> u64 {
        match *self {
            Self::Missing => mix(1, 0),
            Self::Number(number) if !is_code(text) => mix(2, (number + 0.0).to_bits()),
            Self::Iso(time) => mix(3, time.micros() as u64),
            Self::Boolean { words, value } => mix(4 + words as u64, u64::from(value)),
            Self::Number(_) | Self::Slashes(_) | Self::Text => {
                let mut hasher = DefaultHasher::new();
                hasher.write(text.as_bytes());
                hasher.finish()
            }
        }
    }
}

/// A hash of `hash` and what follows it: two rounds of the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
pub(super) fn mix(hash: u64, next: u64) -> u64 {
    let round = |state: u64| {
        let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    };
    round(round(hash.wrapping_add(0x9e37_79b9_7f4a_7c15)) ^ next)
}
