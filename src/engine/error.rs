//! Why a transaction could not be scored.

/// A transaction that was not scored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EngineError {
    /// The parts of an engine don't fit together.
    #[error("the schema names {named} different features, the model takes {scored}")]
    Mismatch {
        /// Different names in the schema.
        named: usize,
        /// Width of the model's rows.
        scored: usize,
    },
    /// The live state makes other features than the model takes.
    #[error("the model takes features that are not made live: {}", features.join(", "))]
    NotLive {
        /// The model's features.
        features: Vec<String>,
    },
    /// A value that models can not compute with.
    #[error("feature {feature:?}: {value} is out of range; a number up to 3.4e38 is expected")]
    OutOfRange {
        /// Its name.
        feature: String,
        /// Its value.
        value: f64,
    },
    /// The id of a transaction that was another one.
    #[error("id {id:?} was decided before on other terms")]
    Conflict {
        /// The id.
        id: String,
    },
    /// A model that reads other things than the one it is to follow.
    #[error(
        "{model}: this model takes other features than the one that is served, or labels after another delay; start a \
         server of its own for it"
    )]
    OtherInputs {
        /// Its name.
        model: String,
    },
    /// The model does not tell what moves its scores.
    #[error("{why}")]
    Unexplained {
        /// Why not.
        why: String,
    },
    /// The model answered with something that is no probability.
    #[error("the model gave no score for this row")]
    NoScore,
}
