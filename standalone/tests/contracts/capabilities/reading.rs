//! Who has read what.

use serde_json::json;

use crate::cluster::Cluster;
use crate::patience::eventually;

pub(super) async fn unread_counter_per_chat_and_total(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let one = anna.kstu().group("одна", &[&boris, &vera]).await;
    let two = anna.kstu().group("другая", &[&boris]).await;
    let numbers = (anna.kstu().number(&one).await, anna.kstu().number(&two).await);
    for text in ["раз", "два", "три"] {
        anna.kstu().send(&one, text).await;
    }
    anna.kstu().send(&two, "четыре").await;
    boris.kstu().send(&two, "своё не считается").await;

    for (who, room, expected) in [
        (&boris, &one, 3),
        (&boris, &two, 1),
        (&vera, &one, 3),
        (&anna, &one, 0),
        (&anna, &two, 1),
    ] {
        assert_eq!(who.kstu().listed(room).await["unread_count"], expected);
        let number = who.kstu().number(room).await;
        assert_eq!(who.mini().listed(number).await["unread_count"], expected);
        assert_eq!(who.oko().listed(number).await["unread_count"], expected);
    }
    assert_eq!(boris.oko().unread_count().await, 4);

    boris.oko().mark_read(numbers.0).await.is(200);
    assert_eq!(boris.oko().unread_count().await, 1);
    assert_eq!(vera.oko().unread_count().await, 3, "it is each person's own");
    let gone = anna.kstu().history(&one).await.pop().expect("a message");
    anna.kstu().unsend(&gone).await.is_done();
    assert_eq!(
        vera.oko().unread_count().await,
        2,
        "deleted messages do not count"
    );
}

pub(super) async fn read_marks_per_user_projected_to_is_read(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris, &vera]).await;
    let number = anna.kstu().number(&room).await;
    let said = anna.kstu().send(&room, "кто прочитает?").await;
    let is_read = async || anna.mini().messages(number).await[0]["is_read"].clone();
    assert_eq!(is_read().await, false, "the author's own reading is none");

    let mut watching = anna.kstu().open(&room).await;
    boris.kstu().read(&room).await.is_done();
    let told = watching
        .until_where("message:read", |payload| {
            payload["marks"][0]["user_id"] == boris.id
        })
        .await;
    assert_eq!(told["payload"]["conversation_id"], json!(room));
    let mark = &told["payload"]["marks"][0];
    assert!(mark["last_read_seq"].as_i64() >= said["seq"].as_i64(), "{told}");
    assert!(told.get("seq").is_none());

    eventually("somebody else has read it", async || is_read().await == true).await;
    assert_eq!(anna.kstu().history(&room).await[0]["is_read"], true);
    assert_eq!(
        vera.kstu().listed(&room).await["unread_count"],
        1,
        "Boris read for himself"
    );
    let people = anna.kstu().participants(&room).await.array();
    for (who, has_read) in [(&boris, true), (&vera, false)] {
        let shown = crate::answer::with_field(&people, "user_id", &json!(who.id));
        assert_eq!(
            shown["last_read_seq"].as_i64() >= said["seq"].as_i64(),
            has_read,
            "{shown}"
        );
    }
}
