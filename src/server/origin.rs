//! Whose page a request comes from.

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};

use super::problem::Refusal;

/// Browsers send the page's origin: another site's page has no business here. Programs send none.
pub(super) fn check(request: &HttpRequest) -> Result<(), Refusal> {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, rest)| rest);
    match (authority, host) {
        (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host) => Ok(()),
        _ => {
            let error = "a page of another origin may not connect";
            Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_origin", error))
        }
    }
}
