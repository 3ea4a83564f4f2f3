//! A line to a server that can be cut and mended, as a restart of that server would.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A port that forwards to a server.
#[derive(Debug)]
pub(crate) struct Line {
    server: String,
    address: String,
    /// Empty while the line is cut: connections are refused.
    forwarding: JoinSet<()>,
}

impl Line {
    pub(crate) async fn to(server: &str) -> Self {
        let mut line = Self {
            server: server.to_owned(),
            address: "127.0.0.1:0".to_owned(),
            forwarding: JoinSet::new(),
        };
        line.mend().await;
        line
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Breaks every connection, and refuses new ones.
    pub(crate) async fn cut(&mut self) {
        self.forwarding.shutdown().await;
    }

    /// Forwards again, on the same port as before.
    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(&self.address).await.unwrap();
        self.address = listener.local_addr().unwrap().to_string();
        self.forwarding.spawn(forward(listener, self.server.clone()));
    }
}

/// The connections end with it.
async fn forward(listener: TcpListener, server: String) {
    let mut connections = JoinSet::new();
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut upstream = TcpStream::connect(&server).await.unwrap();
        connections.spawn(async move {
            let _broken = copy_bidirectional(&mut client, &mut upstream).await;
        });
    }
}
