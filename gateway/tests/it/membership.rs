//! Who is removed hears nothing that came after it, on any socket of any node.

use protocol::frames::{Received, ServerFrame};
use protocol::paths::conversation_socket;
use protocol::{ConversationId, Seq};
use reqwest::StatusCode;

use crate::client::{Client, conversation_of};
use crate::cluster::{Person, Setup, TestCluster, bearer, on_each_database};

/// Messages that each of two senders sends around the removal.
const SENDS: usize = 60;

/// How often the removal races against the sends.
const ROUNDS: usize = 4;

/// How often a person is removed and added again at once.
const REJOINS: usize = 20;

fn removal_of(who: &Person, received: &Received) -> Option<Seq> {
    match &received.frame {
        ServerFrame::ParticipantRemoved(gone) if gone.user_id == who.id => received.seq,
        _ => None,
    }
}

async fn stream(cluster: &TestCluster, node: usize, who: &Person, group: ConversationId) {
    for _ in 0..SENDS {
        cluster.node(node).say(who, group, "stream").await;
    }
}

async fn remove_amid(cluster: &TestCluster, admin: &Person, whom: &Person, group: ConversationId) {
    let half = Seq(cluster.head(group).await.0 + i64::try_from(SENDS).unwrap());
    while cluster.head(group).await < half {
        tokio::task::yield_now().await;
    }
    let chat = &cluster.node(1).chat;
    chat.remove_participant(admin.id, group, whom.id).await.unwrap();
}

/// Dense through the removal, which is the last.
fn assert_ends_with_removal(frames: &[Received], whom: &Person, group: ConversationId, start: Seq) {
    let changes: Vec<_> = frames
        .iter()
        .filter(|received| conversation_of(&received.frame) == Some(group) && received.seq.is_some())
        .collect();
    let last = changes.last().expect("the removal");
    let removed_at = removal_of(whom, last).unwrap_or_else(|| panic!("not the removal: {last:?}"));
    let seqs: Vec<_> = changes.iter().filter_map(|received| received.seq).collect();
    assert!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?}");
    // Dense, or (after a hole was read from the store) the removal alone.
    assert!(seqs.iter().all(|seq| *seq > start && *seq <= removed_at));
}

async fn a_removal_amid_a_stream(cluster: &TestCluster) {
    let (anna, boris, other) = cluster.pair().await;
    for _ in 0..ROUNDS {
        let carla = cluster.person("carla").await;
        let group = cluster.group(&anna, &[&boris, &carla]).await;
        let other_of_carla = cluster.group(&anna, &[&carla]).await;
        let start = cluster.head(group).await;
        let (mut doors, mut everything) = (Vec::new(), Vec::new());
        for node in 0..2 {
            doors.push(cluster.live(node, &carla, group).await);
            let mut client = cluster.at_everything(node, &carla, "").await;
            for _ in 0..2 {
                client.frame().await;
            }
            everything.push(client);
        }
        let mut stays = cluster.live(1, &boris, group).await;
        tokio::join!(
            stream(cluster, 0, &anna, group),
            stream(cluster, 1, &boris, group),
            remove_amid(cluster, &anna, &carla, group),
        );
        let last = cluster.head(group).await;
        // The sends, the removal, and what the system says of it.
        assert_eq!(stays.seqs_through(group, last).await.len(), 2 * SENDS + 2);
        for mut client in doors {
            let (before, reason) = client.closed_after(4403).await;
            assert_eq!(reason["code"], "not_participant");
            assert_ends_with_removal(&before, &carla, group, start);
        }
        cluster.say(&anna, other_of_carla, "still here").await;
        for mut client in everything {
            let (before, ()) = client
                .until(|received| {
                    (conversation_of(&received.frame) == Some(other_of_carla)
                        && matches!(received.frame, ServerFrame::MessageNew(_)))
                    .then_some(())
                })
                .await;
            assert_ends_with_removal(&before, &carla, group, start);
            client.is_silent().await;
        }
        let again = cluster
            .handshake(0, &conversation_socket(group), &[bearer(&carla.token)])
            .await;
        assert_eq!(again.status(), StatusCode::FORBIDDEN);
    }
    cluster.say(&anna, other, "untouched").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_removed_amid_a_stream_hears_nothing_above_the_removal() {
    on_each_database(Setup::default, a_removal_amid_a_stream).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_amid_a_removal_never_shows_what_came_after_it() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, _) = cluster.pair().await;
        for round in 0..ROUNDS {
            let carla = cluster.person("carla").await;
            let group = cluster.group(&anna, &[&boris, &carla]).await;
            cluster.say_many(&anna, group, 20).await;
            let resumes = async {
                let mut heard = Vec::new();
                loop {
                    let path = format!("{}?after=0", conversation_socket(group));
                    let opened =
                        Client::open(cluster.address(round % 2), &path, &[bearer(&carla.token)]).await;
                    let Ok(mut client) = opened else { return heard };
                    heard.push(all_until_silent_or_closed(&mut client, group).await);
                }
            };
            let ((), (), heard) = tokio::join!(
                stream(cluster, 0, &anna, group),
                remove_amid_half(cluster, &anna, &carla, group),
                resumes
            );
            let removed_at = removal_seq(cluster, &anna, group, &carla).await;
            for seq in heard.into_iter().flatten() {
                assert!(seq <= removed_at, "{seq} above {removed_at}");
            }
        }
    })
    .await;
}

