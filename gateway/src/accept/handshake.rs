//! The opening handshake of RFC 6455, and what is left of the connection after it.

use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use bytes::Bytes;
use runtime::http::{Upgrade, UpgradeError};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response;

use super::refusal::Refused;

/// A request that may become a WebSocket.
pub(super) struct Handshake {
    upgrade: Upgrade,
    response: Response<()>,
}

impl<S: Sync> FromRequestParts<S> for Handshake {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let mut request = Request::new(());
        request.method_mut().clone_from(&parts.method);
        *request.version_mut() = parts.version;
        request.headers_mut().clone_from(&parts.headers);
        let response = create_response(&request).map_err(|_error| Refused::not_an_upgrade())?;
        let upgrade = Upgrade::take(&mut parts.extensions).ok_or_else(Refused::not_an_upgrade)?;
        Ok(Self { upgrade, response })
    }
}

impl Handshake {
    /// The answer to the client, and the connection once that is written.
    pub(super) fn accept(
        self,
    ) -> (
        Response<Body>,
        impl Future<Output = Result<(TcpStream, Bytes), UpgradeError>> + Send,
    ) {
        (self.response.map(|()| Body::empty()), self.upgrade.stream())
    }
}
