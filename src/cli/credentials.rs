//! Flags of whoever talks to a server.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::app::AppError;
use crate::client::{Credentials, Target};

/// What a client shows, and whom it trusts.
#[derive(Debug, Clone, Args)]
pub struct CredentialArgs {
    /// File that holds the token to show [default: the one in the environment variable FRAUDCTL_TOKEN, if any]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Certificates (PEM) of the authorities to trust for https [default: the system's]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

impl CredentialArgs {
    /// Where to send, with what is to be shown there.
    pub fn target(&self, url: &str) -> anyhow::Result<Target> {
        let target = Target::parse(url).map_err(AppError::from)?;
        let mut credentials = Credentials::default();
        let token = match &self.token_file {
            Some(path) => Some(fs::read_to_string(path).with_context(|| path.display().to_string())?),
            None => std::env::var("FRAUDCTL_TOKEN").ok(),
        };
        if let Some(token) = token.filter(|token| !token.trim().is_empty()) {
            credentials = credentials.with_token(&token)?;
        }
        if let Some(path) = &self.ca {
            credentials = credentials.with_ca(path)?;
        }
        Ok(target.with(&credentials))
    }
}
