//! The rows of a file of either format, block by block, in the memory of one block.

use std::path::Path;

use polars::prelude::DataFrame;

use super::csv::CsvBlocks;
use super::error::DatasetError;
use super::file::{Format, header, places};
use super::parquet::{ParquetBlock, ParquetBlocks};
use super::table::{Column, Kind, append};

/// Rows that follow each other.
pub(super) struct Block {
    /// The wanted columns, in the order asked for.
    pub(super) columns: Vec<Column>,
    /// What polars read them from, of a Parquet file.
    pub(super) frame: Option<DataFrame>,
}

/// What a Parquet block's frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// The wanted columns.
    Wanted,
    /// All columns.
    All,
}

/// A file being read.
pub(super) enum Blocks<'w> {
    Csv { blocks: CsvBlocks<'w>, whole: bool },
    Parquet(ParquetBlocks<'w>),
}

impl<'w> Blocks<'w> {
    /// Opens `path` for the columns at these places of its header; `whole` makes one block of all rows.
    pub(super) fn open(
        path: &Path,
        wanted: &'w [(usize, Kind)],
        take: Take,
        whole: bool,
    ) -> Result<Self, DatasetError> {
        Ok(match Format::of(path)? {
            Format::Csv => Self::Csv { blocks: CsvBlocks::open(path, wanted)?, whole },
            Format::Parquet => Self::Parquet(ParquetBlocks::open(path, wanted, take == Take::All, whole)?),
        })
    }

    /// Hands over all blocks; while one is worked on, the next one is read.
    pub(super) fn each<E: From<DatasetError> + Send>(
        mut self,
        mut each: impl FnMut(Block) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let mut next = self.next()?;
        while let Some(block) = next {
            let (done, read) = rayon::join(|| each(block), || self.next());
            done?;
            next = read?;
        }
        Ok(())
    }

    /// The next rows; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Block>, DatasetError> {
        match self {
            Self::Parquet(blocks) => Ok(blocks
                .next()?
                .map(|ParquetBlock { columns, frame }| Block { columns, frame: Some(frame) })),
            Self::Csv { blocks, whole } => {
                let Some(mut columns) = blocks.next()? else { return Ok(None) };
                while *whole && let Some(more) = blocks.next()? {
                    append(&mut columns, more);
                }
                Ok(Some(Block { columns, frame: None }))
            }
        }
    }
}

/// Hands over the wanted columns of `path` block by block, in the order of its rows.
///
/// # Errors
/// When the file cannot be read, a column is not there, or a cell does not fit; those of `each`.
pub fn each_block<E: From<DatasetError> + Send>(
    path: &Path,
    wanted: &[(&str, Kind)],
    mut each: impl FnMut(Vec<Column>) -> Result<(), E> + Send,
) -> Result<(), E> {
    let places = places(path, &header(path)?, wanted)?;
    Blocks::open(path, &places, Take::Wanted, false)?.each(|block| each(block.columns))
}

/// All rows, of the columns at these places.
pub(super) fn all(path: &Path, wanted: &[(usize, Kind)]) -> Result<Vec<Column>, DatasetError> {
    let mut blocks = Blocks::open(path, wanted, Take::Wanted, true)?;
    Ok(blocks.next()?.map_or_else(Vec::new, |block| block.columns))
}
