//! `healthcheck`, the subcommand: a container image without a shell asks its own process whether it is ready.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Below the three seconds that the images give a health check.
const ANSWER_WITHIN: Duration = Duration::from_millis(2_500);

/// Why the process is not ready, or could not be asked.
#[derive(Debug, thiserror::Error)]
enum NotReady {
    #[error("the internal port cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    #[error("the internal port did not answer: {0}")]
    NoAnswer(#[from] hyper::Error),
    #[error("the request could not be made: {0}")]
    Request(#[from] axum::http::Error),
    #[error("not ready: {0}")]
    Status(StatusCode),
    #[error("no answer within {} ms", ANSWER_WITHIN.as_millis())]
    TooLate,
}

/// Asks `/readyz` of the process that listens on `internal`. Success when it is ready, also when degraded.
pub async fn run(internal: SocketAddr) -> ExitCode {
    let answer = timeout(ANSWER_WITHIN, ask(reachable(internal))).await;
    match answer.unwrap_or(Err(NotReady::TooLate)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "health check failed");
            ExitCode::FAILURE
        }
    }
}

async fn ask(address: SocketAddr) -> Result<(), NotReady> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get("/readyz")
        .header(header::HOST, address.to_string())
        .body(Body::empty())?;
    let (response, connected) = tokio::join!(
        async move {
            let response = sender.send_request(request).await;
            // The connection ends with its last sender.
            drop(sender);
            response
        },
        connection
    );
    connected?;
    let status = response?.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(NotReady::Status(status))
    }
}

/// Who listens on every address is asked on the loopback one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    async fn asked(status: StatusCode) -> Result<(), NotReady> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = axum::serve(
            listener,
            Router::new().route("/readyz", get(async move || status)),
        );
        tokio::select! { answer = ask(address) => answer, _ = server => unreachable!("serves for ever") }
    }

    #[tokio::test]
    async fn ready_is_a_success_and_anything_else_is_not() {
        assert!(asked(StatusCode::OK).await.is_ok());
        assert!(matches!(
            asked(StatusCode::SERVICE_UNAVAILABLE).await,
            Err(NotReady::Status(_))
        ));
    }

    #[tokio::test]
    async fn nobody_there_is_a_failure() {
        let free = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(matches!(ask(free).await, Err(NotReady::Unreachable(_))));
    }
}