async fn remove_amid_half(cluster: &TestCluster, admin: &Person, whom: &Person, group: ConversationId) {
    let half = Seq(cluster.head(group).await.0 + i64::try_from(SENDS / 2).unwrap());
    while cluster.head(group).await < half {
        tokio::task::yield_now().await;
    }
    let chat = &cluster.node(1).chat;
    chat.remove_participant(admin.id, group, whom.id).await.unwrap();
}

/// Numbers that a resume shows until its `sync`, or until the door closes.
async fn all_until_silent_or_closed(client: &mut Client, group: ConversationId) -> Vec<Seq> {
    let mut seqs = Vec::new();
    while let crate::client::Heard::Frame(received) = client.heard().await {
        if conversation_of(&received.frame) != Some(group) {
            continue;
        }
        match received.frame {
            ServerFrame::Sync(_) => break,
            _ => seqs.extend(received.seq),
        }
    }
    seqs
}

async fn removal_seq(cluster: &TestCluster, reader: &Person, group: ConversationId, whom: &Person) -> Seq {
    let mut client = cluster.at_door(0, reader, group, Some(0)).await;
    client.until(|received| removal_of(whom, received)).await.1
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_added_again_hears_of_it_and_goes_on() {
    on_each_database(Setup::default, async |cluster| {
        let (anna, boris, group) = cluster.pair().await;
        let mut client = cluster.at_everything(1, &boris, "").await;
        client.sync(group).await;
        let chat = &cluster.node(0).chat;
        let mut order = Order::after(cluster.head(group).await);
        for round in 0..REJOINS {
            chat.remove_participant(anna.id, group, boris.id).await.unwrap();
            chat.add_participant(anna.id, group, boris.id, None)
                .await
                .unwrap();
            let welcome = format!("welcome back {round}");
            cluster.say(&anna, group, &welcome).await;
            let (mut shown, mut welcomed) = (false, false);
            let (mut removed, mut joined) = (false, false);
            while !(removed && shown && welcomed && joined) {
                let received = client.frame().await;
                order.hear(&received, &boris);
                match received.frame {
                    ServerFrame::ParticipantRemoved(gone) => removed |= gone.user_id == boris.id,
                    ServerFrame::Sync(_) => joined = removed,
                    ServerFrame::ConversationNew(conversation) => shown |= conversation.id == group,
                    ServerFrame::MessageNew(message) => welcomed |= message.text == Some(welcome.clone()),
                    _ => {}
                }
            }
        }
    })
    .await;
}

/// What `docs/protocol.md` says of the numbers on one socket: each once and ascending; while a conversation is joined
/// the new messages come first and then the other changes, until `sync`, which nothing from below it follows.
struct Order {
    messages: Seq,
    others: Seq,
    /// From the person's own removal to the next `sync`.
    is_joining: bool,
}

impl Order {
    fn after(head: Seq) -> Self {
        Self {
            messages: head,
            others: head,
            is_joining: false,
        }
    }

    fn hear(&mut self, received: &Received, reader: &Person) {
        let highest = self.messages.max(self.others);
        if let Some(seq) = received.seq {
            let is_message = matches!(received.frame, ServerFrame::MessageNew(_));
            let of_its_kind = if is_message {
                &mut self.messages
            } else {
                &mut self.others
            };
            let last = if self.is_joining { *of_its_kind } else { highest };
            assert!(seq > last, "{seq} after {last}: {received:?}");
            *of_its_kind = seq;
        }
        match &received.frame {
            ServerFrame::ParticipantRemoved(gone) if gone.user_id == reader.id => self.is_joining = true,
            ServerFrame::Sync(sync) => {
                assert!(sync.head >= highest, "{} after {highest}", sync.head);
                (self.messages, self.others) = (sync.head, sync.head);
                self.is_joining = false;
            }
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_treated_like_who_is_removed() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let mut leaver = cluster.live(1, &boris, group).await;
    let mut stays = cluster.live(1, &anna, group).await;
    let chat = &cluster.node(0).chat;
    chat.remove_participant(boris.id, group, boris.id).await.unwrap();
    let (before, _) = leaver.closed_after(4403).await;
    assert!(removal_of(&boris, before.last().unwrap()).is_some());
    assert!(removal_of(&boris, &stays.frame().await).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_conversation_says_so_and_closes_its_doors() {
    let cluster = TestCluster::new().await;
    let (anna, boris, group) = cluster.pair().await;
    let other = cluster.group(&anna, &[&boris]).await;
    let mut door = cluster.live(1, &boris, group).await;
    let mut everything = cluster.at_everything(1, &boris, "").await;
    for _ in 0..2 {
        everything.frame().await;
    }
    let chat = &cluster.node(0).chat;
    chat.delete_conversation(anna.id, group).await.unwrap();
    let (before, reason) = door.closed_after(4404).await;
    assert_eq!(reason["code"], "deleted");
    let gone = |received: &Received| {
        matches!(&received.frame, ServerFrame::ConversationDeleted(gone) if gone.id == group)
            && received.seq.is_some()
    };
    assert!(gone(before.last().unwrap()));
    assert!(gone(&everything.frame().await));
    cluster.say(&anna, other, "still here").await;
    everything.message("still here").await;
}
