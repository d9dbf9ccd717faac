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
    /// A ratio for a method that has none.
    #[error(
        "{method}:{text}: {method} has no ratio, it removes what it finds; write {method}, and rus:0.5 behind it for \
         a ratio"
    )]
    NoRatio {
        /// The method it was given to.
        method: &'static str,
        /// The text behind the colon.
        text: String,
    },
    /// `none` or `weights` with a ratio or beside other steps.
    #[error("{word} stands alone, without a ratio and without other steps; found {spec:?}")]
    NotAlone {
        /// `none` or `weights`.
        word: &'static str,
        /// The text as it was given.
        spec: String,
    },
    /// Each row needs one label.
    #[error("{rows} rows but {labels} labels")]
    Lengths {
        /// Number of rows given.
        rows: usize,
        /// Number of labels given.
        labels: usize,
    },
    /// Each column is categorical or not.
    #[error("{columns} columns but {flags} flags that say which are categorical")]
    Flags {
        /// Number of columns given.
        columns: usize,
        /// Number of flags given.
        flags: usize,
    },
    /// Only one of the two classes has rows.
    #[error("{frauds} frauds and {genuine} genuine rows cannot be balanced: both classes need rows")]
    SingleClass {
        /// Rows labelled fraud.
        frauds: usize,
        /// Rows labelled genuine.
        genuine: usize,
    },
    /// Cleaning removed all rows of a class.
    #[error(
        "{method} leaves {frauds} frauds and {genuine} genuine rows: the classes lie within each other; use another \
         method"
    )]
    ClassRemoved {
        /// The method that did it.
        method: &'static str,
        /// Frauds that would be left.
        frauds: usize,
        /// Other rows that would be left.
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
    /// Too few rows to be neighbours of each other.
    #[error(
        "{method} looks at the nearest neighbours of a row: it needs at least {needed} {class}rows and there are \
         {found}; take in more data, or use ros, which repeats rows, or rus, which drops some"
    )]
    TooFewRows {
        /// The method.
        method: &'static str,
        /// `"minority "`, or nothing for rows of both classes.
        class: &'static str,
        /// Rows there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// ADASYN adds rows where majority rows are near, and there are none anywhere.
    #[error(
        "adasyn adds rows where majority rows are near minority rows, and none of the {minority} minority rows has one \
         among its 5 nearest neighbours; use smote"
    )]
    NoMajorityNear {
        /// Rows of the smaller class.
        minority: usize,
    },
    /// ADASYN's share of each row rounds to nothing.
    #[error(
        "adasyn:{ratio} adds {added} rows among {minority} minority rows, and each one's share is rounded to none; \
         give a greater ratio, or use smote"
    )]
    NothingToAdd {
        /// The ratio it was given.
        ratio: f64,
        /// Rows to be added in sum.
        added: usize,
        /// Rows of the smaller class.
        minority: usize,
    },
    /// New rows between two categories.
    #[error(
        "column {} holds categories, and {method} would make new ones between them; use smotenc, which takes the \
         most frequent one around", column_name(*.column, .name)
    )]
    Categorical {
        /// The method.
        method: &'static str,
        /// The first such column, counted from 0.
        column: usize,
        /// What the caller calls it: see [`ResampleError::with_names`].
        name: Option<String>,
    },
    /// SMOTENC without categories.
    #[error("smotenc is for rows with categories, and no column holds any; use smote")]
    NoCategories,
    /// SMOTENC without numbers.
    #[error("smotenc needs a column of numbers, and all columns hold categories; use ros")]
    OnlyCategories,
    /// A cell that has no distance to others.
    #[error(
        "row {row}, column {column}: {method} measures distances, and this value is {value}; \
         fill it, drop the column, or use ros, rus or none"
    )]
    NotMeasurable {
        /// The method.
        method: &'static str,
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

impl ResampleError {
    /// Tells a column by its name; `names` has one for each.
    pub fn with_names(mut self, names: &[String]) -> Self {
        if let Self::Categorical { column, name, .. } = &mut self {
            *name = names.get(*column).cloned();
        }
        self
    }
}

fn did_you_mean(suggestion: &Option<&'static str>) -> String {
    suggestion.map_or(String::new(), |name| format!(", did you mean {name}?"))
}

fn column_name(column: usize, name: &Option<String>) -> String {
    name.as_ref().map_or_else(|| column.to_string(), |name| format!("{name:?}"))
}
