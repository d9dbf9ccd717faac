//! Whose pages may connect, and under which names the server is called.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};

use crate::server::problem::Refusal;

/// Names that a server goes by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites {
    /// Pages of these origins may connect besides its own, e.g. `https://desk.bank.example`.
    pub origins: Vec<String>,
    /// Names it may be called by besides `localhost` and any address.
    pub hosts: Vec<String>,
}

impl Sites {
    /// Browsers send the page's origin: another site's page has no business here. Programs send none. Without tokens the server's
    /// name counts too: a page whose own name was made to point here (DNS rebinding) would pass for the server's own.
    pub(super) fn check(&self, request: &HttpRequest, has_tokens: bool) -> Result<(), Refusal> {
        let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
        let host = text(header::HOST);
        if let Some(host) = host.filter(|_| !has_tokens) {
            self.check_host(host)?;
        }
        let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
        let authority = origin.split_once("://").map(|(_, rest)| rest);
        let is_own = authority.is_some_and(|own| host.is_some_and(|host| own.eq_ignore_ascii_case(host)));
        if is_own || self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return Ok(());
        }
        let error = "a page of another origin may not connect; serve --origin allows one";
        Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_origin", error))
    }

    /// True when a page may connect that came over TLS: then browsers reach the server over TLS too, through a gateway.
    pub(super) fn have_tls(&self) -> bool {
        let is_tls = |origin: &String| {
            origin.split_once("://").is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
        };
        self.origins.iter().any(is_tls)
    }

    fn check_host(&self, host: &str) -> Result<(), Refusal> {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => host,
        };
        let is_address = name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        let is = |known: &String| known.eq_ignore_ascii_case(name);
        if is_address || name.eq_ignore_ascii_case("localhost") || self.hosts.iter().any(is) {
            return Ok(());
        }
        let error =
            "the server is not known by this name; serve --host names one, and tokens make it needless";
        Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_host", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn passes(sites: &Sites, headers: &[(&str, &str)], has_tokens: bool) -> bool {
        let request =
            headers.iter().fold(TestRequest::get(), |request, header| request.insert_header(*header));
        sites.check(&request.to_http_request(), has_tokens).is_ok()
    }

    #[test]
    fn a_server_answers_to_its_names() {
        let sites = Sites { hosts: vec!["bank.example".to_owned()], ..Sites::default() };
        for host in
            ["127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]:8080", "10.0.0.7", "bank.example:443"]
        {
            assert!(passes(&sites, &[("host", host)], false), "{host}");
        }
        assert!(passes(&sites, &[], false));
        for host in
            ["evil.example", "evil.example:8080", "bank.example.evil.example", "localhost.evil.example", ""]
        {
            assert!(!passes(&sites, &[("host", host)], false), "{host}");
            assert!(passes(&sites, &[("host", host)], true), "who has no token gets nowhere: {host}");
        }
    }

    #[test]
    fn pages_of_the_server_and_of_allowed_origins_connect() {
        let sites = Sites { origins: vec!["https://desk.example".to_owned()], ..Sites::default() };
        let from = |origin| passes(&sites, &[("host", "127.0.0.1:80"), ("origin", origin)], true);
        assert!(from("http://127.0.0.1:80") && from("https://desk.example"));
        for foreign in ["http://desk.example", "https://desk.example:444", "https://evil.example", "null", ""]
        {
            assert!(!from(foreign), "{foreign}");
        }
    }
}
