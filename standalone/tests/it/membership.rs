//! Whoever is removed hears of it, and of nothing after it, on every node.

use protocol::frames::{Received, ServerFrame};
use protocol::{Seq, UserId};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::client::{Person, Socket};
use crate::processes::Cluster;

/// Messages that are being sent before the removal, and go on until it is heard of.
const BEFORE: usize = 30;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_member_hears_nothing_above_the_removal_on_any_node_while_sends_run() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let [api_1, api_2] = [&cluster.apis[0].public, &cluster.apis[1].public];
    let anna = Person::register(api_1, "anna").await;
    let boris = Person::register(api_2, "boris").await;
    let room = anna.create_group(api_1, &[boris.id]).await;

    let mut ends = JoinSet::new();
    for gateway in &cluster.gateways {
        let mut everything = boris.open(&gateway.public, "").await;
        everything.joined(1).await;
        ends.spawn(hear_out(everything, boris.id));
        let mut door = boris
            .open(&gateway.public, &format!("/conversations/{room}/"))
            .await;
        door.joined(1).await;
        ends.spawn(hear_out(door, boris.id));
    }
    let (is_over, over) = watch::channel(false);
    let mut senders = JoinSet::new();
    for (index, api) in [api_1, api_2].into_iter().enumerate() {
        let (anna, api, over) = (anna.clone(), api.clone(), over.clone());
        senders.spawn(async move {
            let mut number = 0;
            while !*over.borrow() {
                anna.say(&api, room, &format!("{index}-{number}")).await;
                number += 1;
            }
            number
        });
    }
    wait_for_head(&anna, &cluster, room, BEFORE).await;
    let removal = anna
        .delete(api_2, &format!("conversations/{room}/participants/{}", boris.id))
        .await;
    assert!(removal.status().is_success(), "{}", removal.status());
    let mut ended = Vec::new();
    while let Some(end) = ends.join_next().await {
        ended.push(end.expect("every socket hears of the removal"));
    }
    is_over.send_replace(true);
    let sent: usize = senders.join_all().await.into_iter().sum();
    assert!(sent > BEFORE);

    let removed_at = ended[0].0;
    for (last_seq, close_code) in ended {
        assert_eq!(last_seq, removed_at, "all sockets end with the same change");
        assert!(close_code.is_none_or(|code| code == 4403), "{close_code:?}");
    }
    let refused = boris
        .try_open(&cluster.gateways[0].public, &format!("/conversations/{room}/"))
        .await;
    let Err(tokio_tungstenite::tungstenite::Error::Http(answer)) = refused else {
        panic!("let in again")
    };
    assert_eq!(answer.status(), 403);
}

async fn wait_for_head(anna: &Person, cluster: &Cluster, room: protocol::ConversationId, messages: usize) {
    let path = format!("/conversations/{room}/?after=0");
    let mut socket = anna.open(&cluster.gateways[0].public, &path).await;
    for _ in 0..messages {
        socket
            .until(|received| matches!(received.frame, ServerFrame::MessageNew(_)).then_some(()))
            .await;
    }
}

/// Reads to the removal, then as far as a `ping` reaches; answers with the removal's `seq` and the close code.
async fn hear_out(mut socket: Socket, removed: UserId) -> (Seq, Option<u16>) {
    let removed_at = socket
        .until(|Received { frame, seq }| match frame {
            ServerFrame::ParticipantRemoved(gone) if gone.user_id == removed => *seq,
            _ => None,
        })
        .await;
    // A socket that is closed by now takes no ping and shows its close frame instead.
    socket.try_send(&serde_json::json!({"type": "ping"})).await;
    loop {
        match socket.next().await {
            Ok(Received { seq: Some(seq), .. }) => panic!("heard {seq} after the removal at {removed_at}"),
            Ok(Received {
                frame: ServerFrame::Pong(_),
                ..
            }) => return (removed_at, None),
            Ok(_) => {}
            Err(close) => return (removed_at, close.map(|frame| frame.code.into())),
        }
    }
}
