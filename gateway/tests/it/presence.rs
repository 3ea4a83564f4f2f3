//! Who is online: over nodes and tabs, told on edges only, to those who share a conversation.

use std::time::Duration;

use futures_util::future::join_all;
use protocol::frames::{PersonPresence, ServerFrame};
use protocol::paths::{SOCKET, conversation_socket};
use protocol::{ConversationId, UserId, limits};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::client::{Client, in_time};
use crate::cluster::{Person, Setup, TestCluster, bearer, on_each_database};

/// Seconds; the grace is a ninth.
const SHORT_LEASE: u64 = 3;

/// So long that nothing runs out by itself, and a grace that a test comes back within.
const LONG_LEASE: u64 = 300;

const LOOK_EVERY: Duration = Duration::from_millis(20);

fn setup(lease: u64) -> Setup {
    let mut setup = Setup::default();
    setup.config.presence_lease_seconds = lease;
    setup
}

/// The next edge that a client hears of, which must be of one person.
async fn edge(watcher: &mut Client) -> (UserId, bool) {
    match &watcher.presence().await[..] {
        [
            PersonPresence {
                user_id,
                is_online,
                last_seen: Some(_),
            },
        ] => (*user_id, *is_online),
        other => panic!("one person was expected, not {other:?}"),
    }
}

/// Whom a client hears of before it hears of this person.
async fn until(client: &mut Client, who: UserId) -> Vec<UserId> {
    let mut before = Vec::new();
    loop {
        for person in client.presence().await {
            if person.user_id == who {
                return before;
            }
            before.push(person.user_id);
        }
    }
}

/// What lists say of a person.
async fn listed(cluster: &TestCluster, who: &Person) -> PersonPresence {
    let user = cluster.store.user(who.id).await.unwrap().unwrap();
    PersonPresence {
        user_id: user.id,
        is_online: user.is_online,
        last_seen: user.last_seen,
    }
}

async fn is_listed(cluster: &TestCluster, who: &Person, is_online: bool) {
    let looking = async {
        while listed(cluster, who).await.is_online != is_online {
            sleep(LOOK_EVERY).await;
        }
    };
    in_time("the list", looking).await;
}

