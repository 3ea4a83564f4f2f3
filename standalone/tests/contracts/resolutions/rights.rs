//! Who may do what, and what exists once.

use reqwest::Method;
use serde_json::json;

use crate::answer::with_field;
use crate::cluster::Cluster;
use crate::kstu::id_of;
use crate::oko::number_of;
use crate::person::Person;

/// Requests for the same pair at the same moment, from each side.
const AT_ONCE: usize = 8;

pub(super) async fn resolution_13_private_pairs_are_unique_also_in_parallel(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let ask = async |one: &Person, other: &Person| {
        let body = json!({"type": "private", "participant_ids": [other.id]});
        let answer = one.kstu().create(&body).await;
        assert!([200, 201].contains(&answer.status), "{}", answer.text);
        (answer.status, id_of(&answer.json()))
    };
    let asked: Vec<_> = (0..AT_ONCE)
        .flat_map(|_| [ask(&anna, &boris), ask(&boris, &anna)])
        .collect();
    let answers = futures_util::future::join_all(asked).await;
    let made = answers.iter().filter(|(status, _)| *status == 201);
    assert_eq!(made.count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(_, id)| *id == answers[0].1), "{answers:?}");
    assert_eq!(boris.kstu().conversations().await.len(), 1);

    // A room of Mini's with one person in it is something else.
    for _ in 0..2 {
        let made = anna.mini().create(&json!({"name": "Заметки"})).await.json_of(201);
        assert_eq!(
            (&made["chat_type"], &made["participants_count"]),
            (&json!("direct"), &json!(1))
        );
    }
    assert_eq!(anna.mini().rooms().await.len(), 3);
}

pub(super) async fn resolution_16_membership_is_checked_on_open_sockets(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut kstu = boris.kstu().open(&room).await;
    let mut in_mini = boris.mini().open(number).await;
    let mut everything = boris.kstu().open_everything(1).await;
    anna.kstu().remove(&room, &boris).await.is_done();
    anna.kstu().send(&room, "между нами").await;

    assert_eq!(kstu.close_code().await, 4403);
    assert_eq!(in_mini.close_code().await, 4403);
    let gone = everything.until("participant:removed").await;
    assert_eq!(gone["payload"]["user_id"], json!(boris.id));
    let payload = json!({"conversation_id": room, "text": "я ещё тут"});
    everything.send("message:new", payload).await;
    let heard = everything.up_to("error").await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "message:new"),
        "{heard:?}"
    );
    for refused in [
        boris.kstu().try_open(&room).await.err().expect("a refusal"),
        boris.mini().try_open(number).await.err().expect("a refusal"),
    ] {
        assert_eq!(refused.status, 403);
    }
    assert_eq!(anna.kstu().number(&room).await, number);
}

pub(super) async fn resolution_17_deletion_is_for_either_side_of_a_pair_and_admins_of_a_group(
    cluster: &Cluster,
) {
    let (anna, boris, vera) = cluster.three().await;
    let pair = anna.kstu().private(&boris).await;
    vera.kstu().delete(&pair).await.is_problem(403, "not_participant");
    let mut socket = anna.kstu().open(&pair).await;
    boris.kstu().delete(&pair).await.is_done();
    socket.close_code().await;
    anna.kstu().conversation(&pair).await.is(404);

    let group = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&group).await;
    boris.kstu().delete(&group).await.is_problem(403, "forbidden");
    boris.mini().delete(number).await.is(403);
    assert_eq!(anna.mini().delete(number).await.status, 204);
    for (who, room) in [(&anna, &group), (&boris, &group)] {
        who.kstu().conversation(room).await.is(404);
    }
    assert!(boris.kstu().conversations().await.is_empty());
}

