//! Refusals: the one shape in which the server says no. What they quote of a request holds no card number.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};

use super::access::Scope;
use crate::cards;
use crate::engine::EngineError;
use crate::engine::input::{Fault, InputError};
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
    allow: Option<String>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        let error = cards::masked(&error.into()).into_owned();
        Self { status, code, error, field: None, allow: None }
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
    pub(super) fn method(allow: String) -> Self {
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

    /// 401: nobody knows who asks.
    pub(super) fn unauthorized() -> Self {
        let error = "a token is needed that the server knows: Authorization: Bearer TOKEN";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", error)
    }

    /// 403: it is known who asks, and that he may not.
    pub(super) fn forbidden(scope: Scope) -> Self {
        let error = format!("the token lacks the scope {:?}", scope.as_str());
        Self::new(StatusCode::FORBIDDEN, "forbidden", error)
    }

    /// 500: a bug.
    pub(super) fn failed() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "the server failed on this request")
    }

    /// 503: later it may do.
    pub(super) fn unavailable(code: &'static str, error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, error)
    }

    /// 409: asked about a decision of a model that is no longer served.
    pub(super) fn other_model(id: &str, model: &str) -> Self {
        let error = format!("id {id:?} was decided by another model, {model:?}, which is no longer served");
        Self::new(StatusCode::CONFLICT, "other_model", error)
    }

    /// The same, saying which row of several it is about, counted from 0.
    pub(super) fn of_row(self, row: usize) -> Self {
        Self { error: format!("row {row}: {}", self.error), ..self }
    }

    /// What kind it is; never a part of the request.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// As it is sent; `row` says which of a batch.
    pub(super) fn problem(&self, row: Option<usize>) -> Problem {
        Problem { error: self.error.clone(), code: self.code.to_owned(), field: self.field.clone(), row }
    }

    /// The same, about `field`.
    pub(super) fn about(self, field: impl Into<String>) -> Self {
        Self { field: Some(cards::masked(&field.into()).into_owned()), ..self }
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
        if self.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(allow) = &self.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        response.json(self.problem(None))
    }
}

impl From<InputError> for Refusal {
    fn from(error: InputError) -> Self {
        let InputError { fault, code, text, field } = error;
        let status = match fault {
            Fault::Malformed => StatusCode::BAD_REQUEST,
            Fault::OutOfRange => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self { field, ..Self::new(status, code, text) }
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::OutOfRange { feature, .. } => Self::out_of_range(feature, text),
            EngineError::Conflict { id } => Self::conflict(&id),
            EngineError::Unexplained { .. } => Self::new(StatusCode::CONFLICT, "unexplained", text),
            EngineError::NoScore => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "no_score", text),
            EngineError::Mismatch { .. } | EngineError::NotLive { .. } | EngineError::OtherInputs { .. } => {
                Self::new(StatusCode::CONFLICT, "model_unusable", text)
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
