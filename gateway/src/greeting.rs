//! Sockets that bring no token: the first frame must be `auth`, in time.

use protocol::close::CloseCode;
use protocol::frames::{Asked, Auth, ClientFrame, ErrorFrame, ServerFrame};
use protocol::problem::ProblemCode;
use runtime::tokens::Access;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::Gateway;
use crate::connection::End;
use crate::connection::writing::Writing;

/// Frames that an unknown client may send before `auth`; each is answered with an error.
const FRAMES_BEFORE_AUTH: usize = 8;

/// Waits for the token. A node that stops does not wait: the client comes back to another one.
pub(crate) async fn identify(gateway: &Gateway, writing: &mut Writing) -> Result<Access, End> {
    let draining = gateway.tasks().draining();
    let identified = timeout(gateway.tuning().auth_deadline, first_token(writing));
    let token = tokio::select! {
        () = draining.cancelled() => return Err(End::Closed(CloseCode::Restart)),
        identified = identified => identified.map_err(|_elapsed| End::Closed(CloseCode::AuthTimeout))??,
    };
    gateway.verify(&token).map_err(|_| End::Closed(CloseCode::Token))
}

/// The first `auth` frame's token.
async fn first_token(writing: &mut Writing) -> Result<String, End> {
    for _ in 0..FRAMES_BEFORE_AUTH {
        let text = match writing.receive().await? {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::ByClient),
            _ => continue,
        };
        if let Ok(Asked {
            frame: ClientFrame::Auth(Auth { token }),
            ..
        }) = ClientFrame::decode(&text)
        {
            return Ok(token);
        }
        let error = ErrorFrame {
            code: ProblemCode::Unauthorized.word().into(),
            message: "send an auth frame with a token first".into(),
            reference: None,
            client_id: None,
            retryable: false,
        };
        writing.answer(&ServerFrame::Error(error)).await?;
    }
    Err(End::Closed(CloseCode::AuthTimeout))
}
