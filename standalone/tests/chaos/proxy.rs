//! A TCP proxy between a node and a server, which can hold back, cut short and cut off what passes.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::programs::free_address;

/// What becomes of what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It passes.
    Forward,
    /// It passes this much later, in each direction.
    Delay(Duration),
    /// Half of the next piece passes, then the connection is cut.
    Halve,
    /// Connections are cut, and new ones at once.
    Drop,
    /// Connections stay open, new ones are taken, and nothing passes until the mode changes.
    Hold,
}

/// Bytes read at a time.
const PIECE_BYTES: usize = 16 * 1024;

/// Pieces under way in one direction: with a delay, 4 MiB of them.
const PIECES: usize = 256;

/// Ends when dropped.
pub(crate) struct Proxy {
    pub(crate) address: String,
    mode: watch::Sender<Mode>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn start(server: &str) -> Self {
        let address = free_address();
        let listener = TcpListener::bind(&address).await.expect("a free address");
        let (mode, watched) = watch::channel(Mode::Forward);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, server.to_owned(), watched));
        Self {
            address,
            mode,
            _tasks: tasks,
        }
    }

    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn accept(listener: TcpListener, server: String, mode: watch::Receiver<Mode>) {
    let mut links = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (node, _) = accepted.expect("descriptors are left");
                links.spawn(link(node, server.clone(), mode.clone()));
            }
            Some(_) = links.join_next() => {}
        }
    }
}

/// Ends, and with it both connections, when either side does or when the mode says so.
async fn link(node: TcpStream, server: String, mut mode: watch::Receiver<Mode>) {
    if passable(&mut mode).await == Mode::Drop {
        return;
    }
    let Ok(server) = TcpStream::connect(&server).await else {
        return;
    };
    let _slower_without = (node.set_nodelay(true), server.set_nodelay(true));
    let (from_node, to_node) = node.into_split();
    let (from_server, to_server) = server.into_split();
    let mut cut = mode.clone();
    tokio::select! {
        () = carry(from_node, to_server, mode.clone()) => {}
        () = carry(from_server, to_node, mode) => {}
        _ = cut.wait_for(|mode| *mode == Mode::Drop) => {}
    }
}

/// Waits as long as nothing may pass.
async fn passable(mode: &mut watch::Receiver<Mode>) -> Mode {
    let now = mode.wait_for(|mode| *mode != Mode::Hold).await;
    now.map_or(Mode::Drop, |mode| *mode)
}

async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf, mode: watch::Receiver<Mode>) {
    let (pieces, due) = mpsc::channel(PIECES);
    tokio::select! {
        () = take(from, pieces, mode.clone()) => {}
        () = give(to, due, mode) => {}
    }
}

type Piece = (Instant, Vec<u8>);

async fn take(mut from: OwnedReadHalf, pieces: mpsc::Sender<Piece>, mode: watch::Receiver<Mode>) {
    let mut buffer = vec![0; PIECE_BYTES];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let delay = match *mode.borrow() {
            Mode::Delay(delay) => delay,
            _ => Duration::ZERO,
        };
        let piece = (Instant::now() + delay, buffer[..length].to_vec());
        if pieces.send(piece).await.is_err() {
            return;
        }
    }
    // What was taken is still given: the other half ends when it has done so.
    drop(pieces);
    std::future::pending::<()>().await;
}

async fn give(mut to: OwnedWriteHalf, mut due: mpsc::Receiver<Piece>, mut mode: watch::Receiver<Mode>) {
    while let Some((at, piece)) = due.recv().await {
        sleep_until(at).await;
        let given = match passable(&mut mode).await {
            Mode::Halve => {
                let _cut_anyway = to.write_all(&piece[..piece.len() / 2]).await;
                return;
            }
            Mode::Drop => return,
            _ => to.write_all(&piece).await,
        };
        if given.is_err() {
            return;
        }
    }
}
