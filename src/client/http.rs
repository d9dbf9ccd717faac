//! One HTTP/1.1 connection that stays open: a request at a time, answered in full before the next.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Request};
use hyper_util::rt::TokioIo;

use super::stream::Stream;
use super::{Error, Target, connect};

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 16 << 20;

/// After so long without a request, whether the server has hung up is looked at before the next one.
const IDLE: Duration = Duration::from_millis(500);

/// The answer to a request, read in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// How long the server asks to wait before the next try (`Retry-After` in seconds).
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Bytes,
}

impl Response {
    /// True for 200 to 299.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// A connection to one target; opens itself again when it was closed between two requests.
///
/// It runs on the caller's task: no second task has to be woken for each request.
pub struct Connection {
    target: Target,
    patience: Duration,
    head: Parts,
    /// Boxed, because it is large and moves for each request.
    link: Option<Box<Link>>,
}

impl Connection {
    /// Connects to `target`; connecting and each request may take `patience`.
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Connect`] or [`Error::Timeout`] when nobody answers there.
    pub async fn open(target: &Target, patience: Duration) -> Result<Self, Error> {
        let unusable =
            |reason: hyper::http::Error| Error::Url { url: target.to_string(), reason: reason.to_string() };
        let request = Request::post(target.path())
            .header(HOST, target.address())
            .header(CONTENT_TYPE, "application/json")
            .body(())
            .map_err(unusable)?;
        let (mut head, ()) = request.into_parts();
        if let Some(authorization) = target.authorization() {
            head.headers.insert(AUTHORIZATION, authorization.clone());
        }
        let link = Some(Link::open(target, patience).await?);
        Ok(Self { target: target.clone(), patience, head, link })
    }

    /// Posts one JSON body and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`Error::Closed`] when the server hung up before it had answered (it may have worked on the request),
    /// [`Error::Timeout`], [`Error::Protocol`], or what [`Connection::open`] says when it had to reconnect.
    /// After an error the next request opens a new connection.
    pub async fn post(&mut self, body: Bytes) -> Result<Response, Error> {
        match tokio::time::timeout(self.patience, self.exchange(body)).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout {
                address: self.target.address(),
                doing: "waiting for an answer",
                patience: self.patience,
            }),
        }
    }

    /// The link is taken out for the time of the exchange, so that one which failed or was left is not used again.
    async fn exchange(&mut self, body: Bytes) -> Result<Response, Error> {
        let mut kept = self.link.take();
        if let Some(link) = &mut kept
            && !link.is_ready().await
        {
            kept = None;
        }
        let mut link = match kept {
            Some(link) => link,
            None => Link::open(&self.target, self.patience).await?,
        };
        let request = Request::from_parts(self.head.clone(), Full::new(body));
        match link.exchange(request).await {
            Ok(response) => {
                self.link = Some(link);
                Ok(response)
            }
            Err(failure) => Err(failure.at(self.target.address())),
        }
    }
}

/// What failed within an exchange; the connection adds where.
enum Failure {
    Http(hyper::Error),
    TooLarge,
}

impl Failure {
    fn at(self, address: String) -> Error {
        match self {
            Self::TooLarge => Error::Protocol {
                address,
                reason: format!("the answer is larger than {} MiB", MAX_ANSWER >> 20),
            },
            Self::Http(error) if error.is_parse() || error.is_user() => {
                Error::Protocol { address, reason: error.to_string() }
            }
            Self::Http(_) => Error::Closed { address },
        }
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::Http(error)
    }
}

/// hyper's two halves of an open connection.
struct Link {
    sender: http1::SendRequest<Full<Bytes>>,
    machine: Machine,
    last_used: Instant,
}

impl Link {
    async fn open(target: &Target, patience: Duration) -> Result<Box<Self>, Error> {
        let stream = connect(target, patience).await?;
        match http1::handshake(TokioIo::new(stream)).await {
            Ok((sender, connection)) => {
                let machine = Machine(Some(connection));
                Ok(Box::new(Self { sender, machine, last_used: Instant::now() }))
            }
            Err(error) => Err(Failure::Http(error).at(target.address())),
        }
    }

    /// Whether the next request can be sent on it.
    async fn is_ready(&mut self) -> bool {
        if self.last_used.elapsed() > IDLE {
            // Nobody polled the socket meanwhile; this lets the runtime see that the server has hung up.
            tokio::task::yield_now().await;
        }
        self.machine.look().await;
        self.machine.drive(self.sender.ready()).await.is_ok() && self.machine.0.is_some()
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Response, Failure> {
        let answer = self.machine.drive(self.sender.send_request(request)).await?;
        let (head, body) = answer.into_parts();
        let body = self.read(body).await?;
        self.last_used = Instant::now();
        Ok(Response { status: head.status.as_u16(), retry_after: retry_after(&head.headers), body })
    }

    /// Reads a body; one that comes in a single piece, as small ones do, is not copied.
    async fn read(&mut self, mut body: Incoming) -> Result<Bytes, Failure> {
        let mut whole = Bytes::new();
        let mut pieces = Vec::new();
        while !body.is_end_stream() {
            let Some(frame) = self.machine.drive(body.frame()).await else { break };
            let Ok(piece) = frame?.into_data() else { continue };
            if whole.len().max(pieces.len()) + piece.len() > MAX_ANSWER {
                return Err(Failure::TooLarge);
            }
            if whole.is_empty() && pieces.is_empty() {
                whole = piece;
            } else {
                if pieces.is_empty() {
                    pieces.extend_from_slice(&std::mem::take(&mut whole));
                }
                pieces.extend_from_slice(&piece);
            }
        }
        Ok(if pieces.is_empty() { whole } else { pieces.into() })
    }
}

/// hyper's connection future, `None` once it has ended.
struct Machine(Option<http1::Connection<TokioIo<Stream>, Full<Bytes>>>);

impl Machine {
    /// Runs `step` to its end, and the connection beside it as far as it goes.
    async fn drive<F: Future>(&mut self, step: F) -> F::Output {
        let mut step = pin!(step);
        poll_fn(|context| {
            if let Poll::Ready(output) = step.as_mut().poll(context) {
                return Poll::Ready(output);
            }
            self.poll(context);
            step.as_mut().poll(context)
        })
        .await
    }

    /// Lets the connection see what has arrived.
    async fn look(&mut self) {
        poll_fn(|context| {
            self.poll(context);
            Poll::Ready(())
        })
        .await;
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.0
            && Pin::new(connection).poll(context).is_ready()
        {
            self.0 = None; // A step that still waits for it is told so by hyper.
        }
    }
}

/// `Retry-After` in seconds; its other form, a date, would need the two clocks to agree and is not used.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u32 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::test_server::{DeafPort, HttpServer, Reply, runtime};

    const PATIENCE: Duration = Duration::from_secs(10);

    fn body(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[test]
    fn one_connection_carries_many_requests() {
        let large = "x".repeat(300_000);
        let sent = large.clone();
        let server = HttpServer::start(move |number, _| match number {
            0 => {
                Reply { status: 503, headers: "Retry-After: 7\r\n", body: "later".into(), ..Reply::default() }
            }
            1 => Reply::ok(&large),
            _ => Reply::ok(""),
        });
        runtime().block_on(async {
            let mut connection = Connection::open(&server.target(), PATIENCE).await.expect("it listens");
            let busy = connection.post(body("one")).await.expect("an answer");
            assert_eq!((busy.status, busy.retry_after), (503, Some(Duration::from_secs(7))));
            assert_eq!(busy.body, "later");
            assert_eq!(connection.post(body("two")).await.expect("an answer").body, sent);
            let empty = connection.post(body("")).await.expect("an answer");
            assert!(empty.is_success() && empty.body.is_empty() && empty.retry_after.is_none());
        });
        assert_eq!(server.bodies(), ["one", "two", ""]);
        assert_eq!(server.connections(), 1);
    }

    #[test]
    fn reconnects_when_the_server_has_hung_up_between_requests() {
        let server = HttpServer::start(|number, _| match number {
            0 => Reply { last: true, ..Reply::ok("a") }, // unannounced
            1 => Reply { last: true, headers: "Connection: close\r\n", ..Reply::ok("b") },
            _ => Reply::ok("c"),
        });
        runtime().block_on(async {
            let mut connection = Connection::open(&server.target(), PATIENCE).await.expect("it listens");
            assert_eq!(connection.post(body("1")).await.expect("an answer").body, "a");
            std::thread::sleep(IDLE + Duration::from_millis(100));
            assert_eq!(connection.post(body("2")).await.expect("an answer").body, "b");
            assert_eq!(connection.post(body("3")).await.expect("an answer").body, "c");
        });
        assert_eq!(server.bodies(), ["1", "2", "3"]);
        assert_eq!(server.connections(), 3);
    }

    #[test]
    fn says_that_the_server_hung_up_or_was_too_slow_and_recovers() {
        let server = HttpServer::start(|number, _| match number {
            0 => Reply { hang_up: true, ..Reply::default() },
            1 => Reply { delay: Duration::from_secs(3), ..Reply::ok("late") },
            _ => Reply::ok("well"),
        });
        runtime().block_on(async {
            let patience = Duration::from_millis(300);
            let mut connection = Connection::open(&server.target(), patience).await.expect("it listens");
            let closed = connection.post(body("1")).await.expect_err("it hangs up");
            assert!(matches!(closed, Error::Closed { .. }), "{closed}");
            let late = connection.post(body("2")).await.expect_err("it is slow");
            assert!(matches!(late, Error::Timeout { .. }), "{late}");
            assert!(late.to_string().ends_with("gave up waiting for an answer after 0.3 s"), "{late}");
            connection.patience = PATIENCE;
            assert_eq!(connection.post(body("3")).await.expect("an answer").body, "well");
        });
    }

    #[test]
    fn says_that_nobody_listens() {
        let nobody = DeafPort::new();
        let (target, address) = (nobody.target(), nobody.target().address());
        let refused = runtime().block_on(Connection::open(&target, PATIENCE)).err().expect("nobody listens");
        assert_eq!(
            refused.to_string(),
            format!("connection refused by {address}: is `fraudctl serve` running there?")
        );
    }
}
