//! A request's connection, once it is no longer HTTP.

use axum::http::Extensions;
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The claim on the connection of a request that asked for another protocol.
#[derive(Debug)]
pub struct Upgrade(OnUpgrade);

/// Why there is no connection to go on with.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// The client went away before the answer was written, or the process stops.
    #[error("the connection ended before it was handed over")]
    Ended(#[source] hyper::Error),
    /// Another server than [`super::serve`] took the request in.
    #[error("the connection is not a TCP stream of this server")]
    Foreign,
}

impl Upgrade {
    /// Of a request; `None` when it did not ask for one.
    pub fn take(extensions: &mut Extensions) -> Option<Self> {
        extensions.remove().map(Self)
    }

    /// Waits until the answer `101 Switching Protocols` is written. The bytes are what the client has sent since and
    /// this server has read already.
    pub async fn stream(self) -> Result<(TcpStream, Bytes), UpgradeError> {
        let upgraded = self.0.await.map_err(UpgradeError::Ended)?;
        let parts = upgraded
            .downcast::<TokioIo<TcpStream>>()
            .map_err(|_other| UpgradeError::Foreign)?;
        Ok((parts.io.into_inner(), parts.read_buf))
    }
}
