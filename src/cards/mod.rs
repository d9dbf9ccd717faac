//! Card numbers where none should be: found, masked, and replaced by something that means as much and tells nothing.
//!
//! A card number has 13 to 19 digits (ISO/IEC 7812-1) without gaps or in groups of four (4-6-5 and 4-6-4 too), single spaces or
//! dashes between them, and a check digit (Luhn). Of other
//! numbers of that length one in ten passes for one.

mod key;

use std::borrow::Cow;
use std::ops::Range;

pub use key::{CardKey, KeyError, TOKEN};

/// Digits of a card number.
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;
/// What stands in its place in a text for people.
const MASK: &str = "[card number]";

/// True when `text` holds what looks like a card number.
pub fn is_found_in(text: &str) -> bool {
    find(text, 0).is_some()
}

/// The same text without what looks like a card number.
pub fn masked(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut done = 0;
    while let Some(card) = find(text, done) {
        masked.push_str(&text[done..card.start]);
        masked.push_str(MASK);
        done = card.end;
    }
    match done {
        0 => Cow::Borrowed(text),
        _ => Cow::Owned(masked + &text[done..]),
    }
}

/// Where the first card number lies that begins at `from` or later.
fn find(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // Most texts have no digits to look at.
    if bytes.len() < *DIGITS.start() {
        return None;
    }
    let mut place = from;
    while place < bytes.len() {
        if begins_word(bytes, place)
            && bytes[place].is_ascii_digit()
            && let Some(end) = end_of_card(bytes, place)
        {
            return Some(place..end);
        }
        place += 1;
    }
    None
}

/// True when a word begins at `place`: behind anything but letters and digits, or behind white space that is written as Rust
/// quotes it, as `\t`, because messages quote so.
fn begins_word(bytes: &[u8], place: usize) -> bool {
    match bytes[..place] {
        [.., b'\\', b't' | b'n' | b'r' | b'0'] => true,
        [.., before] => !before.is_ascii_alphanumeric(),
        [] => true,
    }
}

/// Where the card number ends that begins at `start`: at the end of a word of digits; `None` when there is none.
fn end_of_card(bytes: &[u8], start: usize) -> Option<usize> {
    let mut digits: Vec<u8> = Vec::with_capacity(*DIGITS.end());
    // Digits of each group.
    let mut groups: Vec<usize> = vec![0];
    let mut place = start;
    let mut found = None;
    while let Some(&byte) = bytes.get(place) {
        match byte {
            b'0'..=b'9' if digits.len() == *DIGITS.end() => break,
            b'0'..=b'9' => {
                digits.push(byte - b'0');
                *groups.last_mut()? += 1;
            }
            b' ' | b'-' if bytes.get(place + 1).is_some_and(u8::is_ascii_digit) => groups.push(0),
            _ => break,
        }
        place += 1;
        let ends_word = bytes.get(place).is_none_or(|next| !next.is_ascii_alphanumeric());
        let is_whole = byte.is_ascii_digit() && ends_word && DIGITS.contains(&digits.len());
        if is_whole && is_written_so(&groups) && has_check_digit(&digits) {
            found = Some(place);
        }
    }
    found
}

/// As cards are printed: without gaps, in groups of four, or of four, six and the rest. Other numbers with dashes, such as a day
/// and a number, are none.
fn is_written_so(groups: &[usize]) -> bool {
    match groups {
        [_] | [4, 6, 4 | 5] => true,
        [fours @ .., last] => fours.iter().all(|group| *group == 4) && *last <= 4,
        [] => false,
    }
}

/// Luhn's check (ISO/IEC 7812-1, annex B).
fn has_check_digit(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let each = digits.iter().rev().enumerate();
    let sum: u32 =
        each.map(|(place, &digit)| u32::from(if place % 2 == 1 { doubled(digit) } else { digit })).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
pub(crate) mod tests;
