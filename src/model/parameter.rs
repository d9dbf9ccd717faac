//! What can be wrong with `--set key=value`.

/// A parameter that is not known or whose value does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// There is no such parameter.
    #[error("unknown parameter {key:?}{}; known are: {known}",
        nearest.as_ref().map(|name| format!(", did you mean {name:?}?")).unwrap_or_default())]
    Unknown {
        /// As given.
        key: String,
        /// The most similar name, when one is similar.
        nearest: Option<String>,
        /// All names.
        known: String,
    },
    /// The value does not fit.
    #[error("parameter {key}: {value:?} is not {expected}")]
    Value {
        /// The parameter.
        key: String,
        /// As given.
        value: String,
        /// What would fit.
        expected: &'static str,
    },
}

impl ParameterError {
    /// An unknown `key` among `known` ones, with the nearest of them.
    pub fn unknown<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.collect();
        let nearest =
            known.iter().min_by_key(|name| distance(key, name)).filter(|name| distance(key, name) <= 3);
        Self::Unknown {
            key: key.to_owned(),
            nearest: nearest.map(|name| (*name).to_owned()),
            known: known.join(", "),
        }
    }
}

/// Levenshtein's edit distance in bytes.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
