//! Blocks of rows, parsed on all threads.

use std::io::Read;
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};
use memchr::memchr_iter;
use rayon::prelude::*;

use super::super::error::DatasetError;
use super::super::table::{Column, Kind};
use super::push;
use super::records::divide;
use super::source::{Opened, open};

/// Bytes of a block, and of the pieces of it that one thread parses.
const BLOCK_BYTES: usize = 16 << 20;
const PIECE_BYTES: usize = 512 << 10;
/// A record is not longer than this; where one seems to be, a quote was not closed.
const RECORD_BYTES: usize = 256 << 20;

/// The wanted columns of a file, block by block. `wanted` holds places in the header.
pub(in crate::dataset) struct CsvBlocks<'w> {
    path: PathBuf,
    wanted: &'w [(usize, Kind)],
    opened: Opened,
    /// Bytes that were read and not yet parsed.
    buffer: Vec<u8>,
    /// Lines before the buffer.
    lines: u64,
    ended: bool,
}

impl<'w> CsvBlocks<'w> {
    pub(in crate::dataset) fn open(path: &Path, wanted: &'w [(usize, Kind)]) -> Result<Self, DatasetError> {
        let mut opened = open(path)?;
        let buffer = std::mem::take(&mut opened.start);
        let lines = opened.header_lines;
        Ok(Self { path: path.to_owned(), wanted, opened, buffer, lines, ended: false })
    }

    /// The columns of the next block; `None` at the end of the file.
    pub(in crate::dataset) fn next(&mut self) -> Result<Option<Vec<Column>>, DatasetError> {
        let ends = self.fill()?;
        let Some(&end) = ends.last() else { return Ok(None) };
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let pieces: Vec<&[u8]> = starts.zip(&ends).map(|(start, &end)| &self.buffer[start..end]).collect();
        let mut line = self.lines;
        let first_lines = pieces.iter().map(|piece| {
            let first = line;
            line += memchr_iter(b'\n', piece).count() as u64;
            first
        });
        let first_lines: Vec<u64> = first_lines.collect();
        let parsed: Vec<Result<Vec<Column>, DatasetError>> =
            pieces.par_iter().zip(first_lines).map(|(piece, lines)| self.parse(piece, lines)).collect();
        self.lines = line;
        // Of several errors the first one in the file.
        let parsed = parsed.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.buffer.drain(..end);
        let mut by_column: Vec<Vec<Column>> = self.wanted.iter().map(|_| Vec::new()).collect();
        for piece in parsed {
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
        Ok(Some(joined.collect()))
    }

    /// Reads until a block of whole records is there, and gives the ends of its pieces; none at the end of the file.
    fn fill(&mut self) -> Result<Vec<usize>, DatasetError> {
        let mut wanted = BLOCK_BYTES;
        loop {
            if !self.ended && self.buffer.len() < wanted {
                let missing = (wanted - self.buffer.len()) as u64;
                let rest = &mut self.opened.rest;
                let read =
                    rest.take(missing).read_to_end(&mut self.buffer).map_err(DatasetError::io(&self.path))?;
                self.ended = (read as u64) < missing;
            }
            let records = divide(&self.buffer, self.opened.delimiter, PIECE_BYTES);
            if let Some(quote) = records.open_quote
                && (self.ended || self.buffer.len() - quote > RECORD_BYTES)
            {
                let line = self.lines + 1 + memchr_iter(b'\n', &self.buffer[..quote]).count() as u64;
                let why = format!(
                    "the row in line {line} opens a quote that is never closed: all rows after it are in that cell"
                );
                return Err(DatasetError::Unreadable { path: self.path.clone(), format: "CSV", why });
            }
            let mut ends = records.ends;
            if self.ended {
                // The last record may end with the file.
                match ends.last_mut() {
                    Some(last) => *last = self.buffer.len(),
                    None if self.buffer.is_empty() => {}
                    None => ends.push(self.buffer.len()),
                }
            }
            if !ends.is_empty() || self.ended {
                return Ok(ends);
            }
            wanted = self.buffer.len() * 2;
        }
    }

    /// The columns of a piece, before which there are `lines` lines.
    fn parse(&self, piece: &[u8], lines: u64) -> Result<Vec<Column>, DatasetError> {
        let Opened { names, delimiter, .. } = &self.opened;
        let column =
            |(place, kind): &(usize, Kind)| Column { name: names[*place].clone(), values: kind.empty(256) };
        let mut columns: Vec<Column> = self.wanted.iter().map(column).collect();
        let mut reader =
            ReaderBuilder::new().delimiter(*delimiter).has_headers(false).flexible(true).from_reader(piece);
        let mut record = ByteRecord::new();
        // The reader stops between CR and LF, and before blank lines: a record begins behind them.
        let line = |record: &ByteRecord| {
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let blank = piece[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            lines + 1 + memchr_iter(b'\n', &piece[..start + blank]).count() as u64
        };
        let unreadable = |error: csv::Error| DatasetError::Unreadable {
            path: self.path.clone(),
            format: "CSV",
            why: error.to_string(),
        };
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            if record.len() != names.len() {
                return Err(DatasetError::Ragged {
                    path: self.path.clone(),
                    line: line(&record),
                    expected: names.len() as u64,
                    found: record.len() as u64,
                });
            }
            for ((place, kind), column) in self.wanted.iter().zip(&mut columns) {
                push(column, kind, &record[*place], *delimiter).map_err(|source| DatasetError::Cell {
                    path: self.path.clone(),
                    line: line(&record),
                    column: place + 1,
                    name: names[*place].clone(),
                    source,
                })?;
            }
        }
        Ok(columns)
    }
}