/// A person, and a client of theirs on the second node, who watches others come and go.
async fn watcher(cluster: &TestCluster, others: &[&Person]) -> (Client, ConversationId) {
    let watcher = cluster.person("watcher").await;
    let group = cluster.group(&watcher, others).await;
    let client = cluster.live(1, &watcher, group).await;
    is_listed(cluster, &watcher, true).await;
    (client, group)
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_and_going_are_told_and_listed_with_their_moments() {
    on_each_database(
        || setup(SHORT_LEASE),
        async |cluster| {
            let anna = cluster.person("anna").await;
            let (mut watching, group) = watcher(cluster, &[&anna]).await;
            assert_eq!(listed(cluster, &anna).await.last_seen, None);
            let tab = cluster.live(0, &anna, group).await;
            let came = watching.presence().await;
            assert_eq!(came, [listed(cluster, &anna).await]);
            assert!(came[0].is_online);
            tab.hang_up().await;
            let went = watching.presence().await;
            assert_eq!(went, [listed(cluster, &anna).await]);
            assert!(!went[0].is_online && went[0].last_seen > came[0].last_seen);
            let online = cluster.store.online_users(10).await.unwrap();
            assert_eq!(online.len(), 1, "only the watcher is left: {online:?}");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_one_of_two_tabs_on_two_nodes_is_told_to_nobody() {
    let cluster = TestCluster::start(setup(SHORT_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let (mut watching, group) = watcher(&cluster, &[&anna, &boris]).await;
    let first = cluster.live(0, &anna, group).await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let second = cluster.at_everything(1, &anna, "").await;
    first.hang_up().await;
    // Boris comes and goes after it: whatever there is to say of Anna is said before.
    let other = cluster.live(0, &boris, group).await;
    assert_eq!(edge(&mut watching).await, (boris.id, true));
    other.hang_up().await;
    assert_eq!(edge(&mut watching).await, (boris.id, false));
    assert!(listed(&cluster, &anna).await.is_online);
    second.hang_up().await;
    assert_eq!(edge(&mut watching).await, (anna.id, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_back_within_the_grace_was_never_away() {
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let (mut watching, group) = watcher(&cluster, &[&anna, &boris]).await;
    let first = cluster.live(0, &anna, group).await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let seen = listed(&cluster, &anna).await;
    first.hang_up().await;
    let _second = cluster.live(1, &anna, group).await;
    let _other = cluster.live(0, &boris, group).await;
    assert_eq!(edge(&mut watching).await, (boris.id, true));
    assert_eq!(listed(&cluster, &anna).await, seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_share_a_conversation_hear_and_nobody_of_themself() {
    let cluster = TestCluster::start(setup(SHORT_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let (stranger, clara) = (cluster.person("stranger").await, cluster.person("clara").await);
    let theirs = cluster.group(&stranger, &[&boris, &clara]).await;
    let ours = cluster.group(&anna, &[&boris]).await;
    let mut foreign = cluster.live(0, &stranger, theirs).await;
    let mut all = cluster.at_everything(1, &boris, "").await;
    // At the door of a conversation that Anna is not in, although Boris is.
    let mut aside = cluster.live(1, &boris, theirs).await;
    let mut own = cluster.live(0, &anna, ours).await;
    assert!(
        until(&mut all, anna.id)
            .await
            .iter()
            .all(|one| *one == stranger.id)
    );
    let last = cluster.live(0, &clara, theirs).await;
    assert!(
        until(&mut foreign, clara.id)
            .await
            .iter()
            .all(|one| *one == boris.id)
    );
    assert!(
        until(&mut aside, clara.id)
            .await
            .iter()
            .all(|one| *one == stranger.id)
    );
    drop(last);
    all.hang_up().await;
    aside.hang_up().await;
    assert!(until(&mut own, boris.id).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_several_conversations_is_heard_of_once() {
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    for _ in 0..3 {
        cluster.group(&anna, &[&boris]).await;
    }
    let mut all = cluster.at_everything(0, &boris, "").await;
    is_listed(&cluster, &boris, true).await;
    let _tab = cluster.at_everything(1, &anna, "").await;
    assert_eq!(edge(&mut all).await, (anna.id, true));
    // Had it been said three times, the others would lie before the answer.
    all.send("ping", json!({})).await;
    let pong = all.frame_of_all().await;
    assert!(matches!(pong.frame, ServerFrame::Pong(_)), "{pong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_come_at_once_are_told_in_few_frames() {
    const CROWD: usize = 40;
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let crowd = join_all((0..CROWD).map(|_| cluster.person("one"))).await;
    let (mut watching, group) = watcher(&cluster, &crowd.iter().collect::<Vec<_>>()).await;
    let comings = crowd.iter().enumerate();
    let tabs = join_all(comings.map(|(place, one)| cluster.live(place % 2, one, group))).await;
    let (mut heard, mut frames) = (Vec::new(), 0);
    while heard.len() < CROWD {
        heard.extend(watching.presence().await.into_iter().map(|person| person.user_id));
        frames += 1;
    }
    heard.sort_unstable();
    let mut expected: Vec<_> = crowd.iter().map(|one| one.id).collect();
    expected.sort_unstable();
    assert_eq!(heard, expected);
    assert!(frames <= CROWD / 4, "{frames} frames for {CROWD} people");
    drop(tabs);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_large_conversation_nobody_is_told() {
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let anna = cluster.person("anna").await;
    let count = usize::try_from(limits::PRESENCE_PEOPLE).unwrap();
    let crowd = join_all((0..count).map(|_| cluster.person("one"))).await;
    let mut members: Vec<_> = crowd.iter().collect();
    members.push(&anna);
    let (mut large, group) = watcher(&cluster, &members).await;
    members.truncate(count - 2);
    members.push(&anna);
    let (mut small, _) = watcher(&cluster, &members).await;
    let _tab = cluster.at_everything(0, &anna, "").await;
    assert_eq!(edge(&mut small).await, (anna.id, true));
    large.send("ping", json!({})).await;
    let pong = large.frame_of_all().await;
    assert!(matches!(pong.frame, ServerFrame::Pong(_)), "{pong:?}");
    let listed = cluster.store.participants(group).await.unwrap();
    let anna = listed.iter().find(|one| one.user_id == anna.id).unwrap();
    assert!(anna.is_online && anna.last_seen.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_socket_makes_nobody_online() {
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let (_, boris, group) = cluster.pair().await;
    let stranger = cluster.person("stranger").await;
    let path = conversation_socket(group);
    let refused = cluster.handshake(0, &path, &[bearer(&stranger.token)]).await;
    assert_eq!(refused.status(), 403);
    // Known only once it is open.
    let mut late = cluster.open(0, &path, None).await;
    late.send("auth", json!({ "token": stranger.token })).await;
    late.closed(4403).await;
    let mut nobody = cluster.open(0, SOCKET, None).await;
    nobody.send("auth", json!({ "token": "garbage" })).await;
    nobody.closed(4401).await;
    // Whoever comes after them is listed; they are not.
    let _tab = cluster.live(0, &boris, group).await;
    is_listed(&cluster, &boris, true).await;
    let seen = listed(&cluster, &stranger).await;
    assert_eq!((seen.is_online, seen.last_seen), (false, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_drains_turns_nobody_offline_who_comes_back() {
    let cluster = TestCluster::start(setup(LONG_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let (mut watching, group) = watcher(&cluster, &[&anna, &boris]).await;
    let mut tab = cluster.live(0, &anna, group).await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let seen = listed(&cluster, &anna).await;
    let node = cluster.node(0);
    node.tasks.draining().cancel();
    let sent_away = async { tab.hung_up(1012).await };
    in_time("the drain", async {
        tokio::join!(node.gateway.drain(), sent_away)
    })
    .await;
    node.tasks.stopping().cancel();
    let _back = cluster.live(1, &anna, group).await;
    let _other = cluster.live(1, &boris, group).await;
    assert_eq!(edge(&mut watching).await, (boris.id, true));
    assert_eq!(listed(&cluster, &anna).await, seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_node_that_stopped_without_a_word_go_offline_with_its_leases() {
    let cluster = TestCluster::start(setup(SHORT_LEASE)).await;
    let anna = cluster.person("anna").await;
    let (mut watching, group) = watcher(&cluster, &[&anna]).await;
    let _tab = cluster.live(0, &anna, group).await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let stopped = Instant::now();
    cluster.node(0).tasks.stopping().cancel();
    assert_eq!(edge(&mut watching).await, (anna.id, false));
    // Renewed at every third of a lease.
    assert!(stopped.elapsed() >= Duration::from_secs(SHORT_LEASE) / 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_bus_presence_stands_still_and_its_return_turns_nobody() {
    let cluster = TestCluster::start(setup(SHORT_LEASE)).await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let (mut watching, group) = watcher(&cluster, &[&anna, &boris]).await;
    let _tab = cluster.live(0, &anna, group).await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let seen = listed(&cluster, &anna).await;
    for node in 0..2 {
        cluster.node(node).bus.go_away();
    }
    let other = cluster.live(1, &boris, group).await;
    // All leases run out meanwhile.
    sleep(Duration::from_secs(SHORT_LEASE) * 3 / 2).await;
    assert!(!listed(&cluster, &boris).await.is_online);
    for node in 0..2 {
        cluster.node(node).bus.come_back().await;
    }
    assert_eq!(edge(&mut watching).await, (boris.id, true));
    other.hang_up().await;
    assert_eq!(edge(&mut watching).await, (boris.id, false));
    assert_eq!(listed(&cluster, &anna).await, seen);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_store_was_never_told_is_mended() {
    on_each_database(
        || setup(SHORT_LEASE),
        async |cluster| {
            let (anna, ghost) = (cluster.person("anna").await, cluster.person("ghost").await);
            let (mut watching, group) = watcher(cluster, &[&anna, &ghost]).await;
            let _tab = cluster.live(0, &anna, group).await;
            assert_eq!(edge(&mut watching).await, (anna.id, true));
            // As if a node had been killed between a turn and its note.
            let wrong = [(&anna, false), (&ghost, true)].map(|(who, is_online)| store::Edge {
                user: who.id,
                is_online,
                at: cluster.clock.now(),
            });
            assert_eq!(cluster.store.note_presence(&wrong).await.unwrap().len(), 2);
            let mut told = Vec::new();
            while told.len() < 2 {
                let people = watching.presence().await.into_iter();
                told.extend(people.map(|person| (person.user_id, person.is_online)));
            }
            told.sort_unstable();
            let mut right = [(anna.id, true), (ghost.id, false)];
            right.sort_unstable();
            assert_eq!(told, right);
        },
    )
    .await;
}
