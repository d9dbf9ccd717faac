//! The network client: one lean HTTP/1.1 keep-alive connection and one WebSocket subscription.
//!
//! It knows addresses, time limits and how to say what went wrong; whether to try again, how fast to send and
//! what to count is left to `stream` and `loadtest`. The only module that uses hyper and tokio-tungstenite.

mod error;
mod http;
mod subscription;
mod target;
#[cfg(test)]
pub(crate) mod test_server;

pub use error::Error;
pub use http::{Connection, Response};
pub use hyper::body::Bytes;
pub use subscription::Subscription;
pub use target::Target;

use std::io;
use std::time::Duration;

use tokio::net::TcpStream;

/// Opens a TCP connection within `patience`, without Nagle's delay.
async fn connect(target: &Target, patience: Duration) -> Result<TcpStream, Error> {
    let address = target.address();
    let connecting = TcpStream::connect((target.host(), target.port()));
    let stream = match tokio::time::timeout(patience, connecting).await {
        Err(_) => return Err(Error::Timeout { address, doing: "connecting to it", patience }),
        Ok(Err(source)) if source.kind() == io::ErrorKind::ConnectionRefused => {
            return Err(Error::Refused { address });
        }
        Ok(Err(source)) => return Err(Error::Connect { address, source }),
        Ok(Ok(stream)) => stream,
    };
    stream.set_nodelay(true).map_err(|source| Error::Connect { address, source })?;
    Ok(stream)
}
