use axum::extract::{ConnectInfo, WebSocketUpgrade};
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;

use super::*;
use crate::config::ShutdownConfig;
use crate::lifecycle::Stopped;

async fn started(router: Router) -> (SocketAddr, Tasks) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let tasks = Tasks::new();
    tasks.spawn_vital("http", serve(listener, router, tasks.clone()));
    (address, tasks)
}

async fn leave(tasks: &Tasks, grace_seconds: u64) -> Stopped {
    let limits = ShutdownConfig {
        grace_seconds,
        ready_pause_seconds: 0,
    };
    let signal = futures_util::StreamExt::chain(
        futures_util::stream::iter(["SIGTERM"]),
        futures_util::stream::pending(),
    );
    tasks
        .run_until_stopped(signal, std::future::ready(()), &limits)
        .await
}

#[tokio::test]
async fn handlers_see_the_address_of_the_peer() {
    let router = Router::new().route(
        "/",
        get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()),
    );
    let (address, _tasks) = started(router).await;
    let text = reqwest::get(format!("http://{address}/"))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(text, "127.0.0.1");
}

#[tokio::test]
async fn a_request_under_way_is_answered_and_new_connections_are_refused() {
    let (entered, mut arrivals) = mpsc::channel(1);
    let (release, gate) = tokio::sync::watch::channel(false);
    let handler = async move || {
        entered.send(()).await.unwrap();
        gate.clone().wait_for(|open| *open).await.unwrap();
        "done"
    };
    let (address, tasks) = started(Router::new().route("/", get(handler))).await;
    let url = format!("http://{address}/");
    let (answer, stopped, ()) = tokio::join!(
        async { reqwest::get(&url).await.unwrap().text().await.unwrap() },
        async {
            arrivals.recv().await.unwrap();
            leave(&tasks, 25).await
        },
        async {
            tasks.draining().cancelled().await;
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
            assert!(!tasks.stopping().is_cancelled());
            release.send_replace(true);
        },
    );
    assert_eq!((answer.as_str(), stopped), ("done", Stopped::Cleanly));
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_cut_off_when_the_process_stops() {
    let (entered, mut arrivals) = mpsc::channel(1);
    let handler = async move || {
        entered.send(()).await.unwrap();
        std::future::pending::<()>().await;
    };
    let (address, tasks) = started(Router::new().route("/", get(handler))).await;
    let url = format!("http://{address}/");
    let (answer, stopped) = tokio::join!(reqwest::get(&url), async {
        arrivals.recv().await.unwrap();
        leave(&tasks, 1).await
    });
    assert!(answer.is_err());
    assert_eq!(stopped, Stopped::Cleanly);
}

#[tokio::test]
async fn an_idle_connection_does_not_keep_the_process_waiting() {
    let (address, tasks) = started(Router::new().route("/", get(async || "hello"))).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
        .await
        .unwrap();
    let mut answer = [0; 12];
    idle.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    let before = tokio::time::Instant::now();
    assert_eq!(leave(&tasks, 25).await, Stopped::Cleanly);
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_socket_is_upgraded_and_is_no_request_to_wait_for() {
    let handler = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |socket| {
            let _open = socket;
            std::future::pending::<()>().await;
        })
    };
    let (address, tasks) = started(Router::new().route("/", get(handler))).await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = "GET / HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    let before = tokio::time::Instant::now();
    assert_eq!(leave(&tasks, 25).await, Stopped::Cleanly);
    assert!(before.elapsed() < Duration::from_secs(5));
}
