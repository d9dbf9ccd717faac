//! Values of a body that are not simply numbers.

use super::error::InputError;
use super::fields::Fields;
use super::time;
use crate::domain::{InvalidValue, Timestamp};
use crate::features::encoding::{Cell, is_missing};

/// The longest identifier in bytes.
pub(super) const TEXT_LIMIT: usize = 128;

/// The value of an input that is not simply a number.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected text, a number, true or false")]
pub(super) enum Value {
    Truth(bool),
    Number(f64),
    Text(String),
}

impl Value {
    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Truth(value) => Cell::Truth(*value),
            Self::Number(value) => Cell::Number(*value),
            Self::Text(text) => match text.trim() {
                text if is_missing(text) => Cell::Missing,
                text => Cell::Text(text),
            },
        }
    }
}

/// An identifier: text, or a whole number as some systems have it.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected text or a whole number")]
pub(super) enum Identifier {
    Text(String),
    Unsigned(u64),
    Signed(i64),
}

/// A point in time: RFC 3339 text, or seconds since 1970.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected RFC 3339 text or seconds since 1970")]
pub(super) enum Instant {
    Text(String),
    EpochSeconds(f64),
}

impl Instant {
    pub(super) fn read(self, name: &str) -> Result<Timestamp, InputError> {
        match self {
            Self::Text(text) => time::from_rfc3339(&text).ok_or_else(|| {
                let error = format!("field {name:?}: not an RFC 3339 time such as 2025-01-31T12:00:00Z");
                InputError::bad("invalid_value", error).about(name)
            }),
            Self::EpochSeconds(seconds) => time::from_epoch_seconds(seconds).ok_or_else(|| {
                InputError::out_of_range(name, format!("{seconds} s is outside the years 1 to 9999"))
            }),
        }
    }
}

pub(super) fn text<T>(
    fields: &Fields,
    name: &str,
    value: Identifier,
    parse: fn(&str) -> Result<T, InvalidValue>,
    target: &mut Option<T>,
) -> Result<bool, InputError> {
    let text = match value {
        Identifier::Text(text) => text,
        Identifier::Unsigned(number) => number.to_string(),
        Identifier::Signed(number) => number.to_string(),
    };
    Ok(put(target, id(fields, name, &text, parse)?))
}

/// An id, or another short text, that a client gave for the field `name`, as it is known here.
///
/// # Errors
/// When it is too long or not what `parse` takes.
pub fn id<T>(
    fields: &Fields,
    name: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, InvalidValue>,
) -> Result<T, InputError> {
    let invalid =
        |error: String| InputError::bad("invalid_value", format!("field {name:?}: {error}")).about(name);
    if text.len() > TEXT_LIMIT {
        return Err(invalid(format!("longer than {TEXT_LIMIT} bytes")));
    }
    parse(&fields.without_card(text.trim())).map_err(|error| invalid(error.to_string()))
}

pub(super) fn currency(text: &str) -> Result<String, InvalidValue> {
    let valid = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
    valid
        .then(|| text.to_ascii_uppercase())
        .ok_or_else(|| InvalidValue::new(text, "an ISO 4217 code such as EUR"))
}

/// True when `target` was empty.
pub(super) fn put<T>(target: &mut Option<T>, value: T) -> bool {
    target.replace(value).is_none()
}
