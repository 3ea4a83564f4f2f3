//! Opening conversations, and the list of them.

use serde_json::{Value, json};

use crate::answer::{has_fields, is_utc, texts, with_field};
use crate::cluster::Cluster;
use crate::oko::number_of;

pub(super) async fn direct_chats_with_duplicate_check(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let made = anna.mini().create_direct(&json!(boris.id)).await.json_of(201);
    assert_eq!(made["message"], "Чат успешно создан");
    let room = &made["room"];
    assert_eq!(
        (&room["chat_type"], &room["participants_count"]),
        (&json!("direct"), &json!(2))
    );
    for (one, other) in [(&anna, &boris), (&boris, &anna)] {
        let again = one.mini().create_direct(&json!(other.id)).await.json_of(200);
        assert_eq!(again["message"], "Чат уже существует");
        assert_eq!(again["room"]["id"], room["id"]);
        let body = json!({"type": "private", "participant_ids": [other.id]});
        let found = one.kstu().create(&body).await.json_of(200);
        assert_eq!(found["number"], room["id"]);
    }
    // At the same moment, from both sides, over both nodes and in both dialects.
    let (body, id) = (
        json!({"type": "private", "participant_ids": [vera.id]}),
        json!(anna.id),
    );
    let (anna_asks, vera_asks) = (anna.kstu(), vera.mini());
    let (by_anna, by_vera) = tokio::join!(anna_asks.create(&body), vera_asks.create_direct(&id));
    let by_anna = by_anna.is_done().json();
    assert_eq!(by_anna["number"], by_vera.is_done().json()["room"]["id"]);
    assert_eq!(anna.kstu().conversations().await.len(), 2);
}

pub(super) async fn group_chats_with_title_description_and_link(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Черновик", &[&anna, &boris]).await;
    let details = json!({
        "title": "Физика", "description": "Механика и оптика", "link": "https://lms.example/physics",
    });
    let changed = anna.kstu().change(&room, &details).await.json_of(200);
    let script = json!({"link": "javascript:alert(1)"});
    anna.kstu()
        .change(&room, &script)
        .await
        .is_problem(400, "invalid");
    let shown = boris.kstu().conversation(&room).await.json_of(200);
    for field in ["title", "description", "link"] {
        assert_eq!(shown[field], details[field], "{field}");
        assert_eq!(changed[field], details[field], "{field}");
    }
    assert_eq!(shown["participants"].as_array().expect("people").len(), 2);

    let in_mini = boris.mini().listed(number(&shown)).await;
    assert_eq!(
        (
            &in_mini["name"],
            &in_mini["description"],
            &in_mini["chat_type"],
            &in_mini["other_participant"]
        ),
        (
            &json!("Физика"),
            &json!("Механика и оптика"),
            &json!("group"),
            &Value::Null
        ),
    );
    let mut watching = anna.kstu().open(&room).await;
    let renamed = boris.mini().rename(number(&shown), "Физика-2").await.json_of(200);
    assert_eq!(renamed["name"], "Физика-2");
    let told = watching.until("conversation:updated").await;
    assert_eq!(told["payload"]["title"], "Физика-2");
}

fn number(conversation: &Value) -> i64 {
    conversation["number"].as_i64().expect("a number")
}

pub(super) async fn roles_admin_and_member_and_adding_and_removing_participants(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let people = boris.kstu().participants(&room).await.array();
    for (who, role) in [(&anna, "admin"), (&boris, "member")] {
        let shown = with_field(&people, "user_id", &json!(who.id));
        assert_eq!(shown["role"], role);
        has_fields(&shown, &["first_name", "last_name", "avatar"]);
        is_utc(&shown["joined_at"]);
    }
    boris
        .kstu()
        .add(&room, &vera, None)
        .await
        .is_problem(403, "forbidden");
    let added = anna.kstu().add(&room, &vera, Some("admin")).await.json_of(201);
    assert_eq!(
        (&added["user_id"], &added["role"]),
        (&json!(vera.id), &json!("admin"))
    );
    vera.kstu().send(&room, "я здесь").await;

    let mut boriss = boris.kstu().open(&room).await;
    boris
        .kstu()
        .remove(&room, &vera)
        .await
        .is_problem(403, "forbidden");
    vera.kstu().remove(&room, &boris).await.is_done();
    assert_eq!(boriss.close_code().await, 4403);
    boris
        .kstu()
        .try_send(&room, "а я?")
        .await
        .is_problem(403, "not_participant");
    assert!(boris.kstu().conversations().await.is_empty());

    // Mini: open rooms are joined and left by oneself.
    let number = anna.kstu().number(&room).await;
    let left = json!({"message": "Вы покинули комнату"});
    vera.mini().leave(number).await.says(200, &left);
    vera.mini().room(number).await.is(404);
}

