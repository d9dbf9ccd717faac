//! Reading a request's body: only JSON, only so large, only so slow.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::{StreamExt, poll};
use serde::de::DeserializeOwned;

use super::problem::Refusal;
use crate::engine::input::Form;

/// The largest body of a single transaction in bytes.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

const JSON: &str = "application/json";

/// How long a client may take to send it.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest body of many transactions in bytes.
const ROWS_LIMIT: usize = 4 * 1024 * 1024;

/// What bodies of one row a line are called.
const LINES: [&str; 4] =
    ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"];

/// The whole body of `request`: one JSON value.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, Refusal> {
    read_up_to(request, payload, BODY_LIMIT).await
}

/// The whole body of `request`: one JSON value of `limit` bytes at most.
pub(super) async fn read_up_to(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
) -> Result<Bytes, Refusal> {
    check_type(request, &[])?;
    read_within(payload, limit).await
}

/// Bytes of many transactions that are still to come.
pub(super) fn to_come(request: &HttpRequest) -> usize {
    announced(request).unwrap_or(ROWS_LIMIT).min(ROWS_LIMIT)
}

/// The value of type `T` in a body.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| malformed(&error))
}

/// What serde says of a field, as the other refusals say it.
fn malformed(error: &serde_json::Error) -> Refusal {
    let text = error.to_string();
    let about = |start: &str| text.strip_prefix(start)?.split('`').next();
    let kinds = [
        ("missing field `", "missing_field"),
        ("unknown field `", "unknown_field"),
        ("duplicate field `", "duplicate_field"),
    ];
    let found = kinds.into_iter().find_map(|(start, code)| Some((code, about(start)?.to_owned())));
    match found {
        Some((code, field)) => Refusal::bad(code, text).about(field),
        None if error.is_data() => Refusal::bad("wrong_type", text),
        None => Refusal::bad("malformed", text),
    }
}

/// The whole body of `request`, and how it holds its rows. What is not said to be JSON, or nothing at all, is taken by its look.
pub(super) async fn read_rows(request: &HttpRequest, payload: Payload) -> Result<(Bytes, Form), Refusal> {
    check_type(request, &LINES)?;
    let body = read_within(payload, ROWS_LIMIT).await?;
    let is_array = body.trim_ascii_start().first() == Some(&b'[');
    let form = match request.content_type() {
        kind if kind.eq_ignore_ascii_case(JSON) => Form::Array,
        "" if is_array => Form::Array,
        _ => Form::Lines,
    };
    Ok((body, form))
}

/// How many bytes the body is said to have.
pub(super) fn announced(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Takes a body off the wire that nobody will read.
pub(super) async fn pass_over(mut payload: Payload) -> Result<(), Refusal> {
    let all = async {
        let mut length = 0;
        while let Some(Ok(piece)) = payload.next().await {
            length += piece.len();
            if length > ROWS_LIMIT {
                return Err(too_large(ROWS_LIMIT));
            }
        }
        Ok(())
    };
    tokio::time::timeout(BODY_TIMEOUT, all).await.unwrap_or_else(|_| Err(slow()))
}

async fn read_within(payload: Payload, limit: usize) -> Result<Bytes, Refusal> {
    let mut reading = pin!(payload.to_bytes_limited(limit));
    let read = match poll!(&mut reading) {
        // Mostly all of it is there, and nobody needs a timer.
        Poll::Ready(read) => read,
        Poll::Pending => tokio::time::timeout(BODY_TIMEOUT, reading).await.map_err(|_| slow())?,
    };
    match read {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(Refusal::bad("incomplete_body", "the body ended before it was complete")),
        Err(_) => Err(too_large(limit)),
    }
}

fn too_large(limit: usize) -> Refusal {
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("a body may have {limit} bytes"))
}

fn slow() -> Refusal {
    let error = format!("the body did not arrive within {} s", BODY_TIMEOUT.as_secs());
    Refusal::new(StatusCode::REQUEST_TIMEOUT, "slow_body", error)
}

/// A body without a type is taken for JSON; a compressed one is refused, so that none can blow up.
fn check_type(request: &HttpRequest, others: &[&str]) -> Result<(), Refusal> {
    let refuse =
        |error: &str| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type", error));
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return refuse("compressed bodies are not taken");
    }
    let given = request.content_type();
    let untyped = given.is_empty() && !request.headers().contains_key(header::CONTENT_TYPE);
    let is = |kind: &str| given.eq_ignore_ascii_case(kind);
    if untyped || is(JSON) || others.iter().any(|kind| is(kind)) {
        return Ok(());
    }
    match others.first() {
        None => refuse("the body has to be JSON: Content-Type: application/json"),
        Some(lines) => refuse(&format!("the body has to be JSON: Content-Type: application/json or {lines}")),
    }
}

/// What stands around the answers and between them.
pub(super) const fn marks(form: Form) -> (&'static [u8], &'static [u8], &'static [u8]) {
    match form {
        Form::Array => (b"[", b",", b"]"),
        Form::Lines => (b"", b"\n", b"\n"),
    }
}

/// How they are announced.
pub(super) const fn content_type(form: Form) -> &'static str {
    match form {
        Form::Array => "application/json",
        Form::Lines => "application/x-ndjson",
    }
}
