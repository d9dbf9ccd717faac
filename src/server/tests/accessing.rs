//! Who gets where, and what never gets out.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use actix_web::http::Method;
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default};

use super::super::routes::TABLE;
use super::*;
use crate::cards::tests::NUMBERS;

/// A token for each scope, and what the server knows of them.
pub(super) fn tokens() -> (HashMap<&'static str, String>, Tokens) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("tokens");
    let made: Vec<(&str, NewToken)> = Scope::ALL
        .into_iter()
        .map(|scope| (scope.as_str(), NewToken::make(scope.as_str(), scope.as_str()).unwrap()))
        .collect();
    let lines: Vec<&str> = made.iter().map(|(_, token)| token.line.as_str()).collect();
    std::fs::write(&path, lines.join("\n")).unwrap();
    let tokens = Tokens::read(&path).unwrap();
    (made.into_iter().map(|(scope, token)| (scope, token.secret)).collect(), tokens)
}

pub(super) fn guarded(
    tokens: Tokens,
    store: Option<Arc<dyn Store>>,
) -> (web::Data<App>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let config = ServerConfig { tokens: Some(tokens), ..config(tabular(), store) };
    (web::Data::new(App::new(config, stopped).unwrap()), stop)
}

/// Written down once more: the table must not open more than this by accident.
const EXPECTED: [(&str, &str, Scope); 36] = [
    ("POST", "/predict", Scope::Predict),
    ("POST", "/predict_map", Scope::Predict),
    ("POST", "/predict/batch", Scope::Predict),
    ("POST", "/explain", Scope::Explain),
    ("POST", "/feedback", Scope::Feedback),
    ("GET", "/suppressions", Scope::Read),
    ("POST", "/suppressions", Scope::Feedback),
    ("DELETE", "/suppressions", Scope::Feedback),
    ("GET", "/ws", Scope::Read),
    ("GET", "/alerts", Scope::Read),
    ("GET", "/metrics", Scope::Read),
    ("GET", "/health", Scope::Open),
    ("GET", "/health/live", Scope::Open),
    ("GET", "/health/ready", Scope::Open),
    ("GET", "/models", Scope::Read),
    ("GET", "/transactions/{id}", Scope::Read),
    ("GET", "/scores", Scope::Read),
    ("GET", "/drift", Scope::Read),
    ("GET", "/runs", Scope::Read),
    ("GET", "/runs/{name}/curves", Scope::Read),
    ("POST", "/admin/reload", Scope::Admin),
    ("GET", "/v2", Scope::Open),
    ("GET", "/v2/health/live", Scope::Open),
    ("GET", "/v2/health/ready", Scope::Open),
    ("GET", "/v2/models/{model}", Scope::Predict),
    ("GET", "/v2/models/{model}/ready", Scope::Predict),
    ("POST", "/v2/models/{model}/infer", Scope::Predict),
    ("GET", "/v2/models/{model}/versions/{version}", Scope::Predict),
    ("GET", "/v2/models/{model}/versions/{version}/ready", Scope::Predict),
    ("POST", "/v2/models/{model}/versions/{version}/infer", Scope::Predict),
    ("GET", "/session", Scope::Read),
    ("POST", "/session", Scope::Open),
    ("DELETE", "/session", Scope::Open),
    ("GET", "/openapi.json", Scope::Open),
    ("GET", "/", Scope::Open),
    ("GET", "/map", Scope::Open),
];

/// What this thread logs, to the last word.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logged {
    /// From now on, until the guard is dropped.
    fn begin() -> (Self, (DefaultGuard, tracing::Dispatch)) {
        let logged = Self::default();
        // While there is only one, tracing asks the thread that comes by a message first whether anybody wants to have it.
        let other = tracing::Dispatch::new(NoSubscriber::default());
        let writer = logged.clone();
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
        let guard = set_default(log.with_writer(move || writer.clone()).finish());
        (logged, (guard, other))
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}

