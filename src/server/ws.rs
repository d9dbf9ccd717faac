//! `GET /ws`: one WebSocket client.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse};
use actix_ws::{CloseCode, CloseReason, Message, MessageStream, ProtocolError, Session};
use futures_util::SinkExt;
use tokio::time::Instant;

use super::App;
use super::access::{Scope, Shown};
use super::live::{Outbox, text_of};
use super::problem::Refusal;
use crate::wire::{ClientFrame, Frame, VERSION};

/// The largest frame a client may send, in bytes.
const FRAME_LIMIT: usize = 4 * 1024;
/// Frames that a client may send within a second.
const MOST_FRAMES: u32 = 20;
/// A client that takes longer to make room for one frame is dropped.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two pings to the client, and between two looks at whether it may still watch; in tests nobody waits so long.
const PING_PERIOD: Duration = if cfg!(test) { Duration::from_millis(250) } else { Duration::from_secs(15) };
/// A client that is silent for longer, even on pings, is dropped.
const SILENCE_LIMIT: Duration = Duration::from_secs(45);

/// `GET /ws`
pub(super) async fn connect(
    app: web::Data<App>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Refusal> {
    let (response, session, messages) = actix_ws::handle(&request, payload)
        .map_err(|error| Refusal::bad("no_websocket", format!("this address talks WebSocket: {error}")))?;
    let messages = messages.max_frame_size(FRAME_LIMIT);
    let shown = Shown::of(&request);
    actix_web::rt::spawn(Client { app, shown, session }.run(messages));
    Ok(response)
}

struct Client {
    app: web::Data<App>,
    /// By what it was let in, which has to last.
    shown: Shown<'static>,
    session: Session,
}

/// Nobody is there any more.
struct Gone;

impl Client {
    async fn run(mut self, messages: MessageStream) {
        let (number, outbox, alerts) = self.app.hub.join();
        self.app.metrics.clients.inc();
        let model = self.app.engine.model();
        let hello = Frame::Hello {
            version: VERSION,
            model: model.name.clone(),
            model_version: model.version.clone(),
            thresholds: model.thresholds,
            alerts,
            stats: self.app.metrics.stats(),
        };
        let farewell = match self.send(text_of(&hello)).await {
            Ok(()) => self.talk(&outbox, messages).await,
            Err(Gone) => None,
        };
        self.app.hub.leave(number);
        self.app.metrics.clients.dec();
        if let Some(code) = farewell {
            // The client may be gone or stalled: it has been told as far as it can be.
            let _ = tokio::time::timeout(SEND_TIMEOUT, self.session.close(Some(code.into()))).await;
        }
    }

    /// Until one side has enough; the code to close with, when there is somebody to tell.
    async fn talk(&mut self, outbox: &Arc<Outbox>, mut messages: MessageStream) -> Option<CloseCode> {
        let mut stop = self.app.stop.clone();
        let mut pings = tokio::time::interval_at(Instant::now() + PING_PERIOD, PING_PERIOD);
        let mut heard = Instant::now();
        let mut pace = Pace::new(heard);
        loop {
            let sent = tokio::select! {
                // In this order, so that a busy feed can't keep the server from stopping or the client unheard.
                biased;
                _ = stop.wait_for(|stop| *stop) => return Some(CloseCode::Away),
                message = messages.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Close(reason))) => return Some(code_of(reason)),
                        Some(Ok(_)) if !pace.allows(heard) => return Some(CloseCode::Policy),
                        Some(Ok(message)) => self.hear(message).await,
                        Some(Err(ProtocolError::Overflow)) => return Some(CloseCode::Size),
                        Some(Err(_)) => return Some(CloseCode::Protocol),
                        None => return None,
                    }
                }
                _ = pings.tick() => {
                    if heard.elapsed() > SILENCE_LIMIT || !self.may_watch() {
                        return Some(CloseCode::Policy);
                    }
                    self.deliver(Message::Ping(Bytes::new())).await
                }
                frame = outbox.next() => self.send(frame).await,
            };
            if sent.is_err() {
                return None;
            }
        }
    }

    /// False when the token was taken out of the file, or the session has ended.
    fn may_watch(&self) -> bool {
        self.app.access.admit(Scope::Read, &self.shown).is_ok()
    }

    /// Answers what asks for an answer; the rest, what a later client may send too, is passed over.
    async fn hear(&mut self, message: Message) -> Result<(), Gone> {
        match message {
            Message::Ping(payload) => self.deliver(Message::Pong(payload)).await,
            Message::Text(text) => match serde_json::from_str(&text) {
                Ok(ClientFrame::Ping { t }) => self.send(text_of(&Frame::Pong { t })).await,
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    async fn send(&mut self, text: Bytes) -> Result<(), Gone> {
        self.deliver(Message::Text(text.try_into().expect("JSON is UTF-8"))).await
    }

    async fn deliver(&mut self, message: Message) -> Result<(), Gone> {
        match tokio::time::timeout(SEND_TIMEOUT, self.session.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}

/// How many frames have come in the second under way.
struct Pace {
    begun: Instant,
    frames: u32,
}

impl Pace {
    fn new(begun: Instant) -> Self {
        Self { begun, frames: 0 }
    }

    /// Counts a frame; false when it is one too many.
    fn allows(&mut self, now: Instant) -> bool {
        if now.duration_since(self.begun) >= Duration::from_secs(1) {
            *self = Self::new(now);
        }
        self.frames += 1;
        self.frames <= MOST_FRAMES
    }
}

fn code_of(reason: Option<CloseReason>) -> CloseCode {
    reason.map_or(CloseCode::Normal, |reason| reason.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_frames_a_second_and_no_more() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for second in 0..3 {
            let allowed = |_: &u32| pace.allows(start + Duration::from_millis(second * 1_000 + 500));
            assert_eq!((0..100).filter(allowed).count(), MOST_FRAMES as usize, "{second}");
        }
    }
}
