//! Whom a client trusts, and what it shows: authorities and a token.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper::header::HeaderValue;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Credentials that can not be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A file that is no certificate, or no token.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A token that no header can hold.
    #[error("the token has signs in it that no token has")]
    Token,
}

/// What a client needs besides an address.
#[derive(Clone, Default)]
pub struct Credentials {
    pub(super) authorization: Option<HeaderValue>,
    ca: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (has_token, has_ca) = (self.authorization.is_some(), self.ca.is_some());
        write!(formatter, "Credentials {{ token: {has_token}, ca: {has_ca} }}")
    }
}

impl Credentials {
    /// Shows `token`.
    ///
    /// # Errors
    /// [`CredentialsError::Token`]
    pub fn with_token(mut self, token: &str) -> Result<Self, CredentialsError> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
            .map_err(|_| CredentialsError::Token)?;
        value.set_sensitive(true);
        self.authorization = Some(value);
        Ok(self)
    }

    /// Trusts the authorities in the PEM file `path` instead of those of the system.
    ///
    /// # Errors
    /// [`CredentialsError::File`]
    pub fn with_ca(mut self, path: &Path) -> Result<Self, CredentialsError> {
        let wrong = |why: String| CredentialsError::File { path: path.to_owned(), why };
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))? {
            let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
            roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(wrong("there is no certificate in it (-----BEGIN CERTIFICATE-----)".to_owned()));
        }
        self.ca = Some(trusting(roots));
        Ok(self)
    }

    /// Whom to trust.
    pub(super) fn trust(&self) -> Arc<ClientConfig> {
        self.ca.clone().unwrap_or_else(|| {
            let mut roots = RootCertStore::empty();
            // What the system has and nobody can read is as good as not there: then the server is not trusted.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            trusting(roots)
        })
    }
}

fn trusting(roots: RootCertStore) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().expect("the provider has both versions");
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}
