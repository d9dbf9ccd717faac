//! A file's own rows with more columns, block by block.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use super::blocks::{Block, Blocks, Take};
use super::error::DatasetError;
use super::file::{Format, header, no_rows, places};
use super::sink::{OutFormat, Sink};
use super::survey::is_code;
use super::table::{self, Column, Kind, Values};
use super::{csv, parquet};
use crate::files;

/// From a file to the same rows with more columns.
#[derive(Debug, Clone, Copy)]
pub struct Appending<'a> {
    /// The file that is read.
    pub input: &'a Path,
    /// The file to write: CSV, Parquet or NDJSON by its ending.
    pub out: &'a Path,
    /// Replace `out`.
    pub force: bool,
    /// Hand over all rows as one block.
    pub whole: bool,
}

impl Appending<'_> {
    /// Says whether the rows may be written; asked before long work.
    ///
    /// # Errors
    /// When the ending of `out` is not known, it is the input, or it is there and `force` is not.
    pub fn check(&self) -> Result<(), DatasetError> {
        OutFormat::of(self.out)?;
        files::check_not_input(self.out, &[self.input])?;
        Ok(files::check_file_target(self.out, self.force)?)
    }

    /// Reads the wanted columns block by block, hands them to `make`, and writes the rows of the block with the columns that it
    /// made, which are called `added`. Gives the number of rows.
    ///
    /// Parquet to Parquet keeps the types, CSV to CSV the text of each cell and what stands between them; otherwise a column becomes
    /// numbers when all its cells are numbers that lose nothing by it.
    ///
    /// # Errors
    /// When `input` cannot be read, has a column of such a name already, or `out` cannot be written; those of `make`.
    pub fn write<E: From<DatasetError> + From<files::FileError>>(
        &self,
        wanted: &[(&str, Kind)],
        added: &[String],
        mut make: impl FnMut(Vec<Column>) -> Result<Vec<Column>, E>,
    ) -> Result<usize, E> {
        self.check()?;
        let names = header(self.input)?;
        if let Some(name) = names.iter().find(|name| added.contains(name)) {
            let why = format!("it has a column {name:?} already; rename it");
            return Err(DatasetError::unusable(self.input, why).into());
        }
        let from = self.delimiter()?;
        let to = match (OutFormat::of(self.out)?, from) {
            // Decimal commas stay numbers for whoever reads the file.
            (OutFormat::Csv { delimiter: b',' }, Some(delimiter)) => OutFormat::Csv { delimiter },
            (to, _) => to,
        };
        let as_frames = Format::of(self.input)? == Format::Parquet && to == OutFormat::Parquet;
        let mut places = places(self.input, &names, wanted)?;
        let copied = if as_frames { Vec::new() } else { self.copied(&names, from, to)? };
        places.extend(copied);
        files::write_file(self.out, self.force, |file: &mut File| {
            let take = if as_frames { Take::All } else { Take::Wanted };
            let mut sink = Sink::new(to, file);
            let mut rows = 0;
            let mut blocks = Blocks::open(self.input, &places, take, self.whole)?;
            // Not read ahead: what is made of a log keeps all threads busy, and reading beside it gained nothing.
            while let Some(Block { mut columns, frame }) = blocks.next()? {
                let own = columns.split_off(wanted.len());
                let added = make(columns)?;
                rows += table::rows(&added);
                let written = match frame.filter(|_| as_frames) {
                    Some(mut frame) => {
                        parquet::append(&mut frame, added).and_then(|()| sink.write_frame(&frame))
                    }
                    None => sink.write(own.into_iter().chain(added).collect()),
                };
                written.map_err(DatasetError::io(self.out))?;
            }
            sink.finish().map_err(DatasetError::io(self.out))?;
            if rows == 0 { Err(no_rows(self.input).into()) } else { Ok(rows) }
        })
    }

    /// What stands between the cells of the input, when it is CSV.
    fn delimiter(&self) -> Result<Option<u8>, DatasetError> {
        match Format::of(self.input)? {
            Format::Csv => csv::delimiter(self.input).map(Some),
            Format::Parquet => Ok(None),
        }
    }

    /// All columns of the input, whose cells are divided by `from` if it is CSV, as they are to be written.
    fn copied(
        &self,
        names: &[String],
        from: Option<u8>,
        to: OutFormat,
    ) -> Result<Vec<(usize, Kind)>, DatasetError> {
        let all = |kind: Kind| (0..names.len()).map(move |place| (place, kind.clone()));
        if matches!(to, OutFormat::Csv { .. }) {
            return Ok(all(Kind::Raw).collect());
        }
        let all: Vec<(usize, Kind)> = all(Kind::Text).collect();
        let decimal_commas = from.is_some_and(|delimiter| delimiter != b',');
        // A column is numbers only when its last cell is one too.
        let mut texts = HashSet::new();
        let mut numbers = HashSet::new();
        let mut blocks = Blocks::open(self.input, &all, Take::Wanted, false)?;
        while let Some(block) = blocks.next()? {
            for (place, column) in block.columns.iter().enumerate() {
                match safe_numbers(&column.values, decimal_commas) {
                    Some(true) => drop(numbers.insert(place)),
                    Some(false) => {}
                    None => drop(texts.insert(place)),
                }
            }
        }
        let kind = |place: usize| match numbers.contains(&place) && !texts.contains(&place) {
            true => Kind::Number,
            false => Kind::Text,
        };
        Ok(all.into_iter().map(|(place, _)| (place, kind(place))).collect())
    }
}

/// Whether there are numbers among the cells; `None` when one is something else, or would lose by being a number.
fn safe_numbers(values: &Values, decimal_commas: bool) -> Option<bool> {
    let Values::Texts(texts) = values else { return None };
    let mut any = false;
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let commas = || csv::decimal_comma(text).filter(|_| decimal_commas);
        let number = text.parse().ok().or_else(commas);
        if is_code(text) || !number.is_some_and(f64::is_finite) {
            return None;
        }
        any = true;
    }
    Some(any)
}
