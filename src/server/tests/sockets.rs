//! What needs a socket: starting, stopping, WebSockets.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;
use crate::wire::Frame;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(server: &Running) -> Socket {
    connect_async(format!("ws://{}/ws", server.address())).await.unwrap().0
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

async fn post_over_socket(server: &Running, body: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = format!(
        "POST /predict_map HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
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
    let code = loop {
        match message(&mut socket).await {
            Message::Close(reason) => break reason.unwrap().code,
            _ => continue,
        }
    };
    assert_eq!(code, CloseCode::Size);
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
    let code = loop {
        match message(&mut socket).await {
            Message::Close(reason) => break reason.unwrap().code,
            _ => continue,
        }
    };
    assert_eq!(code, CloseCode::Away);
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
