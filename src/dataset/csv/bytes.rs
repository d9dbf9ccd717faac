//! A file's bytes in blocks of whole records.

use std::io::Read;
use std::path::PathBuf;

use memchr::memchr_iter;

use super::super::error::DatasetError;
use super::divide::divide;
use super::source::Opened;

/// Bytes of a block, and of the pieces of it that one thread parses.
const BLOCK_BYTES: usize = 16 << 20;
const PIECE_BYTES: usize = 512 << 10;
/// A record is not longer than this; where one seems to be, a quote was not closed.
const RECORD_BYTES: usize = 256 << 20;

/// Some whole records.
pub(super) struct ByteBlock {
    pub(super) bytes: Vec<u8>,
    /// Where its pieces end, each of whole records.
    pub(super) ends: Vec<usize>,
    /// Lines of the file before it.
    pub(super) lines: u64,
}

/// A file being read.
pub(super) struct ByteBlocks {
    path: PathBuf,
    opened: Opened,
    /// What has been read and not yet handed over.
    buffer: Vec<u8>,
    /// Lines before the buffer.
    lines: u64,
    ended: bool,
}

impl ByteBlocks {
    pub(super) fn new(path: PathBuf, mut opened: Opened) -> Self {
        let buffer = std::mem::take(&mut opened.start);
        let lines = opened.header_lines;
        Self { path, opened, buffer, lines, ended: false }
    }

    /// The next records; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<ByteBlock>, DatasetError> {
        let ends = self.fill()?;
        let Some(&end) = ends.last() else { return Ok(None) };
        let mut rest = Vec::with_capacity(BLOCK_BYTES.max(self.buffer.len() - end));
        rest.extend_from_slice(&self.buffer[end..]);
        let mut bytes = std::mem::replace(&mut self.buffer, rest);
        bytes.truncate(end);
        let lines = self.lines;
        self.lines += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(ByteBlock { bytes, ends, lines }))
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
            let divided = divide(&self.buffer, self.opened.delimiter, PIECE_BYTES);
            if let Some(quote) = divided.open_quote
                && (self.ended || self.buffer.len() - quote > RECORD_BYTES)
            {
                let line = self.lines + 1 + memchr_iter(b'\n', &self.buffer[..quote]).count() as u64;
                let why = format!(
                    "the row in line {line} opens a quote that is never closed: all rows after it are in that cell"
                );
                return Err(DatasetError::Unreadable { path: self.path.clone(), format: "CSV", why });
            }
            let mut ends = divided.ends;
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
}
