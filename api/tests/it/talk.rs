//! What a message is beside its text, over REST.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Person, TestApp, on_each_store, on_sqlite};

const MESSAGES: &str = "/api/unet-chat/messages/";

async fn send(app: &TestApp, who: &Person, body: Value, expected: StatusCode) -> Value {
    app.ask(who, (Method::POST, MESSAGES, body), expected).await
}

async fn call(app: &TestApp, who: &Person, method: Method, path: &str, expected: StatusCode) -> Value {
    app.ask(who, (method, path, Value::Null), expected).await
}

fn at(message: &Value, below: &str) -> String {
    format!("{MESSAGES}{}/{below}", message["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_reply_is_answered_with_what_it_quotes_and_so_is_history() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let target = app.say(&anna, &id, &"я".repeat(300)).await;
        let body = json!({ "conversation_id": id, "text": "reply", "reply_to": target["id"] });
        let reply = send(app, &anna, body, StatusCode::CREATED).await;
        let quoted = json!({
            "id": target["id"], "seq": target["seq"], "sender_id": anna.id, "text": "я".repeat(200),
        });
        assert_eq!(reply["reply"], quoted);
        let path = format!("{MESSAGES}{}", reply["id"].as_str().unwrap());
        let edited = app
            .ask(
                &anna,
                (Method::PUT, &path, json!({ "text": "new" })),
                StatusCode::OK,
            )
            .await;
        assert_eq!(edited["reply"], quoted);
        assert!(edited["edited_at"].is_string());
        let path = format!("{MESSAGES}{}", target["id"].as_str().unwrap());
        call(app, &anna, Method::DELETE, &path, StatusCode::NO_CONTENT).await;
        let page = app.get(&anna, &format!("{MESSAGES}{id}")).await;
        assert_eq!(page[0]["reply"]["text"], Value::Null);
        assert_eq!(page[0]["reply"]["sender_id"], anna.id);
    })
    .await;
}

#[tokio::test]
async fn deleted_messages_are_shown_only_to_who_asks_for_them() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let said = app.say(&anna, &id, "gone soon").await;
        app.say(&anna, &id, "stays").await;
        let path = format!("{MESSAGES}{}", said["id"].as_str().unwrap());
        call(app, &anna, Method::DELETE, &path, StatusCode::NO_CONTENT).await;
        let page = app.get(&anna, &format!("{MESSAGES}{id}")).await;
        assert_eq!(page.as_array().unwrap().len(), 1);
        assert_eq!(page[0].get("deleted_at"), None);
        let page = app.get(&anna, &format!("{MESSAGES}{id}?tombstones=true")).await;
        assert_eq!(page.as_array().unwrap().len(), 2);
        assert_eq!((&page[0]["id"], &page[0]["text"]), (&said["id"], &Value::Null));
        assert!(page[0]["deleted_at"].is_string());
        let page = app.get(&anna, &format!("{MESSAGES}{id}?tombstones=false")).await;
        assert_eq!(page.as_array().unwrap().len(), 1);
        let odd = format!("{MESSAGES}{id}?tombstones=1");
        call(app, &anna, Method::GET, &odd, StatusCode::BAD_REQUEST).await;
    })
    .await;
}

#[tokio::test]
async fn earlier_texts_are_for_administrators_and_end_with_the_message() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        let id = app.group(&anna, &[]).await;
        let said = app.say(&anna, &id, "one").await;
        let path = format!("{MESSAGES}{}", said["id"].as_str().unwrap());
        let edits = format!("/api/admin/messages/{}/edits/", said["id"].as_str().unwrap());
        assert_eq!(app.get(&root, &edits).await, json!([]));
        app.ask(
            &anna,
            (Method::PUT, &path, json!({ "text": "two" })),
            StatusCode::OK,
        )
        .await;
        let texts = app.get(&root, edits.trim_end_matches('/')).await;
        assert_eq!(texts[0]["text"], "one");
        assert!(texts[0]["replaced_at"].is_string());
        let refused = call(app, &anna, Method::GET, &edits, StatusCode::FORBIDDEN).await;
        assert_eq!(refused["code"], "forbidden");
        call(app, &anna, Method::DELETE, &path, StatusCode::NO_CONTENT).await;
        call(app, &root, Method::GET, &edits, StatusCode::NOT_FOUND).await;
    })
    .await;
}

