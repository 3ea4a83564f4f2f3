//! Read marks between sockets on two nodes.

use protocol::frames::{ConversationState, ReadMark, ServerFrame};
use protocol::{ConversationId, Seq, UserId};
use serde_json::json;

use crate::client::{Client, in_time};
use crate::cluster::{Person, Setup, TestCluster, on_each_database};

/// Reads on until this person has read this far; the marks of that frame.
async fn marked(client: &mut Client, who: &Person, seq: Seq) -> Vec<ReadMark> {
    let mark = ReadMark {
        user_id: who.id,
        last_read_seq: seq,
    };
    let heard = client.until(|received| match &received.frame {
        ServerFrame::MessageRead(moved) if moved.marks.contains(&mark) => {
            assert_eq!(received.seq, None);
            Some(moved.marks.clone())
        }
        _ => None,
    });
    heard.await.1
}

async fn state(client: &mut Client) -> ConversationState {
    let heard = client.until(|received| match &received.frame {
        ServerFrame::ConversationState(state) => Some(state.clone()),
        _ => None,
    });
    heard.await.1
}

/// Whoever watches everything hears of marks, but reads nothing by that.
async fn watching(cluster: &TestCluster, node: usize, who: &Person, known: ConversationId) -> Client {
    let mut client = cluster.at_everything(node, who, "").await;
    client.sync(known).await;
    client.hearing_marks()
}

