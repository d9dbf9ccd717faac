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
    /// A feature of the model was not given.
    #[error("feature {feature:?} is missing")]
    Missing {
        /// Its name.
        feature: String,
    },
    /// The model has no such feature.
    #[error("the model has no feature {feature:?}")]
    Unknown {
        /// The name that was given.
        feature: String,
    },
    /// A feature was given twice.
    #[error("feature {feature:?} is given twice")]
    Repeated {
        /// Its name.
        feature: String,
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
    /// A raw transaction for a model of feature rows.
    #[error("this model scores feature rows, not raw transactions")]
    WantsFeatures,
    /// The model answered with something that is no probability.
    #[error("the model gave no score for this row")]
    NoScore,
}
