//! Who gets where, and what never gets out.

use std::collections::HashMap;

use super::super::routes::TABLE;
use super::*;
use crate::cards::tests::NUMBERS;

/// A token for each scope, and what the server knows of them.
fn tokens() -> (HashMap<&'static str, String>, Tokens) {
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

fn guarded(tokens: Tokens, store: Option<Arc<dyn Store>>) -> (web::Data<App>, watch::Sender<bool>) {
    let (stop, stopped) = watch::channel(false);
    let config = ServerConfig { tokens: Some(tokens), ..config(tabular(), store) };
    (web::Data::new(App::new(config, stopped).unwrap()), stop)
}

fn with_token(request: TestRequest, token: Option<&String>) -> TestRequest {
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

#[actix_web::test]
async fn every_address_opens_to_its_scope_and_to_no_other() {
    let (secrets, tokens) = tokens();
    let (app, _stop) = guarded(tokens, None);
    let wrong = "fct_".to_owned() + &"0".repeat(64);
    for entry in TABLE {
        let path = entry.path.replace("{model}", "run-7").replace("{version}", "1a2b3c");
        // The same address written otherwise.
        let disguised = path.replacen('e', "%65", 1);
        for path in [path, disguised] {
            let status = async |token: Option<&String>| {
                let request = TestRequest::with_uri(&path).method(entry.method.clone());
                send(&app, with_token(request, token)).await.status
            };
            let is_open = entry.scope == Scope::Open;
            let session = entry.path == "/session" && entry.method == "POST";
            for token in [None, Some(&wrong)] {
                let status = status(token).await;
                assert_eq!(status == 401, !is_open || session, "{} {path} {token:?}: {status}", entry.method);
            }
            for scope in Scope::ALL {
                let status = status(Some(&secrets[scope.as_str()])).await;
                let is_refused =
                    if session { scope != Scope::Read } else { !is_open && scope != entry.scope };
                let what = format!("{} {path} with {}: {status}", entry.method, scope.as_str());
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
async fn a_browser_exchanges_its_token_for_a_cookie_that_only_watches() {
    let (secrets, ours) = tokens();
    let (app, _stop) = guarded(ours, None);
    let begin = |token| with_token(TestRequest::post().uri("/session"), token);
    let begun = send(&app, begin(Some(&secrets["read"]))).await;
    let cookie = begun.header("set-cookie").to_owned();
    for part in ["fraudctl_session=", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "there is no TLS");
    let pair = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |request: TestRequest| request.insert_header(("cookie", pair.clone()));
    for (path, status) in [("/alerts", 200), ("/session", 204), ("/metrics", 200), ("/models", 401)] {
        assert_eq!(send(&app, with_cookie(TestRequest::get().uri(path))).await.status, status, "{path}");
    }
    let posted = TestRequest::post().uri("/predict").set_payload("{}");
    assert_eq!(send(&app, with_cookie(posted)).await.status, 401, "a cookie decides nothing");
    assert_eq!(send(&app, with_cookie(TestRequest::delete().uri("/session"))).await.status, 204);
    assert_eq!(send(&app, with_cookie(TestRequest::get().uri("/alerts"))).await.status, 401);
    let (others, _) = tokens();
    assert_eq!(send(&app, begin(Some(&others["read"]))).await.status, 401);
    app.access.exchange(tokens().1);
    assert_eq!(send(&app, begin(Some(&secrets["read"]))).await.status, 401, "the file has others now");
}

#[actix_web::test]
async fn a_name_that_is_not_the_servers_is_turned_away_where_nothing_else_protects() {
    let (app, _stop) = app(tabular(), None);
    let named = |host: &str| TestRequest::get().uri("/alerts").insert_header(("host", host.to_owned()));
    assert_eq!(send(&app, named("rebound.example")).await.refusal(), (403, "foreign_host", ""));
    assert_eq!(send(&app, named("127.0.0.1:8080")).await.status, 200);
}

/// R9: numbers planted wherever a client can write, looked for wherever something comes out.
#[actix_web::test]
async fn card_numbers_are_nowhere_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let stored = store(folder.path());
    let (app, stop) = app(live(), Some(stored));
    let mut seen = String::new();
    let mut note = |reply: Reply| {
        let headers: Vec<String> =
            reply.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        seen += &format!("{} {} {}\n", reply.status, reply.json, headers.join(" "));
    };
    for (place, number) in NUMBERS.into_iter().enumerate() {
        let payment = |id: &str, customer: &str, terminal: &str| {
            format!(
                r#"{{"id":{id},"time":1700000000,"customer":{customer},"terminal":{terminal},"amount":0.95}}"#
            )
        };
        let quoted = format!("\"{number}\"");
        let (own, known) = (format!("\"a{place}\""), format!("\"k{place}\""));
        let fits = number.parse::<u64>().is_ok();
        let bodies = [
            payment(&quoted, "7", "9"),
            payment(&own, &quoted, &quoted),
            payment(&known, if fits { number } else { &quoted }, "\"T9\""),
            payment(&quoted, "8", "9"),
            format!(r#"{{"{number}":1}}"#),
            format!(r#"{{"customer":7,"terminal":9,"amount":{quoted}}}"#),
            format!(r#"{{"customer":7,"terminal":9,"time":{quoted},"amount":1}}"#),
            format!(r#"{{"customer":7,"terminal":9,"currency":{quoted},"amount":1}}"#),
            format!(r#"{{"customer":7,"terminal":9,"amount":{number}00}}"#),
            number.to_owned(),
            format!(r#"{{"id":{quoted}"#),
        ];
        for body in &bodies {
            note(post(&app, "/predict_map", body).await);
            note(post(&app, "/explain", body).await);
        }
        note(post(&app, "/predict/batch", &format!("[{}]", bodies[..9].join(","))).await);
        note(post(&app, "/feedback", &format!(r#"{{"id":{quoted},"fraud":true}}"#)).await);
        note(post(&app, "/feedback", &format!(r#"{{"id":"x{place}","{number}":true}}"#)).await);
        let reason = format!(r#"{{"kind":"customer","id":{quoted},"reason":"owner of {number}"}}"#);
        note(post(&app, "/suppressions", &reason).await);
        let reload = format!(r#"{{"run":{quoted}}}"#);
        note(post(&app, "/admin/reload", &reload).await);
        for path in [
            format!("/alerts?since={number}"),
            format!("/alerts?{number}=1"),
            format!("/{number}"),
            format!("/v2/models/{number}"),
            "/suppressions".to_owned(),
            "/alerts".to_owned(),
        ] {
            let request = TestRequest::get().uri(&path).insert_header(("x-request-id", number));
            note(
                send(
                    &app,
                    request.insert_header(("user-agent", number)).insert_header(("host", "127.0.0.1")),
                )
                .await,
            );
        }
        note(
            send(&app, TestRequest::delete().uri(&format!("/suppressions?kind=terminal&id={number}"))).await,
        );
    }
    let token = CardKey::new(&[7; 32]).token(NUMBERS[0]).unwrap();
    assert!(seen.contains(&token), "the same token stands for it everywhere");
    seen += &serde_json::to_string(&shown(&app).await).unwrap();
    seen += &app.metrics.text();
    assert!(app.store.as_ref().unwrap().decision(&token).unwrap().is_some());
    app.writer.as_ref().unwrap().close().await;
    drop((app, stop));
    let mut bytes = seen.into_bytes();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    for number in NUMBERS {
        let found = memchr::memmem::find(&bytes, number.as_bytes());
        let around =
            |place: usize| String::from_utf8_lossy(&bytes[place.saturating_sub(80)..place + 40]).into_owned();
        assert!(found.is_none(), "{number}: {}", found.map(around).unwrap_or_default());
    }
}