pub(super) fn with_token(request: TestRequest, token: Option<&String>) -> TestRequest {
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

#[test]
fn the_table_opens_what_is_written_down_here_and_nothing_else() {
    let table: Vec<(&str, &str, Scope)> =
        TABLE.iter().map(|entry| (entry.method.as_str(), entry.path, entry.scope)).collect();
    for entry in &table {
        assert!(EXPECTED.contains(entry), "{entry:?} is not expected");
    }
    for entry in &EXPECTED {
        assert!(table.contains(entry), "{entry:?} is missing");
    }
    assert_eq!(table.len(), EXPECTED.len(), "one stands there twice");
}

#[actix_web::test]
async fn every_address_opens_to_its_scope_and_to_no_other() {
    let (secrets, tokens) = tokens();
    let (app, _stop) = guarded(tokens, None);
    let wrong = "fct_".to_owned() + &"0".repeat(64);
    for (method, path, needed) in EXPECTED {
        let is_open = needed == Scope::Open;
        let session = path == "/session" && method == "POST";
        let path = path.replace("{model}", "run-7").replace("{version}", "1a2b3c");
        // The same address written otherwise.
        let disguised = path.replacen('e', "%65", 1);
        for path in [path, disguised] {
            let status = async |token: Option<&String>| {
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                send(&app, with_token(TestRequest::with_uri(&path).method(method), token)).await.status
            };
            for token in [None, Some(&wrong)] {
                let status = status(token).await;
                assert_eq!(status == 401, !is_open || session, "{method} {path} {token:?}: {status}");
            }
            for scope in Scope::ALL {
                let status = status(Some(&secrets[scope.as_str()])).await;
                let is_refused = if session { scope != Scope::Read } else { !is_open && scope != needed };
                let what = format!("{method} {path} with {}: {status}", scope.as_str());
                assert_eq!(status == 403, is_refused, "{what}");
                assert_ne!(status, 401, "{what}");
            }
        }
    }
}

#[actix_web::test]
async fn a_refusal_says_what_is_needed() {
    let (secrets, tokens) = tokens();
    let (app, _stop) = guarded(tokens, None);
    let nobody = get(&app, "/alerts").await;
    assert_eq!((nobody.refusal(), nobody.header("www-authenticate")), ((401, "unauthorized", ""), "Bearer"));
    let other = send(&app, with_token(TestRequest::get().uri("/alerts"), Some(&secrets["admin"]))).await;
    assert_eq!(other.refusal(), (403, "forbidden", ""));
    assert!(other.json["error"].as_str().unwrap().contains("\"read\""));
    let basic = TestRequest::get().uri("/alerts").insert_header(("authorization", "Basic YTpi"));
    assert_eq!(send(&app, basic).await.status, 401);
    assert!(!other.header("x-request-id").is_empty(), "it can be found in the log");
}

#[actix_web::test]
async fn the_log_tells_the_code_of_a_refusal_and_not_what_it_quotes() {
    let (secrets, tokens) = tokens();
    let (app, _stop) = guarded(tokens, None);
    let (logged, _held) = Logged::begin();
    get(&app, "/alerts").await;
    let asked = TestRequest::post().uri("/predict").set_payload(r#"{"Surprise":1}"#);
    let refused = send(&app, with_token(asked, Some(&secrets["predict"]))).await;
    assert_eq!(refused.refusal(), (400, "unknown_field", "Surprise"));
    let log = logged.text();
    for line in [r#"route="/alerts" status=401"#, r#"code="unauthorized""#, r#"code="unknown_field""#] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains("Surprise"), "{log}");
}

#[actix_web::test]
async fn a_name_that_is_not_the_servers_is_turned_away_where_nothing_else_protects() {
    let (app, _stop) = app(tabular(), None);
    let named = |host: &str| TestRequest::get().uri("/alerts").insert_header(("host", host.to_owned()));
    assert_eq!(send(&app, named("rebound.example")).await.refusal(), (403, "foreign_host", ""));
    assert_eq!(send(&app, named("127.0.0.1:8080")).await.status, 200);
}

/// White space as JSON writes it.
const SPACES: [&str; 6] = [r"\t", r"\n", r"\r", r"\u000b", r"\u0020", r"\u00a0"];

/// What stands before the digits of a name that is cut after 128 characters, in their midst.
fn long() -> String {
    "a-".repeat(60)
}

/// Bodies of transactions with a card number wherever a client can write; the last two are no objects.
fn planted(place: usize, number: &str) -> Vec<String> {
    let payment = |id: &str, customer: &str, terminal: &str| {
        format!(
            r#"{{"id":{id},"time":1700000000,"customer":{customer},"terminal":{terminal},"amount":0.95}}"#
        )
    };
    let with = |field: &str, value: &str| {
        let rest = if field == "amount" { "" } else { r#","amount":1"# };
        format!(r#"{{"customer":7,"terminal":9,"{field}":{value}{rest}}}"#)
    };
    let quoted = format!("\"{number}\"");
    let spaced = format!("\"{}{number}\"", SPACES[place % SPACES.len()]);
    let (own, known, other) = (format!("\"a{place}\""), format!("\"k{place}\""), format!("\"s{place}\""));
    let fits = number.parse::<u64>().is_ok();
    vec![
        payment(&quoted, "7", "9"),
        payment(&own, &quoted, &quoted),
        payment(&known, if fits { number } else { &quoted }, "\"T9\""),
        payment(&other, &spaced, "\"T9\""),
        payment(&quoted, "8", "9"),
        format!("{{{quoted}:1}}"),
        format!("{{{spaced}:1}}"),
        format!(r#"{{"{}{number}":1}}"#, long()),
        with("amount", &quoted),
        with("amount", &spaced),
        with("amount", &format!("{number}00")),
        with("time", &quoted),
        with("time", &spaced),
        with("currency", &quoted),
        with("currency", &spaced),
        number.to_owned(),
        format!(r#"{{"id":{quoted}"#),
    ]
}

/// The answers to all that can be asked with a card number in it.
async fn answers(app: &web::Data<App>, place: usize, number: &str) -> Vec<Reply> {
    let bodies = planted(place, number);
    let mut replies = Vec::new();
    for body in &bodies {
        replies.push(post(app, "/predict_map", body).await);
        replies.push(post(app, "/explain", body).await);
    }
    for (path, body) in [
        ("/predict/batch", format!("[{}]", bodies[..bodies.len() - 2].join(","))),
        ("/feedback", format!(r#"{{"id":"{number}","fraud":true}}"#)),
        ("/feedback", format!(r#"{{"id":"x{place}","{number}":true}}"#)),
        ("/suppressions", format!(r#"{{"kind":"customer","id":"{number}","reason":"owner of {number}"}}"#)),
        ("/admin/reload", format!(r#"{{"run":"{number}"}}"#)),
    ] {
        replies.push(post(app, path, &body).await);
    }
    for path in [
        format!("/alerts?since={number}"),
        format!("/alerts?{number}=1"),
        format!("/{number}"),
        format!("/v2/models/{number}"),
        "/suppressions".to_owned(),
        "/alerts".to_owned(),
    ] {
        let headers = [("x-request-id", number), ("user-agent", number), ("host", "127.0.0.1")];
        let request = TestRequest::get().uri(&path);
        let request = headers.into_iter().fold(request, |request, header| request.insert_header(header));
        replies.push(send(app, request).await);
    }
    let lifted = format!("/suppressions?kind=terminal&id={number}");
    replies.push(send(app, TestRequest::delete().uri(&lifted)).await);
    replies
}

/// R9: numbers planted wherever a client can write, looked for wherever something comes out.
#[actix_web::test]
async fn card_numbers_are_nowhere_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let stored = store(folder.path());
    let (logged, held) = Logged::begin();
    let (app, stop) = app(live(), Some(stored));
    let mut replies = Vec::new();
    for (place, number) in NUMBERS.into_iter().enumerate() {
        replies.extend(answers(&app, place, number).await);
    }
    replies.push(get(&app, "/openapi.json").await);
    let mut seen = String::new();
    for reply in replies {
        let headers: Vec<String> =
            reply.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        seen += &format!("{} {} {}\n", reply.status, reply.json, headers.join(" "));
    }
    let token = CardKey::new(&[7; 32]).token(NUMBERS[0]).unwrap();
    assert!(seen.contains(&token), "the same token stands for it everywhere");
    seen += &serde_json::to_string(&shown(&app).await).unwrap();
    seen += &app.metrics.text();
    assert!(app.store.as_ref().unwrap().decision(&token).unwrap().is_some());
    app.writer.as_ref().unwrap().close().await;
    drop((app, stop, held));
    assert!(logged.text().contains("refused"), "something was logged");
    let mut bytes = seen.into_bytes();
    bytes.extend(logged.bytes());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for number in NUMBERS {
        for what in [number.to_owned(), format!("a-{}", &number[..8])] {
            let found = memchr::memmem::find(&bytes, what.as_bytes());
            let around = |place: usize| {
                let end = bytes.len().min(place + 40);
                String::from_utf8_lossy(&bytes[place.saturating_sub(80)..end]).into_owned()
            };
            assert!(found.is_none(), "{what}: {}", found.map(around).unwrap_or_default());
        }
    }
}