pub(super) async fn resolution_18_join_is_for_open_groups_and_leave_for_oneself(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let closed = anna.mini().group("Закрытая").await;
    let direct = anna.mini().direct(&boris).await;
    for room in [closed, direct] {
        let refused = vera.mini().join(room).await;
        assert!([403, 404].contains(&refused.status), "{}", refused.text);
        vera.mini().room(room).await.is(404);
    }
    // Open because its admin says so.
    let open = json!({"is_open": true});
    anna.mini()
        .call(Method::PATCH, &format!("rooms/{closed}/"), &open)
        .await
        .is(200);
    let joined = json!({"message": "Успешно присоединились к комнате"});
    vera.mini().join(closed).await.says(200, &joined);
    vera.mini().send(closed, "я здесь").await.is(201);
    let left = json!({"message": "Вы покинули комнату"});
    let mut socket = vera.mini().open(closed).await;
    vera.mini().leave(closed).await.says(200, &left);
    assert_eq!(socket.close_code().await, 4403);
    vera.mini().room(closed).await.is(404);
    vera.mini().join(987_654).await.is(404);
    let people = anna.mini().listed(closed).await;
    assert_eq!(people["participants_count"], 1);
}

pub(super) async fn resolution_20_orders_are_opaque_integers(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let made = anna.oko().create(4711).await.json_of(201);
    assert_eq!(made["order"], 4711);
    let again = anna.oko().create(4711).await.json_of(200);
    assert_eq!(number_of(&again), number_of(&made));
    let listed = with_field(&anna.kstu().conversations().await, "number", &made["id"]);
    assert_eq!(
        (&listed["service"], &listed["service_id"]),
        (&json!("order"), &json!("4711"))
    );
    let people = anna.kstu().participants(&id_of(&listed)).await.array();
    assert_eq!(people.len(), 1, "the caller is in it");
    let other = boris.oko().create(4712).await.json_of(201);
    assert_ne!(number_of(&other), number_of(&made));
    for bad in [
        json!({}),
        json!({"order": null}),
        json!({"order": "x"}),
        json!({"order": [1]}),
    ] {
        let refused = anna.post("/api/chat/chats/", &bad).await.json_of(400);
        assert!(refused["order"].is_array(), "{refused}");
    }
}

pub(super) async fn resolution_29_service_ids_are_unique_for_orders_and_let_no_stranger_in(
    cluster: &Cluster,
) {
    let (anna, boris, vera) = cluster.three().await;
    let about = |service: &str, id: &str, with: &Person| {
        json!({
            "type": "group", "title": "О деле", "service": service, "service_id": id, "participant_ids": [with.id],
        })
    };
    let first = anna
        .kstu()
        .create(&about("order", "1", &boris))
        .await
        .json_of(201);
    let again = boris
        .kstu()
        .create(&about("order", "1", &anna))
        .await
        .json_of(200);
    assert_eq!(first["id"], again["id"]);
    let number = first["number"].as_i64().expect("a number");
    assert_eq!(boris.oko().chat_of(1).await, number);
    vera.kstu()
        .create(&about("order", "1", &anna))
        .await
        .is_problem(409, "conflict");
    vera.oko().create(1).await.is(409);
    vera.oko().get_or_create(1).await.is(409);
    assert!(vera.kstu().conversations().await.is_empty());
    let room = id_of(&first);
    let people = anna.kstu().participants(&room).await.array();
    assert_eq!(people.len(), 2);

    // Two courses may have a conversation each with the same id.
    let one = anna
        .kstu()
        .create(&about("course", "1", &boris))
        .await
        .json_of(201);
    let two = anna
        .kstu()
        .create(&about("course", "1", &boris))
        .await
        .json_of(201);
    assert_ne!(one["id"], two["id"]);
    // Nobody hears of an order that they are not in.
    let mut watching = vera.kstu().open_everything(0).await;
    anna.kstu().send(&room, "тайна").await;
    watching.send("ping", json!({})).await;
    let heard = watching.up_to("pong").await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "message:new"),
        "{heard:?}"
    );
    assert!(vera.mini().rooms().await.is_empty());
}
