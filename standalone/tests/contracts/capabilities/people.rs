//! Finding people, and seeing what they are about.

use serde_json::{Value, json};

use crate::answer::{has_only_fields, is_utc, with_field};
use crate::cluster::Cluster;
use crate::mini::is_alive;
use crate::patience::eventually;

/// The fields of a person in the create dialog, the id aside: all of them are strings.
const CHAT_USER_TEXTS: [&str; 11] = [
    "first_name",
    "last_name",
    "middle_name",
    "avatar",
    "role",
    "position",
    "email",
    "bio",
    "number_phone",
    "telegram_username",
    "group",
];

/// The fields of a person in a search.
const ENTRY: [&str; 8] = [
    "id",
    "username",
    "first_name",
    "last_name",
    "full_name",
    "is_online",
    "last_seen",
    "avatar",
];

pub(super) async fn user_search_and_directory_in_three_shapes(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;

    let directory = anna.kstu().directory().await.array();
    let shown = with_field(&directory, "id", &json!(boris.id));
    assert_eq!(shown["first_name"], "Boris");
    for field in CHAT_USER_TEXTS {
        assert!(shown[field].is_string(), "{field} of {shown}");
    }

    let found = anna.accounts().search("BORI").await;
    assert_eq!(found.len(), 1);
    has_only_fields(&found[0], &ENTRY);
    assert_eq!(
        (&found[0]["id"], &found[0]["full_name"]),
        (&json!(boris.id), &json!("Boris Тестова"))
    );
    is_utc(&found[0]["last_seen"]);
    // "тест", percent-encoded: everybody's last name, but not oneself.
    let found = anna.accounts().search("%D1%82%D0%B5%D1%81%D1%82").await;
    let ids: Vec<_> = found.iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, [json!(boris.id), json!(vera.id)]);
    assert!(anna.accounts().search("%20").await.is_empty());
    assert!(anna.accounts().search("%25").await.is_empty());

    let users = anna.accounts().users().await;
    let ids: Vec<_> = users.iter().map(|user| user["id"].clone()).collect();
    assert_eq!(ids, [json!(boris.id), json!(vera.id)]);
    for user in &users {
        has_only_fields(user, &ENTRY);
    }
}

pub(super) async fn typing_indicator(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut annas = anna.mini().open(number).await;
    let mut boriss = boris.mini().open(number).await;
    let mut watching = boris.kstu().open(&room).await;

    annas.send_text(r#"{"type":"typing","is_typing":true}"#).await;
    let expected = json!({
        "type": "typing_indicator", "user_id": anna.id, "username": "anna", "is_typing": true,
    });
    assert_eq!(boriss.until("typing_indicator").await, expected);
    let canonical = watching.until("typing").await;
    assert_eq!(canonical["payload"]["conversation_id"], json!(room));
    assert_eq!(canonical["payload"]["user_id"], json!(anna.id));
    assert_eq!(canonical["payload"]["is_typing"], true);
    assert!(canonical.get("seq").is_none(), "it is never stored");

    // Without a word from the author it ends by itself.
    let over = boriss.until("typing_indicator").await;
    assert_eq!(over["is_typing"], false);
    let heard = is_alive(&mut annas).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "typing_indicator"),
        "the author is not told: {heard:?}"
    );
    assert!(anna.mini().messages(number).await.is_empty());
}

pub(super) async fn online_status_last_seen_and_online_list_per_connection(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = boris.mini().direct(&anna).await;
    anna.mini().sees_online(&[]).await;

    // Two tabs, one at each gateway.
    let mut first = boris.mini().open(room).await;
    let mut second = boris.beside(&anna).mini().open(room).await;
    anna.mini().sees_online(&[&boris]).await;
    let online = anna.mini().online_users().await;
    has_only_fields(&online[0], &["user", "is_online", "last_seen", "avatar"]);
    assert_eq!(online[0]["user"], boris.user());
    assert_eq!(online[0]["is_online"], true);
    is_utc(&online[0]["last_seen"]);

    let mut annas = anna.mini().open(room).await;
    first.hang_up().await;
    anna.mini().sees_online(&[&anna, &boris]).await;
    second.hang_up().await;
    let gone = annas.until("user_status").await;
    let expected = json!({
        "type": "user_status", "user_id": boris.id, "username": "boris", "is_online": false,
    });
    assert_eq!(gone, expected);
    anna.mini().sees_online(&[&anna]).await;

    let people = anna.mini().participants(room).await.json_of(200);
    let people = people["participants"].as_array().expect("people").clone();
    let shown = with_field(&people, "id", &json!(boris.id));
    assert_eq!(shown["is_online"], false);
    let is_later = |later: &Value, earlier: &Value| later.as_str() > earlier.as_str();
    assert!(is_later(&shown["last_seen"], &online[0]["last_seen"]), "{shown}");

    eventually("a login is presence", async || {
        boris.accounts().login(crate::accounts::PASSWORD).await.is(200);
        let found = anna.accounts().search("boris").await;
        found[0]["is_online"] == true
    })
    .await;
}
