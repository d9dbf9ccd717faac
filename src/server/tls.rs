//! TLS: a certificate and its key, which can be renewed while the server runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// A certificate or key that can not be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is no PEM, or lacks what it should hold.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// They do not belong together, or the key is of a kind that is not taken.
    #[error("{} and {}: {source}", cert.display(), key.display())]
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// What a server shows to who connects.
#[derive(Debug, Clone)]
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// The certificate chain in `cert` and its private key in `key`, both PEM.
    ///
    /// # Errors
    /// [`TlsError`]
    pub fn read(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let current = Arc::new(Current(ArcSwap::from_pointee(certified(cert, key)?)));
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), current })
    }

    /// Reads both files again, for connections from now on.
    ///
    /// # Errors
    /// [`TlsError`]; the certificate of before goes on.
    pub fn renew(&self) -> Result<(), TlsError> {
        self.current.0.store(Arc::new(certified(&self.cert, &self.key)?));
        Ok(())
    }

    /// TLS 1.2 and 1.3, for HTTP/1.1.
    pub(super) fn config(&self) -> rustls::ServerConfig {
        let builder = rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("the provider has both versions");
        let mut config = builder.with_no_client_auth().with_cert_resolver(self.current.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }
}

fn certified(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let wrong = |path: &Path, why: String| TlsError::File { path: path.to_owned(), why };
    let chain: Result<Vec<CertificateDer<'static>>, pem::Error> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain = chain.map_err(|error| wrong(cert, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(cert, "there is no certificate in it (-----BEGIN CERTIFICATE-----)".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| match error {
        pem::Error::NoItemsFound => wrong(
            key,
            "there is no private key in it that is not encrypted (-----BEGIN PRIVATE KEY-----)".to_owned(),
        ),
        error => wrong(key, error.to_string()),
    })?;
    CertifiedKey::from_der(chain, private, &ring::default_provider()).map_err(|source| TlsError::Pair {
        cert: cert.to_owned(),
        key: key.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let (cert, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        std::fs::write(&cert, made.cert.pem()).expect("written");
        std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        (cert, key)
    }

    #[test]
    fn what_is_no_pair_is_said_and_the_certificate_of_before_goes_on() {
        let place = tempfile::tempdir().expect("a folder");
        let (cert, key) = pair(place.path(), "one");
        let (other, other_key) = pair(place.path(), "other");
        let tls = Tls::read(&cert, &key).expect("a pair");
        let shown = tls.current.0.load_full();
        let error = |cert: &Path, key: &Path| Tls::read(cert, key).expect_err("refused").to_string();
        assert!(error(&cert, &other_key).contains("other.key"));
        assert!(error(&key, &key).contains("no certificate in it"));
        assert!(error(&cert, &cert).contains("no private key in it"));
        assert!(error(Path::new("none.pem"), &key).starts_with("none.pem: "));
        std::fs::write(&cert, "gone").expect("written");
        assert!(tls.renew().is_err());
        assert!(Arc::ptr_eq(&shown, &tls.current.0.load_full()));
        std::fs::copy(&other, &cert).expect("copied");
        std::fs::copy(&other_key, &key).expect("copied");
        tls.renew().expect("a pair");
        assert_ne!(shown.cert, tls.current.0.load_full().cert);
    }
}
