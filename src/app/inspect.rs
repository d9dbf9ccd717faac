//! `inspect`: what there is to see in a file, and a page of it.

use std::io::Write;
use std::path::PathBuf;

use super::AppError;
use crate::dataset::SchemaOptions;
use crate::files::{self, FileError};
use crate::inspect::{self, Inspection};
use crate::progress::Progress;

/// What to look at.
#[derive(Debug, Clone)]
pub struct InspectConfig {
    /// A CSV or Parquet file.
    pub input: PathBuf,
    /// Where to write the page, when it is wanted.
    pub html: Option<PathBuf>,
    /// What the user says about the columns.
    pub schema: SchemaOptions,
    /// Replace `html`.
    pub force: bool,
}

/// Looks at the file and writes the page; `next` says which command to run next.
///
/// # Errors
/// When the file cannot be read, an option names a column that is not there, or the page cannot be written.
pub fn inspect(
    config: &InspectConfig,
    next: impl Fn(&Inspection) -> String,
    progress: &dyn Progress,
) -> Result<Inspection, AppError> {
    if let Some(html) = &config.html {
        files::check_not_input(html, &[&config.input])?;
        files::check_file_target(html, config.force)?;
    }
    let found = inspect::inspect(&config.input, &config.schema, progress)?;
    if let Some(html) = &config.html {
        let page = inspect::page(&found, &next(&found));
        files::write_file(html, config.force, |file| {
            file.write_all(page.as_bytes()).map_err(FileError::io(html))
        })?;
    }
    Ok(found)
}
