//! The rows of a body: of a JSON array, or one a line.

use std::ops::Range;

use actix_web::web::Bytes;

use super::problem::Refusal;

/// How a body holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[row, row]`
    Array,
    /// One a line; empty lines are passed over.
    Lines,
}

impl Form {
    /// What stands around the answers and between them.
    pub(super) const fn marks(self) -> (&'static [u8], &'static [u8], &'static [u8]) {
        match self {
            Self::Array => (b"[", b",", b"]"),
            Self::Lines => (b"", b"\n", b"\n"),
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Array => "application/json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// The texts of rows, found one after the other.
#[derive(Debug)]
pub(super) struct Rows {
    body: Bytes,
    form: Form,
    /// Where the next row is looked for, and where there are no more.
    rest: Range<usize>,
}

impl Rows {
    /// The rows of `body`.
    ///
    /// # Errors
    /// When it should be an array and its brackets and commas do not make one.
    pub(super) fn new(body: Bytes, form: Form) -> Result<Self, Refusal> {
        let mut rest = 0..body.len();
        if form == Form::Array {
            let text = body.trim_ascii();
            let start = body.len() - body.trim_ascii_start().len();
            let wrong = |why: &str| Refusal::bad("malformed", format!("the body is no JSON array: {why}"));
            if text.len() < 2 || text[0] != b'[' || text[text.len() - 1] != b']' {
                return Err(wrong("it has to stand in [ and ]; one row a line is application/x-ndjson"));
            }
            rest = start + 1..start + text.len() - 1;
            if body[rest.clone()].trim_ascii().is_empty() {
                rest.start = rest.end;
            }
        }
        Ok(Self { body, form, rest })
    }

    /// True when there are no more.
    pub(super) fn is_empty(&self) -> bool {
        match self.form {
            Form::Array => self.rest.is_empty(),
            Form::Lines => self.body[self.rest.clone()].trim_ascii().is_empty(),
        }
    }

    /// Bytes that are left.
    pub(super) fn len(&self) -> usize {
        self.rest.len()
    }
}

impl Iterator for Rows {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let text = &self.body[self.rest.clone()];
            let end = match self.form {
                Form::Lines => memchr::memchr(b'\n', text).unwrap_or(text.len()),
                Form::Array => end_of_element(text),
            };
            let row = self.rest.start..self.rest.start + end;
            self.rest.start = self.rest.end.min(row.end + 1);
            if self.form == Form::Array || !self.body[row.clone()].trim_ascii().is_empty() {
                return Some(self.body.slice(row));
            }
        }
    }
}

/// Where the first comma stands that is within no string, object or array; the end when there is none.
fn end_of_element(text: &[u8]) -> usize {
    let (mut depth, mut place) = (0_usize, 0);
    while let Some(&byte) = text.get(place) {
        match byte {
            b'"' => place = end_of_string(text, place + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => return place,
            _ => {}
        }
        place += 1;
    }
    text.len()
}

/// Where the quote stands that ends a string whose text begins at `start`.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut place = start;
    while let Some(found) = memchr::memchr2(b'"', b'\\', text.get(place..).unwrap_or_default()) {
        place += found;
        if text[place] == b'"' {
            return place;
        }
        place += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(body: &str, form: Form) -> Vec<String> {
        let rows = Rows::new(Bytes::copy_from_slice(body.as_bytes()), form).expect("rows");
        rows.map(|row| String::from_utf8(row.to_vec()).expect("text").trim().to_owned()).collect()
    }

    #[test]
    fn elements_end_at_commas_of_the_array_itself() {
        let body = r#" [ {"a":1,"b":"x,]\"}"} , {"c":[1,2,{"d":3}]},5,"s\\", ] "#;
        let expected = [r#"{"a":1,"b":"x,]\"}"}"#, r#"{"c":[1,2,{"d":3}]}"#, "5", r#""s\\""#, ""];
        assert_eq!(rows(body, Form::Array), expected);
        assert_eq!(rows(" [ ] ", Form::Array), [""; 0]);
        assert_eq!(rows("[{}]", Form::Array), ["{}"]);
        for open in ["[\"\\", "[{\"a", "[[[[", "[}}}}"] {
            assert_eq!(rows(&format!("{open}]"), Form::Array).len(), 1, "{open}");
        }
    }

    #[test]
    fn lines_may_be_empty_and_end_as_on_any_system() {
        assert_eq!(rows("{\"a\":1}\r\n\n  \n{}", Form::Lines), [r#"{"a":1}"#, "{}"]);
        assert_eq!(rows("", Form::Lines), [""; 0]);
        assert!(Rows::new(Bytes::from_static(b" \n\n"), Form::Lines).expect("rows").is_empty());
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for body in ["", "{}", "[", "]", "{\"a\":1}\n{\"a\":2}"] {
            assert!(Rows::new(Bytes::copy_from_slice(body.as_bytes()), Form::Array).is_err(), "{body}");
        }
    }
}