#[tokio::test]
async fn reactions_count_each_person_once_and_are_for_participants() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        let said = app.say(&anna, &id, "hi").await;
        let heart = at(&said, "reactions/%E2%9D%A4");
        let first = call(app, &anna, Method::PUT, &heart, StatusCode::OK).await;
        assert_eq!(
            first["reactions"],
            json!([{ "emoji": "❤️", "count": 1, "user_ids": [anna.id] }])
        );
        assert_eq!(
            (&first["is_edited"], &first["seq"]),
            (&json!(false), &said["seq"])
        );
        let same = call(app, &anna, Method::PUT, &format!("{heart}/"), StatusCode::OK).await;
        assert_eq!(same, first);
        call(app, &boris, Method::PUT, &heart, StatusCode::OK).await;
        let all = app.get(&boris, &at(&said, "reactions/")).await;
        assert_eq!(
            all,
            json!([{ "emoji": "❤️", "count": 2, "user_ids": [anna.id, boris.id] }])
        );
        for _ in 0..2 {
            call(app, &anna, Method::DELETE, &heart, StatusCode::NO_CONTENT).await;
        }
        let page = app.get(&anna, &format!("{MESSAGES}{id}")).await;
        assert_eq!(
            page[0]["reactions"],
            json!([{ "emoji": "❤️", "count": 1, "user_ids": [boris.id] }])
        );
        let conversation = app
            .get(&anna, &format!("/api/unet-chat/conversations/{id}"))
            .await;
        assert_eq!(conversation["last_seq"], 4, "what changed nothing took no number");
        let refused = call(
            app,
            &anna,
            Method::PUT,
            &at(&said, "reactions/no"),
            StatusCode::BAD_REQUEST,
        )
        .await;
        assert_eq!(
            (&refused["code"], &refused["detail"]),
            (&json!("invalid"), &json!("emoji: must be one emoji"))
        );
        for (method, path) in [
            (Method::PUT, heart.clone()),
            (Method::DELETE, heart),
            (Method::GET, at(&said, "reactions/")),
        ] {
            let refused = call(app, &eve, method, &path, StatusCode::FORBIDDEN).await;
            assert_eq!(refused["code"], "not_participant");
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_has_twenty_different_reactions_at_most() {
    on_sqlite(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let said = app.say(&anna, &id, "hi").await;
        let emoji = |place: u32| char::from_u32(0x1F600 + place).unwrap();
        for place in 0..20 {
            let path = at(&said, &format!("reactions/{}", emoji(place)));
            call(app, &anna, Method::PUT, &path, StatusCode::OK).await;
        }
        let path = at(&said, &format!("reactions/{}", emoji(20)));
        call(app, &boris, Method::PUT, &path, StatusCode::BAD_REQUEST).await;
        let path = at(&said, &format!("reactions/{}", emoji(0)));
        call(app, &boris, Method::PUT, &path, StatusCode::OK).await;
    })
    .await;
}

#[tokio::test]
async fn mentions_are_parts_of_the_text_that_name_participants() {
    on_each_store(async |app| {
        let (anna, boris, eve) = (
            app.person("Anna").await,
            app.person("Boris").await,
            app.person("Eve").await,
        );
        let id = app.group(&anna, &[&boris]).await;
        let mention =
            |who: &Person, offset, length| json!({ "user_id": who.id, "offset": offset, "length": length });
        let body =
            |mentions: Value| json!({ "conversation_id": id, "text": "😀 @boris", "mentions": mentions });
        let good = json!([mention(&boris, 3, 6)]);
        let said = send(app, &anna, body(good.clone()), StatusCode::CREATED).await;
        assert_eq!(said["mentions"], good);
        for (mentions, pointer) in [
            (
                json!([mention(&boris, 3, 6), mention(&eve, 0, 2)]),
                "/mentions/1/user_id",
            ),
            (json!([mention(&boris, 3, 7)]), "/mentions/0"),
            (json!([mention(&boris, 1, 2)]), "/mentions/0"),
            (json!([mention(&boris, 3, 6), mention(&anna, 5, 1)]), "/mentions"),
        ] {
            let refused = send(app, &anna, body(mentions), StatusCode::BAD_REQUEST).await;
            assert_eq!(
                (&refused["code"], &refused["errors"][0]["pointer"]),
                (&json!("invalid"), &json!(pointer))
            );
        }
        let path = format!("{MESSAGES}{}", said["id"].as_str().unwrap());
        let edit = json!({ "text": "@eve", "mentions": [mention(&eve, 0, 4)] });
        let refused = app
            .ask(&anna, (Method::PUT, &path, edit), StatusCode::BAD_REQUEST)
            .await;
        assert_eq!(refused["errors"][0]["pointer"], "/mentions/0/user_id");
        let edit = json!({ "text": "@boris!", "mentions": [mention(&boris, 0, 6)] });
        let edited = app.ask(&anna, (Method::PUT, &path, edit), StatusCode::OK).await;
        assert_eq!(edited["mentions"], json!([mention(&boris, 0, 6)]));
        let edit = json!({ "text": "@boris, without" });
        let edited = app.ask(&anna, (Method::PUT, &path, edit), StatusCode::OK).await;
        assert_eq!(edited.get("mentions"), None);
    })
    .await;
}

