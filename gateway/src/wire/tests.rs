use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::*;

type Client = WebSocketStream<TcpStream>;

/// A wire, and the client at its other end, who has sent nothing yet.
async fn connected() -> (Wire, Client) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (dialled, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let client = WebSocketStream::from_raw_socket(dialled.unwrap(), Role::Client, None).await;
    let (stream, _) = accepted.unwrap();
    stream.writable().await.unwrap();
    (Wire::new(stream), client)
}

/// A frame of some kilobytes that begins with its number.
fn frame(number: usize) -> Bytes {
    frames::text(&format!("{number} {:x<3000}", "")).bytes
}

async fn number(client: &mut Client) -> usize {
    let message = timeout(Duration::from_secs(10), client.next()).await.unwrap();
    let text = message.unwrap().unwrap().into_text().unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// Offers frames from `first` on until the client's side is full; answers with the number of the first one not taken.
fn filled(wire: &Wire, first: usize) -> usize {
    for number in first.. {
        match wire.offer([&frame(number)]).unwrap() {
            Offer::Taken => {}
            Offer::Begun => return number + 1,
            Offer::Full => return number,
        }
    }
    unreachable!("a socket has an end");
}

#[tokio::test]
async fn what_is_offered_arrives_whole_and_in_order() {
    let (wire, mut client) = connected().await;
    let frames = [frame(0), frame(1), frame(2)];
    assert_eq!(wire.offer(&frames).unwrap(), Offer::Taken);
    for expected in 0..3 {
        assert_eq!(number(&mut client).await, expected);
    }
}

#[tokio::test]
async fn a_full_wire_takes_nothing_until_what_was_begun_is_finished() {
    let (wire, mut client) = connected().await;
    let next = filled(&wire, 0);
    assert_eq!(wire.offer([&frame(next)]).unwrap(), Offer::Full);
    let rest = [frame(next), frame(next + 1)];
    let reading = async {
        for expected in 0..next + 2 {
            assert_eq!(number(&mut client).await, expected);
        }
    };
    let (written, ()) = tokio::join!(wire.write(&rest), reading);
    written.unwrap();
}

#[tokio::test]
async fn a_write_that_is_cut_short_leaves_no_half_frame_behind() {
    let (wire, mut client) = connected().await;
    let next = filled(&wire, 0);
    let rest: Vec<_> = (next..next + 500).map(frame).collect();
    timeout(Duration::from_millis(50), wire.write(&rest))
        .await
        .unwrap_err();
    // Some of the rest may have been taken, each whole or owed.
    let last = frames::text("0 last").bytes;
    let writing = async {
        wire.finish().await.unwrap();
        wire.write(&[last]).await.unwrap();
    };
    let reading = async {
        let mut expected = 0;
        loop {
            match number(&mut client).await {
                0 if expected > 0 => return,
                heard => assert_eq!(heard, expected),
            }
            expected += 1;
        }
    };
    tokio::join!(writing, reading);
}

#[tokio::test]
async fn the_librarys_pong_comes_between_frames_and_never_into_one() {
    let (wire, mut client) = connected().await;
    let mut server =
        WebSocketStream::from_raw_socket(Ear::new(wire.clone(), Bytes::new()), Role::Server, None).await;
    client
        .send(Message::Ping(Bytes::from_static(b"here")))
        .await
        .unwrap();
    client.send(Message::text("after")).await.unwrap();
    let next = filled(&wire, 0);
    // The library has a pong to write and no room for it.
    let heard = server.next().await.unwrap().unwrap();
    assert!(heard.is_ping());
    let reading = async {
        let (mut expected, mut pongs) = (0, 0);
        while expected < next || pongs == 0 {
            match client.next().await.unwrap().unwrap() {
                Message::Pong(payload) => {
                    assert_eq!(payload, "here");
                    pongs += 1;
                }
                message => {
                    let text = message.into_text().unwrap();
                    assert!(text.starts_with(&format!("{expected} ")));
                    expected += 1;
                }
            }
        }
    };
    let serving = async {
        assert_eq!(server.next().await.unwrap().unwrap(), Message::text("after"));
        wire.finish().await.unwrap();
        // Reading on is what writes the pong.
        server.next().await
    };
    tokio::select! {
        () = reading => {}
        heard = serving => panic!("{heard:?}"),
        () = tokio::time::sleep(Duration::from_secs(20)) => panic!("the pong never came"),
    }
}

#[tokio::test]
async fn what_came_before_the_stream_was_ours_is_heard_first() {
    let (wire, mut client) = connected().await;
    client.send(Message::text("second")).await.unwrap();
    // As a client masks it, with a mask of zeros.
    let early = Bytes::from_static(b"\x81\x85\0\0\0\0first");
    let mut server = WebSocketStream::from_raw_socket(Ear::new(wire, early), Role::Server, None).await;
    assert_eq!(server.next().await.unwrap().unwrap(), Message::text("first"));
    assert_eq!(server.next().await.unwrap().unwrap(), Message::text("second"));
}
