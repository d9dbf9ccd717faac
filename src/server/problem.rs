//! Refusals: the one shape in which the server says no.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use crate::engine::EngineError;
use crate::store::StoreError;
use crate::wire::Problem;

/// Seconds after which a refused client may try again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// A request that is not answered, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    error: String,
    field: Option<String>,
    allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, code, error: error.into(), field: None, allow: None }
    }

    /// 400: the request is not what this route takes.
    pub(super) fn bad(code: &'static str, error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, error)
    }

    /// 422: well formed, but the value of `field` can not be.
    pub(super) fn out_of_range(field: impl Into<String>, error: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "out_of_range", error).about(field)
    }

    /// 405, naming the methods that would do.
    pub(super) fn method(allow: &'static str) -> Self {
        let error = format!("this address answers {allow}");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", error) }
    }

    /// 409: the id is taken.
    pub(super) fn conflict(id: &str) -> Self {
        let error = format!(
            "id {id:?} was decided before on other terms: another transaction, or the other of /predict and \
             /predict_map"
        );
        Self::new(StatusCode::CONFLICT, "conflict", error).about("id")
    }

    /// 503: later it may do.
    pub(super) fn unavailable(code: &'static str, error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, error)
    }

    /// The same, about `field`.
    pub(super) fn about(self, field: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..self }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header(header::ContentType::json()).insert_header(super::page::NO_SNIFFING);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((header::RETRY_AFTER, RETRY_AFTER_SECONDS));
        }
        if let Some(allow) = self.allow {
            response.insert_header((header::ALLOW, allow));
        }
        response.json(Problem {
            error: self.error.clone(),
            code: self.code.to_owned(),
            field: self.field.clone(),
        })
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Missing { feature } => Self::bad("missing_field", text).about(feature),
            EngineError::Unknown { feature } => Self::bad("unknown_field", text).about(feature),
            EngineError::Repeated { feature } => Self::bad("duplicate_field", text).about(feature),
            EngineError::OutOfRange { feature, .. } => Self::out_of_range(feature, text),
            EngineError::Conflict { id } => Self::conflict(&id),
            EngineError::WantsFeatures => Self::bad("missing_field", text),
            EngineError::NoScore => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_score", text),
            EngineError::Mismatch { .. } | EngineError::NotLive { .. } => {
                Self::unavailable("model_unusable", text)
            }
        }
    }
}

/// The client learns what is wrong, not where the database lies.
impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = if matches!(error, StoreError::Busy { .. }) { "busy" } else { "store_unavailable" };
        Self::unavailable(code, error.without_path())
    }
}
