//! The list of notifications, and what is let into it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::{has_fields, is_utc};
use crate::cluster::Cluster;
use crate::kstu::id_of;

/// The switches of the settings window, all on at first.
const SWITCHES: [&str; 6] = [
    "orderConfirmation",
    "claims",
    "messages",
    "balanceTopUp",
    "bids",
    "systemUpdates",
];

const SETTINGS: &str = "/api/notifications/settings/";

pub(super) async fn notifications_list_unread_mark_one_and_all(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris, &vera]).await;
    let number = anna.kstu().number(&room).await;
    let other = anna.kstu().private(&boris).await;

    anna.kstu().send(&room, "раз").await;
    boris.oko().notified_of("раз").await;
    anna.kstu().send(&room, "два").await;
    let entry = boris.oko().notified_of("два").await;
    has_fields(&entry, &["id", "type_display", "title", "created_at"]);
    assert_eq!(
        (&entry["type"], &entry["type_display"], &entry["is_read"]),
        (&json!("message"), &json!("Новое сообщение"), &json!(false))
    );
    assert_eq!(
        (&entry["related_object_type"], &entry["related_object_id"]),
        (&json!("chat"), &json!(number))
    );
    is_utc(&entry["created_at"]);
    let mine = |entries: &[Value]| entries.iter().filter(|entry| entry["type"] == "message").count();
    assert_eq!(mine(&boris.oko().notifications().await), 1, "one a conversation");
    assert_eq!(mine(&anna.oko().notifications().await), 0, "not the author's");

    anna.kstu().send(&other, "и тебе").await;
    let newest = boris.oko().notified_of("и тебе").await;
    let read = boris.oko().mark_notification_read(&newest).await.json_of(200);
    assert_eq!((&read["id"], &read["is_read"]), (&newest["id"], &json!(true)));
    assert_eq!(
        vera.oko().mark_notification_read(&newest).await.status,
        404,
        "another's entry is not there"
    );
    boris.oko().mark_all_read().await.is(200);
    let entries = boris.oko().notifications().await;
    assert!(
        entries.iter().all(|entry| entry["is_read"] == true),
        "{entries:?}"
    );
    boris.oko().delete_notification(&newest).await.is_done();
    let left = boris.oko().notifications().await;
    assert!(left.iter().all(|entry| entry["id"] != newest["id"]));
    assert!(
        mine(&vera.oko().notifications().await) == 1,
        "Vera has read nothing"
    );
}

pub(super) async fn notification_settings_are_six_switches_per_user(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let settings = boris.get(SETTINGS).await.json_of(200);
    for switch in SWITCHES {
        assert_eq!(settings[switch], true, "{switch}");
    }
    let off = json!({"messages": false});
    let changed = boris.call(Method::PATCH, SETTINGS, &off).await.json_of(200);
    assert_eq!(
        (&changed["messages"], &changed["claims"]),
        (&json!(false), &json!(true))
    );
    let kept = boris.beside(&anna).get(SETTINGS).await.json_of(200);
    assert_eq!(kept, changed, "it is stored");
    assert_eq!(vera.get(SETTINGS).await.json_of(200)["messages"], true);

    let room = anna.kstu().group("Физика", &[&boris, &vera]).await;
    anna.kstu().send(&room, "слышно?").await;
    vera.oko().notified_of("слышно?").await;
    let entries = boris.oko().notifications().await;
    assert!(
        entries.iter().all(|entry| entry["type"] != "message"),
        "{entries:?}"
    );
    assert_eq!(
        boris.kstu().listed(&room).await["unread_count"],
        1,
        "the message itself is unread all the same"
    );
    assert_eq!(id_of(&boris.kstu().conversations().await[0]), room);
}
