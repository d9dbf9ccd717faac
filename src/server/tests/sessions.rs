//! What a page has after its token: a cookie, and what that opens.

use super::accessing::{guarded, tokens, with_token};
use super::*;

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
    for (path, status) in
        [("/alerts", 200), ("/session", 200), ("/metrics", 200), ("/models", 200), ("/v2/models/run-7", 401)]
    {
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
async fn behind_a_gateway_that_speaks_tls_the_cookie_travels_over_nothing_else() {
    for (origin, is_secure) in [("https://desk.example", true), ("http://desk.example", false)] {
        let (secrets, tokens) = tokens();
        let (_stop, stopped) = watch::channel(false);
        let sites = Sites { origins: vec![origin.to_owned()], ..Sites::default() };
        let config = ServerConfig { tokens: Some(tokens), sites, ..config(tabular(), None) };
        let app = web::Data::new(App::new(config, stopped).unwrap());
        let begin = with_token(TestRequest::post().uri("/session"), Some(&secrets["read"]));
        let begun = send(&app, begin).await;
        assert_eq!(begun.header("set-cookie").contains("; Secure"), is_secure, "{origin}");
    }
}

#[actix_web::test]
async fn a_session_tells_labels_only_from_a_page_of_the_servers_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens");
    let made = NewToken::make("analyst", "read,feedback").unwrap();
    std::fs::write(&path, &made.line).unwrap();
    let (app, _stop) = guarded(Tokens::read(&path).unwrap(), Some(store(folder.path())));
    let begun = send(&app, with_token(TestRequest::post().uri("/session"), Some(&made.secret))).await;
    let cookie = begun.header("set-cookie").split(';').next().unwrap().to_owned();
    let label = |origin: Option<&str>| {
        let request = TestRequest::post().uri("/feedback").insert_header(("host", "desk.example"));
        let request = request.insert_header(("cookie", cookie.as_str()));
        let request = request.insert_header(("content-type", "application/json"));
        let request = match origin {
            Some(origin) => request.insert_header(("origin", origin)),
            None => request,
        };
        request.set_payload(r#"{"id":"a","fraud":true}"#)
    };
    assert_eq!(send(&app, label(None)).await.status, 401, "no page says whose it is");
    assert_eq!(send(&app, label(Some("https://evil.example"))).await.refusal().1, "foreign_origin");
    assert_eq!(send(&app, label(Some("null"))).await.refusal().1, "foreign_origin");
    assert_eq!(
        send(&app, label(Some("https://desk.example"))).await.refusal().1,
        "unknown_id",
        "it came through"
    );
    let own = ("origin", "https://desk.example");
    let with_cookie = |request: TestRequest| {
        let request = request.insert_header(("host", "desk.example")).insert_header(own);
        request.insert_header(("cookie", cookie.as_str())).insert_header(("content-type", "application/json"))
    };
    let scopes = send(&app, with_cookie(TestRequest::get().uri("/session"))).await;
    assert_eq!(scopes.json["scopes"], serde_json::json!(["read", "feedback"]));
    for path in ["/predict", "/admin/reload"] {
        assert_eq!(send(&app, with_cookie(TestRequest::post().uri(path))).await.status, 401, "{path}");
    }
    let explained = send(&app, with_cookie(TestRequest::get().uri("/transactions/a"))).await;
    assert_eq!(explained.refusal().1, "unknown_id", "reading is free");
}