async fn last_read(cluster: &TestCluster, conversation: ConversationId, user: UserId) -> Seq {
    let found = cluster.store.my_conversations(&[(conversation, user)]).await;
    found.unwrap().pop().unwrap().unwrap().my.last_read_seq
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_is_told_to_everybody_on_every_node_and_the_count_to_the_own_sockets() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let mut annas = watching(cluster, 0, &anna, group).await;
        let mut boriss = watching(cluster, 1, &boris, group).await;
        let mut other = watching(cluster, 0, &boris, group).await;
        let one = cluster.say(&anna, group, "one").await;
        cluster.say(&anna, group, "two").await;
        let read = json!({ "conversation_id": group, "seq": one.seq });
        boriss.send("message:read", read.clone()).await;
        for client in [&mut annas, &mut boriss] {
            assert_eq!(marked(client, &boris, one.seq).await.len(), 1);
        }
        let told = state(&mut other).await;
        assert_eq!(
            (told.conversation_id, told.unread_count, told.my.last_read_seq),
            (group, 1, one.seq)
        );
        // Said again it changes nothing, and nothing is told.
        boriss.send("message:read", read).await;
        boriss
            .send("message:read", json!({ "conversation_id": group, "seq": 99 }))
            .await;
        let head = cluster.head(group).await;
        let (before, _) = annas
            .until(|received| match &received.frame {
                ServerFrame::MessageRead(moved) => {
                    Some(moved.marks[0].last_read_seq).filter(|&seq| seq == head)
                }
                _ => None,
            })
            .await;
        let repeated = before
            .iter()
            .any(|received| matches!(received.frame, ServerFrame::MessageRead(_)));
        assert!(!repeated, "{before:?}");
        assert_eq!(state(&mut other).await.unread_count, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversations_door_reads_what_it_has_written_and_the_door_for_everything_does_not() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let before = cluster.say(&anna, group, "before").await;
        let mut annas = watching(cluster, 0, &anna, group).await;
        let mut boriss = watching(cluster, 1, &boris, group).await;
        // To open it is to read what is there.
        let mut door = cluster.live(1, &boris, group).await;
        marked(&mut annas, &boris, before.seq).await;
        for text in ["live", "again", "and again"] {
            let said = cluster.say(&anna, group, text).await;
            door.message(text).await;
            marked(&mut annas, &boris, said.seq).await;
        }
        door.hang_up().await;
        let read = last_read(cluster, group, boris.id).await;
        let unread = cluster.say(&anna, group, "after it").await;
        boriss
            .until(|received| match &received.frame {
                ServerFrame::MessageNew(message) => Some(()).filter(|()| message.id == unread.id),
                _ => None,
            })
            .await;
        // Answered after the message, which has been dealt with by then.
        boriss.send("ping", json!({})).await;
        boriss
            .until(|received| matches!(received.frame, ServerFrame::Pong(_)).then_some(()))
            .await;
        assert_eq!(last_read(cluster, group, boris.id).await, read);
        assert!(read < unread.seq);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_last_is_read_also_when_the_socket_ends_at_once() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut annas = watching(&cluster, 0, &anna, group).await;
    let mut door = cluster.live(1, &boris, group).await;
    let mut last = Seq::ZERO;
    for text in ["one", "two", "three"] {
        last = cluster.say(&anna, group, text).await.seq;
        door.message(text).await;
    }
    door.hang_up().await;
    marked(&mut annas, &boris, last).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_in_a_conversation_that_is_not_ones_own_is_refused() {
    let cluster = TestCluster::new().await;
    let (anna, _, group) = cluster.pair().await;
    let eve = cluster.person("eve").await;
    let own = cluster.group(&eve, &[]).await;
    let mut client = cluster.at_everything(0, &eve, "?subscribe=manual").await;
    for (payload, code) in [
        (json!({ "conversation_id": group, "seq": 1 }), "not_participant"),
        (
            json!({ "conversation_id": "0197b2c0-0000-7000-8000-000000000000", "seq": 1 }),
            "not_found",
        ),
        (json!({ "conversation_id": own, "seq": -1 }), "invalid"),
        (json!({ "seq": 1 }), "invalid"),
        (json!({ "conversation_id": own }), "malformed"),
    ] {
        client.send("message:read", payload.clone()).await;
        assert_eq!(client.error().await.code, code, "{payload}");
    }
    // At a conversation's own door it goes without saying which.
    let mut door = cluster.live(0, &anna, group).await;
    door.send("message:read", json!({ "seq": 0 })).await;
    door.is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_crowd_the_two_furthest_readers_are_told_once_a_second() {
    let cluster = TestCluster::new().await;
    let anna = cluster.person("anna").await;
    let mut people = Vec::new();
    for index in 0..60 {
        people.push(cluster.person(&format!("p{index}")).await);
    }
    let others: Vec<_> = people.iter().collect();
    let group = cluster.group(&anna, &others).await;
    cluster.say_many(&anna, group, 60).await;
    let mut annas = watching(&cluster, 1, &anna, group).await;
    let chat = &cluster.node(0).chat;
    for (person, seq) in people.iter().zip(1..) {
        chat.note_read(person.id, group, Seq(seq));
    }
    let furthest = &people[59];
    let mut frames = Vec::new();
    loop {
        let heard = annas.until(|received| match &received.frame {
            ServerFrame::MessageRead(moved) => Some(moved.marks.clone()),
            _ => None,
        });
        let marks = in_time("the furthest", heard).await.1;
        assert!(marks.len() <= 2, "{marks:?}");
        let is_last = marks.iter().any(|mark| mark.user_id == furthest.id);
        frames.push(marks);
        if is_last {
            break;
        }
    }
    // Sixty marks within a second or a few on a busy machine, each second at most one frame.
    assert!(frames.len() < 20, "{}", frames.len());
    assert_eq!(last_read(&cluster, group, people[10].id).await, Seq(11));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_title_is_told_with_its_number() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut door = cluster.live(1, &boris, group).await;
    let request = serde_json::from_value(json!({ "title": "Renamed" })).unwrap();
    cluster
        .node(0)
        .chat
        .update_conversation(anna.id, group, request)
        .await
        .unwrap();
    let told = door.frame().await;
    assert_eq!(told.seq, Some(Seq(1)));
    let ServerFrame::ConversationUpdated(shown) = told.frame else {
        panic!("{told:?}");
    };
    assert_eq!(
        (shown.title.as_deref(), shown.unread_count, shown.my),
        (Some("Renamed"), None, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_socket_pins_the_others_of_the_same_person_learn() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut own = watching(&cluster, 1, &boris, group).await;
    let mut annas = watching(&cluster, 1, &anna, group).await;
    let request = serde_json::from_value(json!({ "is_pinned": true })).unwrap();
    let chat = &cluster.node(0).chat;
    chat.update_my_state(boris.id, group, request).await.unwrap();
    assert!(state(&mut own).await.my.is_pinned);
    chat.mark_unread(boris.id, group).await.unwrap();
    assert!(state(&mut own).await.my.is_marked_unread);
    annas.is_silent().await;
}
