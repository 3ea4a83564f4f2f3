//! What every bus must do about who is online.

use std::time::Duration;

use bus::{Presence, Turned};
use futures_util::future::join_all;
use protocol::UserId;
use uuid::Uuid;

use crate::cluster::{Cluster, Member, eventually, redis_url};
use crate::conformance::on_every_bus;
use crate::redis_server::RedisServer;

/// Nobody waits for it to end.
const LONG: Duration = Duration::from_mins(10);

/// Somebody waits for it to end.
const SHORT: Duration = Duration::from_millis(50);

const ANNA: UserId = UserId(1);
const BORIS: UserId = UserId(-2);
const MANY: usize = 10_000;

on_every_bus!(
    the_first_lease_turns_a_person_and_no_other_does,
    a_lease_that_ran_out_is_told_once_whoever_asks,
    a_lease_of_another_node_keeps_a_person_online,
    a_renewed_lease_does_not_run_out,
    who_comes_back_within_the_grace_was_never_away,
    a_renewal_after_the_end_turns_again,
    nodes_release_only_what_they_hold,
    a_login_lasts_until_a_socket_takes_over,
    signing_out_counts_at_once_unless_a_socket_is_open,
    moments_of_edges_are_in_their_order,
    thousands_are_held_and_looked_for_at_once,
    no_more_lapse_than_were_asked_for,
    nobody_is_gone_when_nobody_could_renew,
    leases_are_settled_once_they_are_a_lease_old,
    two_installs_know_nothing_of_each_others_people,
);

fn leases(node: &Member) -> &dyn Presence {
    node.bus.presence()
}

fn sorted(turned: Turned) -> Vec<UserId> {
    let mut people = turned.people;
    people.sort_unstable();
    people
}

/// Who is gone, once somebody is.
async fn gone(node: &Member) -> Turned {
    let mut found = None;
    eventually(async || {
        let turned = leases(node).lapsed(LONG, MANY).await.unwrap();
        found = Some(turned).filter(|turned| !turned.people.is_empty());
        found.is_some()
    })
    .await;
    found.unwrap()
}

async fn online(node: &Member, people: &[UserId]) -> Vec<UserId> {
    leases(node).among(people, LONG).await.unwrap().online
}

async fn the_first_lease_turns_a_person_and_no_other_does(cluster: &Cluster) {
    let (one, two) = (cluster.join().await, cluster.join().await);
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    assert!(online(&one, &[ANNA, BORIS]).await.is_empty());
    let turned = leases(&one).hold(first, &[ANNA], LONG).await.unwrap();
    assert_eq!(turned.people, [ANNA]);
    let turned = leases(&two).hold(second, &[ANNA, BORIS], LONG).await.unwrap();
    assert_eq!(turned.people, [BORIS]);
    let renewed = leases(&one).hold(first, &[ANNA], LONG).await.unwrap();
    assert!(renewed.people.is_empty());
    assert_eq!(online(&two, &[BORIS, ANNA, UserId(3)]).await, [BORIS, ANNA]);
    let nobody = leases(&one).hold(first, &[], LONG).await.unwrap();
    assert!(nobody.people.is_empty());
}

async fn a_lease_that_ran_out_is_told_once_whoever_asks(cluster: &Cluster) {
    let nodes = [cluster.join().await, cluster.join().await];
    let people: Vec<_> = (1..=200).map(UserId).collect();
    leases(&nodes[0])
        .hold(Uuid::new_v4(), &people, SHORT)
        .await
        .unwrap();
    let mut gone = Vec::new();
    eventually(async || {
        let asked = (0..10).map(|turn| leases(&nodes[turn % 2]).lapsed(LONG, 30));
        for turned in join_all(asked).await {
            gone.extend(turned.unwrap().people);
        }
        gone.len() >= people.len()
    })
    .await;
    gone.sort_unstable();
    assert_eq!(gone, people);
    assert!(online(&nodes[1], &people).await.is_empty());
}

async fn a_lease_of_another_node_keeps_a_person_online(cluster: &Cluster) {
    let (one, two) = (cluster.join().await, cluster.join().await);
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    leases(&two).hold(second, &[ANNA], LONG).await.unwrap();
    leases(&one).hold(first, &[ANNA, BORIS], SHORT).await.unwrap();
    assert_eq!(gone(&one).await.people, [BORIS]);
    leases(&two).release(second, &[ANNA], SHORT).await.unwrap();
    assert_eq!(gone(&two).await.people, [ANNA]);
}

async fn a_renewed_lease_does_not_run_out(cluster: &Cluster) {
    let node = cluster.join().await;
    let holder = Uuid::new_v4();
    leases(&node).hold(holder, &[ANNA, BORIS], SHORT).await.unwrap();
    leases(&node).hold(holder, &[ANNA], LONG).await.unwrap();
    assert_eq!(gone(&node).await.people, [BORIS]);
    assert_eq!(online(&node, &[ANNA, BORIS]).await, [ANNA]);
}

