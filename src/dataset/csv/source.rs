//! A file as a stream of bytes, and what its first line says of it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::super::error::DatasetError;
use super::divide::divide;
use super::records::Records;

/// The first bytes of compressed files.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A header is not longer than this.
const HEADER_BYTES: usize = 1 << 20;

/// A file whose header has been read.
pub(super) struct Opened {
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
    /// Lines that the header takes.
    pub(super) header_lines: u64,
    /// What has been read of the rows.
    pub(super) start: Vec<u8>,
    /// The rest of them.
    pub(super) rest: Box<dyn Read + Send + Sync>,
}

/// Opens a file, compressed or not.
pub(super) fn open(path: &Path) -> Result<Opened, DatasetError> {
    let mut rest = bytes(path)?;
    let mut start = Vec::new();
    let mut delimiter = b',';
    loop {
        let before = start.len();
        let wanted = (before * 2).max(1 << 16) as u64;
        let read = rest.by_ref().take(wanted).read_to_end(&mut start).map_err(DatasetError::io(path))?;
        if start.is_empty() {
            return Err(DatasetError::Empty { path: path.to_owned(), detail: "" });
        }
        if before == 0 {
            delimiter = sniff(&start);
        }
        let ended = read == 0;
        let end = divide(&start, delimiter, 1).ends.first().copied().or(ended.then_some(start.len()));
        match end {
            Some(end) if start[..end].trim_ascii_end().contains(&b'\r') && !start.contains(&b'\n') => {
                let why = "its lines end in carriage returns alone; save it with line feeds".to_owned();
                return Err(DatasetError::Unreadable { path: path.to_owned(), format: "CSV", why });
            }
            Some(end) => {
                let names = names(path, &start[..end], delimiter)?;
                let header_lines = memchr::memchr_iter(b'\n', &start[..end]).count() as u64;
                start.drain(..end);
                return Ok(Opened { names, delimiter, header_lines, start, rest });
            }
            None if start.len() > HEADER_BYTES => {
                let why = "its first line has no end within a megabyte".to_owned();
                return Err(DatasetError::Unreadable { path: path.to_owned(), format: "CSV", why });
            }
            None => {}
        }
    }
}

/// The file's bytes, unpacked.
fn bytes(path: &Path) -> Result<Box<dyn Read + Send + Sync>, DatasetError> {
    let open = || File::open(path).map_err(DatasetError::io(path));
    let mut magic = Vec::new();
    open()?.take(4).read_to_end(&mut magic).map_err(DatasetError::io(path))?;
    let file = BufReader::with_capacity(1 << 18, open()?);
    Ok(if magic.starts_with(&GZIP) {
        Box::new(MultiGzDecoder::new(file))
    } else if magic == ZSTD {
        Box::new(zstd::Decoder::with_buffer(file).map_err(DatasetError::io(path))?)
    } else {
        Box::new(file)
    })
}

/// What is most frequent in the first line, outside of quotes.
fn sniff(start: &[u8]) -> u8 {
    let first_line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: &u8| {
        let mut quoted = false;
        let outside = first_line.iter().filter(|&byte| {
            quoted ^= *byte == b'"';
            !quoted && byte == delimiter
        });
        outside.count()
    };
    // Of equally frequent ones the last counts: the comma.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn names(path: &Path, header: &[u8], delimiter: u8) -> Result<Vec<String>, DatasetError> {
    let header = header.strip_prefix("\u{feff}".as_bytes()).unwrap_or(header);
    let mut records = Records::new(header, delimiter);
    let Some(record) = records.next() else { return Ok(Vec::new()) };
    let name = |cell| match std::str::from_utf8(cell) {
        Ok(name) => Ok(name.trim().to_owned()),
        Err(_) => {
            let why = format!("{:?} in its header is not UTF-8 text", String::from_utf8_lossy(cell));
            Err(DatasetError::Unreadable { path: path.to_owned(), format: "CSV", why })
        }
    };
    record.cells.iter().map(|cell| name(cell)).collect()
}
