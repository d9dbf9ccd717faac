//! What needs a socket: starting, stopping, WebSockets.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::accessing::tokens;
use super::*;
use crate::wire::Frame;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(server: &Running) -> Socket {
    connect_async(format!("ws://{}/ws", server.address())).await.unwrap().0
}

/// The same with one header more.
async fn connect_with(server: &Running, name: &'static str, value: &str) -> Socket {
    let mut request = format!("ws://{}/ws", server.address()).into_client_request().unwrap();
    request.headers_mut().insert(name, value.parse().unwrap());
    connect_async(request).await.unwrap().0
}

async fn message(socket: &mut Socket) -> Message {
    tokio::time::timeout(PATIENCE, socket.next()).await.unwrap().unwrap().unwrap()
}

/// The next frame for which `wanted` gives something.
async fn next<T>(socket: &mut Socket, wanted: impl Fn(Frame) -> Option<T>) -> T {
    loop {
        if let Message::Text(text) = message(socket).await
            && let Some(found) = wanted(serde_json::from_str(&text).unwrap())
        {
            return found;
        }
    }
}

/// What the server closes with.
async fn closing(socket: &mut Socket) -> CloseCode {
    loop {
        if let Message::Close(reason) = message(socket).await {
            return reason.unwrap().code;
        }
    }
}

/// What the server says to `line`, with more headers and a body.
async fn ask(server: &Running, line: &str, headers: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

async fn post_over_socket(server: &Running, body: &str) -> String {
    ask(server, "POST /predict_map", "Content-Type: application/json\r\n", body).await
}

#[tokio::test]
async fn an_alert_reaches_everybody_who_watches() {
    let server = start(config(tabular(), None)).unwrap();
    let (mut one, mut other) = (connect(&server).await, connect(&server).await);
    for socket in [&mut one, &mut other] {
        let (version, model) = next(socket, |frame| match frame {
            Frame::Hello { version, model, .. } => Some((version, model)),
            _ => None,
        })
        .await;
        assert_eq!((version, model.as_str()), (crate::wire::VERSION, "run-7"));
    }
    let reply = post_over_socket(&server, r#"{"id":"a","V1":0.99,"Time":0,"Amount":1}"#).await;
    assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    for socket in [&mut one, &mut other] {
        let events = next(socket, |frame| match frame {
            Frame::Alerts { events, .. } => Some(events),
            _ => None,
        })
        .await;
        assert_eq!(events[0].id, "a");
        let stats = next(socket, |frame| match frame {
            Frame::Stats(stats) => Some(stats),
            _ => None,
        })
        .await;
        assert_eq!((stats.alerts, stats.clients), (1, 2));
    }
    one.send(Message::text(r#"{"type":"ping","t":4.5}"#)).await.unwrap();
    one.send(Message::text("not a frame")).await.unwrap();
    let t = next(&mut one, |frame| match frame {
        Frame::Pong { t } => Some(t),
        _ => None,
    })
    .await;
    assert_eq!(t, 4.5);
    let late = next(&mut connect(&server).await, |frame| match frame {
        Frame::Hello { alerts, .. } => Some(alerts),
        _ => None,
    })
    .await;
    assert_eq!(late.len(), 1);
}

#[tokio::test]
async fn pages_of_other_origins_and_plain_requests_are_turned_away() {
    let server = start(config(tabular(), None)).unwrap();
    let url = format!("ws://{}/ws", server.address());
    let status = async |origin: &str| {
        let mut request = url.as_str().into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match connect_async(request).await {
            Ok(_) => 101,
            Err(Error::Http(response)) => response.status().as_u16(),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(status(&format!("http://{}", server.address())).await, 101);
    assert_eq!(status("http://elsewhere.example").await, 403);
    assert_eq!(status("null").await, 403);
    let (app, _stop) = app(tabular(), None);
    assert_eq!(get(&app, "/ws").await.refusal(), (400, "no_websocket", ""));
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection() {
    let server = start(config(tabular(), None)).unwrap();
    let mut socket = connect(&server).await;
    socket.send(Message::text("x".repeat(5_000))).await.unwrap();
    assert_eq!(closing(&mut socket).await, CloseCode::Size);
}

#[tokio::test]
async fn a_client_that_never_stops_talking_is_shown_out() {
    let server = start(config(tabular(), None)).unwrap();
    let mut socket = connect(&server).await;
    // Together in one packet: more than two seconds' worth, wherever one ends.
    for _ in 0..100 {
        socket.feed(Message::text("not a frame")).await.unwrap();
    }
    socket.flush().await.unwrap();
    assert_eq!(closing(&mut socket).await, CloseCode::Policy);
}

#[tokio::test]
async fn a_socket_ends_with_its_session_and_with_its_token() {
    let (secrets, ours) = tokens();
    let server = start(ServerConfig { tokens: Some(ours), ..config(tabular(), None) }).unwrap();
    let bearer = format!("Bearer {}", secrets["read"]);
    let begun = ask(&server, "POST /session", &format!("Authorization: {bearer}\r\n"), "").await;
    let (_, cookie) = begun.split_once("fraudctl_session=").unwrap();
    let cookie = format!("fraudctl_session={}", cookie.split(';').next().unwrap());
    let mut by_session = connect_with(&server, "cookie", &cookie).await;
    let mut by_token = connect_with(&server, "authorization", &bearer).await;
    let ended = ask(&server, "DELETE /session", &format!("Cookie: {cookie}\r\n"), "").await;
    assert!(ended.starts_with("HTTP/1.1 204 "), "{ended}");
    assert_eq!(closing(&mut by_session).await, CloseCode::Policy);
    by_token.send(Message::text(r#"{"type":"ping","t":1}"#)).await.unwrap();
    let is_pong = |frame: Frame| matches!(frame, Frame::Pong { .. }).then_some(());
    next(&mut by_token, is_pong).await;
    server.exchange_tokens(tokens().1);
    assert_eq!(closing(&mut by_token).await, CloseCode::Policy);
}

#[tokio::test]
async fn a_stopped_server_says_goodbye_and_has_stored_everything() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(config(tabular(), Some(store(folder.path())))).unwrap();
    let mut socket = connect(&server).await;
    for id in 0..20 {
        let reply =
            post_over_socket(&server, &format!(r#"{{"id":"{id}","V1":0.99,"Time":0,"Amount":1}}"#)).await;
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
    }
    let address = server.address();
    server.stopper().stop();
    assert_eq!(closing(&mut socket).await, CloseCode::Away);
    drop(socket);
    let stats = tokio::task::spawn_blocking(|| server.stop()).await.unwrap().unwrap();
    assert_eq!(stats.alerts, 20);
    assert!(TcpStream::connect(address).await.is_err());
    let counts = store(folder.path()).counts().unwrap();
    assert_eq!(counts.decisions, 20);
}

#[test]
fn an_address_in_use_is_an_error_that_names_it() {
    let first = start(config(tabular(), None)).unwrap();
    let second = ServerConfig { bind: first.address(), ..config(tabular(), None) };
    let error = start(second).err().unwrap();
    assert!(error.to_string().starts_with(&format!("can not listen on {}", first.address())), "{error}");
    first.stop().unwrap();
}
