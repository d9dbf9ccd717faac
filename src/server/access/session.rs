//! The page's way in: a browser can not send a token with a WebSocket, so it exchanges it for a cookie that scripts can not read.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};
use rand::Rng;
use sha2::{Digest, Sha256};

use super::tokens::{Token, Tokens, hex};
use super::{Scope, Shown, bearer};
use crate::server::problem::Refusal;
use crate::server::{App, answer};
use crate::wire;

const COOKIE: &str = "fraudctl_session";
/// How long a session lasts.
const LIFE: Duration = Duration::from_secs(12 * 60 * 60);
/// Sessions at the same time; with more, the one that ends first ends at once.
const MOST: usize = 10_000;

/// Sessions by the digest of their id.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

#[derive(Debug, Clone, Copy)]
struct Session {
    /// Of the token it was begun with.
    token: [u8; 32],
    ends: Instant,
}

impl Sessions {
    /// Begins a session of a token; gives its id.
    fn begin(&self, token: &Token, now: Instant) -> String {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let id = hex(&bytes);
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MOST {
            sessions.retain(|_, session| session.ends > now);
        }
        if sessions.len() >= MOST
            && let Some(first) = sessions.iter().min_by_key(|(_, session)| session.ends).map(|(id, _)| *id)
        {
            sessions.remove(&first);
        }
        sessions.insert(digest(&id), Session { token: token.digest, ends: now + LIFE });
        id
    }

    /// The token of a session, while both last.
    pub(super) fn token<'t>(&self, id: &str, tokens: &'t Tokens) -> Option<&'t Token> {
        let session = *self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&digest(id))?;
        if session.ends <= Instant::now() {
            return None;
        }
        tokens.of_digest(&session.token)
    }

    fn end(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest(id));
    }
}

fn digest(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

/// The id of the session that a request belongs to.
pub(super) fn cookie(request: &HttpRequest) -> Option<String> {
    request.cookie(COOKIE).map(|cookie| cookie.value().to_owned())
}

/// `GET /session`: what this browser may do.
pub(in crate::server) async fn show(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    let shown = Shown::of(&request);
    let may = |scope: &Scope| app.access.admit(*scope, &shown).is_ok();
    let scopes = Scope::ALL.into_iter().filter(may).map(|scope| scope.as_str().to_owned());
    answer(&wire::Session { scopes: scopes.collect() })
}

/// `POST /session`: a cookie for a token.
pub(in crate::server) async fn begin(
    app: web::Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Refusal> {
    let tokens = app.access.tokens.load();
    let Some(tokens) = tokens.as_deref() else { return Ok(HttpResponse::NoContent().finish()) };
    let token = bearer(&request).and_then(|secret| tokens.find(secret)).ok_or_else(Refusal::unauthorized)?;
    if !token.may(Scope::Read) {
        return Err(Refusal::forbidden(Scope::Read));
    }
    let id = app.access.sessions.begin(token, Instant::now());
    let cookie = made(&app, id, LIFE);
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

/// `DELETE /session`
pub(in crate::server) async fn end(app: web::Data<App>, request: HttpRequest) -> HttpResponse {
    if let Some(id) = cookie(&request) {
        app.access.sessions.end(&id);
    }
    HttpResponse::NoContent().cookie(made(&app, String::new(), Duration::ZERO)).finish()
}

fn made(app: &App, id: String, life: Duration) -> Cookie<'static> {
    let seconds = actix_web::cookie::time::Duration::seconds(life.as_secs() as i64);
    let cookie =
        Cookie::build(COOKIE, id).path("/").http_only(true).same_site(SameSite::Strict).max_age(seconds);
    cookie.secure(app.access.is_secure).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::access::NewToken;

    fn tokens(names: &[&str]) -> Tokens {
        let place = tempfile::tempdir().expect("a folder");
        let path = place.path().join("tokens");
        let lines: Vec<String> =
            names.iter().map(|name| NewToken::make(name, "read").expect("made").line).collect();
        std::fs::write(&path, lines.join("\n")).expect("written");
        Tokens::read(&path).expect("tokens")
    }

    #[test]
    fn a_session_ends_by_itself_and_with_its_token() {
        let (sessions, ours, others) = (Sessions::default(), tokens(&["map"]), tokens(&["other"]));
        let token = ours.0[0].clone();
        let id = sessions.begin(&token, Instant::now());
        assert_eq!(sessions.token(&id, &ours), Some(&token));
        assert_eq!(sessions.token(&id, &others), None, "the token was taken out of the file");
        assert_eq!(sessions.token(&token.name, &ours), None);
        let long_ago = Instant::now().checked_sub(LIFE).expect("the machine is older");
        let old = sessions.begin(&token, long_ago);
        assert_eq!(sessions.token(&old, &ours), None);
        sessions.end(&id);
        assert_eq!(sessions.token(&id, &ours), None);
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let (sessions, ours) = (Sessions::default(), tokens(&["map"]));
        let token = ours.0[0].clone();
        let first = sessions.begin(&token, Instant::now());
        for _ in 0..MOST {
            sessions.begin(&token, Instant::now());
        }
        assert_eq!(sessions.0.lock().expect("whole").len(), MOST);
        assert_eq!(sessions.token(&first, &ours), None);
    }
}
