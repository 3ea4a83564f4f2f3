//! Sockets that stop reading for a while, and must then have everything once, in order.

use std::time::Duration;

use protocol::frames::{Received, ServerFrame};
use protocol::models::Message;
use protocol::{ConversationId, Seq};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{Person, Socket};
use crate::cluster::{Cluster, Kind};

const READERS: usize = 3;

/// How long they read before, and how long nothing.
const READ: Duration = Duration::from_secs(3);
const PAUSED: Duration = Duration::from_secs(30);

/// Bytes of each message, and the pause between two: some megabytes while the readers pause, more than the kernels
/// on the way keep for them.
const TEXT_BYTES: usize = 16 * 1024;
const PACE: Duration = Duration::from_millis(20);

/// How long a reader may take to have everything when it reads again.
const CAUGHT_UP_WITHIN: Duration = Duration::from_secs(30);

/// One conversation with much to say, three members who listen on different gateways and pause side by side.
pub(crate) async fn pause_three(cluster: &Cluster) {
    let apis: Vec<_> = cluster.of(Kind::Api).map(|node| node.public.clone()).collect();
    let gateways: Vec<_> = cluster
        .of(Kind::Gateway)
        .map(|node| node.public.clone())
        .collect();
    let anna = Person::register(&apis[0], &unique("anna")).await;
    let mut readers = Vec::new();
    for number in 0..READERS {
        readers.push(Person::register(&apis[0], &unique(&format!("reader{number}"))).await);
    }
    let ids: Vec<_> = readers.iter().map(|reader| reader.id).collect();
    let room = anna.create_group(&apis[0], &ids).await;

    let (last, told) = watch::channel(None);
    let mut listening = JoinSet::new();
    for (number, reader) in readers.into_iter().enumerate() {
        let turn = gateways.iter().cycle().skip(number).take(gateways.len()).cloned();
        listening.spawn(read(reader, room, turn.collect(), told.clone()));
    }
    let until = Instant::now() + READ + PAUSED + READ;
    let mut sent = 0;
    let mut seq = Seq(0);
    while Instant::now() < until {
        let text = format!("{sent:x<TEXT_BYTES$}");
        let body = json!({"conversation_id": room, "text": text, "client_id": sent.to_string()});
        let answer = anna.post(&apis[sent % apis.len()], "messages/", &body).await;
        assert_eq!(answer.status(), 201);
        seq = answer.json::<Message>().await.expect("a message").seq;
        sent += 1;
        sleep(PACE).await;
    }
    last.send_replace(Some(seq));
    while let Some(ended) = listening.join_next().await {
        ended.expect("everything once, in order");
    }
}

pub(crate) fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}

/// Comes back with what it has if the server hangs up, as every client does.
async fn read(
    person: Person,
    room: ConversationId,
    gateways: Vec<String>,
    told: watch::Receiver<Option<Seq>>,
) {
    let mut turn = gateways.iter().cycle();
    let mut next = async |after: Option<Seq>| {
        let after = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let gateway = turn.next().expect("a circle");
        person
            .open(gateway, &format!("/conversations/{room}/{after}"))
            .await
    };
    let mut socket = next(None).await;
    let Ok(Received {
        frame: ServerFrame::Sync(joined),
        ..
    }) = first_sync(&mut socket).await
    else {
        panic!("no sync")
    };
    let mut have = joined.head;
    let pause_at = Instant::now() + READ;
    let mut has_paused = false;
    let deadline = pause_at + PAUSED + READ + CAUGHT_UP_WITHIN;
    loop {
        if !has_paused && Instant::now() >= pause_at {
            sleep(PAUSED).await;
            has_paused = true;
        }
        if told.borrow().is_some_and(|last| have >= last) {
            return;
        }
        assert!(Instant::now() < deadline, "only up to {have} in time");
        match timeout(READ, socket.next()).await {
            Ok(Ok(Received {
                frame: ServerFrame::MessageNew(message),
                ..
            })) => {
                assert_eq!(message.seq, have.next(), "each once, in order, none left out");
                have = message.seq;
            }
            Ok(Err(_hung_up)) => socket = next(Some(have)).await,
            Ok(Ok(_)) | Err(_) => {}
        }
    }
}

/// The frame with which the door says from where on it is live.
async fn first_sync(socket: &mut Socket) -> Result<Received, ()> {
    loop {
        let received = socket.next().await.map_err(drop)?;
        if matches!(received.frame, ServerFrame::Sync(_)) {
            return Ok(received);
        }
    }
}
