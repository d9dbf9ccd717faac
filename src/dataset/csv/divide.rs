//! Where records end: at a line break outside of quotes.

use memchr::{memchr, memchr_iter, memrchr};

/// Whole records at the beginning of a buffer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Divided {
    /// Ends of pieces of about equal length, each a number of whole records; none when no record is whole.
    pub(super) ends: Vec<usize>,
    /// Where a quote opens that nothing closes.
    pub(super) open_quote: Option<usize>,
}

/// Divides the whole records of `bytes`, which begin with one, into pieces of `length` bytes or a little more. A quote opens at the
/// beginning of a cell and nowhere else (RFC 4180); two of them inside are one that is meant.
pub(super) fn divide(bytes: &[u8], delimiter: u8, length: usize) -> Divided {
    let mut ends = Vec::new();
    let mut last = None;
    let mut start = 0;
    let mut open_quote = None;
    while start < bytes.len() {
        let quote = opening_quote(bytes, start, delimiter);
        let outside = &bytes[start..quote.unwrap_or(bytes.len())];
        for newline in memchr_iter(b'\n', outside) {
            let end = start + newline + 1;
            if end >= ends.last().map_or(0, |end: &usize| *end) + length {
                ends.push(end);
            }
        }
        last = memrchr(b'\n', outside).map(|newline| start + newline + 1).or(last);
        let Some(quote) = quote else { break };
        match closing_quote(bytes, quote + 1) {
            Some(close) => start = close + 1,
            None => {
                open_quote = Some(quote);
                break;
            }
        }
    }
    if let Some(last) = last.filter(|last| ends.last() != Some(last)) {
        ends.push(last);
    }
    Divided { ends, open_quote }
}

fn opening_quote(bytes: &[u8], from: usize, delimiter: u8) -> Option<usize> {
    let opens = |place: usize| place == 0 || bytes[place - 1] == b'\n' || bytes[place - 1] == delimiter;
    memchr_iter(b'"', &bytes[from..]).map(|offset| from + offset).find(|&place| opens(place))
}

fn closing_quote(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let place = from + memchr(b'"', bytes.get(from..)?)?;
        if bytes.get(place + 1) != Some(&b'"') {
            return Some(place);
        }
        from = place + 2;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn line_breaks_within_quotes_end_nothing() {
        let text = b"a,\"b\nc\"\nd,\"e\"\"\n\"\nf\"g,h\nrest";
        assert_eq!(divide(text, b',', 1), Divided { ends: vec![8, 17, 23], open_quote: None });
        assert_eq!(divide(text, b',', 10).ends, [17, 23]);
        assert_eq!(divide(b"a,\"b\nc", b',', 1), Divided { ends: vec![], open_quote: Some(2) });
        assert_eq!(divide(b"a;\"b\nc", b',', 1).ends, [5], "of a file of commas it is no quote");
    }

    proptest! {
        #[test]
        fn pieces_hold_the_records_of_the_whole(text in "[a,\"\n]{0,60}", length in 1..20_usize) {
            let read = |bytes: &[u8]| -> Vec<csv::ByteRecord> {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
                reader.byte_records().map(|record| record.unwrap()).collect()
            };
            let bytes = text.as_bytes();
            let records = divide(bytes, b',', length);
            let whole = *records.ends.last().unwrap_or(&0);
            let mut start = 0;
            let mut found = Vec::new();
            for end in records.ends {
                found.extend(read(&bytes[start..end]));
                start = end;
            }
            found.extend(read(&bytes[whole..]));
            prop_assert_eq!(found, read(bytes));
        }
    }
}