#[tokio::test]
async fn admins_pin_in_groups_and_either_side_in_a_private_conversation() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let group = app.group(&anna, &[&boris]).await;
        let body = json!({ "type": "private", "participant_ids": [boris.id] });
        let made = app
            .ask(
                &anna,
                (Method::POST, "/api/unet-chat/conversations/", body),
                StatusCode::CREATED,
            )
            .await;
        let pair = made["id"].as_str().unwrap().to_owned();
        let in_group = app.say(&boris, &group, "pin me").await;
        let in_pair = app.say(&anna, &pair, "pin me").await;
        let refused = call(
            app,
            &boris,
            Method::PUT,
            &at(&in_group, "pin/"),
            StatusCode::FORBIDDEN,
        )
        .await;
        assert_eq!(refused["code"], "forbidden");
        for (who, said, conversation) in [(&anna, &in_group, &group), (&boris, &in_pair, &pair)] {
            let pinned = call(app, who, Method::PUT, &at(said, "pin/"), StatusCode::OK).await;
            assert!(pinned["pinned_at"].is_string());
            assert_eq!(
                call(app, who, Method::PUT, &at(said, "pin"), StatusCode::OK).await,
                pinned
            );
            let pins = format!("/api/unet-chat/conversations/{conversation}/pins/");
            assert_eq!(app.get(&boris, &pins).await, json!([pinned]));
            for _ in 0..2 {
                call(
                    app,
                    who,
                    Method::DELETE,
                    &at(said, "pin/"),
                    StatusCode::NO_CONTENT,
                )
                .await;
            }
            assert_eq!(app.get(&boris, &pins).await, json!([]));
        }
    })
    .await;
}

#[tokio::test]
async fn the_system_says_who_came_and_went_and_nobody_deals_with_that() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Анна").await, app.person("Борис").await);
        let id = app.group(&anna, &[]).await;
        let people = format!("/api/unet-chat/conversations/{id}/participants/");
        let whom = json!({ "user_id": boris.id });
        app.ask(&anna, (Method::POST, &people, whom.clone()), StatusCode::CREATED)
            .await;
        let page = app.get(&boris, &format!("{MESSAGES}{id}")).await;
        let told = page[0].clone();
        assert_eq!(
            (&told["kind"], &told["sender_id"]),
            (&json!("system"), &json!(anna.id))
        );
        assert_eq!(told["event"], json!({ "type": "added", "user_id": boris.id }));
        assert_eq!(told["text"], "Анна Tester добавил(а) участника: Борис Tester");
        let removal = format!("{people}{}", boris.id);
        call(app, &anna, Method::DELETE, &removal, StatusCode::NO_CONTENT).await;
        app.ask(&anna, (Method::POST, &people, whom), StatusCode::CREATED)
            .await;
        call(app, &boris, Method::DELETE, &removal, StatusCode::NO_CONTENT).await;
        let page = app.get(&anna, &format!("{MESSAGES}{id}")).await;
        let events: Vec<_> = page
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["event"]["type"])
            .collect();
        assert_eq!(events, ["added", "removed", "added", "left"]);
        let path = format!("{MESSAGES}{}", told["id"].as_str().unwrap());
        for (method, path, body) in [
            (Method::PUT, path.clone(), json!({ "text": "never" })),
            (Method::DELETE, path, Value::Null),
            (Method::PUT, at(&told, "reactions/👍"), Value::Null),
            (Method::PUT, at(&told, "pin/"), Value::Null),
        ] {
            let refused = app.ask(&anna, (method, &path, body), StatusCode::FORBIDDEN).await;
            assert_eq!(refused["code"], "forbidden", "{path}");
        }
    })
    .await;
}
