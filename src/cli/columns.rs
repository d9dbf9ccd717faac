//! The flags that say what a file's columns are, shared by the commands that read raw files.

use clap::{Args, ValueEnum};

use super::error::UsageError;
use crate::dataset::SchemaOptions;
use crate::features::{FeatureSet, InputKind, LabelDelay};

/// Flags about columns.
#[derive(Debug, Clone, Args)]
pub struct ColumnArgs {
    /// What a row is: a case of its own, or an event of a customer at a terminal
    #[arg(long, value_enum, default_value_t = SchemaArg::Auto)]
    schema: SchemaArg,
    /// Column that says fraud or not [default: recognised by name]
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// The label's text that means fraud [default: 1 or true]
    #[arg(long, value_name = "VALUE")]
    positive: Option<String>,
    /// Column that says when [default: recognised by name in event logs]
    #[arg(long, value_name = "COLUMN")]
    time: Option<String>,
    /// Which column plays which part: id, time, customer, terminal, amount, latitude, longitude, label
    #[arg(long, value_name = "PART=COLUMN,..", value_delimiter = ',')]
    map: Vec<String>,
    /// Columns to leave out
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    drop: Vec<String>,
    /// Columns of a table whose values are names, such as merchant codes, although they look like numbers
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    category: Vec<String>,
}

/// Flags about the features of an event log.
#[derive(Debug, Clone, Args)]
pub struct FeatureArgs {
    /// Features of an event log: the Handbook's 15, or all there are
    #[arg(long, value_name = "SET", value_enum, default_value_t = FeatureSetArg::Full)]
    features: FeatureSetArg,
    /// Days after which it is known whether a transaction was a fraud
    #[arg(long, value_name = "N", default_value_t = LabelDelay::default().days(),
        value_parser = clap::value_parser!(u32).range(1..=i64::from(LabelDelay::MOST_DAYS)))]
    delay_days: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FeatureSetArg {
    Handbook,
    Full,
}

impl FeatureArgs {
    /// Adds to what the user said about the columns.
    pub fn add_to(&self, options: &mut SchemaOptions) {
        options.features = match self.features {
            FeatureSetArg::Handbook => FeatureSet::Handbook,
            FeatureSetArg::Full => FeatureSet::Full,
        };
        options.label_delay = LabelDelay::from_days(self.delay_days).expect("clap has checked the range");
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaArg {
    Auto,
    Tabular,
    Transactions,
}

impl ColumnArgs {
    /// What the user said.
    ///
    /// # Errors
    /// When a `--map` is not written as PART=COLUMN.
    pub fn options(self) -> Result<SchemaOptions, UsageError> {
        Ok(SchemaOptions {
            kind: match self.schema {
                SchemaArg::Auto => None,
                SchemaArg::Tabular => Some(InputKind::Tabular),
                SchemaArg::Transactions => Some(InputKind::Transactions),
            },
            label: self.label,
            positive: self.positive,
            time: self.time,
            map: self.map.iter().map(|text| pair("--map", "PART=COLUMN", text)).collect::<Result<_, _>>()?,
            drop: self.drop,
            categories: self.category,
            ..SchemaOptions::default()
        })
    }
}

/// Splits `KEY=VALUE`.
///
/// # Errors
/// When there is no `=`; names the flag and how it is written.
pub fn pair(flag: &str, form: &str, text: &str) -> Result<(String, String), UsageError> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
        None => Err(UsageError(format!("{flag} {text}: write it as {form}"))),
    }
}
