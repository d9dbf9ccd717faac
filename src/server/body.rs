//! Reading a request's body: only JSON, only so large, only so slow.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};

use super::problem::Refusal;

/// The largest body of a single transaction in bytes.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// How long a client may take to send it.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The whole body of `request`.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Refusal> {
    check_type(request)?;
    match tokio::time::timeout(BODY_TIMEOUT, payload.to_bytes_limited(BODY_LIMIT)).await {
        Ok(Ok(Ok(body))) => Ok(body),
        Ok(Ok(Err(_))) => Err(Refusal::bad("incomplete_body", "the body ended before it was complete")),
        Ok(Err(_)) => Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            format!("a body may have {BODY_LIMIT} bytes"),
        )),
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "slow_body",
            format!("the body did not arrive within {} s", BODY_TIMEOUT.as_secs()),
        )),
    }
}

/// A body without a type is taken for JSON; a compressed one is refused, so that none can blow up.
fn check_type(request: &HttpRequest) -> Result<(), Refusal> {
    let refuse =
        |error: &str| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", error));
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return refuse("compressed bodies are not taken");
    }
    let given = request.content_type();
    let untyped = given.is_empty() && !request.headers().contains_key(header::CONTENT_TYPE);
    if untyped || given.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    refuse("the body has to be JSON: Content-Type: application/json")
}
