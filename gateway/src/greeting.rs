//! Sockets that bring no token: the first frame must be `auth`, in time.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use protocol::close::CloseCode;
use protocol::frames::{Asked, Auth, ClientFrame, ErrorFrame, ServerFrame};
use protocol::problem::ProblemCode;
use runtime::tokens::Access;
use tokio::time::timeout;

use crate::Gateway;

/// Frames that an unknown client may send before `auth`; each is answered with an error.
const FRAMES_BEFORE_AUTH: usize = 8;

/// Waits for the token; `None` when the socket was closed instead.
pub(crate) async fn identify(gateway: &Gateway, socket: &mut WebSocket) -> Option<Access> {
    let identified = timeout(gateway.tuning().auth_deadline, first_token(socket)).await;
    let code = match identified {
        Ok(Some(Ok(token))) => match gateway.verify(&token) {
            Ok(access) => return Some(access),
            Err(_) => CloseCode::Token,
        },
        Ok(Some(Err(code))) => code,
        Ok(None) => return None,
        Err(_elapsed) => CloseCode::AuthTimeout,
    };
    let frame = CloseFrame {
        code: code.number(),
        reason: code.reason(None).into(),
    };
    // A client that is gone already needs no goodbye.
    let _gone = socket.send(Message::Close(Some(frame))).await;
    None
}

/// The first `auth` frame's token; `None` when the client left.
async fn first_token(socket: &mut WebSocket) -> Option<Result<String, CloseCode>> {
    for _ in 0..FRAMES_BEFORE_AUTH {
        let text = match socket.recv().await?.ok()? {
            Message::Text(text) => text,
            Message::Close(_) => return None,
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => continue,
        };
        if let Ok(Asked {
            frame: ClientFrame::Auth(Auth { token }),
            ..
        }) = ClientFrame::decode(&text)
        {
            return Some(Ok(token));
        }
        let error = ErrorFrame {
            code: ProblemCode::Unauthorized.word().into(),
            message: "send an auth frame with a token first".into(),
            reference: None,
            client_id: None,
            retryable: false,
        };
        socket
            .send(Message::Text(ServerFrame::Error(error).encode(None).into()))
            .await
            .ok()?;
    }
    Some(Err(CloseCode::AuthTimeout))
}
