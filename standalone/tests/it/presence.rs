//! Who is online, when whole nodes come and go: as the lists of an API node say it, and as sockets are told.

use std::collections::HashMap;
use std::time::Duration;

use protocol::frames::{PersonPresence, ServerFrame};
use protocol::models::Participant;
use protocol::{ConversationId, Timestamp, UserId};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::client::{PATIENCE, Person, Socket};
use crate::processes::{Cluster, POLL};

/// Seconds; a fifth of the real one, so that tests need not wait a minute.
const SHORT_LEASE: u64 = 9;

/// What operators get.
const REAL_LEASE: u64 = 45;

/// The promise for the real lease.
const OFFLINE_WITHIN: Duration = Duration::from_mins(1);

const PEOPLE: usize = 12;

/// How long clients take to come back after a restart: more than the grace of the short lease and a sweep, less than
/// what is left of a lease at least.
const AWAY: Duration = Duration::from_secs(3);

async fn start(gateways: usize, lease: u64) -> Option<Cluster> {
    let setting = ("gateway.presence_lease_seconds", lease.to_string());
    Cluster::with(gateways, &[setting]).await
}

async fn register(api: &str, names: &[&str]) -> Vec<Person> {
    let mut people = Vec::new();
    for name in names {
        people.push(Person::register(api, name).await);
    }
    people
}

/// The next edges that a socket is told.
async fn told(socket: &mut Socket) -> Vec<PersonPresence> {
    loop {
        let received = socket.next_of_all().await.expect("still open");
        if let ServerFrame::Presence(change) = received.frame {
            return change.users;
        }
    }
}

async fn edge(socket: &mut Socket) -> (UserId, bool) {
    match &told(socket).await[..] {
        [person] => (person.user_id, person.is_online),
        other => panic!("one person was expected, not {other:?}"),
    }
}

/// What a list of participants says of each.
async fn listed(api: &str, who: &Person, room: ConversationId) -> HashMap<UserId, (bool, Option<Timestamp>)> {
    let answer = who.get(api, &format!("conversations/{room}/participants")).await;
    assert_eq!(answer.status(), 200);
    let list: Vec<Participant> = answer.json().await.unwrap();
    let seen = list.into_iter();
    seen.map(|one| (one.user_id, (one.is_online, one.last_seen)))
        .collect()
}

async fn all_are_online(api: &str, who: &Person, room: ConversationId) {
    let looking = async {
        while !listed(api, who, room)
            .await
            .values()
            .all(|(is_online, _)| *is_online)
        {
            sleep(POLL).await;
        }
    };
    timeout(PATIENCE, looking)
        .await
        .expect("everybody is online in time");
}

async fn is_online(api: &str, who: &Person, room: ConversationId) {
    let looking = async {
        while !listed(api, who, room).await[&who.id].0 {
            sleep(POLL).await;
        }
    };
    timeout(PATIENCE, looking).await.expect("online in time");
}

