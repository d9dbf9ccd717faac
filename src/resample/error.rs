//! What can be wrong with a specification or with the rows it is applied to.

use crate::progress::Interrupted;

/// Why rows cannot be rebalanced.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResampleError {
    /// Nothing between two commas, or nothing at all.
    #[error("a step of the balance {spec:?} is empty; known are {known}")]
    EmptyStep {
        /// The text as it was given.
        spec: String,
        /// The methods there are.
        known: String,
    },
    /// A method that does not exist.
    #[error("the balance method {name:?} is unknown{}; known are {known}", did_you_mean(.suggestion))]
    UnknownMethod {
        /// The name as it was given.
        name: String,
        /// A known name that is close.
        suggestion: Option<&'static str>,
        /// The methods there are.
        known: String,
    },
    /// A ratio that is none.
    #[error(
        "{method}:{text}: the ratio of minority to majority is a number above 0 and at most 1, e.g. {method}:0.5"
    )]
    InvalidRatio {
        /// The method it was given to.
        method: &'static str,
        /// The text behind the colon.
        text: String,
    },
    /// `none` with a ratio or beside other steps.
    #[error("none stands alone, without a ratio and without other steps; found {0:?}")]
    NotAlone(String),
    /// Each row needs one label.
    #[error("{rows} rows but {labels} labels")]
    Lengths {
        /// Number of rows given.
        rows: usize,
        /// Number of labels given.
        labels: usize,
    },
    /// Only one of the two classes has rows.
    #[error("{frauds} frauds and {genuine} genuine rows cannot be balanced: both classes need rows")]
    SingleClass {
        /// Rows labelled fraud.
        frauds: usize,
        /// Rows labelled genuine.
        genuine: usize,
    },
    /// Over-sampling would have to remove rows.
    #[error(
        "{method}:{ratio} asks for fewer minority rows than there are ({minority} to {majority} is {:.6}): \
         over-sampling only adds, so give a greater ratio",
        *minority as f64 / *majority as f64
    )]
    RatioBelowPresent {
        /// The over-sampling method.
        method: &'static str,
        /// The ratio it was given.
        ratio: f64,
        /// Rows of the smaller class.
        minority: usize,
        /// Rows of the greater class.
        majority: usize,
    },
    /// Under-sampling would have to make rows.
    #[error(
        "{method}:{ratio} asks for more majority rows than there are ({minority} to {majority} is {:.6}): \
         under-sampling only removes, so give a greater ratio",
        *minority as f64 / *majority as f64
    )]
    TooFewMajorityRows {
        /// The under-sampling method.
        method: &'static str,
        /// The ratio it was given.
        ratio: f64,
        /// Rows of the smaller class.
        minority: usize,
        /// Rows of the greater class.
        majority: usize,
    },
    /// SMOTE draws between a row and its nearest neighbours, and has not enough of them.
    #[error(
        "smote connects a row with its nearest neighbours: it needs at least {needed} minority rows and there are \
         {found}; take in more data, or use ros, which repeats rows"
    )]
    TooFewMinorityRows {
        /// Rows of the smaller class.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A cell between which and another nothing lies.
    #[error(
        "row {row}, column {column}: SMOTE cannot draw between rows when a value is {value}; \
         fill it, drop the column, or use ros, rus or none"
    )]
    NotMeasurable {
        /// The given row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// `missing`, `infinite`, or the number that is too large.
        value: String,
    },
    /// The user asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

fn did_you_mean(suggestion: &Option<&'static str>) -> String {
    suggestion.map_or(String::new(), |name| format!(", did you mean {name}?"))
}
