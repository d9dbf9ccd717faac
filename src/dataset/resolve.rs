//! Finds out what a file is: which of its columns plays which part.

use std::path::Path;

use super::error::DatasetError;
use crate::domain::TimeFormat;
use crate::features::encoding::Encoding;
use crate::features::{Columns, FeatureSet, InputKind, LabelDelay, SCHEMA_VERSION, Schema};

/// What the user says about the file; what is not said is recognised by name.
#[derive(Debug, Clone, Default)]
pub struct SchemaOptions {
    /// Tabular or transactions; `None` finds out.
    pub kind: Option<InputKind>,
    /// The label's column.
    pub label: Option<String>,
    /// The label's text that means fraud.
    pub positive: Option<String>,
    /// The time's column.
    pub time: Option<String>,
    /// Part and column, e.g. `("customer", "cc_num")`.
    pub map: Vec<(String, String)>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Columns of a table whose values are names, whatever they look like.
    pub categories: Vec<String>,
    /// Which features an event log gets.
    pub features: FeatureSet,
    /// When an event log's labels become known.
    pub label_delay: LabelDelay,
}

/// The event logs' own name for their amount among the features.
const AMOUNT_FEATURE: &str = "TX_AMOUNT";

/// Which feature is the amount of the payment: of an event log its own, of a table a column of numbers that is called so.
pub fn amount_feature(schema: &Schema) -> Option<usize> {
    let name = match schema.kind {
        InputKind::Transactions => AMOUNT_FEATURE.to_owned(),
        InputKind::Tabular => {
            let is_number = |name: &&String| {
                let mut inputs = schema.inputs.iter().filter(|input| input.name == **name);
                schema.inputs.is_empty() || inputs.any(|input| input.encoding == Encoding::Number)
            };
            let numbers: Vec<String> = schema.features.iter().filter(is_number).cloned().collect();
            recognise("amount", &numbers)?
        }
    };
    schema.features.iter().position(|feature| *feature == name)
}

/// Names by which a part is recognised, whatever their case.
const KNOWN: [(&str, &[&str]); 8] = [
    ("id", &["id", "transaction_id", "trans_num", "event_id"]),
    ("time", &["time", "tx_datetime", "datetime", "timestamp", "event_timestamp", "trans_date_trans_time"]),
    ("customer", &["customer", "customer_id", "cc_num", "card_id"]),
    ("terminal", &["terminal", "terminal_id", "merchant", "merchant_id"]),
    ("amount", &["amount", "tx_amount", "amt"]),
    ("latitude", &["latitude", "terminal_latitude", "merch_lat"]),
    ("longitude", &["longitude", "terminal_longitude", "merch_long"]),
    ("label", &["class", "tx_fraud", "is_fraud", "isfraud", "fraud", "label"]),
];

/// Names that a prepared folder needs for itself.
const RESERVED: [&str; 3] = ["id", "time", "label"];

/// What the rows of `path` are, whose columns are `header`, and the parts that are there: given ones, else recognised by name.
///
/// # Errors
/// When an option names a part or a column that is not there.
pub fn parts(
    path: &Path,
    header: &[String],
    options: &SchemaOptions,
) -> Result<(InputKind, Columns), DatasetError> {
    check_options(path, header, options)?;
    let find = |part: &str| find(part, header, options);
    let columns = Columns {
        id: find("id"),
        time: find("time"),
        customer: find("customer"),
        terminal: find("terminal"),
        amount: find("amount"),
        latitude: find("latitude"),
        longitude: find("longitude"),
        label: find("label"),
    };
    let events = columns.customer.is_some() && columns.terminal.is_some() && columns.time.is_some();
    let kind = options.kind.unwrap_or(if events { InputKind::Transactions } else { InputKind::Tabular });
    Ok((kind, columns))
}

