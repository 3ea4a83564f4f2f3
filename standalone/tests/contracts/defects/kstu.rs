//! KSTU's defects.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::{has_fields, texts};
use crate::cluster::Cluster;
use crate::patience::eventually;

pub(super) async fn kstu_defect_read_and_edited_are_two_things(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let read = anna.kstu().send(&room, "прочитано").await;
    boris.kstu().read(&room).await.is_done();
    let edited = anna.kstu().send(&room, "опечатка").await;
    anna.kstu().edit(&edited, "исправлено").await.is_done();
    let marks = async || {
        let all = anna.kstu().history(&room).await;
        let marks = all.iter().map(|message| {
            assert!([&read["id"], &edited["id"]].contains(&&message["id"]));
            json!([message["is_read"], message["is_edited"]])
        });
        marks.collect::<Value>()
    };
    assert_eq!(marks().await, json!([[true, false], [false, true]]));
    boris.kstu().history(&room).await;
    eventually("both are read", async || {
        marks().await == json!([[true, false], [true, true]])
    })
    .await;
}

pub(super) async fn kstu_defect_what_was_missed_comes_after_a_reconnect(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let first = anna.kstu().send(&room, "раз").await;
    let mut socket = boris.kstu().open_after(&room, Some(0)).await;
    let heard = socket.until("message:new").await;
    socket.hang_up().await;
    anna.kstu().send(&room, "два").await;
    anna.kstu().edit(&first, "раз!").await.is_done();
    let mut socket = boris
        .beside(&anna)
        .kstu()
        .open_after(&room, heard["seq"].as_i64())
        .await;
    let missed = socket.up_to("sync").await;
    let told: Vec<_> = missed
        .iter()
        .filter(|frame| frame.get("seq").is_some())
        .map(|frame| (frame["type"].clone(), frame["payload"]["text"].clone()))
        .collect();
    let expected = [("message:new", "два"), ("message:edited", "раз!")];
    assert_eq!(told, expected.map(|(kind, text)| (json!(kind), json!(text))));
    assert_eq!(texts(&boris.kstu().history(&room).await, "text"), ["раз!", "два"]);
}

pub(super) async fn kstu_defect_the_directory_is_refused_an_old_token_and_takes_the_new_one(
    cluster: &Cluster,
) {
    let (anna, boris) = cluster.pair().await;
    anna.kstu().directory().await.is(200);
    // The token that the page read at load is over; 401 makes the client fetch another, and that one is asked.
    for old in ["undefined", "garbage"] {
        let refused = anna.with_access(old).kstu().directory().await;
        refused.is_problem(401, "unauthorized");
    }
    let path = "/educations/api/v1/users/refresh/";
    let renewed = anna.accounts().refresh_at(path).await.json_of(200);
    let fresh = anna.with_access(renewed["access"].as_str().expect("a token"));
    let shown = fresh.kstu().directory().await.array();
    has_fields(&shown[0], &["id", "first_name", "last_name"]);
    assert_eq!(shown.len(), 2);
    let carried = [("authorization", format!("Bearer {}", fresh.access))];
    let there = fresh.beside(&boris);
    let answer = there.call_with(&carried, Method::GET, "/api/v1/users/chat-users/", &Value::Null);
    answer.await.is(200);
}
