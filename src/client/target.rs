//! Where to send: `http://host:port/path`, checked once.

use std::fmt;
use std::sync::Arc;

use hyper::Uri;
use hyper::header::HeaderValue;
use rustls::ClientConfig;

use super::{Credentials, Error};

/// The address of a server and the path on it.
#[derive(Debug, Clone)]
pub struct Target {
    host: String,
    port: u16,
    path: String,
    /// Speak TLS.
    is_secure: bool,
    authorization: Option<HeaderValue>,
    trust: Option<Arc<ClientConfig>>,
}

impl Target {
    /// Reads `http://host[:port][/path]` or `https://`; `ws://` and `wss://` mean the same, for a WebSocket. The system's authorities are
    /// trusted until [`Target::with`] names others.
    ///
    /// # Errors
    /// [`Error::Url`] for anything else, with what to write instead.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let bad = |reason: &str| Error::Url { url: url.to_owned(), reason: reason.to_owned() };
        let Some((scheme, _)) = url.split_once("://") else {
            return Err(bad("it should look like http://127.0.0.1:8080/predict"));
        };
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(bad("only http:// and https:// (or ws:// and wss://) are supported")),
        };
        let uri: Uri = url.parse().map_err(|error| bad(&format!("{error}")))?;
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("a user name and password in the address are not supported"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(bad("it names no host"));
        }
        let port = match authority.as_str()[authority.host().len()..].strip_prefix(':') {
            None if is_secure => 443,
            None => 80,
            Some(digits) => match digits.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(bad("the port should be a number from 1 to 65535")),
            },
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host, port, path, is_secure, authorization: None, trust: None }
            .with(&Credentials::default()))
    }

    /// Shows these credentials there.
    #[must_use]
    pub fn with(self, credentials: &Credentials) -> Self {
        let trust = self.is_secure.then(|| credentials.trust());
        Self { authorization: credentials.authorization.clone(), trust, ..self }
    }

    /// What stands in the header of that name.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Whom to trust; `None` without TLS.
    pub(super) fn trust(&self) -> Option<&Arc<ClientConfig>> {
        self.trust.as_ref()
    }

    /// Goes to `path` when the address named none (or only `/`).
    #[must_use]
    pub fn or_path(mut self, path: &str) -> Self {
        if self.path == "/" {
            path.clone_into(&mut self.path);
        }
        self
    }

    /// The host as the operating system wants it: no brackets around an IPv6 address.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 80, or 443 with TLS, when the address named none.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path with its query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `host:port`, as in the `Host` header and in messages.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_secure { "https" } else { "http" };
        write!(formatter, "{scheme}://{}{}", self.address(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_host_port_and_path() {
        let target = Target::parse("http://10.0.0.7:8080/predict?x=1").expect("a good address");
        assert_eq!((target.host(), target.port(), target.path()), ("10.0.0.7", 8080, "/predict?x=1"));
        assert_eq!(target.to_string(), "http://10.0.0.7:8080/predict?x=1");

        let bare = Target::parse("http://example.com").expect("a good address");
        assert_eq!((bare.port(), bare.path()), (80, "/"));
        assert_eq!(bare.or_path("/ws").path(), "/ws");

        let secure = Target::parse("wss://bank.example/ws").expect("a good address");
        assert_eq!((secure.port(), secure.to_string()), (443, "https://bank.example:443/ws".to_owned()));

        let six = Target::parse("ws://[::1]:9000/ws").expect("a good address").or_path("/other");
        assert_eq!((six.host(), six.address().as_str(), six.path()), ("::1", "[::1]:9000", "/ws"));
    }

    #[test]
    fn says_what_is_wrong_with_an_address() {
        let message = |url: &str| Target::parse(url).expect_err("a bad address").to_string();
        assert!(message("localhost:8080").contains("should look like http://127.0.0.1:8080/predict"));
        assert!(message("ftp://host/").contains("only http:// and https://"));
        assert!(message("http://host:99999/").contains("port"), "{}", message("http://host:99999/"));
        assert!(message("http://host:0/").contains("from 1 to 65535"));
        assert!(message("http://:80/").contains("host"), "{}", message("http://:80/"));
        assert!(message("http://me:secret@host/").contains("user name"));
        assert!(message("http://ho st/").contains("invalid"), "{}", message("http://ho st/"));
    }
}
