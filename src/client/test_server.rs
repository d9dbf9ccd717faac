//! Small servers in the test's own process, on a free port: HTTP that answers by script, and a WebSocket.

use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use futures_util::SinkExt;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::Target;
use crate::wire::Frame;

/// A runtime as the modules under test build theirs.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A port that is taken for as long as this lives, and where nobody listens.
pub(crate) struct DeafPort(tokio::net::TcpSocket);

impl DeafPort {
    pub(crate) fn new() -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a free port");
        Self(socket)
    }

    pub(crate) fn target(&self) -> Target {
        let address = self.0.local_addr().expect("an address");
        Target::parse(&format!("http://{address}/predict")).expect("a good address")
    }
}

/// What the server does with one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: &'static str,
    pub(crate) body: String,
    /// Waits before it answers.
    pub(crate) delay: Duration,
    /// Hangs up without an answer.
    pub(crate) hang_up: bool,
    /// Hangs up after the answer, without having announced it.
    pub(crate) last: bool,
}

impl Reply {
    pub(crate) fn ok(body: &str) -> Self {
        Self { status: 200, body: body.to_owned(), ..Self::default() }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

type Handler = dyn Fn(usize, &str) -> Reply + Send + Sync;

/// An HTTP/1.1 server with a thread for each connection.
pub(crate) struct HttpServer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    handler: Box<Handler>,
    bodies: Mutex<Vec<String>>,
    connections: AtomicUsize,
    stopping: AtomicBool,
}

impl HttpServer {
    /// `handler` gets the number of the request, from 0, and its body.
    pub(crate) fn start(handler: impl Fn(usize, &str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            handler: Box::new(handler),
            bodies: Mutex::default(),
            connections: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopping.load(Ordering::SeqCst) {
                    break;
                }
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let (state, stream) = (Arc::clone(&shared), stream.expect("a connection"));
                // A client that leaves in the middle is no concern of the server.
                thread::spawn(move || drop(state.serve(&stream)));
            }
        });
        Self { address, state }
    }

    pub(crate) fn target(&self) -> Target {
        Target::parse(&format!("http://{}/predict_map", self.address)).expect("a good address")
    }

    /// The bodies of all requests, in the order of their arrival.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.state.bodies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.state.stopping.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address); // Wakes the listener, which then leaves.
    }
}

impl State {
    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line)? == 0 {
                    return Ok(());
                }
                let line = line.trim_end().to_ascii_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            let body = String::from_utf8(body).expect("UTF-8");
            let number = {
                let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
                bodies.push(body.clone());
                bodies.len() - 1
            };
            let reply = (self.handler)(number, &body);
            thread::sleep(reply.delay);
            if reply.hang_up {
                return Ok(());
            }
            let Reply { status, headers, body, last, .. } = reply;
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
            (&mut &*stream).write_all(answer.as_bytes())?;
            if last {
                return Ok(());
            }
        }
    }
}

/// A WebSocket server that serves one connection after the other.
pub(crate) struct WsServer {
    address: SocketAddr,
}

impl WsServer {
    /// `serve` gets the number of the connection, from 0, and its open WebSocket.
    pub(crate) fn start<F, S>(serve: S) -> Self
    where
        S: Fn(usize, WebSocketStream<tokio::net::TcpStream>) -> F + Send + 'static,
        F: Future<Output = ()>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        listener.set_nonblocking(true).expect("a socket of tokio's");
        // The thread lives as long as the test process; it only ever waits.
        thread::spawn(move || {
            runtime().block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                for number in 0.. {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    if let Ok(socket) = tokio_tungstenite::accept_async(stream).await {
                        serve(number, socket).await;
                    }
                }
            });
        });
        Self { address }
    }

    /// Sends the frames of script `n` on connection `n` and breaks off; after the last script it stays open.
    pub(crate) fn scripted(scripts: Vec<Vec<Frame>>) -> Self {
        Self::start(move |number, mut socket| {
            let frames = scripts.get(number).cloned().unwrap_or_default();
            let stays = number + 1 >= scripts.len();
            async move {
                for frame in frames {
                    let text = serde_json::to_string(&frame).expect("a frame is JSON");
                    if socket.send(Message::Text(text.into())).await.is_err() {
                        return;
                    }
                }
                if stays {
                    std::future::pending::<()>().await;
                }
            }
        })
    }

    pub(crate) fn target(&self) -> Target {
        Target::parse(&format!("ws://{}/ws", self.address)).expect("a good address")
    }
}
