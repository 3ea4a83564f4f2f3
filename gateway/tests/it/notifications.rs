//! New entries of people's lists, on their sockets.

use protocol::frames::ServerFrame;
use protocol::models::Notification;
use store::Edge;

use crate::client::Client;
use crate::cluster::{Setup, TestCluster, on_each_database};

/// The next entry that is shown; everything else is passed over.
async fn shown(client: &mut Client) -> Notification {
    client
        .until(|received| match &received.frame {
            ServerFrame::NotificationNew(entry) => {
                assert_eq!(received.seq, None);
                Some(entry.clone())
            }
            _ => None,
        })
        .await
        .1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_entry_is_shown_on_every_socket_of_who_is_online_and_on_nobody_elses() {
    on_each_database(Setup::default, async |cluster: &TestCluster| {
        let (anna, boris, group) = cluster.pair().await;
        let vera = cluster.person("vera").await;
        let edges = [&anna, &boris, &vera].map(|who| Edge {
            user: who.id,
            is_online: true,
            at: cluster.clock.now(),
        });
        cluster.store.note_presence(&edges).await.unwrap();
        let mut author = cluster.at_everything(0, &anna, "").await.hearing_news();
        let mut first = cluster.at_everything(0, &boris, "").await.hearing_news();
        let mut second = cluster.at_everything(1, &boris, "").await.hearing_news();
        let mut stranger = cluster.at_everything(1, &vera, "").await.hearing_news();
        author.sync(group).await;
        cluster.say(&anna, group, "hello").await;
        for socket in [&mut first, &mut second] {
            // Being let into the group is news of its own.
            let entries = [shown(socket).await, shown(socket).await];
            let of = |kind: &str| entries.iter().find(|entry| entry.kind == kind).unwrap();
            assert_eq!(of("added").message, "Group");
            let entry = of("message");
            assert_eq!(entry.message, "hello");
            assert_eq!(entry.conversation_id, Some(group));
            assert!(!entry.is_read);
        }
        // The entry is there: what comes now changes its text and writes none. Then it is read, and the next is one.
        cluster.say(&anna, group, "again").await;
        cluster.store.read_all_notifications(boris.id).await.unwrap();
        cluster.node(1).say(&anna, group, "and again").await;
        for socket in [&mut first, &mut second] {
            let entry = shown(socket).await;
            assert_eq!(
                (entry.kind.as_str(), entry.message.as_str()),
                ("message", "and again")
            );
        }
        stranger.is_silent().await;
        for _ in 0..3 {
            let heard = author.until(|received| match &received.frame {
                ServerFrame::MessageNew(message) => Some(message.text.clone()),
                ServerFrame::NotificationNew(entry) => panic!("{entry:?}"),
                _ => None,
            });
            heard.await;
        }
    })
    .await;
}
