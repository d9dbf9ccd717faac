//! Which columns play which part, for looking at a file: asks less than `resolve`, which is for learning from one.

use std::path::Path;

use super::super::error::DatasetError;
use super::super::resolve::{SchemaOptions, recognise};
use crate::features::{Columns, InputKind};

/// What the rows of `path` are, whose columns are `header`, and the parts that are there: given ones, else recognised by name.
///
/// # Errors
/// When an option names a column that is not there.
pub fn parts(
    path: &Path,
    header: &[String],
    options: &SchemaOptions,
) -> Result<(InputKind, Columns), DatasetError> {
    let named = options.label.iter().map(|name| ("--label", name));
    let named = named.chain(options.time.iter().map(|name| ("--time", name)));
    let named = named.chain(options.map.iter().map(|(_, name)| ("--map", name)));
    let mut named = named.chain(options.drop.iter().map(|name| ("--drop", name)));
    if let Some((option, name)) = named.find(|(_, name)| !header.contains(name)) {
        let (path, name, found) = (path.to_owned(), name.clone(), header.to_vec());
        return Err(DatasetError::UnknownColumn { path, option, name, found });
    }
    let kept: Vec<String> = header.iter().filter(|name| !options.drop.contains(name)).cloned().collect();
    let given = |part: &str| match part {
        "label" => options.label.clone(),
        "time" => options.time.clone(),
        _ => None,
    };
    let mapped =
        |part: &str| options.map.iter().find(|(mapped, _)| mapped == part).map(|(_, column)| column.clone());
    let find = |part: &str| given(part).or_else(|| mapped(part)).or_else(|| recognise(part, &kept));
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
