//! The question that a container's health check asks: is the node on this machine ready?

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use hyper::Request;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How long to wait for the answer: below the three seconds that the image gives the whole check.
const PATIENCE: Duration = Duration::from_millis(2_500);

/// Succeeds if the node whose internal port is `listen` says that it is ready.
pub(crate) async fn ask(listen: SocketAddr) -> anyhow::Result<()> {
    let status = tokio::time::timeout(PATIENCE, status(reachable(listen)))
        .await
        .context("no answer in time")??;
    ensure!(status.is_success(), "the node answered {status}");
    Ok(())
}

/// "Every address" is one to listen on, not one to ask.
fn reachable(listen: SocketAddr) -> SocketAddr {
    match listen {
        SocketAddr::V4(address) if address.ip().is_unspecified() => {
            (Ipv4Addr::LOCALHOST, address.port()).into()
        }
        SocketAddr::V6(address) if address.ip().is_unspecified() => {
            (Ipv6Addr::LOCALHOST, address.port()).into()
        }
        address => address,
    }
}

async fn status(address: SocketAddr) -> anyhow::Result<hyper::StatusCode> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| address.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let question = Request::get("/readyz")
        .header(HOST, "localhost")
        .body(String::new())?;
    // Biased: an answer counts even if the connection ends with it.
    tokio::select! {
        biased;
        answer = sender.send_request(question) => Ok(answer?.status()),
        ended = connection => Err(ended.err().map_or_else(|| anyhow::anyhow!("no answer"), Into::into)),
    }
}