async fn who_comes_back_within_the_grace_was_never_away(cluster: &Cluster) {
    let (one, two) = (cluster.join().await, cluster.join().await);
    let (first, second) = (Uuid::new_v4(), Uuid::new_v4());
    leases(&one).hold(first, &[ANNA, BORIS], LONG).await.unwrap();
    leases(&one).release(first, &[ANNA], LONG).await.unwrap();
    assert_eq!(online(&one, &[ANNA]).await, [ANNA]);
    let back = leases(&two).hold(second, &[ANNA], LONG).await.unwrap();
    assert!(back.people.is_empty());
    leases(&one).release(first, &[BORIS], SHORT).await.unwrap();
    assert_eq!(gone(&one).await.people, [BORIS]);
}

async fn a_renewal_after_the_end_turns_again(cluster: &Cluster) {
    let node = cluster.join().await;
    let holder = Uuid::new_v4();
    leases(&node).hold(holder, &[ANNA], SHORT).await.unwrap();
    assert_eq!(gone(&node).await.people, [ANNA]);
    let again = leases(&node).hold(holder, &[ANNA], LONG).await.unwrap();
    assert_eq!(again.people, [ANNA]);
}

async fn nodes_release_only_what_they_hold(cluster: &Cluster) {
    let node = cluster.join().await;
    leases(&node).hold(Uuid::new_v4(), &[BORIS], SHORT).await.unwrap();
    let stranger = Uuid::new_v4();
    leases(&node)
        .release(stranger, &[ANNA, BORIS], LONG)
        .await
        .unwrap();
    assert!(online(&node, &[ANNA]).await.is_empty());
    // Not prolonged by the stranger's grace.
    assert_eq!(gone(&node).await.people, [BORIS]);
}

async fn a_login_lasts_until_a_socket_takes_over(cluster: &Cluster) {
    let node = cluster.join().await;
    let holder = Uuid::new_v4();
    assert_eq!(leases(&node).sign_in(ANNA, LONG).await.unwrap().people, [ANNA]);
    assert!(leases(&node).sign_in(ANNA, LONG).await.unwrap().people.is_empty());
    let taken_over = leases(&node).hold(holder, &[ANNA], LONG).await.unwrap();
    assert!(taken_over.people.is_empty());
    leases(&node).release(holder, &[ANNA], SHORT).await.unwrap();
    assert_eq!(gone(&node).await.people, [ANNA]);
    leases(&node).sign_in(BORIS, SHORT).await.unwrap();
    assert_eq!(gone(&node).await.people, [BORIS]);
}

async fn signing_out_counts_at_once_unless_a_socket_is_open(cluster: &Cluster) {
    let node = cluster.join().await;
    let holder = Uuid::new_v4();
    let out = async |person| leases(&node).sign_out(person).await.unwrap().people;
    assert!(out(ANNA).await.is_empty());
    leases(&node).sign_in(ANNA, LONG).await.unwrap();
    assert_eq!(out(ANNA).await, [ANNA]);
    assert!(out(ANNA).await.is_empty());

    leases(&node).hold(holder, &[ANNA, BORIS], LONG).await.unwrap();
    leases(&node).sign_in(ANNA, LONG).await.unwrap();
    assert!(out(ANNA).await.is_empty());
    assert_eq!(online(&node, &[ANNA]).await, [ANNA]);
    leases(&node).release(holder, &[ANNA, BORIS], LONG).await.unwrap();
    assert_eq!(out(ANNA).await, [ANNA]);
    assert_eq!(online(&node, &[ANNA, BORIS]).await, [BORIS]);
}

async fn moments_of_edges_are_in_their_order(cluster: &Cluster) {
    let nodes = [cluster.join().await, cluster.join().await];
    let mut latest = None;
    for turn in 0..20 {
        let node = leases(&nodes[turn % 2]);
        let coming = node.sign_in(ANNA, LONG).await.unwrap();
        let going = node.sign_out(ANNA).await.unwrap();
        assert_eq!((coming.people, going.people), (vec![ANNA], vec![ANNA]));
        assert!(Some(coming.at) >= latest && going.at >= coming.at);
        latest = Some(going.at);
    }
}

async fn thousands_are_held_and_looked_for_at_once(cluster: &Cluster) {
    let node = cluster.join().await;
    let people: Vec<_> = (1..).map(UserId).take(MANY).collect();
    let holder = Uuid::new_v4();
    let turned = leases(&node).hold(holder, &people, LONG).await.unwrap();
    assert_eq!(sorted(turned), people);
    assert!(
        leases(&node)
            .hold(holder, &people, LONG)
            .await
            .unwrap()
            .people
            .is_empty()
    );
    assert_eq!(online(&node, &people).await, people);
    leases(&node).release(holder, &people, SHORT).await.unwrap();
    let mut gone = Vec::new();
    eventually(async || {
        gone.extend(leases(&node).lapsed(LONG, MANY).await.unwrap().people);
        gone.len() == MANY
    })
    .await;
}

