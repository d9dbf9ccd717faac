//! The rows of a table as they are, for a database or a server: each an object of its columns.

use std::path::Path;

use serde_json::{Map, Value};

use super::error::DatasetError;
use super::file::read;
use super::identity::{ContentIds, check_unique};
use super::table::{Kind, Table, Wanted};
use crate::domain::Timestamp;
use crate::features::Schema;
use crate::features::encoding::{Encoding, Input};
use crate::text::Texts;

/// Rows of a table, none of them encoded.
#[derive(Debug, Clone)]
pub struct Cases {
    /// The file's ids; without a column of them, ids that follow from what the rows say: a row keeps its id when its file grows,
    /// and equal rows have different ids.
    pub ids: Texts,
    /// When they happened, where the file says so.
    pub times: Option<Vec<Timestamp>>,
    /// Fraud or not; `None` where the file does not say.
    pub labels: Vec<Option<bool>>,
    /// A flat object of the columns that features are made of; a missing cell is null.
    pub objects: Vec<Map<String, Value>>,
}

/// A column's cells: numbers when all of them are.
enum Cells {
    Numbers(Vec<f64>),
    Words(Texts),
}

/// Reads a table without looking at what its columns mean.
///
/// # Errors
/// When the file cannot be read, a label or a time is none (with its line and column), or two rows have one id.
pub fn cases(path: &Path, schema: &Schema) -> Result<Cases, DatasetError> {
    let mut wanted = Wanted::default();
    for name in schema.input_names() {
        wanted.add(Some(name), Kind::Text);
    }
    let label =
        wanted.add(schema.columns.label.as_deref(), Kind::Label { positive: schema.positive.clone() });
    let id = wanted.add(schema.columns.id.as_deref(), Kind::Identifier);
    let time = wanted.add(schema.columns.time.as_deref(), Kind::Time(schema.time_format));
    let mut table = Table(read(path, &wanted.0)?);
    let names: Vec<&str> = schema.input_names().collect();
    let encoder = schema.encoder();
    // The word 0742 is no number, and 5411 is none in a column of words.
    let cell = |(place, input): (usize, &Input)| match input.encoding {
        Encoding::Category(_) | Encoding::Count(_) => Cells::Words(table.texts(Some(place))),
        _ => cells(table.texts(Some(place))),
    };
    let cells: Vec<Cells> = encoder.inputs().iter().enumerate().map(cell).collect();
    let times = time.map(|_| table.times(time));
    let rows = table.0.first().map_or(0, |_| cells.first().map_or(0, Cells::len));
    let ids = match id {
        Some(_) => {
            let ids = table.texts(id);
            check_unique(path, schema.columns.id.as_deref(), &ids)?;
            ids
        }
        None => content_ids(&cells, times.as_deref(), rows),
    };
    let object =
        |row: usize| names.iter().zip(&cells).map(move |(name, cells)| ((*name).to_owned(), cells.json(row)));
    let objects = (0..rows).map(|row| object(row).collect()).collect();
    let labels = if label.is_some() { table.labels(label) } else { vec![None; rows] };
    Ok(Cases { ids, times, labels, objects })
}

fn cells(texts: Texts) -> Cells {
    let number = |text: &str| match text {
        "" => Some(f64::NAN),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    };
    match texts.iter().map(number).collect::<Option<Vec<f64>>>() {
        Some(numbers) => Cells::Numbers(numbers),
        None => Cells::Words(texts),
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.len(),
        }
    }

    fn json(&self, row: usize) -> Value {
        match self {
            Self::Numbers(numbers) => numbers[row].into(),
            Self::Words(words) if words.get(row).is_empty() => Value::Null,
            Self::Words(words) => words.get(row).into(),
        }
    }

    fn bytes(&self, row: usize) -> Vec<u8> {
        match self {
            Self::Numbers(numbers) => numbers[row].to_le_bytes().to_vec(),
            Self::Words(words) => words.get(row).as_bytes().to_vec(),
        }
    }
}

fn content_ids(cells: &[Cells], times: Option<&[Timestamp]>, rows: usize) -> Texts {
    let mut ids = ContentIds::default();
    let time = |row: usize| times.map(|times| times[row].micros().to_le_bytes().to_vec());
    (0..rows).map(|row| ids.next(cells.iter().map(|cells| cells.bytes(row)).chain(time(row)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{SchemaOptions, header, resolve};

    #[test]
    fn a_row_is_what_its_cells_say() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, "a,kind,Class\n1.50,food,0\n,,1\n1.50,food,0\n").unwrap();
        let schema = resolve(&path, &header(&path).unwrap(), &SchemaOptions::default(), true).unwrap();
        let cases = cases(&path, &schema).unwrap();
        let rows: Vec<Value> = cases.objects.into_iter().map(Value::Object).collect();
        assert_eq!(rows[0], serde_json::json!({"a": 1.5, "kind": "food"}));
        assert_eq!(rows[1], serde_json::json!({"a": null, "kind": null}));
        assert_eq!(cases.labels, [Some(false), Some(true), Some(false)]);
        assert_eq!(cases.ids.get(2), format!("{}-1", cases.ids.get(0)));
        let input = |name: &str, encoding| Input { name: name.to_owned(), encoding };
        let inputs = vec![input("a", Encoding::Category(vec![])), input("kind", Encoding::Category(vec![]))];
        let named = super::cases(&path, &Schema { inputs, ..schema }).unwrap();
        assert_eq!(Value::Object(named.objects[0].clone()), serde_json::json!({"a": "1.50", "kind": "food"}));
    }
}
