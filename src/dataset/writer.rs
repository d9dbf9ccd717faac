//! Rows that arrive block by block and are written as they come, in the memory of a few row groups.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use polars::io::parquet::write::BatchedWriter;
use polars::prelude::{
    Column as Series, CsvWriter, DataFrame, DataType, ParquetWriter, PolarsError, SerWriter, TimeUnit,
};

use super::error::DatasetError;
use super::file::Format;
use crate::domain::Timestamp;

/// Rows in a row group of Parquet: enough for its dictionaries to pay, few enough to hold in memory.
const GROUP_ROWS: usize = 1 << 18;
/// As [`Timestamp`] writes itself.
const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.fZ";

/// The cells of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Whole numbers from 0 to 255, such as labels.
    Bytes(Vec<u8>),
    /// Numbers.
    Numbers(Vec<f64>),
    /// Times.
    Times(Vec<Timestamp>),
    /// One text, this many times.
    Same(&'static str, usize),
}

/// Some rows: named columns of equal length.
pub type Block = Vec<(&'static str, Cells)>;

/// Writes blocks, all with the columns of `none`, which holds no row, one below the other into `file`, which stands for
/// `path` and has the format of its name. While one row group is written, the blocks of the next are asked for.
///
/// # Errors
/// The first of `blocks`; when the name's ending is unknown or writing fails.
pub fn write_blocks<E: From<DatasetError>>(
    path: &Path,
    file: &mut File,
    none: Block,
    blocks: impl Iterator<Item = Result<Block, E>>,
) -> Result<(), E> {
    let failed = |error: PolarsError| DatasetError::io(path)(io::Error::other(error.to_string()));
    let none = frame(none).map_err(failed)?;
    let sink = Sink::new(Format::of(path)?, file, &none).map_err(failed)?;
    thread::scope(|scope| {
        let (groups, to_write) = sync_channel(1);
        let writing = scope.spawn(move || sink.write(to_write));
        let frames = blocks.map(|block| frame(block?).map_err(|error| E::from(failed(error))));
        gather(none, frames, groups)?;
        let written = writing.join().expect("a panic in a thread of the scope is passed on");
        written.map_err(|error| failed(error).into())
    })
}

/// Makes full row groups of `frames`, and a last one of what is left; ends early when nobody takes them.
fn gather<E>(
    mut pending: DataFrame,
    frames: impl Iterator<Item = Result<DataFrame, E>>,
    groups: SyncSender<DataFrame>,
) -> Result<(), E> {
    for frame in frames {
        pending.vstack_mut_owned_unchecked(frame?);
        while pending.height() >= GROUP_ROWS {
            let (group, rest) = pending.split_at(GROUP_ROWS as i64);
            pending = rest;
            if groups.send(group).is_err() {
                return Ok(());
            }
        }
    }
    // A writer that has failed takes no more, and says why.
    let _ = groups.send(pending);
    Ok(())
}

enum Sink<'a> {
    Csv(&'a mut File),
    Parquet(Box<BatchedWriter<&'a mut File>>),
}

impl<'a> Sink<'a> {
    fn new(format: Format, file: &'a mut File, none: &DataFrame) -> Result<Self, PolarsError> {
        Ok(match format {
            Format::Csv => {
                CsvWriter::new(&mut *file).finish(&mut none.clone())?;
                Self::Csv(file)
            }
            Format::Parquet => Self::Parquet(Box::new(ParquetWriter::new(file).batched(none.schema())?)),
        })
    }

    fn write(mut self, groups: Receiver<DataFrame>) -> Result<(), PolarsError> {
        for mut group in groups {
            group.rechunk_mut();
            match &mut self {
                Self::Csv(file) => CsvWriter::new(&mut **file)
                    .include_header(false)
                    .with_datetime_format(Some(TIME_FORMAT.into()))
                    .finish(&mut group)?,
                Self::Parquet(writer) => writer.write_batch(&group)?,
            }
        }
        match self {
            Self::Csv(_) => Ok(()),
            Self::Parquet(writer) => writer.finish().map(|_| ()),
        }
    }
}

fn frame(block: Block) -> Result<DataFrame, PolarsError> {
    let columns =
        block.into_iter().map(|(name, cells)| series(name, cells)).collect::<Result<Vec<_>, _>>()?;
    DataFrame::new(columns.first().map_or(0, Series::len), columns)
}

fn series(name: &str, cells: Cells) -> Result<Series, PolarsError> {
    let name = name.into();
    Ok(match cells {
        Cells::Integers(integers) => Series::new(name, integers),
        Cells::Bytes(bytes) => Series::new(name, bytes),
        Cells::Numbers(numbers) => Series::new(name, numbers),
        Cells::Times(times) => {
            Series::new(name, times.into_iter().map(Timestamp::micros).collect::<Vec<_>>())
                .cast(&DataType::Datetime(TimeUnit::Microseconds, None))?
        }
        Cells::Same(text, count) => Series::new(name, [text]).new_from_index(0, count),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Column, Kind, header, read};
    use crate::domain::TimeFormat;

    fn rows(range: std::ops::Range<i64>) -> Block {
        let time = |second: i64| Timestamp::from_micros(second * 1_500_000);
        vec![
            ("id", Cells::Integers(range.clone().collect())),
            ("fraud", Cells::Bytes(range.clone().map(|row| u8::from(row % 3 == 0)).collect())),
            ("amount", Cells::Numbers(range.clone().map(|row| row as f64 / 100.0).collect())),
            ("time", Cells::Times(range.clone().map(time).collect())),
            ("currency", Cells::Same("EUR", range.count())),
        ]
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
    fn row_groups_are_bounded_and_full() {
        use polars::prelude::{ParquetReader, SerReader};
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("rows.parquet");
        let day = GROUP_ROWS as i64 / 3;
        let parts: Vec<_> = (0..7).map(|part| part * day..(part + 1) * day).collect();
        written(&path, &parts);
        let mut reader = ParquetReader::new(File::open(&path).unwrap());
        let groups: Vec<usize> =
            reader.get_metadata().unwrap().row_groups.iter().map(|group| group.num_rows()).collect();
        assert_eq!(groups, [GROUP_ROWS, GROUP_ROWS, 7 * day as usize - 2 * GROUP_ROWS]);
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
