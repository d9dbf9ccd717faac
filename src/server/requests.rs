//! What is counted and logged of every request, and the id under which its traces are found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};

use super::metrics::Metrics;
use super::problem::Refusal;
use crate::cards;

/// The header that carries it, both ways.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Characters of an id that is taken from a client.
const LONGEST: usize = 64;
/// Numbers the requests that come without an id.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A request under way.
pub(super) struct Seen {
    started: Instant,
    given: Option<HeaderValue>,
    method: Method,
    route: &'static str,
}

impl Seen {
    /// `request` as it comes; `route` is what it is called in counters and log.
    pub(super) fn new(request: &ServiceRequest, route: &'static str) -> Self {
        let given = request.headers().get(&REQUEST_ID).filter(|id| is_fit(id.as_bytes())).cloned();
        Self { started: Instant::now(), given, method: request.method().clone(), route }
    }

    /// Counts and logs its answer. The id stands in the log, and in the answer when the client gave one or was refused. What a
    /// refusal says may quote the request and is not logged, only its code; where the server itself failed, its text speaks of that.
    pub(super) fn answered<B>(self, response: &mut ServiceResponse<B>, metrics: &Metrics) {
        let Self { started, given, method, route } = self;
        let status = response.status().as_u16();
        metrics.answered(route, status);
        let is_told = given.is_some() || status >= 400;
        if !is_told && !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        let id = given.unwrap_or_else(made);
        let request_id = id.to_str().unwrap_or_default();
        let refusal = response.response().error().and_then(|error| error.as_error::<Refusal>());
        let code = refusal.map(Refusal::code).unwrap_or_default();
        let why = refusal.filter(|_| status >= 500).map(ToString::to_string).unwrap_or_default();
        let (method, duration_us) = (method.as_str(), started.elapsed().as_micros() as u64);
        match status {
            500 => tracing::error!(request_id, method, route, status, duration_us, code, why, "failed"),
            501.. => tracing::info!(request_id, method, route, status, duration_us, code, why, "refused"),
            400.. => tracing::info!(request_id, method, route, status, duration_us, code, "refused"),
            _ => tracing::debug!(request_id, method, route, status, duration_us, "answered"),
        }
        if is_told {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }
}

fn is_fit(id: &[u8]) -> bool {
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let is_card = std::str::from_utf8(id).is_ok_and(cards::is_found_in);
    (1..=LONGEST).contains(&id.len()) && id.iter().all(is_known) && !is_card
}

fn made() -> HeaderValue {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let text = format!("{:x}-{number:x}", std::process::id());
    HeaderValue::from_str(&text).expect("digits and a dash")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_could_forge_a_log_or_hold_a_card_are_not_taken() {
        for fit in ["a", "7f3c-2.b_9", "123456789012", "550e8400-e29b-41d4-a716-446655440000"] {
            assert!(is_fit(fit.as_bytes()), "{fit}");
        }
        let long = "a".repeat(LONGEST + 1);
        for unfit in ["", "a b", "a\n", "é", "4111111111111111", "4111-1111-1111-1111", long.as_str()] {
            assert!(!is_fit(unfit.as_bytes()), "{unfit}");
        }
    }
}