/// The schema of `path`, whose columns are `header`; the label may be missing when `labelled` is false.
///
/// # Errors
/// When an option names a part or a column that is not there, or a needed part is not found.
pub fn resolve(
    path: &Path,
    header: &[String],
    options: &SchemaOptions,
    labelled: bool,
) -> Result<Schema, DatasetError> {
    let (kind, mut columns) = parts(path, header, options)?;
    let check = |part: &str, column: &Option<String>| match column {
        Some(_) => Ok(()),
        None => Err(DatasetError::MissingColumn {
            path: path.to_owned(),
            part: part.to_owned(),
            found: header.to_vec(),
        }),
    };
    if labelled {
        check("label", &columns.label)?;
    }
    let features = match kind {
        InputKind::Transactions if !options.categories.is_empty() => {
            let why = "--category is for tables: the features of an event log are made of its customers, terminals, times \
                and amounts";
            return Err(DatasetError::unusable(path, why));
        }
        InputKind::Transactions => {
            check("time", &columns.time)?;
            check("customer", &columns.customer)?;
            check("terminal", &columns.terminal)?;
            check("amount", &columns.amount)?;
            options.features.names(columns.latitude.is_some() && columns.longitude.is_some())
        }
        InputKind::Tabular => {
            // A column that is only called time is a feature.
            let time = options.time.clone().or_else(|| mapped("time", options));
            columns = Columns { id: columns.id, time, label: columns.label, ..Columns::default() };
            let is_feature = |name: &&String| {
                Some(*name) != columns.label.as_ref()
                    && Some(*name) != columns.id.as_ref()
                    && !options.drop.contains(name)
            };
            header.iter().filter(is_feature).cloned().collect()
        }
    };
    check_features(path, &features)?;
    Ok(Schema {
        format_version: SCHEMA_VERSION,
        kind,
        features,
        inputs: Vec::new(),
        time_format: TimeFormat::Iso,
        columns,
        label_delay_days: options.label_delay,
        positive: options.positive.clone(),
    })
}

fn check_options(path: &Path, header: &[String], options: &SchemaOptions) -> Result<(), DatasetError> {
    if let Some((part, _)) = options.map.iter().find(|(part, _)| KNOWN.iter().all(|(known, _)| known != part))
    {
        let parts: Vec<&str> = KNOWN.iter().map(|(known, _)| *known).collect();
        let why = format!("--map knows no part {part:?}; the parts are: {}", parts.join(", "));
        return Err(DatasetError::unusable(path, why));
    }
    let named = options.label.iter().map(|name| ("--label", name));
    let named = named.chain(options.time.iter().map(|name| ("--time", name)));
    let named = named.chain(options.map.iter().map(|(_, name)| ("--map", name)));
    let named = named.chain(options.drop.iter().map(|name| ("--drop", name)));
    let mut named = named.chain(options.categories.iter().map(|name| ("--category", name)));
    match named.find(|(_, name)| !header.contains(name)) {
        Some((option, name)) => Err(DatasetError::UnknownColumn {
            path: path.to_owned(),
            option,
            name: name.clone(),
            found: header.to_vec(),
        }),
        None => Ok(()),
    }
}

fn check_features(path: &Path, features: &[String]) -> Result<(), DatasetError> {
    if features.is_empty() {
        return Err(DatasetError::unusable(path, "no column is left to learn from"));
    }
    match features.iter().find(|name| RESERVED.contains(&name.as_str())) {
        Some(name) => Err(DatasetError::unusable(
            path,
            format!("the name {name:?} is reserved in prepared folders; rename that column or --drop {name}"),
        )),
        None => Ok(()),
    }
}

fn mapped(part: &str, options: &SchemaOptions) -> Option<String> {
    options.map.iter().find(|(mapped, _)| mapped == part).map(|(_, name)| name.clone())
}

fn find(part: &str, header: &[String], options: &SchemaOptions) -> Option<String> {
    let given = match part {
        "label" => options.label.clone(),
        "time" => options.time.clone(),
        _ => None,
    };
    let kept = || header.iter().filter(|name| !options.drop.contains(name)).cloned().collect::<Vec<_>>();
    given.or_else(|| mapped(part, options)).or_else(|| recognise(part, &kept()))
}

/// The first column whose name says that it plays this part.
pub(super) fn recognise(part: &str, header: &[String]) -> Option<String> {
    let (_, names) = KNOWN.iter().find(|(known, _)| *known == part)?;
    header.iter().find(|name| names.contains(&name.to_ascii_lowercase().as_str())).cloned()
}
