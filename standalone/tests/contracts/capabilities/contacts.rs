//! Contact protection as an administrator and the installation choose it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::texts;
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::person::Person;

const ADDRESS: &str = "anna@example.org";

/// What stands in an address's place where it is masked.
const MASK: &str = "•••";

const HELD: &str = "/api/admin/held-messages/";

/// `on` and `off` count more than what the conversation is about, `null` gives that back its say: in every dialect, at
/// whatever node.
pub(super) async fn follow_the_policy_of_the_conversation(
    cluster: &Cluster,
    [anna, boris]: [&Person; 2],
    [order, group]: [&str; 2],
) {
    let root = cluster.person("root").await;
    let path = |room: &str| format!("/api/admin/conversations/{room}/contact-policy/");
    let body = json!({"policy": "off"});
    let refused = anna.call(Method::PUT, &path(order), &body).await;
    refused.is_problem(403, "forbidden");
    cluster.promote(&root);
    for (room, policy, lets) in [
        (order, json!("off"), true),
        (order, Value::Null, false),
        (group, json!("on"), false),
        (group, Value::Null, true),
    ] {
        let body = json!({"policy": policy});
        root.call(Method::PUT, &path(room), &body).await.is_done();
        for who in [anna, boris] {
            shares_an_address(who, room, lets).await;
        }
    }
}

/// Over KSTU and Mini, by request and by socket: it is let through or refused everywhere.
async fn shares_an_address(who: &Person, room: &str, lets: bool) {
    let number = who.kstu().number(room).await;
    let status = if lets { 201 } else { 400 };
    who.kstu().try_send(room, ADDRESS).await.is(status);
    who.mini().send(number, ADDRESS).await.is(status);
    let mut socket = who.kstu().open(room).await;
    say(&mut socket, ADDRESS).await;
    let answer = socket
        .up_to_where(|frame| frame["type"] == "error" || frame["payload"]["text"] == ADDRESS)
        .await
        .pop()
        .expect("the answer");
    if lets {
        assert_eq!(answer["type"], "message:new", "{answer}");
    } else {
        assert_eq!(answer["payload"]["code"], "contact_data", "{answer}");
    }
}

pub(super) async fn are_masked_or_held_where_the_installation_says_so() {
    let says = format!("пиши на {ADDRESS}");
    if let Some((_cluster, people, order)) = order_with("mask").await {
        let [anna, boris] = &people;
        let masked = says.replace(ADDRESS, MASK);
        assert_eq!(anna.kstu().send(&order, &says).await["text"], masked);
        assert_eq!(said(boris, &order).await, [masked]);
    }
    if let Some((cluster, people, order)) = order_with("hold").await {
        let [anna, boris] = &people;
        let held = anna.kstu().try_send(&order, &says).await;
        held.is_problem(202, "held_for_review");
        assert!(said(boris, &order).await.is_empty());
        boris.get(HELD).await.is_problem(403, "forbidden");
        cluster.promote(boris);
        let waiting = boris.get(HELD).await.array();
        assert_eq!(texts(&waiting, "text"), [says.as_str()]);
        let path = format!("{HELD}{}/approve/", id_of(&waiting[0]));
        boris.post(&path, &json!({})).await.is(200);
        assert_eq!(said(boris, &order).await, [says]);
        assert!(boris.get(HELD).await.array().is_empty());
    }
}

/// An installation that does this with contact details; Anna and Boris, and the id of their order's conversation.
async fn order_with(mode: &str) -> Option<(Cluster, [Person; 2], String)> {
    let cluster = Cluster::start(&[("contacts.mode", mode)]).await?;
    let (anna, boris) = cluster.pair().await;
    anna.oko().chat_of(9).await;
    let order = id_of(&anna.kstu().conversations().await[0]);
    anna.kstu().add(&order, &boris, None).await.is_done();
    Some((cluster, [anna, boris], order))
}

/// What people said there; what the system says is not shown to a Mini client.
async fn said(who: &Person, room: &str) -> Vec<String> {
    let number = who.kstu().number(room).await;
    texts(&who.mini().messages(number).await, "content")
}
