//! What a split needs to know of all rows before the first of them is used: labels and times. One byte and eight a row.

use std::path::Path;

use super::blocks::{Blocks, Take};
use super::error::DatasetError;
use super::file::{header, no_rows, places};
use super::identity::UniqueIds;
use super::table::{Kind, Table, Wanted};
use crate::domain::Timestamp;
use crate::features::Schema;
use crate::progress::Progress;

/// Labels and times of a file's rows, in their order.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// Fraud or not; `None` where the file does not say.
    pub labels: Vec<Option<bool>>,
    /// When, where the file says so.
    pub times: Option<Vec<Timestamp>>,
}

/// Reads labels and times of `path`, and sees to it that no two rows have one id.
///
/// # Errors
/// When the file cannot be read or has no rows, a cell does not fit, two rows have the same id, or the user stopped.
pub fn overview(path: &Path, schema: &Schema, progress: &dyn Progress) -> Result<Overview, DatasetError> {
    let columns = &schema.columns;
    let names = header(path)?;
    let mut wanted = Wanted::default();
    let label = wanted.add(columns.label.as_deref(), Kind::Label { positive: schema.positive.clone() });
    let time = wanted.add(columns.time.as_deref(), Kind::Time(schema.time_format));
    let id = wanted.add(columns.id.as_deref(), Kind::Identifier);
    let wanted = places(path, &names, &wanted.0)?;
    let (mut labels, mut times, mut ids) = (Vec::new(), Vec::new(), UniqueIds::default());
    Blocks::open(path, &wanted, Take::Wanted, false)?.each(|block| {
        progress.check()?;
        let mut table = Table(block.columns);
        labels.extend(table.labels(label));
        times.extend(table.times(time));
        ids.extend(&table.texts(id));
        Ok::<_, DatasetError>(())
    })?;
    if labels.is_empty() && times.is_empty() {
        return Err(no_rows(path));
    }
    ids.check(path, columns.id.as_deref())?;
    Ok(Overview { labels, times: time.map(|_| times) })
}
