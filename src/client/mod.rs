//! The network client: one lean HTTP/1.1 keep-alive connection and one WebSocket subscription.
//!
//! It knows addresses, time limits and how to say what went wrong; whether to try again, how fast to send and
//! what to count is left to `stream` and `loadtest`. The only module that uses hyper, tokio-tungstenite and tokio-rustls.

mod credentials;
mod error;
mod http;
mod stream;
mod subscription;
mod target;
#[cfg(test)]
pub(crate) mod test_server;

pub use credentials::{Credentials, CredentialsError};
pub use error::Error;
pub use http::{Connection, Response};
pub use hyper::body::Bytes;
pub use subscription::Subscription;
pub use target::Target;

use std::io;
use std::time::Duration;

use rustls::pki_types::ServerName;
use stream::Stream;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Opens a connection within `patience`, without Nagle's delay, and with TLS where the target says so.
async fn connect(target: &Target, patience: Duration) -> Result<Stream, Error> {
    let stream = connect_tcp(target, patience).await?;
    let Some(trust) = target.trust() else { return Ok(Stream::Plain(stream)) };
    let address = target.address();
    let failed = |reason: String| Error::Tls { address: address.clone(), reason };
    let name = ServerName::try_from(target.host().to_owned()).map_err(|error| failed(error.to_string()))?;
    let connecting = TlsConnector::from(trust.clone()).connect(name, stream);
    match tokio::time::timeout(patience, connecting).await {
        Err(_) => Err(Error::Timeout { address: address.clone(), doing: "agreeing on TLS", patience }),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
    }
}

async fn connect_tcp(target: &Target, patience: Duration) -> Result<TcpStream, Error> {
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
