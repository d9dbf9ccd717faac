//! The WebSocket of `serve`, read as [`Frame`]s.

use std::time::Duration;

use futures_util::StreamExt;
use hyper::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::stream::Stream;
use super::{Error, Target, connect};
use crate::wire::Frame;

/// An open WebSocket; the server's pings are answered while frames are awaited.
pub struct Subscription {
    socket: WebSocketStream<Stream>,
    address: String,
    patience: Duration,
}

impl Subscription {
    /// Connects to `target` and upgrades; `patience` limits that, and later each silence of the server.
    ///
    /// # Errors
    /// As for a connection, and [`Error::Upgrade`] when the server answers but opens no WebSocket.
    pub async fn open(target: &Target, patience: Duration) -> Result<Self, Error> {
        let stream = connect(target, patience).await?;
        let address = target.address();
        let mut request = format!("ws://{address}{}", target.path())
            .into_client_request()
            .map_err(|error| Error::Url { url: target.to_string(), reason: error.to_string() })?;
        if let Some(authorization) = target.authorization() {
            request.headers_mut().insert(AUTHORIZATION, authorization.clone());
        }
        match tokio::time::timeout(patience, client_async(request, stream)).await {
            Err(_) => Err(Error::Timeout { address, doing: "opening the WebSocket", patience }),
            Ok(Err(tungstenite::Error::Http(answer))) => Err(Error::Upgrade {
                address,
                path: target.path().to_owned(),
                status: answer.status().as_u16(),
            }),
            Ok(Err(error)) => Err(lost(address, &error)),
            Ok(Ok((socket, _))) => Ok(Self { socket, address, patience }),
        }
    }

    /// The next frame; `None` when the server has closed the WebSocket in good order.
    ///
    /// # Errors
    /// [`Error::Closed`] when it broke off, [`Error::Timeout`] when the server has been silent for too long
    /// (it sends its counters every second), [`Error::Protocol`] for a message that is no [`Frame`].
    pub async fn next(&mut self) -> Result<Option<Frame>, Error> {
        loop {
            let message = match tokio::time::timeout(self.patience, self.socket.next()).await {
                Err(_) => {
                    let (address, patience) = (self.address.clone(), self.patience);
                    return Err(Error::Timeout { address, doing: "waiting for a sign of life", patience });
                }
                Ok(None | Some(Err(tungstenite::Error::ConnectionClosed))) => return Ok(None),
                Ok(Some(Err(error))) => return Err(lost(self.address.clone(), &error)),
                Ok(Some(Ok(message))) => message,
            };
            match message {
                Message::Text(text) => return self.read(&text).map(Some),
                Message::Close(_) => return Ok(None),
                // Pings are answered by tungstenite while the next message is awaited.
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
                Message::Binary(_) => return Err(self.unexpected("a binary message".to_owned())),
            }
        }
    }

    fn read(&self, text: &str) -> Result<Frame, Error> {
        serde_json::from_str(text).map_err(|error| {
            let start: String = text.chars().take(80).collect();
            self.unexpected(format!("{error} in the message {start:?}"))
        })
    }

    fn unexpected(&self, reason: String) -> Error {
        Error::Protocol { address: self.address.clone(), reason }
    }
}

/// What a broken WebSocket means for the caller.
fn lost(address: String, error: &tungstenite::Error) -> Error {
    use tungstenite::error::ProtocolError;
    match error {
        tungstenite::Error::Io(_)
        | tungstenite::Error::AlreadyClosed
        | tungstenite::Error::Protocol(
            ProtocolError::ResetWithoutClosingHandshake | ProtocolError::HandshakeIncomplete,
        ) => Error::Closed { address },
        other => Error::Protocol { address, reason: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::test_server::{WsServer, runtime};

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn reads_frames_answers_pings_and_sees_the_end() {
        let server = WsServer::start(|_, mut socket| async move {
            use futures_util::SinkExt;
            let stats = serde_json::to_string(&Frame::Pong { t: 1.5 }).expect("a frame is JSON");
            socket.send(Message::Ping("are you there".into())).await.expect("the client reads");
            let pong = socket.next().await.expect("the client answers").expect("a message");
            assert_eq!(pong, Message::Pong("are you there".into()));
            socket.send(Message::Text(stats.into())).await.expect("the client reads");
            socket.close(None).await.expect("the client reads");
        });
        runtime().block_on(async {
            let mut subscription = Subscription::open(&server.target(), PATIENCE).await.expect("it opens");
            assert_eq!(subscription.next().await.expect("a frame"), Some(Frame::Pong { t: 1.5 }));
            assert_eq!(subscription.next().await.expect("a clean end"), None);
        });
    }
}
