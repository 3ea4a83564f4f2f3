//! Contact protection over REST.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use protocol::{ConversationId, Seq};
use reqwest::{Method, StatusCode};
use runtime::config::{ContactDetector, ContactMode, ContactProtection, ContactsConfig};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Person, TestApp, on_each_store, on_each_store_screened};

const FORBIDDEN: &str = "Контактные данные запрещены в чате.";

/// A conversation of two about an order.
async fn order(app: &TestApp) -> (Person, Person, String) {
    let (client, expert) = (app.person("Client").await, app.person("Expert").await);
    let body = json!({
        "type": "group", "title": "Order 7", "participant_ids": [expert.id],
        "service": "order", "service_id": "7",
    });
    let call = (Method::POST, "/api/unet-chat/conversations/", body);
    let made = app.ask(&client, call, StatusCode::CREATED).await;
    (client, expert, made["id"].as_str().unwrap().to_owned())
}

/// The same name for the same text, of the kind that is never taken for contact details.
fn named(text: &str) -> Uuid {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    Uuid::from_u64_pair(hasher.finish(), 0)
}

async fn say(app: &TestApp, who: &Person, conversation: &str, text: &str, expected: StatusCode) -> Value {
    let body = json!({ "conversation_id": conversation, "text": text, "client_id": named(text) });
    app.ask(who, (Method::POST, "/api/unet-chat/messages/", body), expected)
        .await
}

async fn texts(app: &TestApp, who: &Person, conversation: &str) -> Vec<String> {
    let messages = app
        .get(who, &format!("/api/unet-chat/messages/{conversation}"))
        .await;
    let messages = messages.as_array().unwrap().iter();
    messages
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}

async fn head(app: &TestApp, conversation: &str) -> Seq {
    let id = ConversationId(conversation.parse().unwrap());
    app.store.heads(&[id]).await.unwrap()[0].1
}

async fn set_policy(
    app: &TestApp,
    who: &Person,
    conversation: &str,
    body: Value,
    expected: StatusCode,
) -> Value {
    let path = format!("/api/admin/conversations/{conversation}/contact-policy/");
    app.ask(who, (Method::PUT, &path, body), expected).await
}

async fn decide(app: &TestApp, who: &Person, call: (&Value, &str), expected: StatusCode) -> Value {
    let path = format!(
        "/api/admin/held-messages/{}/{}/",
        call.0.as_str().unwrap(),
        call.1
    );
    app.ask(who, (Method::POST, &path, Value::Null), expected).await
}

fn screened(mode: ContactMode, detector: ContactDetector) -> ContactsConfig {
    ContactsConfig {
        mode,
        detector,
        ..ContactsConfig::default()
    }
}

#[tokio::test]
async fn contact_data_in_an_orders_conversation_is_neither_stored_nor_counted() {
    on_each_store(async |app| {
        let (client, expert, order) = order(app).await;
        let before = head(app, &order).await;
        for text in [
            "пиши на ann@mail.ru",
            "+7 916 1234567",
            "HTTPS://t.me/ann",
            "тел 123456789",
            "٠١٢٣٤٥٦٧٨",
        ] {
            let problem = say(app, &client, &order, text, StatusCode::BAD_REQUEST).await;
            assert_eq!(
                (&problem["code"], &problem["detail"]),
                (&json!("contact_data"), &json!(FORBIDDEN))
            );
        }
        assert_eq!(head(app, &order).await, before);
        assert!(texts(app, &expert, &order).await.is_empty());
        for text in ["12345678", "8 916 123 45 67", "+8 916", "цена 15 000 000 сом"] {
            say(app, &client, &order, text, StatusCode::CREATED).await;
        }
        let after_the_refused = head(app, &order).await;
        assert_eq!(after_the_refused.0 - before.0, 4);
        // The name of a refused send is free: the corrected text goes out under it.
        let body =
            json!({ "conversation_id": order, "text": "пиши сюда", "client_id": named("пиши на ann@mail.ru") });
        let call = (Method::POST, "/api/unet-chat/messages/", body);
        app.ask(&client, call, StatusCode::CREATED).await;
    })
    .await;
}

