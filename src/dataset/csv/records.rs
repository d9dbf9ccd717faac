//! Records and their cells, by RFC 4180: a cell that begins with a quote lasts to the quote that closes it.

use std::borrow::Cow;

use memchr::{Memchr3, memchr3_iter};

/// The records of some bytes, one after the other; blank lines are none. Of the bytes only delimiters, quotes and line breaks are
/// looked at, which are searched for many at a time.
pub(super) struct Records<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    marks: Memchr3<'b>,
    /// How far the bytes are read.
    next: usize,
    cells: Vec<Cow<'b, [u8]>>,
}

/// One of them.
pub(super) struct Record<'r, 'b> {
    /// Where it begins.
    pub(super) start: usize,
    pub(super) cells: &'r [Cow<'b, [u8]>],
}

impl<'b> Records<'b> {
    /// The records of `bytes`, which begin with one.
    pub(super) fn new(bytes: &'b [u8], delimiter: u8) -> Self {
        let marks = memchr3_iter(delimiter, b'"', b'\n', bytes);
        Self { bytes, delimiter, marks, next: 0, cells: Vec::new() }
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Option<Record<'_, 'b>> {
        self.cells.clear();
        let mut record = self.next;
        // Where the cell begins.
        let mut start = record;
        // What a cell says within its quotes; `start` is behind them then.
        let mut quoted: Option<Cow<'b, [u8]>> = None;
        loop {
            let mark = self.marks.next();
            let end = mark.unwrap_or(self.bytes.len());
            match mark.map(|place| self.bytes[place]) {
                Some(byte) if byte == self.delimiter => {
                    self.cells.push(joined(quoted.take(), &self.bytes[start..end]));
                    start = end + 1;
                }
                Some(b'"') if end == start && quoted.is_none() => {
                    let text = self.quoted(start + 1);
                    start = self.next;
                    quoted = Some(text);
                }
                Some(b'"') => {}
                _ => {
                    self.next = (end + 1).min(self.bytes.len());
                    let cell = &self.bytes[start..end];
                    let cell = cell.strip_suffix(b"\r").unwrap_or(cell);
                    let blank = self.cells.is_empty() && quoted.is_none() && cell.is_empty();
                    if !blank {
                        self.cells.push(joined(quoted, cell));
                        return Some(Record { start: record, cells: &self.cells });
                    }
                    mark?;
                    (record, start) = (self.next, self.next);
                }
            }
        }
    }

    /// The text from `start` to the quote that closes it, behind which is `next` then; two quotes are one that is meant.
    fn quoted(&mut self, start: usize) -> Cow<'b, [u8]> {
        let mut text = Cow::Borrowed(&self.bytes[start..start]);
        let mut from = start;
        while let Some(place) = self.marks.next() {
            if self.bytes[place] != b'"' {
                continue;
            }
            if self.bytes.get(place + 1) != Some(&b'"') {
                self.next = place + 1;
                return joined(Some(text), &self.bytes[from..place]);
            }
            self.marks.next();
            text = joined(Some(text), &self.bytes[from..=place]);
            from = place + 2;
        }
        self.next = self.bytes.len();
        joined(Some(text), &self.bytes[from..])
    }
}

/// One text behind the other, without copying where one of them is empty.
fn joined<'b>(first: Option<Cow<'b, [u8]>>, second: &'b [u8]) -> Cow<'b, [u8]> {
    match first {
        Some(mut first) if !first.is_empty() => {
            if !second.is_empty() {
                first.to_mut().extend_from_slice(second);
            }
            first
        }
        _ => Cow::Borrowed(second),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut records = Records::new(text.as_bytes(), b',');
        let mut found = Vec::new();
        while let Some(record) = records.next() {
            found.push(record.cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect());
        }
        found
    }

    #[test]
    fn cells_are_what_stands_between_delimiters() {
        assert_eq!(
            read("a,b\r\n\r\n\"c,\"\"d\"\"\n\"e,f\"g\"h\n,"),
            [vec!["a", "b"], vec!["c,\"d\"\ne", "f\"g\"h"], vec!["", ""]]
        );
        assert_eq!(read("\n\n"), Vec::<Vec<String>>::new());
        assert_eq!(read("\"\"\na"), [[""], ["a"]]);
    }

    #[test]
    fn a_record_knows_where_it_begins() {
        let mut records = Records::new(b"a,b\n\r\n\nc\n", b',');
        let starts = std::iter::from_fn(|| records.next().map(|record| record.start));
        assert_eq!(starts.collect::<Vec<_>>(), [0, 7]);
    }

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(parts in prop::collection::vec("[a,\"\n]|\r\n", 0..40)) {
            let text = parts.concat();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            prop_assert_eq!(read(&text), expected);
        }
    }
}
