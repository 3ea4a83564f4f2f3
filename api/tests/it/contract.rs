//! Every row of the KSTU contract: paths with both endings and under both prefixes, statuses and shapes.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, in_history, on_each_store};

const NONE: Value = Value::Null;

/// Where the canonical paths begin, and where the older installations look for them.
const DOORS: [&str; 2] = ["/api/unet-chat", "/educations/api/unet-chat"];

/// A path with and without a slash at the end.
fn both(path: &str) -> [String; 2] {
    let bare = path.trim_end_matches('/');
    [bare.to_owned(), format!("{bare}/")]
}

/// Every way to spell a path below the chat's prefix.
fn spellings(path: &str) -> Vec<String> {
    DOORS
        .iter()
        .flat_map(|door| both(&format!("{door}/{path}")))
        .collect()
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn assert_has(value: &Value, fields: &[&str]) {
    let present = keys(value);
    for field in fields {
        assert!(present.contains(field), "{field} is missing in {value}");
    }
}

fn assert_conversation(value: &Value) {
    let fields = [
        "id",
        "number",
        "type",
        "title",
        "created_by",
        "created_at",
        "service",
        "service_id",
        "description",
        "last_message",
    ];
    assert_has(value, &fields);
    Uuid::parse_str(value["id"].as_str().unwrap()).unwrap();
    assert!(value["created_by"].is_i64());
    assert_utc(&value["created_at"]);
}

fn assert_message(value: &Value) {
    let fields = [
        "id",
        "conversation_id",
        "sender_id",
        "text",
        "reply_to",
        "is_edited",
        "created_at",
        "seq",
    ];
    assert_has(value, &fields);
    assert!(value["is_edited"].is_boolean());
    assert_utc(&value["created_at"]);
}

/// UTC with a `Z` and six digits: a browser reads anything without a zone as its own.
fn assert_utc(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(
        text.ends_with('Z') && text.len() == "2026-01-31T09:30:00.000000Z".len(),
        "{text}"
    );
}

#[tokio::test]
async fn a_group_is_created_under_every_spelling() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        for path in spellings("conversations/") {
            // The own id among others, alone, left out, and repeated.
            for ids in [
                json!([anna.id, boris.id]),
                json!([anna.id]),
                json!([boris.id]),
                json!([boris.id, boris.id]),
            ] {
                let body = json!({ "type": "group", "title": "Физика", "participant_ids": ids });
                let made = app
                    .ask(&anna, (Method::POST, &path, body), StatusCode::CREATED)
                    .await;
                assert_conversation(&made);
                assert_eq!(made["title"], "Физика");
                assert_eq!(made["created_by"], anna.id);
                let people = made["participants"].as_array().unwrap();
                let creator = people.iter().find(|person| person["user_id"] == anna.id).unwrap();
                assert_eq!(creator["role"], "admin");
                assert_eq!(people.len(), if ids == json!([anna.id]) { 1 } else { 2 });
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_pair_has_one_private_conversation_whoever_asks_and_however_often() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let path = "/api/unet-chat/conversations/";
        let by_anna = json!({ "type": "private", "participant_ids": [boris.id] });
        let by_boris = json!({ "type": "private", "title": null, "participant_ids": [boris.id, anna.id] });
        let first = app
            .ask(&anna, (Method::POST, path, by_anna.clone()), StatusCode::CREATED)
            .await;
        let again = app
            .ask(&anna, (Method::POST, path, by_anna), StatusCode::OK)
            .await;
        let other = app
            .ask(&boris, (Method::POST, path, by_boris), StatusCode::OK)
            .await;
        assert_eq!(first["id"], again["id"]);
        assert_eq!(first["id"], other["id"]);
        assert_eq!(other["created_by"], anna.id);
    })
    .await;
}

