use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use protocol::close::CloseCode;
use runtime::Clock;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::Role;
use uuid::Uuid;

use super::*;
use crate::meters::Meters;

const ROOM: ConversationId = ConversationId(Uuid::nil());

/// An outbox of an idle socket, and its client.
struct Socket {
    outbox: Outbox,
    flusher: Flusher,
    wire: Wire,
    client: WebSocketStream<TcpStream>,
}

impl Socket {
    async fn open(limit_bytes: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (dialled, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let client = WebSocketStream::from_raw_socket(dialled.unwrap(), Role::Client, None).await;
        let (stream, _) = accepted.unwrap();
        stream.writable().await.unwrap();
        let flusher = Flusher::new(Meters::new(), Clock::system());
        // Nobody is called: these tests flush by hand.
        flusher.attend();
        let (outbox, wire) = (Outbox::new(limit_bytes), Wire::new(stream));
        outbox.connect(wire.clone(), flusher.clone(), true);
        outbox.open();
        Self {
            outbox,
            flusher,
            wire,
            client,
        }
    }

    fn push(&self, seq: i64) {
        self.outbox.push(change(seq));
    }

    async fn heard(&mut self) -> i64 {
        let message = timeout(Duration::from_secs(10), self.client.next()).await;
        let text = message.unwrap().unwrap().unwrap().into_text().unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    }

    fn is_connection_called(&self) -> bool {
        self.outbox.ready().now_or_never().is_some()
    }
}

/// Some kilobytes that begin with their number.
fn change(seq: i64) -> Outgoing {
    Outgoing::Change {
        conversation: ROOM,
        seq: Seq(seq),
        text: format!("{seq} {:x<3000}", "").into(),
        committed_at: None,
    }
}

#[tokio::test]
async fn what_gathers_for_an_idle_socket_is_written_without_its_connection() {
    let mut socket = Socket::open(1_000_000).await;
    (1..=3).for_each(|seq| socket.push(seq));
    socket.flusher.flush().await;
    assert_eq!(socket.outbox.take_reached(), Some((ROOM, Seq(3))));
    assert!(!socket.is_connection_called());
    for seq in 1..=3 {
        assert_eq!(socket.heard().await, seq);
    }
}

#[tokio::test]
async fn while_the_connection_has_something_to_write_first_the_flusher_waits() {
    let socket = Socket::open(1_000_000).await;
    socket.outbox.shut();
    socket.push(1);
    socket.flusher.flush().await;
    assert!(socket.is_connection_called());
    let mut taken = Vec::new();
    socket.outbox.take(&mut taken);
    assert_eq!(taken, [change(1)]);
    // What comes while the connection writes is its to write too.
    socket.push(2);
    assert_eq!(socket.outbox.flush(), Flushed::default());
    assert!(socket.is_connection_called());
}

#[tokio::test]
async fn what_has_rules_is_left_to_the_connection_with_all_that_follows() {
    let mut socket = Socket::open(1_000_000).await;
    let head = Seq(1);
    socket.push(1);
    socket.outbox.push(Outgoing::Sync {
        conversation: ROOM,
        head,
    });
    socket.push(2);
    socket.flusher.flush().await;
    assert_eq!(socket.heard().await, 1);
    assert!(socket.is_connection_called());
    let mut taken = Vec::new();
    socket.outbox.take(&mut taken);
    assert_eq!(
        taken,
        [
            Outgoing::Sync {
                conversation: ROOM,
                head
            },
            change(2)
        ]
    );
}

#[tokio::test]
async fn a_slow_reader_gets_everything_once_and_in_order() {
    let mut socket = Socket::open(usize::MAX).await;
    let mut last = 0;
    while !socket.is_connection_called() {
        last += 1;
        socket.push(last);
        socket.outbox.flush();
        // Its own note of how far it is does not count here.
        socket.outbox.take_reached();
    }
    socket.push(last + 1);
    assert_eq!(socket.outbox.flush(), Flushed::default());
    let mut rest = Vec::new();
    socket.outbox.take(&mut rest);
    let wire = socket.wire.clone();
    let writing = async {
        let frames: Vec<_> = rest.iter().filter_map(Outgoing::plain_frame).cloned().collect();
        wire.write(&frames).await.unwrap();
        wire.finish().await.unwrap();
    };
    let reading = async {
        for seq in 1..=last + 1 {
            assert_eq!(socket.heard().await, seq);
        }
    };
    tokio::join!(writing, reading);
}

#[tokio::test]
async fn a_queue_that_overflows_unwritten_keeps_its_places_and_calls_the_connection() {
    let socket = Socket::open(2 * change(1).bytes()).await;
    (1..=3).for_each(|seq| socket.push(seq));
    assert_eq!(socket.outbox.flush(), Flushed::default());
    assert!(socket.is_connection_called());
    let left = std::collections::HashSet::from([ROOM]);
    let places = crate::outbox::Places::from([(ROOM, Seq(0))]);
    assert_eq!(
        socket.outbox.recover(&left),
        crate::outbox::Recovery::From(places)
    );
}

#[tokio::test]
async fn a_socket_that_is_closed_is_not_written_to() {
    let mut socket = Socket::open(1_000_000).await;
    socket.push(1);
    socket.outbox.close(CloseCode::Restart);
    assert_eq!(socket.outbox.flush(), Flushed::default());
    let mut taken = Vec::new();
    socket.outbox.take(&mut taken);
    assert_eq!(taken, [Outgoing::Close(CloseCode::Restart)]);
    socket.outbox.seal();
    let Socket { wire, client, .. } = &mut socket;
    drop(std::mem::replace(wire, Socket::open(1).await.wire));
    // The last holder of the stream was the connection: the client sees its end.
    assert!(!matches!(client.next().await, Some(Ok(_))));
}
