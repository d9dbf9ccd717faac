//! Rows that are made while the ones before them are written, in the memory of a few row groups.

use std::fs::File;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use super::error::DatasetError;
use super::sink::{OutFormat, Sink};
use super::table::{Column, append, rows};

/// Rows in a row group of Parquet, or a block more: enough for its dictionaries to pay, few enough to hold in memory.
const GROUP_ROWS: usize = 1 << 18;

/// Writes blocks, all with the columns of `none`, which holds no row, one below the other into `file`, which stands for
/// `path` and has the format of its name. While one row group is written, the blocks of the next are asked for.
///
/// # Errors
/// The first of `blocks`; when the name's ending is unknown or writing fails.
pub fn write_blocks<E: From<DatasetError>>(
    path: &Path,
    file: &mut File,
    none: Vec<Column>,
    blocks: impl Iterator<Item = Result<Vec<Column>, E>>,
) -> Result<(), E> {
    let mut sink = Sink::new(OutFormat::of(path)?, file);
    let write = |groups: Receiver<Vec<Column>>| {
        groups.into_iter().try_for_each(|group| sink.write(group))?;
        sink.finish()
    };
    thread::scope(|scope| {
        let (groups, to_write) = sync_channel(1);
        let writing = scope.spawn(move || write(to_write));
        gather(none, blocks, groups)?;
        let written = writing.join().expect("a panic in a thread of the scope is passed on");
        written.map_err(|error| DatasetError::io(path)(error).into())
    })
}

/// Makes row groups of `blocks`, and a last one of what is left; ends early when nobody takes them.
fn gather<E>(
    mut pending: Vec<Column>,
    blocks: impl Iterator<Item = Result<Vec<Column>, E>>,
    groups: SyncSender<Vec<Column>>,
) -> Result<(), E> {
    let mut all = 0;
    for block in blocks {
        let block = block?;
        all += rows(&block);
        append(&mut pending, block);
        // A writer that has failed takes no more, and says why.
        if rows(&pending) >= GROUP_ROWS && groups.send(std::mem::take(&mut pending)).is_err() {
            return Ok(());
        }
    }
    if all == 0 || rows(&pending) > 0 {
        let _ = groups.send(pending);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::table::Values;
    use crate::dataset::{Kind, header, read};
    use crate::domain::{TimeFormat, Timestamp};
    use crate::text::DictionaryBuilder;

    fn rows(range: std::ops::Range<i64>) -> Vec<Column> {
        let numbers = |value: fn(i64) -> f64| Values::Numbers(range.clone().map(value).collect());
        let time = |second: i64| Timestamp::from_micros(second * 1_500_000);
        let mut currencies = DictionaryBuilder::default();
        range.clone().for_each(|_| currencies.push("EUR"));
        let columns = [
            ("id", Values::Integers(range.clone().collect())),
            ("fraud", Values::Labels(range.clone().map(|row| Some(row % 3 == 0)).collect())),
            ("amount", numbers(|row| row as f64 / 100.0)),
            ("time", Values::Times(range.clone().map(time).collect())),
            ("currency", Values::Entities(currencies)),
        ];
        columns.into_iter().map(|(name, values)| Column { name: name.to_owned(), values }).collect()
    }

    fn written(path: &Path, parts: &[std::ops::Range<i64>]) -> Vec<Column> {
        let mut file = File::create(path).unwrap();
        let blocks = parts.iter().map(|part| Ok::<_, DatasetError>(rows(part.clone())));
        write_blocks(path, &mut file, rows(0..0), blocks).unwrap();
        let wanted = [
            ("id", Kind::Identifier),
            ("fraud", Kind::Label { positive: None }),
            ("amount", Kind::Required),
            ("time", Kind::Time(TimeFormat::Iso)),
            ("currency", Kind::Text),
        ];
        read(path, &wanted).unwrap()
    }

    #[test]
    fn rows_come_back_whatever_the_parts_and_the_format() {
        let place = tempfile::tempdir().unwrap();
        let rows = 2 * GROUP_ROWS as i64 + 7;
        // A part of two groups, an empty one, a last group that is not full.
        let parts = [0..3, 3..rows - 4, rows - 4..rows - 4, rows - 4..rows];
        for name in ["rows.parquet", "rows.csv"] {
            let columns = written(&place.path().join(name), &parts);
            let around = |row: i64| row.saturating_sub(3).max(0)..(row + 3).min(rows);
            for row in [0, 3, GROUP_ROWS as i64, 2 * GROUP_ROWS as i64, rows].into_iter().flat_map(around) {
                let cells: Vec<String> =
                    columns.iter().map(|column| column.values.text(row as usize)).collect();
                let (fraud, time) = (u8::from(row % 3 == 0), Timestamp::from_micros(row * 1_500_000));
                let expected = [
                    row.to_string(),
                    fraud.to_string(),
                    (row as f64 / 100.0).to_string(),
                    time.to_string(),
                    "EUR".into(),
                ];
                assert_eq!(cells, expected, "{name}");
            }
            assert!(columns.iter().all(|column| column.values.len() as i64 == rows));
        }
    }

    #[test]
    fn row_groups_are_blocks_until_they_are_large_enough() {
        use polars::prelude::{ParquetReader, SerReader};
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rows.parquet");
        let day = GROUP_ROWS as i64 / 3;
        let parts: Vec<_> = (0..7).map(|part| part * day..(part + 1) * day).collect();
        written(&path, &parts);
        let mut reader = ParquetReader::new(File::open(&path).unwrap());
        let groups: Vec<usize> =
            reader.get_metadata().unwrap().row_groups.iter().map(|group| group.num_rows()).collect();
        assert_eq!(groups, [4 * day as usize, 3 * day as usize]);
    }

    #[test]
    fn a_file_without_rows_has_its_columns() {
        let place = tempfile::tempdir().unwrap();
        for name in ["none.parquet", "none.csv"] {
            let path = place.path().join(name);
            let mut file = File::create(&path).unwrap();
            write_blocks(&path, &mut file, rows(0..0), std::iter::empty::<Result<_, DatasetError>>())
                .unwrap();
            assert_eq!(header(&path).unwrap(), ["id", "fraud", "amount", "time", "currency"]);
        }
    }

    #[test]
    fn csv_says_times_as_everywhere() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rows.csv");
        written(&path, &[1..2, 2..3]);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1..],
            ["1,0,0.01,1970-01-01T00:00:01.500Z,EUR", "2,0,0.02,1970-01-01T00:00:03Z,EUR"]
        );
    }

    #[test]
    fn what_goes_wrong_is_said_whoever_finds_it() {
        let place = tempfile::tempdir().unwrap();
        for name in ["rows.parquet", "rows.csv"] {
            let path = place.path().join(name);
            let mut file = File::create(&path).unwrap();
            let stopped = || DatasetError::unusable(&path, "stopped");
            let blocks = [Ok(rows(0..5)), Err(stopped()), Ok(rows(5..9))].into_iter();
            let error = write_blocks(&path, &mut file, rows(0..0), blocks).unwrap_err();
            assert_eq!(error.to_string(), stopped().to_string());

            let mut read_only = File::open(&path).unwrap();
            let endless = (0..).map(|_| Ok::<_, DatasetError>(rows(0..GROUP_ROWS as i64)));
            let error = write_blocks(&path, &mut read_only, rows(0..0), endless).unwrap_err();
            assert!(matches!(error, DatasetError::Io { .. }), "{error}");
        }
    }
}