#[tokio::test]
async fn an_order_has_one_conversation_and_never_lets_a_stranger_in() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let stranger = app.person("Stranger").await;
        let path = "/api/unet-chat/conversations/";
        let order = Uuid::now_v7().to_string();
        let body = |ids: Value| json!({
            "type": "group", "title": "Order", "service": "order", "service_id": order, "participant_ids": ids,
        });
        let first = app.ask(&anna, (Method::POST, path, body(json!([boris.id]))), StatusCode::CREATED).await;
        let again = app.ask(&boris, (Method::POST, path, body(json!([anna.id]))), StatusCode::OK).await;
        assert_eq!(first["id"], again["id"]);
        app.ask(&stranger, (Method::POST, path, body(json!([anna.id]))), StatusCode::CONFLICT).await;
        assert_eq!(app.get(&stranger, path).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn the_list_is_a_bare_array_of_the_callers_own() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let older = app.group(&anna, &[&boris]).await;
        let newer = app.group(&anna, &[]).await;
        app.say(&anna, &newer, "later").await;
        app.say(&boris, &older, "latest").await;
        for path in spellings("conversations/") {
            let list = app.get(&anna, &path).await;
            let list = list.as_array().unwrap();
            list.iter().for_each(assert_conversation);
            let ids: Vec<_> = list.iter().map(|item| item["id"].as_str().unwrap()).collect();
            assert_eq!(ids, [older.as_str(), newer.as_str()]);
            assert_has(
                &list[0]["last_message"],
                &["id", "sender_id", "text", "created_at"],
            );
            assert_eq!(list[0]["last_message"]["text"], "latest");
            assert_eq!(app.get(&boris, &path).await.as_array().unwrap().len(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_read_by_its_participants_alone() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let stranger = app.person("Stranger").await;
        let id = app.group(&anna, &[&boris]).await;
        for path in spellings(&format!("conversations/{id}")) {
            let read = app.get(&boris, &path).await;
            assert_conversation(&read);
            assert_eq!(read["participants"].as_array().unwrap().len(), 2);
            app.ask(&stranger, (Method::GET, &path, NONE), StatusCode::FORBIDDEN)
                .await;
        }
        for path in spellings(&format!("conversations/{}", Uuid::now_v7())) {
            app.ask(&anna, (Method::GET, &path, NONE), StatusCode::NOT_FOUND)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_group_is_deleted_by_its_admin_and_then_gone_for_everybody() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        for path in spellings("conversations/") {
            let id = app.group(&anna, &[&boris]).await;
            let ending = if path.ends_with('/') { "/" } else { "" };
            let path = format!("{}/{id}{ending}", path.trim_end_matches('/'));
            app.ask(&boris, (Method::DELETE, &path, NONE), StatusCode::FORBIDDEN)
                .await;
            app.ask(&anna, (Method::DELETE, &path, NONE), StatusCode::NO_CONTENT)
                .await;
            app.ask(&anna, (Method::DELETE, &path, NONE), StatusCode::NOT_FOUND)
                .await;
            app.ask(&boris, (Method::GET, &path, NONE), StatusCode::NOT_FOUND)
                .await;
        }
        assert_eq!(app.get(&boris, "/api/unet-chat/conversations/").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn participants_are_listed_added_and_removed() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let clara = app.person("Clara").await;
        let id = app.group(&anna, &[&boris]).await;
        for path in spellings(&format!("conversations/{id}/participants/")) {
            let add = json!({ "user_id": clara.id, "role": null });
            app.ask(&boris, (Method::POST, &path, add.clone()), StatusCode::FORBIDDEN)
                .await;
            let added = app
                .ask(&anna, (Method::POST, &path, add.clone()), StatusCode::CREATED)
                .await;
            assert_has(
                &added,
                &[
                    "user_id",
                    "role",
                    "joined_at",
                    "first_name",
                    "last_name",
                    "avatar",
                ],
            );
            assert_eq!(
                (&added["user_id"], &added["role"]),
                (&json!(clara.id), &json!("member"))
            );
            let again = app.ask(&anna, (Method::POST, &path, add), StatusCode::OK).await;
            assert_eq!(again["joined_at"], added["joined_at"]);

            let list = app.get(&clara, &path).await;
            assert_eq!(list.as_array().unwrap().len(), 3);

            let ending = if path.ends_with('/') { "/" } else { "" };
            let one = format!("{}/{}{ending}", path.trim_end_matches('/'), clara.id);
            app.ask(&boris, (Method::DELETE, &one, NONE), StatusCode::FORBIDDEN)
                .await;
            app.ask(&anna, (Method::DELETE, &one, NONE), StatusCode::NO_CONTENT)
                .await;
            app.ask(&anna, (Method::DELETE, &one, NONE), StatusCode::NOT_FOUND)
                .await;
            app.ask(&clara, (Method::GET, &path, NONE), StatusCode::FORBIDDEN)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_is_sent_read_changed_and_deleted() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let room = json!(app.group(&anna, &[&boris]).await);
        for path in spellings("messages/") {
            send_read_change_delete(app, (&anna, &boris), &room, &path).await;
        }
    })
    .await;
}

/// The path of one thing below `path`, with the same ending.
fn below(path: &str, id: &Value) -> String {
    let ending = if path.ends_with('/') { "/" } else { "" };
    format!("{}/{}{ending}", path.trim_end_matches('/'), id.as_str().unwrap())
}

async fn send_and_reply(
    app: &TestApp,
    people: (&Person, &Person),
    room: &Value,
    path: &str,
) -> (Value, Value) {
    let (anna, boris) = people;
    // Whoever the body names, the sender is whose token it is.
    let body = json!({ "conversation_id": room, "sender_id": boris.id, "text": " да ", "reply_to": null });
    let sent = app
        .ask(anna, (Method::POST, path, body), StatusCode::CREATED)
        .await;
    assert_message(&sent);
    assert_eq!(
        (&sent["text"], &sent["sender_id"]),
        (&json!(" да "), &json!(anna.id))
    );

    let reply = json!({ "conversation_id": room, "sender_id": 0, "text": "re", "reply_to": sent["id"] });
    let reply = app
        .ask(boris, (Method::POST, path, reply), StatusCode::CREATED)
        .await;
    assert_eq!(reply["reply_to"], sent["id"]);
    (sent, reply)
}

async fn send_read_change_delete(app: &TestApp, people: (&Person, &Person), room: &Value, path: &str) {
    let (anna, boris) = people;
    let (sent, reply) = send_and_reply(app, people, room, path).await;
    let one = below(path, &sent["id"]);
    let edit = json!({ "text": "нет" });
    app.ask(boris, (Method::PUT, &one, edit.clone()), StatusCode::FORBIDDEN)
        .await;
    let edited = app.ask(anna, (Method::PUT, &one, edit), StatusCode::OK).await;
    assert_eq!(
        (&edited["text"], &edited["is_edited"]),
        (&json!("нет"), &json!(true))
    );

    let page = app.get(boris, &below(path, room)).await;
    page.as_array().unwrap().iter().for_each(assert_message);
    // What is quoted is shown as it is now.
    let quoting = |text: Value| {
        let mut shown = in_history(&reply);
        shown["reply"]["text"] = text;
        shown
    };
    assert_eq!(page, json!([in_history(&edited), quoting(json!("нет"))]));

    app.ask(boris, (Method::DELETE, &one, NONE), StatusCode::FORBIDDEN)
        .await;
    app.ask(anna, (Method::DELETE, &one, NONE), StatusCode::NO_CONTENT)
        .await;
    app.ask(anna, (Method::DELETE, &one, NONE), StatusCode::NOT_FOUND)
        .await;
    let page = app.get(boris, &below(path, room)).await;
    assert_eq!(page, json!([quoting(NONE)]));
    let other = below(path, &reply["id"]);
    app.ask(boris, (Method::DELETE, &other, NONE), StatusCode::NO_CONTENT)
        .await;
}

#[tokio::test]
async fn a_repeated_client_id_gets_the_first_answer_again() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        let id = app.group(&anna, &[]).await;
        let path = "/api/unet-chat/messages/";
        let body = json!({ "conversation_id": id, "text": "once", "client_id": Uuid::now_v7().to_string() });
        let first = app
            .ask(&anna, (Method::POST, path, body.clone()), StatusCode::CREATED)
            .await;
        let again = app.ask(&anna, (Method::POST, path, body), StatusCode::OK).await;
        assert_eq!(first, again);
        let page = app.get(&anna, &format!("/api/unet-chat/messages/{id}")).await;
        assert_eq!(page.as_array().unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_file_is_noted_for_a_message_of_ones_own() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        let id = app.group(&anna, &[&boris]).await;
        let message = app.say(&anna, &id, "see the file").await;
        for path in spellings("attachments/") {
            let body = json!({
                "message_id": message["id"], "file_url": "https://files.example.org/a.pdf", "file_type": "file",
                "file_size": 17,
            });
            let noted = app.ask(&anna, (Method::POST, &path, body.clone()), StatusCode::CREATED).await;
            assert_has(&noted, &["id", "message_id", "file_url", "file_type", "file_size", "created_at"]);
            assert!(noted["id"].is_i64());
            app.ask(&boris, (Method::POST, &path, body), StatusCode::FORBIDDEN).await;
        }
    })
    .await;
}

#[tokio::test]
async fn the_directory_has_no_nulls_and_no_addresses() {
    on_each_store(async |app| {
        let (anna, boris) = (app.person("Anna").await, app.person("Boris").await);
        for prefix in ["/api/v1/users", "/educations/api/v1/users"] {
            for path in both(&format!("{prefix}/chat-users")) {
                let people = app.get(&anna, &path).await;
                let people = people.as_array().unwrap();
                let shown = people.iter().find(|person| person["id"] == boris.id).unwrap();
                let fields = [
                    "avatar",
                    "bio",
                    "email",
                    "first_name",
                    "group",
                    "id",
                    "last_name",
                    "middle_name",
                    "number_phone",
                    "position",
                    "role",
                    "telegram_username",
                ];
                assert_eq!(keys(shown), fields);
                assert!(
                    fields
                        .iter()
                        .filter(|&&field| field != "id")
                        .all(|field| shown[*field].is_string())
                );
                assert_eq!(
                    (&shown["first_name"], &shown["email"]),
                    (&json!("Boris"), &json!(""))
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_ticket_is_good_for_a_socket_and_for_nothing_else() {
    on_each_store(async |app| {
        let anna = app.person("Anna").await;
        for path in spellings("tickets/") {
            let made = app
                .ask(&anna, (Method::POST, &path, NONE), StatusCode::CREATED)
                .await;
            assert_utc(&made["expires_at"]);
            let ticket = made["ticket"].as_str().unwrap();
            assert_eq!(app.tokens.verify_ticket(ticket).unwrap().access.user.0, anna.id);
            let list = "/api/unet-chat/conversations/";
            let as_bearer = app.request(&Method::GET, list).bearer_auth(ticket);
            assert_eq!(as_bearer.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
            let as_ticket = app.request(&Method::GET, &format!("{list}?ticket={ticket}"));
            assert_eq!(as_ticket.send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
        }
    })
    .await;
}
