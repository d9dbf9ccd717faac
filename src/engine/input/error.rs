//! Why a body was not taken. What it quotes of the body holds no card number.

use crate::cards;

/// What kind of fault a body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not what is taken.
    Malformed,
    /// It is well formed, but a value can not be.
    OutOfRange,
}

/// A body that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct InputError {
    /// What kind of fault it has.
    pub fault: Fault,
    /// For programs: a stable word such as `missing_field`.
    pub code: &'static str,
    /// For people.
    pub text: String,
    /// The field it is about, when it is about one.
    pub field: Option<String>,
}

impl InputError {
    pub(super) fn bad(code: &'static str, text: impl Into<String>) -> Self {
        let text = cards::masked(&text.into()).into_owned();
        Self { fault: Fault::Malformed, code, text, field: None }
    }

    pub(super) fn out_of_range(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { fault: Fault::OutOfRange, ..Self::bad("out_of_range", text) }.about(field)
    }

    /// The same, about `field`.
    pub(super) fn about(self, field: impl Into<String>) -> Self {
        Self { field: Some(cards::masked(&field.into()).into_owned()), ..self }
    }
}