/// A gateway is killed with Anna's only socket and one of Boris's two: how long until Anna is told to be offline.
async fn killed(lease: u64) -> Option<Duration> {
    let mut cluster = start(2, lease).await?;
    let api = cluster.apis[0].public.clone();
    let people = register(&api, &["anna", "boris", "watcher"]).await;
    let [anna, boris, watcher] = &people[..] else {
        unreachable!("three were registered")
    };
    let room = watcher.create_group(&api, &[anna.id, boris.id]).await;
    let [dies, stays] = [0, 1].map(|node| cluster.gateways[node].public.clone());
    let mut watching = watcher.open(&stays, "").await;
    watching.joined(1).await;
    let _boris_here = boris.open(&stays, "").await;
    let (_boris_there, _anna) = (boris.open(&dies, "").await, anna.open(&dies, "").await);
    all_are_online(&api, watcher, room).await;
    let before = listed(&api, watcher, room).await;

    cluster.gateways[0].kill();
    let killed = Instant::now();
    let waiting = async {
        loop {
            for person in told(&mut watching).await {
                if !person.is_online {
                    return person;
                }
            }
        }
    };
    let gone = timeout(OFFLINE_WITHIN * 2, waiting)
        .await
        .expect("an edge in time");
    let took = killed.elapsed();
    assert_eq!(gone.user_id, anna.id);
    let after = listed(&api, watcher, room).await;
    assert_eq!(after[&anna.id], (false, gone.last_seen));
    assert!(after[&anna.id].1 > before[&anna.id].1);
    assert_eq!(after[&boris.id], before[&boris.id]);
    Some(took)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_a_killed_gateway_go_offline_by_themselves_and_nobody_else_does() {
    let Some(took) = killed(SHORT_LEASE).await else {
        return;
    };
    // Renewed at every third of the lease, so two thirds at least; a sweep at every ninth.
    let lease = Duration::from_secs(SHORT_LEASE);
    assert!(took > lease / 2 && took < lease * 2, "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "waits for a minute; the same with a shorter lease runs always"]
async fn with_the_real_lease_people_of_a_killed_gateway_are_offline_within_a_minute() {
    let Some(took) = killed(REAL_LEASE).await else {
        return;
    };
    assert!(took < OFFLINE_WITHIN, "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_tabs_on_two_gateways_the_last_one_counts() {
    let Some(cluster) = start(2, SHORT_LEASE).await else {
        return;
    };
    let api = cluster.apis[0].public.clone();
    let people = register(&api, &["anna", "boris", "watcher"]).await;
    let [anna, boris, watcher] = &people[..] else {
        unreachable!("three were registered")
    };
    let room = watcher.create_group(&api, &[anna.id, boris.id]).await;
    let [one, two] = [0, 1].map(|node| cluster.gateways[node].public.clone());
    let mut watching = watcher.open(&one, "").await;
    watching.joined(1).await;
    let first = anna.open(&one, "").await;
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let mut second = anna.open(&two, "").await;
    second.next().await.expect("hello");
    let seen = listed(&api, watcher, room).await[&anna.id];
    drop(first);
    // Boris comes and goes after it: whatever there is to say of Anna is said before.
    let other = boris.open(&two, "").await;
    assert_eq!(edge(&mut watching).await, (boris.id, true));
    drop(other);
    assert_eq!(edge(&mut watching).await, (boris.id, false));
    assert_eq!(listed(&api, watcher, room).await[&anna.id], seen);
    drop(second);
    assert_eq!(edge(&mut watching).await, (anna.id, false));
    assert!(!listed(&api, watcher, room).await[&anna.id].0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_login_makes_online_until_the_logout_and_both_are_told() {
    let Some(cluster) = start(1, SHORT_LEASE).await else {
        return;
    };
    let api = cluster.apis[0].public.clone();
    let people = register(&api, &["anna", "watcher"]).await;
    let [anna, watcher] = &people[..] else {
        unreachable!("two were registered")
    };
    let room = watcher.create_group(&api, &[anna.id]).await;
    let mut watching = watcher.open(&cluster.gateways[0].public, "").await;
    watching.joined(1).await;
    let credentials = json!({"username": "anna", "password": "correct horse"});
    let answer = anna.post(&api, "../auth/login/", &credentials).await;
    assert_eq!(answer.status(), 200);
    let tokens: Value = answer.json().await.unwrap();
    assert!(listed(&api, watcher, room).await[&anna.id].0);
    assert_eq!(edge(&mut watching).await, (anna.id, true));
    let refresh = json!({"refresh": tokens["tokens"]["refresh"]});
    let answer = anna.post(&api, "../auth/logout/", &refresh).await;
    assert_eq!(answer.status(), 200);
    assert!(!listed(&api, watcher, room).await[&anna.id].0);
    assert_eq!(edge(&mut watching).await, (anna.id, false));
}

/// The server sends its client away.
async fn sent_away(socket: &mut Socket) {
    while socket.next().await.is_ok() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_turns_nobody_offline() {
    // The first two are restarted; the third has the one who watches.
    let Some(mut cluster) = start(3, SHORT_LEASE).await else {
        return;
    };
    let api = cluster.apis[0].public.clone();
    let names: Vec<_> = (0..PEOPLE).map(|number| format!("user{number}")).collect();
    let people = register(&api, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let [watcher, last] = &register(&api, &["watcher", "last"]).await[..] else {
        unreachable!("two were registered")
    };
    let mut ids: Vec<_> = people.iter().map(|person| person.id).collect();
    ids.extend([watcher.id, last.id]);
    let room = people[0].create_group(&api, &ids).await;
    let mut sockets = Vec::new();
    for (place, person) in people.iter().enumerate() {
        let node = place % 2;
        let socket = person.open(&cluster.gateways[node].public, "").await;
        sockets.push((node, socket));
    }
    let mut watching = watcher.open(&cluster.gateways[2].public, "").await;
    watching.joined(1).await;
    for person in people.iter().chain([watcher]) {
        is_online(&api, person, room).await;
    }
    let before = listed(&api, &people[0], room).await;
    let restarts = async {
        for leaving in 0..2 {
            cluster.gateways[leaving].terminate();
            for (_, socket) in sockets.iter_mut().filter(|(node, _)| *node == leaving) {
                sent_away(socket).await;
            }
            sleep(AWAY).await;
            let stays = 1 - leaving;
            for (person, (node, socket)) in people.iter().zip(&mut sockets) {
                if *node == leaving {
                    *socket = person.open(&cluster.gateways[stays].public, "").await;
                    *node = stays;
                }
            }
            cluster.replace_gateway(leaving).await;
        }
        // Whatever lease was left behind is over by then, and swept.
        sleep(Duration::from_secs(SHORT_LEASE) * 3 / 2).await;
        // An edge would have moved the moment.
        assert_eq!(listed(&api, &people[0], room).await, before);
        last.open(&cluster.gateways[0].public, "").await
    };
    let told = timeout(RESTARTED_WITHIN, told_until(watching, last.id));
    let (told, _last) = tokio::join!(told, restarts);
    let told = told.expect("the last edge in time");
    let offline: Vec<_> = told.iter().filter(|person| !person.is_online).collect();
    assert!(offline.is_empty(), "nobody has left: {offline:?}");
}

/// Two gateways are started anew in this time, and somebody comes after that; on a busy machine.
const RESTARTED_WITHIN: Duration = Duration::from_mins(3);

/// All edges up to the one of somebody who comes last.
async fn told_until(mut socket: Socket, last: UserId) -> Vec<PersonPresence> {
    let mut edges = Vec::new();
    while edges.iter().all(|person: &PersonPresence| person.user_id != last) {
        edges.extend(told(&mut socket).await);
    }
    edges
}