#[tokio::test]
async fn an_edit_is_screened_as_a_send_is() {
    on_each_store(async |app| {
        let (client, expert, order) = order(app).await;
        let message = say(app, &client, &order, "готово", StatusCode::CREATED).await;
        let path = format!("/api/unet-chat/messages/{}", message["id"].as_str().unwrap());
        let edit = |text: &str| (Method::PUT, path.as_str(), json!({ "text": text }));
        let problem = app
            .ask(&client, edit("ann@mail.ru"), StatusCode::BAD_REQUEST)
            .await;
        assert_eq!(problem["code"], "contact_data");
        assert_eq!(texts(app, &expert, &order).await, ["готово"]);
        app.ask(&client, edit("не готово"), StatusCode::OK).await;
    })
    .await;
}

#[tokio::test]
async fn what_an_orders_conversation_is_called_is_screened_as_what_is_said_in_it() {
    on_each_store(async |app| {
        let (client, expert, order) = order(app).await;
        let path = format!("/api/unet-chat/conversations/{order}");
        let before = head(app, &order).await;
        for body in [
            json!({ "title": "пиши на ann@mail.ru" }),
            json!({ "description": "тел 123456789", "title": "Order 8" }),
            json!({ "link": "https://t.me/ann" }),
        ] {
            let call = (Method::PATCH, path.as_str(), body);
            let problem = app.ask(&client, call, StatusCode::BAD_REQUEST).await;
            assert_eq!(problem["code"], "contact_data");
        }
        assert_eq!(head(app, &order).await, before);
        assert!(texts(app, &expert, &order).await.is_empty());
        assert_eq!(app.get(&expert, &path).await["title"], "Order 7");
        let harmless = (Method::PATCH, path.as_str(), json!({ "title": "Order 8" }));
        app.ask(&client, harmless, StatusCode::OK).await;
        let open = |title: &str| {
            let body = json!({
                "type": "group", "title": title, "participant_ids": [expert.id],
                "service": "order", "service_id": "8",
            });
            (Method::POST, "/api/unet-chat/conversations/", body)
        };
        let problem = app.ask(&client, open("+7 916"), StatusCode::BAD_REQUEST).await;
        assert_eq!(problem["code"], "contact_data");
        app.ask(&client, open("Order 8"), StatusCode::CREATED).await;
        // The order's conversation is found, whatever it was to be called.
        app.ask(&client, open("+7 916"), StatusCode::OK).await;
    })
    .await;
}

#[tokio::test]
async fn a_title_is_masked_as_a_message_is_and_a_link_is_refused() {
    on_each_store_screened(
        screened(ContactMode::Mask, ContactDetector::Strong),
        async |app| {
            let (client, expert, order) = order(app).await;
            let path = format!("/api/unet-chat/conversations/{order}");
            let renaming = |body| (Method::PATCH, path.as_str(), body);
            let title = json!({ "title": "звоните 0555 12 34 56" });
            app.ask(&client, renaming(title), StatusCode::OK).await;
            assert_eq!(app.get(&expert, &path).await["title"], "звоните •••");
            let said = texts(app, &expert, &order).await.concat();
            assert!(said.contains("звоните •••") && !said.contains("0555"), "{said}");
            // What the title begins the description must not complete.
            let halves = json!({ "title": "0555 12", "description": "34 56" });
            app.ask(&client, renaming(halves), StatusCode::OK).await;
            assert_eq!(app.get(&expert, &path).await["description"], "•••");
            let problem = app.ask(
                &client,
                renaming(json!({ "link": "https://t.me/ann" })),
                StatusCode::BAD_REQUEST,
            );
            assert_eq!(problem.await["code"], "contact_data");
        },
    )
    .await;
}

#[tokio::test]
async fn a_send_is_not_named_by_contact_details_but_any_uuid_will_do() {
    on_each_store(async |app| {
        let (client, expert, order) = order(app).await;
        let send = |client_id: &str| {
            let body = json!({ "conversation_id": order, "text": "готово", "client_id": client_id });
            (Method::POST, "/api/unet-chat/messages/", body)
        };
        for name in ["ann@mail.ru", "996555123456", "12345678901234567890123456789012"] {
            let problem = app.ask(&client, send(name), StatusCode::BAD_REQUEST).await;
            assert_eq!(problem["code"], "contact_data", "{name}");
        }
        assert!(texts(app, &expert, &order).await.is_empty());
        for name in ["c-1", "12345678-1234-4234-8234-123456789012"] {
            app.ask(&client, send(name), StatusCode::CREATED).await;
        }
    })
    .await;
}