pub(super) async fn binding_to_an_external_object(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let body = json!({
        "type": "group", "title": "Заказ 77", "service": "order", "service_id": "77", "participant_ids": [boris.id],
    });
    let made = anna.kstu().create(&body).await.json_of(201);
    assert_eq!(
        (&made["service"], &made["service_id"]),
        (&json!("order"), &json!("77"))
    );
    let chat = boris.oko().create(77).await.json_of(200);
    assert_eq!(
        (&chat["id"], &chat["order"], &chat["order_id"]),
        (&made["number"], &json!(77), &json!(77))
    );
    boris.kstu().create(&body).await.json_of(200);
    assert_eq!(vera.oko().create(77).await.status, 409);
    assert!(vera.oko().chats().await.is_empty());

    let other = vera.oko().create(78).await.json_of(201);
    let listed = vera.kstu().conversations().await;
    assert_eq!(listed[0]["number"], other["id"]);
    assert_eq!(
        (&listed[0]["service"], &listed[0]["service_id"]),
        (&json!("order"), &json!("78"))
    );
    let again = vera.oko().get_or_create(78).await.is_done().json();
    assert_eq!(again["id"], other["id"]);
}

pub(super) async fn conversation_list_with_last_message_sorted_by_activity(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let first = anna.kstu().group("первая", &[&boris]).await;
    let second = anna.kstu().group("вторая", &[&boris]).await;
    let titles = async || texts(&anna.kstu().conversations().await, "title");
    assert_eq!(titles().await, ["вторая", "первая"]);
    let said = boris.kstu().send(&first, "новое").await;
    let list = anna.kstu().conversations().await;
    assert_eq!(texts(&list, "title"), ["первая", "вторая"]);
    let newest = &list[0]["last_message"];
    for field in ["id", "sender_id", "text", "created_at"] {
        assert_eq!(newest[field], said[field], "{field}");
    }
    assert_eq!(list[1]["last_message"], Value::Null);

    // Oko sorts by the last message too, Mini by creation.
    let chats = anna.oko().chats().await;
    assert_eq!(chats[0]["last_message"]["text"], "новое");
    assert_eq!(chats[0]["last_message"]["sender_id"], json!(boris.id));
    assert_eq!(chats[0]["last_message_time"], said["created_at"]);
    assert_eq!(chats[1]["last_message"], Value::Null);
    assert_eq!(texts(&anna.mini().rooms().await, "name"), ["вторая", "первая"]);
    let newest = anna.kstu().number(&second).await;
    assert_eq!(number_of(&anna.mini().rooms().await[0]), newest);
}

pub(super) async fn search_in_the_list_owes_titles_and_names(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    anna.kstu().group("Физика, 2 курс", &[&boris]).await;
    let pair = anna.kstu().private(&boris).await;
    let order = anna.oko().chat_of(5).await;
    let list = anna.kstu().conversations().await;
    let titled = with_field(&list, "title", &json!("Физика, 2 курс"));
    assert_eq!(titled["type"], "group");
    let private = with_field(&list, "id", &json!(pair));
    assert_eq!(private["type"], "private");
    assert_eq!(private["other_user"]["id"], json!(boris.id));
    assert_eq!(private["other_user"]["first_name"], "Boris");

    // Oko's modal searches by the other side's name.
    let number = anna.kstu().number(&pair).await;
    let other = anna.oko().listed(number).await["other_user"].clone();
    assert_eq!(
        (&other["id"], &other["username"], &other["first_name"]),
        (&json!(boris.id), &json!("boris"), &json!("Boris")),
    );
    let alone = anna.oko().listed(order).await;
    assert_eq!(alone["other_user"], Value::Null);
}
