//! The rows of a body: of a JSON array, or one a line.

use std::ops::Range;

use super::InputError;

/// How a body holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `[row, row]`
    Array,
    /// One a line; empty lines are passed over.
    Lines,
}

/// Where the rows of a body stand, found one after the other. Whether each of them is JSON is told when it is read.
#[derive(Debug)]
pub struct Rows {
    form: Form,
    /// Where the next row is looked for, and where there are no more.
    rest: Range<usize>,
    /// There are no more.
    ended: bool,
}

impl Rows {
    /// The rows of `body`.
    ///
    /// # Errors
    /// When it should be an array and does not stand in brackets.
    pub fn new(body: &[u8], form: Form) -> Result<Self, InputError> {
        let mut rest = trimmed(body, 0..body.len());
        if form == Form::Array {
            let wrong = |why: &str| InputError::bad("malformed", format!("the body is no JSON array: {why}"));
            let [b'[', .., b']'] = body[rest.clone()] else {
                return Err(wrong("it has to stand in [ and ]; one row a line is application/x-ndjson"));
            };
            rest = trimmed(body, rest.start + 1..rest.end - 1);
        }
        Ok(Self { form, ended: rest.is_empty(), rest })
    }

    /// True when there are no more.
    pub fn is_empty(&self) -> bool {
        self.ended
    }

    /// Bytes that are left, the space around them aside.
    pub fn len(&self) -> usize {
        self.rest.len()
    }

    /// Where the next row of `body` stands, which is the body that these are the rows of.
    pub fn next(&mut self, body: &[u8]) -> Option<Range<usize>> {
        if self.ended {
            return None;
        }
        let text = &body[self.rest.clone()];
        let end = match self.form {
            Form::Lines => memchr::memchr(b'\n', text).unwrap_or(text.len()),
            Form::Array => end_of_element(text),
        };
        let row = self.rest.start..self.rest.start + end;
        // Behind a last comma stands one that is wrong.
        self.ended = row.end == self.rest.end;
        self.rest.start = self.rest.end.min(row.end + 1);
        if self.form == Form::Lines {
            self.rest = trimmed(body, self.rest.clone());
        }
        Some(row)
    }
}

/// What is left of a part of `body` without the space around it, as JSON knows space.
fn trimmed(body: &[u8], part: Range<usize>) -> Range<usize> {
    let is_text = |byte: &u8| !b" \t\n\r".contains(byte);
    let text = &body[part.clone()];
    let Some(first) = text.iter().position(is_text) else { return part.end..part.end };
    let last = text.iter().rposition(is_text).unwrap_or(first);
    part.start + first..part.start + last + 1
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
        let mut rows = Rows::new(body.as_bytes(), form).expect("rows");
        std::iter::from_fn(|| rows.next(body.as_bytes())).map(|row| body[row].trim().to_owned()).collect()
    }

    #[test]
    fn elements_end_at_commas_of_the_array_itself() {
        let body = r#" [ {"a":1,"b":"x,]\"}"} , {"c":[1,2,{"d":3}]},5,"s\\", ] "#;
        let expected = [r#"{"a":1,"b":"x,]\"}"}"#, r#"{"c":[1,2,{"d":3}]}"#, "5", r#""s\\""#, ""];
        assert_eq!(rows(body, Form::Array), expected);
        assert_eq!(rows(" [ ] ", Form::Array), [""; 0]);
        assert_eq!(rows("[{}]", Form::Array), ["{}"]);
        assert_eq!(
            Rows::new(b"[{}\x0c]", Form::Array).expect("rows").next(b"[{}\x0c]"),
            Some(1..4),
            "no space in JSON"
        );
        for open in ["[\"\\", "[{\"a", "[[[[", "[}}}}"] {
            assert_eq!(rows(&format!("{open}]"), Form::Array).len(), 1, "{open}");
        }
    }

    #[test]
    fn lines_may_be_empty_and_end_as_on_any_system() {
        assert_eq!(rows("{\"a\":1}\r\n\n  \n{}", Form::Lines), [r#"{"a":1}"#, "{}"]);
        assert_eq!(rows("", Form::Lines), [""; 0]);
        assert!(Rows::new(b" \n\n", Form::Lines).expect("rows").is_empty());
    }

    #[test]
    fn what_is_no_array_is_refused() {
        for body in ["", "{}", "[", "]", "[{}]\u{c}", "{\"a\":1}\n{\"a\":2}"] {
            assert!(Rows::new(body.as_bytes(), Form::Array).is_err(), "{body}");
        }
    }
}
