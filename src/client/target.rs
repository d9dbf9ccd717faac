//! Where to send: `http://host:port/path`, checked once.

use std::fmt;

use hyper::Uri;

use super::Error;

/// The address of a server and the path on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads `http://host[:port][/path]`; `ws://` means the same, for a WebSocket.
    ///
    /// # Errors
    /// [`Error::Url`] for anything else, with what to write instead.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let bad = |reason: &str| Error::Url { url: url.to_owned(), reason: reason.to_owned() };
        let Some((scheme, _)) = url.split_once("://") else {
            return Err(bad("it should look like http://127.0.0.1:8080/predict"));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => {}
            "https" | "wss" => return Err(bad("TLS is not supported yet, use http://")),
            _ => return Err(bad("only http:// (or ws://) is supported")),
        }
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
            None => 80,
            Some(digits) => match digits.parse() {
                Ok(port) if port > 0 => port,
                _ => return Err(bad("the port should be a number from 1 to 65535")),
            },
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { host, port, path })
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

    /// The port; 80 when the address named none.
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
        write!(formatter, "http://{}{}", self.address(), self.path)
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

        let six = Target::parse("ws://[::1]:9000/ws").expect("a good address").or_path("/other");
        assert_eq!((six.host(), six.address().as_str(), six.path()), ("::1", "[::1]:9000", "/ws"));
    }

    #[test]
    fn says_what_is_wrong_with_an_address() {
        let message = |url: &str| Target::parse(url).expect_err("a bad address").to_string();
        assert_eq!(
            message("https://bank.example/predict"),
            "cannot use the address \"https://bank.example/predict\": TLS is not supported yet, use http://"
        );
        assert!(message("localhost:8080").contains("should look like http://127.0.0.1:8080/predict"));
        assert!(message("ftp://host/").contains("only http://"));
        assert!(message("http://host:99999/").contains("port"), "{}", message("http://host:99999/"));
        assert!(message("http://host:0/").contains("from 1 to 65535"));
        assert!(message("http://:80/").contains("host"), "{}", message("http://:80/"));
        assert!(message("http://me:secret@host/").contains("user name"));
        assert!(message("http://ho st/").contains("invalid"), "{}", message("http://ho st/"));
    }
}
