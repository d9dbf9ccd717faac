//! `fraudctl token`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde::Serialize;

use super::Global;
use super::error::UsageError;
use super::ui::Ui;
use crate::server::{NewToken, Tokens, TokensError};

/// Make a token for a client of `serve`
///
/// The token is printed once and stands nowhere else; the server's file holds only its digest. Scopes: read (alerts, metrics, the map),
/// predict, explain, feedback (labels, suppressions), admin (models). None implies another.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl token desk --scopes read,feedback --append tokens\n  \
    fraudctl serve latest --tokens tokens")]
pub struct TokenArgs {
    /// Whose it is: one word
    name: String,
    /// What its owner may do
    #[arg(long, value_name = "SCOPE,..")]
    scopes: String,
    /// Add the line to the server's file, which is made when there is none, for its owner only
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

#[derive(Serialize)]
struct Made<'a> {
    token: &'a str,
    line: &'a str,
}

pub fn run(args: TokenArgs, _global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let NewToken { secret, line } = NewToken::make(&args.name, &args.scopes).map_err(UsageError)?;
    if let Some(path) = &args.append {
        check_free(path, &args.name)?;
    }
    match &args.append {
        Some(path) => append(path, &line).with_context(|| path.display().to_string())?,
        None if !ui.json => ui.complain(&format!("for the file of serve --tokens:\n{line}")),
        None => {}
    }
    let text = match ui.json {
        true => serde_json::to_string(&Made { token: &secret, line: &line })?,
        false => secret,
    };
    ui.data(&format!("{text}\n"))?;
    Ok(())
}

/// The server takes no file in which a name stands twice, nor one that it can not read.
fn check_free(path: &Path, name: &str) -> anyhow::Result<()> {
    let tokens = match Tokens::read(path) {
        Ok(tokens) => tokens,
        Err(TokensError::Empty { .. }) => return Ok(()),
        Err(TokensError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if tokens.has(name) {
        let path = path.display();
        let error =
            format!("{path} has a token named {name:?}; remove its line first, or choose another name");
        return Err(UsageError(error).into());
    }
    Ok(())
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let is_open_line = std::fs::read(path).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n'));
    let before = if is_open_line { "\n" } else { "" };
    options.open(path)?.write_all(format!("{before}{line}\n").as_bytes())
}