async fn no_more_lapse_than_were_asked_for(cluster: &Cluster) {
    let node = cluster.join().await;
    leases(&node)
        .hold(Uuid::new_v4(), &[ANNA, BORIS], SHORT)
        .await
        .unwrap();
    let mut rounds = Vec::new();
    eventually(async || {
        let turned = leases(&node).lapsed(LONG, 1).await.unwrap();
        rounds.extend(Some(turned.people.len()).filter(|count| *count > 0));
        rounds.len() == 2
    })
    .await;
    assert_eq!(rounds, [1, 1]);
}

async fn nobody_is_gone_when_nobody_could_renew(cluster: &Cluster) {
    let node = cluster.join().await;
    let holder = Uuid::new_v4();
    // So short that every look at it comes late, and is over at once.
    let instant = Duration::from_micros(3);
    leases(&node).lapsed(LONG, MANY).await.unwrap();
    leases(&node).hold(holder, &[ANNA, BORIS], SHORT).await.unwrap();
    tokio::time::sleep(SHORT * 2).await;
    assert!(
        leases(&node)
            .lapsed(instant, MANY)
            .await
            .unwrap()
            .people
            .is_empty()
    );
    let renewed = leases(&node).hold(holder, &[ANNA], LONG).await.unwrap();
    assert!(renewed.people.is_empty());
    assert_eq!(gone(&node).await.people, [BORIS]);
}

async fn leases_are_settled_once_they_are_a_lease_old(cluster: &Cluster) {
    let node = cluster.join().await;
    let is_settled = async |lease| leases(&node).among(&[ANNA], lease).await.unwrap().is_settled;
    assert!(!is_settled(SHORT).await);
    leases(&node).lapsed(LONG, MANY).await.unwrap();
    assert!(!is_settled(LONG).await);
    eventually(async || is_settled(SHORT).await).await;
    // A late look: for a lease nothing is certain.
    tokio::time::sleep(SHORT).await;
    leases(&node).lapsed(SHORT * 2, MANY).await.unwrap();
    eventually(async || is_settled(SHORT).await).await;
}

async fn two_installs_know_nothing_of_each_others_people(cluster: &Cluster) {
    let neighbour = cluster.neighbour().join().await;
    let node = cluster.join().await;
    leases(&node).hold(Uuid::new_v4(), &[ANNA], LONG).await.unwrap();
    assert!(online(&neighbour, &[ANNA]).await.is_empty());
    assert_eq!(
        leases(&neighbour).sign_in(ANNA, LONG).await.unwrap().people,
        [ANNA]
    );
}

/// Redis stands still for longer than a lease: nobody could renew, and everybody is still there.
#[tokio::test]
async fn a_redis_that_stood_still_takes_nobody_for_gone() {
    if redis_url().is_none() {
        return;
    }
    let server = RedisServer::started().await;
    let cluster = Cluster::redis(&server.url());
    let node = cluster.join().await;
    let (holder, lease) = (Uuid::new_v4(), Duration::from_secs(1));
    leases(&node).hold(holder, &[ANNA, BORIS], lease).await.unwrap();
    leases(&node).lapsed(lease, MANY).await.unwrap();
    server.signal("-STOP");
    tokio::time::sleep(lease * 2).await;
    server.signal("-CONT");
    // The first look comes before anybody could renew.
    let mut first = None;
    eventually(async || {
        first = leases(&node).lapsed(lease, MANY).await.ok();
        first.is_some()
    })
    .await;
    assert!(first.unwrap().people.is_empty());
    let renewed = leases(&node).hold(holder, &[ANNA], LONG).await.unwrap();
    assert!(renewed.people.is_empty());
    assert_eq!(gone(&node).await.people, [BORIS]);
}

/// Redis comes back empty: whoever renews is online again, and nothing is certain until all had the time to.
#[tokio::test]
async fn an_emptied_redis_says_that_leases_may_be_missing() {
    if redis_url().is_none() {
        return;
    }
    let mut server = RedisServer::started().await;
    let cluster = Cluster::redis(&server.url());
    let node = cluster.join().await;
    leases(&node).hold(Uuid::new_v4(), &[ANNA], LONG).await.unwrap();
    leases(&node).lapsed(SHORT, MANY).await.unwrap();
    eventually(async || leases(&node).among(&[ANNA], SHORT).await.unwrap().is_settled).await;
    server.kill();
    assert!(leases(&node).hold(Uuid::new_v4(), &[ANNA], LONG).await.is_err());
    server.start().await;
    node.is_ready().await;
    let among = leases(&node).among(&[ANNA], SHORT).await.unwrap();
    assert_eq!((among.online, among.is_settled), (vec![], false));
}
