//! What can be wrong with a file of data, said so that its owner can mend it.

use std::path::{Path, PathBuf};

use crate::domain::InvalidValue;
use crate::features::encoding::NUMBER;

/// Reading, checking, splitting or writing data failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// The file could not be opened, read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what its name says: truncated, damaged, or another format.
    #[error("{}: not a readable {format} file: {why}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// `CSV` or `Parquet`.
        format: &'static str,
        /// The reader's words.
        why: String,
    },
    /// The file ends in something that is neither CSV nor Parquet.
    #[error("{}: unknown kind of file; use a name that ends in .csv, .tsv or .parquet (or .ndjson, to write)", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing in it.
    #[error("{}: the file is empty{detail}", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// `: it has a header but no rows`, or nothing.
        detail: &'static str,
    },
    /// A line has more or fewer cells than the header.
    #[error("{}:{line}: {found} cells where the header has {expected}", path.display())]
    Ragged {
        /// The file.
        path: PathBuf,
        /// Counted from 1, the header included.
        line: u64,
        /// Cells in the header.
        expected: u64,
        /// Cells in this line.
        found: u64,
    },
    /// A cell does not fit its column.
    #[error("{}:{line}:{column}: column {name:?}: {source}", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Line counted from 1, the header included; for Parquet the row counted from 1.
        line: u64,
        /// Column counted from 1.
        column: usize,
        /// The column's name.
        name: String,
        /// What stood there and what was expected.
        source: InvalidValue,
    },
    /// Two columns have one name.
    #[error("{}: the header names {name:?} twice", path.display())]
    DuplicateColumn {
        /// The file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A column that is needed is not there.
    #[error("{}: no {part} column; its columns are: {}", path.display(), found.join(", "))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// What is missing: a part (`label`) or a name.
        part: String,
        /// The header.
        found: Vec<String>,
    },
    /// An option names a column that is not there.
    #[error("{}: {option} names the column {name:?}, which is not there; its columns are: {}",
        path.display(), found.join(", "))]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// The option.
        option: &'static str,
        /// The name given.
        name: String,
        /// The header.
        found: Vec<String>,
    },
    /// A folder or file of ours could not be read or written.
    #[error(transparent)]
    File(#[from] crate::files::FileError),
    /// The user asked to stop.
    #[error(transparent)]
    Interrupted(#[from] crate::progress::Interrupted),
    /// The rows cannot be used as asked.
    #[error("{}: {why}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        why: String,
    },
}

impl DatasetError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn unusable(path: &Path, why: impl Into<String>) -> Self {
        Self::Unusable { path: path.to_owned(), why: why.into() }
    }

    /// The row, counted from 0, cannot be used.
    pub(crate) fn unusable_row(path: &Path, row: usize, why: &InvalidValue) -> Self {
        Self::unusable(path, format!("row {}: {why}", row + 1))
    }

    /// What to do about it, when there is more to say than the message says.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Cell { name, source, .. } if source.expected == NUMBER => {
                Some(format!("--drop {name} leaves that column out"))
            }
            Self::MissingColumn { part, .. } if part == "label" => {
                Some("--label COLUMN names the column that says fraud or not".into())
            }
            Self::MissingColumn { part, .. } => Some(format!("--map {part}=COLUMN names it")),
            Self::Unreadable { format: "Parquet", .. } => {
                Some("was it copied whole? A Parquet file ends in the four letters PAR1".into())
            }
            Self::File(error) => error.hint().map(str::to_owned),
            _ => None,
        }
    }
}
