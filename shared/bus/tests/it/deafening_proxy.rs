//! A way to Redis that can make subscribe connections deaf while everything else works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

const BUFFER_BYTES: usize = 16 * 1024;

pub(crate) struct DeafeningProxy {
    url: String,
    connections: Arc<Mutex<Vec<Arc<Connection>>>>,
}

#[derive(Default)]
struct Connection {
    subscribes: AtomicBool,
    is_deaf: AtomicBool,
}

impl DeafeningProxy {
    /// Passes everything on to `upstream`, a `host:port`.
    pub(crate) async fn to(upstream: String, tasks: runtime::Tasks) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("redis://{}", listener.local_addr().unwrap());
        let connections = Arc::new(Mutex::new(Vec::new()));
        let accepted = Arc::clone(&connections);
        tasks.clone().spawn("proxy", async move {
            while let Ok((client, _)) = listener.accept().await {
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = TcpStream::connect(&upstream).await.unwrap().into_split();
                let connection = Arc::new(Connection::default());
                accepted.lock().unwrap().push(Arc::clone(&connection));
                tasks.spawn(
                    "requests",
                    pass_requests(from_client, to_server, Arc::clone(&connection)),
                );
                tasks.spawn("answers", pass_answers(from_server, to_client, connection));
            }
        });
        Self { url, connections }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// From now on the connections that have subscribed hear nothing more; later ones do.
    pub(crate) fn deafen_subscribers(&self) {
        for connection in self.connections.lock().unwrap().iter() {
            connection
                .is_deaf
                .store(connection.subscribes.load(Ordering::SeqCst), Ordering::SeqCst);
        }
    }
}

async fn pass_requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, connection: Arc<Connection>) {
    let mut buffer = [0; BUFFER_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if buffer[..length].windows(9).any(|window| window == b"SUBSCRIBE") {
            connection.subscribes.store(true, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

async fn pass_answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, connection: Arc<Connection>) {
    let mut buffer = [0; BUFFER_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if !connection.is_deaf.load(Ordering::SeqCst) && to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
