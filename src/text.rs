//! Columns of text: every cell in one piece of memory, or every distinct one once.

use std::collections::HashMap;

/// A column of texts that differ, such as ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Appends a cell.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// The cell of a row.
    pub fn get(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[row]]
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cells in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The rows at these places, in that order; a place may repeat.
    pub fn select(&self, rows: &[usize]) -> Self {
        rows.iter().map(|&row| self.get(row)).collect()
    }

    /// Appends all rows of `other`.
    pub fn append(&mut self, other: &Self) {
        let before = self.bytes.len();
        self.bytes.push_str(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }
}

impl<T: AsRef<str>> FromIterator<T> for Texts {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text.as_ref()));
        column
    }
}

/// A column of texts, many of which are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    names: Vec<String>,
    codes: Vec<u32>,
}

impl Dictionary {
    /// The distinct texts in the order of their first cell.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// By row: the place of its text in [`Dictionary::names`].
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// The text of a row.
    pub fn text(&self, row: usize) -> &str {
        &self.names[self.codes[row] as usize]
    }

    /// The texts in the order of the rows.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|row| self.text(row))
    }

    /// Appends all rows of `other`.
    ///
    /// # Panics
    /// When there are 2^32 distinct texts.
    pub fn append(&mut self, other: &Self) {
        let mut builder = DictionaryBuilder { by_name: HashMap::new(), dictionary: std::mem::take(self) };
        let known = builder.dictionary.names.iter().zip(0..);
        builder.by_name = known.map(|(name, code)| (name.clone(), code)).collect();
        other.iter().for_each(|text| builder.push(text));
        *self = builder.finish();
    }

    /// The rows at these places, in that order; a place may repeat. Texts that are not among them lose their code.
    pub fn select(&self, rows: &[usize]) -> Self {
        let mut places: Vec<Option<u32>> = vec![None; self.names.len()];
        let (mut names, mut codes) = (Vec::new(), Vec::with_capacity(rows.len()));
        for &row in rows {
            let code = self.codes[row] as usize;
            codes.push(*places[code].get_or_insert_with(|| {
                names.push(self.names[code].clone());
                names.len() as u32 - 1
            }));
        }
        Self { names, codes }
    }
}

/// The place of each name among all of them in their order.
pub fn places(names: &[String]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_unstable_by_key(|&code| &names[code]);
    let mut places = vec![0; order.len()];
    for (place, code) in (0..).zip(order) {
        places[code] = place;
    }
    places
}

/// Makes a [`Dictionary`] row by row.
#[derive(Debug, Clone, Default)]
pub struct DictionaryBuilder {
    dictionary: Dictionary,
    by_name: HashMap<String, u32>,
}

impl DictionaryBuilder {
    /// The distinct texts so far, in the order of their codes.
    pub fn names(&self) -> &[String] {
        self.dictionary.names()
    }

    /// Appends a row.
    ///
    /// # Panics
    /// When there are 2^32 distinct texts.
    pub fn push(&mut self, text: &str) {
        let code = self.code(text);
        self.dictionary.codes.push(code);
    }

    /// The code of a text, a new one when it is new; for callers that know equal cells by cheaper means than their text.
    ///
    /// # Panics
    /// As [`DictionaryBuilder::push`].
    pub fn code(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.by_name.get(text) {
            return code;
        }
        let code = u32::try_from(self.dictionary.names.len()).expect("fewer than 2^32 distinct texts");
        self.dictionary.names.push(text.to_owned());
        self.by_name.insert(text.to_owned(), code);
        code
    }

    /// Appends a row whose text has this code.
    pub fn push_code(&mut self, code: u32) {
        self.dictionary.codes.push(code);
    }

    /// Appends all rows of `other`.
    pub fn append(&mut self, other: &Self) {
        let codes: Vec<u32> = other.dictionary.names.iter().map(|name| self.code(name)).collect();
        self.dictionary.codes.extend(other.dictionary.codes.iter().map(|&code| codes[code as usize]));
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.dictionary.len()
    }

    /// True when there is no row.
    pub fn is_empty(&self) -> bool {
        self.dictionary.is_empty()
    }

    /// The text of a row.
    pub fn text(&self, row: usize) -> &str {
        self.dictionary.text(row)
    }

    /// The rows so far.
    pub fn finish(self) -> Dictionary {
        self.dictionary
    }
}

impl<T: AsRef<str>> FromIterator<T> for Dictionary {
    fn from_iter<I: IntoIterator<Item = T>>(texts: I) -> Self {
        let mut builder = DictionaryBuilder::default();
        texts.into_iter().for_each(|text| builder.push(text.as_ref()));
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_have_one_code() {
        let dictionary: Dictionary = ["b", "a", "b", "", "a"].into_iter().collect();
        assert_eq!(dictionary.names(), ["b", "a", ""]);
        assert_eq!(dictionary.codes(), [0, 1, 0, 2, 1]);
        assert_eq!((dictionary.len(), dictionary.text(2)), (5, "b"));
        assert_eq!(dictionary.select(&[4, 3, 1]), ["a", "", "a"].into_iter().collect());
        let mut both = dictionary.select(&[0]);
        both.append(&dictionary.select(&[1, 2]));
        assert_eq!(both, ["b", "a", "b"].into_iter().collect());
        assert_eq!(dictionary.iter().collect::<Vec<_>>(), ["b", "a", "b", "", "a"]);
        let mut first: DictionaryBuilder = DictionaryBuilder::default();
        ["x", "a"].iter().for_each(|text| first.push(text));
        let mut second = DictionaryBuilder::default();
        ["a", "b", "a"].iter().for_each(|text| second.push(text));
        first.append(&second);
        assert_eq!(first.finish(), ["x", "a", "a", "b", "a"].into_iter().collect());
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let mut texts: Texts = ["b", "", "äb"].into_iter().collect();
        texts.append(&["c"].into_iter().collect());
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["b", "", "äb", "c"]);
        assert_eq!(texts.select(&[3, 2, 3]), ["c", "äb", "c"].into_iter().collect());
        assert!(Texts::default().is_empty());
    }
}
