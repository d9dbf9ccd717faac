//! Blocks of rows, parsed on all threads.

use std::path::{Path, PathBuf};

use memchr::memchr_iter;
use rayon::prelude::*;

use super::super::error::DatasetError;
use super::super::table::{Column, Kind};
use super::bytes::{ByteBlock, ByteBlocks};
use super::push;
use super::records::Records;
use super::source::open;

/// The wanted columns of a file, block by block. `wanted` holds places in the header.
pub(in crate::dataset) struct CsvBlocks<'w> {
    parser: Parser<'w>,
    bytes: ByteBlocks,
}

impl<'w> CsvBlocks<'w> {
    pub(in crate::dataset) fn open(path: &Path, wanted: &'w [(usize, Kind)]) -> Result<Self, DatasetError> {
        let opened = open(path)?;
        let (names, delimiter) = (opened.names.clone(), opened.delimiter);
        let bytes = ByteBlocks::new(path.to_owned(), opened);
        Ok(Self { parser: Parser { path: path.to_owned(), names, delimiter, wanted }, bytes })
    }

    /// The columns of the next block; `None` at the end of the file.
    pub(in crate::dataset) fn next(&mut self) -> Result<Option<Vec<Column>>, DatasetError> {
        self.bytes.next()?.map(|block| self.parser.block(&block)).transpose()
    }
}

/// Makes columns of bytes.
struct Parser<'w> {
    path: PathBuf,
    names: Vec<String>,
    delimiter: u8,
    wanted: &'w [(usize, Kind)],
}

impl Parser<'_> {
    /// The columns of a block.
    fn block(&self, block: &ByteBlock) -> Result<Vec<Column>, DatasetError> {
        let starts: Vec<usize> = std::iter::once(0).chain(block.ends.iter().copied()).collect();
        let pieces = starts.par_iter().zip(&block.ends).map(|(&start, &end)| self.piece(block, start, end));
        let pieces: Vec<Result<Vec<Column>, DatasetError>> = pieces.collect();
        // Of several errors the first one in the file.
        let pieces = pieces.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut by_column: Vec<Vec<Column>> = self.wanted.iter().map(|_| Vec::new()).collect();
        for piece in pieces {
            for (pieces, column) in by_column.iter_mut().zip(piece) {
                pieces.push(column);
            }
        }
        let joined = by_column.into_par_iter().filter_map(|pieces| {
            pieces.into_iter().reduce(|mut column, piece| {
                column.values.append(piece.values);
                column
            })
        });
        Ok(joined.collect())
    }

    /// The columns of the records between two places of a block.
    fn piece(&self, block: &ByteBlock, start: usize, end: usize) -> Result<Vec<Column>, DatasetError> {
        let line = |record: usize| {
            block.lines + 1 + memchr_iter(b'\n', &block.bytes[..start + record]).count() as u64
        };
        let column = |(place, kind): &(usize, Kind)| Column {
            name: self.names[*place].clone(),
            values: kind.empty(256),
        };
        let mut columns: Vec<Column> = self.wanted.iter().map(column).collect();
        let mut records = Records::new(&block.bytes[start..end], self.delimiter);
        while let Some(record) = records.next() {
            if record.cells.len() != self.names.len() {
                return Err(DatasetError::Ragged {
                    path: self.path.clone(),
                    line: line(record.start),
                    expected: self.names.len() as u64,
                    found: record.cells.len() as u64,
                });
            }
            for ((place, kind), column) in self.wanted.iter().zip(&mut columns) {
                push(column, kind, &record.cells[*place], self.delimiter).map_err(|source| {
                    DatasetError::Cell {
                        path: self.path.clone(),
                        line: line(record.start),
                        column: place + 1,
                        name: self.names[*place].clone(),
                        source,
                    }
                })?;
            }
        }
        Ok(columns)
    }
}
