//! What can be wrong with `--set key=value`.

use crate::metrics::UnknownMetric;
use crate::suggest::nearest;

/// A parameter that is not known or whose value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// There is no such parameter.
    #[error("unknown parameter {key:?}{}; known are {known}",
        nearest.as_ref().map(|name| format!(" (did you mean {name}?)")).unwrap_or_default())]
    Unknown {
        /// As given.
        key: String,
        /// The most similar name, when one is similar.
        nearest: Option<String>,
        /// All names.
        known: String,
    },
    /// The value does not fit.
    #[error("{key} = {value:?}: expected {expected}")]
    Value {
        /// The parameter.
        key: String,
        /// As given.
        value: String,
        /// What would fit.
        expected: String,
    },
    /// Two parameters exclude each other, or one does nothing without another.
    #[error("{0}")]
    Contradiction(String),
    /// A metric to be stopped by that is none.
    #[error("metric: {0}")]
    Metric(#[from] UnknownMetric),
}

impl ParameterError {
    /// An unknown `key` among `known` ones, with the nearest of them.
    pub fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        let nearest = nearest(key, known.iter().copied());
        Self::Unknown { key: key.to_owned(), nearest: nearest.map(str::to_owned), known: known.join(", ") }
    }

    /// An unknown `key` among `known` ones, which others use for `name`.
    pub fn meant<'a>(key: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        Self::Unknown { key: key.to_owned(), nearest: Some(name.to_owned()), known: known.join(", ") }
    }
}
