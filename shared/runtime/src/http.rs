//! Serves a router over HTTP/1.1, WebSocket upgrades included, and lets its requests finish when the process leaves.

mod upgrade;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub use self::upgrade::{Upgrade, UpgradeError};
use crate::Tasks;

/// How long a connection may take to send the head of a request, and how long it may idle between two. Proxies keep
/// idle connections for 60 s; the side that reuses them must be the first to give up, or requests are lost.
pub const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(75);

/// The most connections of one listener that are not upgraded to a socket; the next ones wait in the system's queue.
pub const MAX_CONNECTIONS: usize = 10_000;

/// Bytes of a connection that are read ahead of whoever takes them, and the most that a request's head may have. hyper's
/// own limit is six times that, and an upload fills it again and again: what counts is the memory, not the calls saved.
const READ_AHEAD: usize = 64 * 1024;

/// How long to wait when the system has no file descriptor left for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Serves until stage *draining*, then accepts nothing more and returns. Requests under way are [held](Tasks::hold)
/// and finish until stage *stopping*, then they are cut off. Handlers find the peer's address as
/// `ConnectInfo<SocketAddr>`. An upgraded socket is its handler's own to close. To be spawned as a vital task.
pub async fn serve(listener: TcpListener, router: Router, tasks: Tasks) {
    let ends = Ends {
        finish: tasks.draining(),
        cut: tasks.stopping(),
        held: true,
    };
    accept(listener, router, &tasks, ends).await;
}

/// Serves until stage *stopping*: for what must still answer while the process drains.
pub(crate) async fn serve_to_the_last(listener: TcpListener, router: Router, tasks: Tasks) {
    let ends = Ends {
        finish: tasks.stopping(),
        cut: CancellationToken::new(),
        held: false,
    };
    accept(listener, router, &tasks, ends).await;
}

/// How connections end.
#[derive(Clone)]
struct Ends {
    /// From here on a connection takes no further request.
    finish: CancellationToken,
    /// From here on it is dropped, whatever it does.
    cut: CancellationToken,
    /// Whether stage *stopping* waits for it.
    held: bool,
}

async fn accept(listener: TcpListener, router: Router, tasks: &Tasks, ends: Ends) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        // Biased: a busy listener must not put off the end.
        let (slot, accepted) = tokio::select! {
            biased;
            () = ends.finish.cancelled() => return,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(connection) => connection,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let hold = ends.held.then(|| tasks.hold());
        let connection = connection(stream, peer, router.clone(), ends.clone());
        tasks.spawn("http_connection", async move {
            connection.await;
            drop((slot, hold));
        });
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, ends: Ends) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection went away at once");
        return;
    }
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .max_buf_size(READ_AHEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = ends.finish.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                result = connection => result,
                () = ends.cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "a connection ended early");
    }
}

#[cfg(test)]
mod tests;