#[tokio::test]
async fn elsewhere_addresses_are_normal_unless_an_administrator_says_otherwise() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        let group = app.group(&anna, &[]).await;
        app.say(&anna, &group, "ann@mail.ru").await;
        set_policy(
            app,
            &root,
            &group,
            json!({ "policy": "on" }),
            StatusCode::NO_CONTENT,
        )
        .await;
        say(app, &anna, &group, "bob@mail.ru", StatusCode::BAD_REQUEST).await;
        set_policy(
            app,
            &root,
            &group,
            json!({ "policy": null }),
            StatusCode::NO_CONTENT,
        )
        .await;
        say(app, &anna, &group, "bob@mail.ru", StatusCode::CREATED).await;
        let (client, _, order) = order(app).await;
        set_policy(
            app,
            &root,
            &order,
            json!({ "policy": "off" }),
            StatusCode::NO_CONTENT,
        )
        .await;
        say(app, &client, &order, "cat@mail.ru", StatusCode::CREATED).await;
    })
    .await;
}

#[tokio::test]
async fn only_administrators_oversee_contacts_and_only_with_words_that_exist() {
    on_each_store(async |app| {
        let (root, anna) = (app.person("Root").await, app.person("Anna").await);
        app.promote(&root).await;
        let group = app.group(&anna, &[]).await;
        let on = || json!({ "policy": "on" });
        let nobody = "0190a000-0000-7000-8000-000000000000";
        set_policy(app, &anna, &group, on(), StatusCode::FORBIDDEN).await;
        set_policy(app, &root, nobody, on(), StatusCode::NOT_FOUND).await;
        for wrong in [
            json!({}),
            json!({ "policy": "perhaps" }),
            json!({ "policy": true }),
        ] {
            set_policy(app, &root, &group, wrong, StatusCode::BAD_REQUEST).await;
        }
        let list = (Method::GET, "/api/admin/held-messages/", Value::Null);
        app.ask(&anna, list, StatusCode::FORBIDDEN).await;
        for word in ["approve", "reject"] {
            decide(app, &anna, (&json!(nobody), word), StatusCode::FORBIDDEN).await;
            decide(app, &root, (&json!(nobody), word), StatusCode::NOT_FOUND).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_switched_off_installation_screens_nothing_and_a_wholly_protected_one_everything() {
    let protect = |protect| ContactsConfig {
        protect,
        ..ContactsConfig::default()
    };
    on_each_store_screened(protect(ContactProtection::Off), async |app| {
        let (client, _, order) = order(app).await;
        say(app, &client, &order, "ann@mail.ru", StatusCode::CREATED).await;
    })
    .await;
    on_each_store_screened(protect(ContactProtection::All), async |app| {
        let anna = app.person("Anna").await;
        let group = app.group(&anna, &[]).await;
        say(app, &anna, &group, "ann@mail.ru", StatusCode::BAD_REQUEST).await;
    })
    .await;
}

#[tokio::test]
async fn a_masked_message_is_stored_and_answered_without_the_contact() {
    on_each_store_screened(
        screened(ContactMode::Mask, ContactDetector::Strong),
        async |app| {
            let (client, expert, order) = order(app).await;
            let sent = say(
                app,
                &client,
                &order,
                "звоните 0555 12 34 56 вечером",
                StatusCode::CREATED,
            )
            .await;
            assert_eq!(sent["text"], "звоните ••• вечером");
            assert_eq!(texts(app, &expert, &order).await, ["звоните ••• вечером"]);
        },
    )
    .await;
}

#[tokio::test]
async fn a_number_sent_in_parts_is_recognised_by_the_part_that_completes_it() {
    on_each_store_screened(
        screened(ContactMode::Reject, ContactDetector::Strong),
        async |app| {
            let (client, expert, order) = order(app).await;
            say(app, &client, &order, "0555", StatusCode::CREATED).await;
            say(app, &expert, &order, "12 34", StatusCode::CREATED).await;
            say(app, &client, &order, "12", StatusCode::CREATED).await;
            say(app, &client, &order, "34 56", StatusCode::BAD_REQUEST).await;
            say(app, &client, &order, "34 страницы", StatusCode::CREATED).await;
            // An earlier message must not become the missing part either.
            let path =
                |message: &Value| format!("/api/unet-chat/messages/{}", message["id"].as_str().unwrap());
            let first = say(app, &expert, &order, "вот", StatusCode::CREATED).await;
            say(app, &expert, &order, "123 456", StatusCode::CREATED).await;
            let (hidden, harmless) = (json!({ "text": "0777" }), json!({ "text": "вот и всё" }));
            let problem = app
                .ask(
                    &expert,
                    (Method::PUT, &path(&first), hidden),
                    StatusCode::BAD_REQUEST,
                )
                .await;
            assert_eq!(problem["code"], "contact_data");
            app.ask(&expert, (Method::PUT, &path(&first), harmless), StatusCode::OK)
                .await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_held_message_is_not_there_until_an_administrator_sends_it() {
    on_each_store_screened(screened(ContactMode::Hold, ContactDetector::Seed), async |app| {
        let (client, expert, order) = order(app).await;
        let root = app.person("Root").await;
        app.promote(&root).await;
        let before = head(app, &order).await;
        for _ in 0..2 {
            let problem = say(app, &client, &order, "ann@mail.ru", StatusCode::ACCEPTED).await;
            assert_eq!(problem["code"], "held_for_review");
        }
        assert_eq!(head(app, &order).await, before);
        assert!(texts(app, &expert, &order).await.is_empty());
        let held = app.get(&root, "/api/admin/held-messages/").await;
        let [one] = held.as_array().unwrap().as_slice() else {
            panic!("not one: {held}");
        };
        assert_eq!(
            (&one["text"], &one["sender_id"]),
            (&json!("ann@mail.ru"), &json!(client.id))
        );
        let sent = decide(app, &root, (&one["id"], "approve"), StatusCode::OK).await;
        assert_eq!((&sent["id"], &sent["sender_id"]), (&one["id"], &json!(client.id)));
        let again = decide(app, &root, (&one["id"], "approve"), StatusCode::OK).await;
        assert_eq!(again, sent);
        decide(app, &root, (&one["id"], "reject"), StatusCode::NOT_FOUND).await;
        assert_eq!(texts(app, &expert, &order).await, ["ann@mail.ru"]);
        // Its sender asks once more and gets what it became.
        say(app, &client, &order, "ann@mail.ru", StatusCode::OK).await;
    })
    .await;
}

#[tokio::test]
async fn a_rejected_message_is_never_sent_and_one_of_a_person_who_left_waits_on() {
    on_each_store_screened(screened(ContactMode::Hold, ContactDetector::Seed), async |app| {
        let (client, expert, order) = order(app).await;
        let root = app.person("Root").await;
        app.promote(&root).await;
        say(app, &client, &order, "ann@mail.ru", StatusCode::ACCEPTED).await;
        say(app, &expert, &order, "bob@mail.ru", StatusCode::ACCEPTED).await;
        let held = app.get(&root, "/api/admin/held-messages/").await;
        decide(app, &root, (&held[0]["id"], "reject"), StatusCode::NO_CONTENT).await;
        decide(app, &root, (&held[0]["id"], "approve"), StatusCode::NOT_FOUND).await;
        let path = format!("/api/unet-chat/conversations/{order}/participants/{}", expert.id);
        app.send(&client, Method::DELETE, &path, &Value::Null).await;
        decide(app, &root, (&held[1]["id"], "approve"), StatusCode::FORBIDDEN).await;
        let waiting = app.get(&root, "/api/admin/held-messages/").await;
        assert_eq!(waiting[0]["text"], "bob@mail.ru");
        assert!(
            texts(app, &client, &order)
                .await
                .iter()
                .all(|text| !text.contains('@'))
        );
    })
    .await;
}
