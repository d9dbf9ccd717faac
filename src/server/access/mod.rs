//! Who may do what: tokens with scopes, the page's sessions, and whose pages may connect.

mod origin;
mod session;
mod tokens;

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, web};
use arc_swap::ArcSwapOption;

pub use origin::Sites;
pub(super) use session::{begin, end, show};
pub use tokens::{NewToken, Tokens, TokensError};

use super::App;
use super::problem::Refusal;
use session::{Sessions, cookie};

/// What a client may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everybody may.
    Open,
    /// To watch: alerts and metrics.
    Read,
    /// To have transactions decided.
    Predict,
    /// To have them decided and told what moved the score.
    Explain,
    /// To tell labels, and whose alerts are not shown.
    Feedback,
    /// To see and change what is served.
    Admin,
}

impl Scope {
    /// Those that a token can have.
    pub const ALL: [Self; 5] = [Self::Read, Self::Predict, Self::Explain, Self::Feedback, Self::Admin];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Predict => "predict",
            Self::Explain => "explain",
            Self::Feedback => "feedback",
            Self::Admin => "admin",
        }
    }
}

/// Who may do what on a server.
#[derive(Debug)]
pub(super) struct Access {
    /// `None` when everybody may do everything.
    tokens: ArcSwapOption<Tokens>,
    sessions: Sessions,
    sites: Sites,
    /// The server speaks TLS, or a gateway before it does: cookies travel over nothing else.
    is_secure: bool,
}

impl Access {
    /// `speaks_tls` says whether the server itself does.
    pub(super) fn new(tokens: Option<Tokens>, sites: Sites, speaks_tls: bool) -> Self {
        let tokens = ArcSwapOption::from_pointee(tokens);
        let is_secure = speaks_tls || sites.have_tls();
        Self { tokens, sessions: Sessions::default(), sites, is_secure }
    }

    /// Other tokens count from now on. Whether there are any at all is decided at the start.
    pub(super) fn exchange(&self, tokens: Tokens) {
        if self.tokens.load().is_some() {
            self.tokens.store(Some(Arc::new(tokens)));
        }
    }

    /// Lets a request pass that has come to an address of `scope`.
    fn check(&self, scope: Scope, request: &HttpRequest) -> Result<(), Refusal> {
        let has_tokens = self.tokens.load().is_some();
        self.sites.check(request, has_tokens)?;
        if !has_tokens || scope == Scope::Open {
            return Ok(());
        }
        match bearer(request) {
            Some(secret) => self.admit(scope, &Shown::Token(secret.into())),
            // A browser sends it by itself: what it opens is watching, and nothing that another site could have it do.
            None if opens(scope, request) => self.admit(scope, &Shown::of(request)),
            None => Err(Refusal::unauthorized()),
        }
    }

    /// Lets who has shown this come to an address of `scope`. Who may now need not later: a token or a session may end.
    pub(in crate::server) fn admit(&self, scope: Scope, shown: &Shown<'_>) -> Result<(), Refusal> {
        let tokens = self.tokens.load();
        let Some(tokens) = tokens.as_deref() else { return Ok(()) };
        let token = match shown {
            Shown::Token(secret) => tokens.find(secret),
            Shown::Session(id) => self.sessions.token(id, tokens),
            Shown::Nothing => None,
        };
        match token {
            None => Err(Refusal::unauthorized()),
            Some(token) if token.may(scope) => Ok(()),
            Some(_) => Err(Refusal::forbidden(scope)),
        }
    }
}

/// Whether a session is enough for this: to read, or to tell labels from a page that says whose it is, and whose origin was let pass.
fn opens(scope: Scope, request: &HttpRequest) -> bool {
    match scope {
        Scope::Read => [Method::GET, Method::HEAD].contains(request.method()),
        Scope::Feedback => request.headers().contains_key(header::ORIGIN),
        _ => false,
    }
}

/// By what a client is known.
pub(in crate::server) enum Shown<'a> {
    /// A token's secret.
    Token(Cow<'a, str>),
    /// The id of a browser's session.
    Session(String),
    /// Nothing.
    Nothing,
}

impl Shown<'static> {
    /// What a request brings.
    pub(in crate::server) fn of(request: &HttpRequest) -> Self {
        match bearer(request) {
            Some(secret) => Self::Token(secret.to_owned().into()),
            None => cookie(request).map_or(Self::Nothing, Self::Session),
        }
    }
}

/// The token that a request brings.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let (kind, secret) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Answers a request to an address of `scope`, if it may come there.
pub(super) async fn guard<B: MessageBody>(
    scope: Scope,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let app = request.app_data::<web::Data<App>>().expect("the application has it");
    match app.access.check(scope, request.request()) {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(refusal) => Ok(request.error_response(refusal).map_into_right_body()),
    }
}
