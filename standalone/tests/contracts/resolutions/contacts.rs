//! Contact data: where it is refused, and that what was refused leaves no trace.

use serde_json::{Value, json};

use crate::answer::{texts, with_field};
use crate::cluster::Cluster;
use crate::kstu::{id_of, say};
use crate::mini;
use crate::person::Person;
use crate::socket::Socket;

/// What the original refuses, and what it lets pass.
const REFUSED: [&str; 6] = [
    "почта: anna@example.org",
    "@anna",
    "+7",
    "http://example.org",
    "HTTPS://example.org",
    "звони ٩٩٦٥٥٥١٢٣",
];
const PASSED: [&str; 4] = ["12345678", "55 512 34 56 00", "+8 701", "example.org"];

const DETAIL: &str = "Контактные данные запрещены в чате.";

/// What Anna says that nobody minds: at first, and after everything that was refused.
const INNOCENT: &str = "пока всё в порядке";
const CLEAN: &str = "договорились";

/// An order's chat, so far with nobody else in it; its UUID and number.
async fn order_of(anna: &Person, order: i64) -> (String, i64) {
    let number = anna.oko().chat_of(order).await;
    let listed = anna.kstu().conversations().await;
    (id_of(&with_field(&listed, "number", &json!(number))), number)
}

pub(super) async fn resolution_12_contact_rule_follows_the_conversation_into_every_dialect(
    cluster: &Cluster,
) {
    let (anna, boris, vera) = cluster.three().await;
    what_passes_is_stored(&anna, &boris).await;
    what_is_refused_leaves_no_trace(&anna, &boris, &vera).await;

    // Elsewhere contacts are normal; `send_message/` refuses them in any conversation.
    let group = anna.kstu().group("Физика", &[&boris]).await;
    anna.kstu().send(&group, REFUSED[0]).await;
    let free = anna.kstu().number(&group).await;
    anna.mini().send(free, REFUSED[0]).await.is(201);
    let refusal = json!({"detail": DETAIL});
    anna.oko().try_send(free, REFUSED[0]).await.says(400, &refusal);

    for (protect, in_order, in_group) in [("off", 201, 201), ("all", 400, 400)] {
        let Some(cluster) = Cluster::start(&[("contacts.protect", protect)]).await else {
            return;
        };
        let anna = cluster.person("anna").await;
        let (order, _) = order_of(&anna, 12).await;
        let group = anna.kstu().group("Физика", &[]).await;
        anna.kstu().try_send(&order, REFUSED[0]).await.is(in_order);
        anna.kstu().try_send(&group, REFUSED[0]).await.is(in_group);
    }
}

async fn what_passes_is_stored(anna: &Person, boris: &Person) {
    let (order, number) = order_of(anna, 11).await;
    anna.kstu().add(&order, boris, None).await.is_done();
    for text in PASSED {
        anna.oko().send(number, text).await;
    }
    assert_eq!(said(boris, number).await, PASSED);
}

/// Boris listens in every way there is, at another gateway than Anna's; Vera only gets what waits for her.
async fn what_is_refused_leaves_no_trace(anna: &Person, boris: &Person, vera: &Person) {
    let (order, number) = order_of(anna, 12).await;
    let innocent = anna.kstu().send(&order, INNOCENT).await;
    for other in [boris, vera] {
        anna.kstu().add(&order, other, None).await.is_done();
        other.oko().notified_where(|entry| entry["type"] == "added").await;
    }
    assert_eq!(unread(vera, &order).await, [0, 0]);
    let before = vera.oko().notifications().await;
    let mut ears = [
        boris.kstu().open(&order).await,
        boris.mini().open(number).await,
        boris
            .kstu()
            .open_everything(boris.kstu().conversations().await.len())
            .await,
    ];
    refused_everywhere(anna, &innocent, number).await;
    assert_eq!(unread(vera, &order).await, [0, 0]);
    let clean = anna.kstu().send(&order, CLEAN).await;

    for ear in &mut ears {
        hears_only(ear, &clean).await;
    }
    assert_eq!(said(vera, number).await, [INNOCENT, CLEAN]);
    let stored = with_field(&vera.mini().messages(number).await, "content", &json!(CLEAN));
    assert_eq!(stored["id"], clean["number"]);
    vera.oko().notified_of(CLEAN).await;
    let after = vera.oko().notifications().await;
    assert_eq!(after.len(), before.len() + 1, "{after:?}");
    assert_eq!(after[1..], before, "newest first, the others as they were");
    assert_eq!(
        (&after[0]["type"], &after[0]["message"]),
        (&json!("message"), &json!(CLEAN))
    );
    // He reads by listening, so he may be told of the clean one or of nothing.
    let of_boris = boris.oko().notifications().await;
    let of_messages = of_boris
        .iter()
        .filter(|entry| entry["conversation_id"] == json!(order) && entry["type"] != "added");
    for entry in of_messages {
        assert_eq!(entry["message"], CLEAN, "{of_boris:?}");
    }
    for entry in after.iter().chain(&of_boris) {
        says_nothing_refused(entry);
    }
    assert_eq!(unread(vera, &order).await, [1, 1], "in the list, and in all");
}

/// Every text that is refused, through every way in.
async fn refused_everywhere(anna: &Person, innocent: &Value, number: i64) {
    let order = innocent["conversation_id"].as_str().expect("its id");
    let (mut kstu, mut in_mini) = (anna.kstu().open(order).await, anna.mini().open(number).await);
    let refusal = json!({"detail": DETAIL});
    for text in REFUSED {
        anna.oko().try_send(number, text).await.says(400, &refusal);
        anna.mini().send(number, text).await.says(400, &refusal);
        let sent = anna.kstu().try_send(order, text).await;
        assert_eq!(sent.is_problem(400, "contact_data")["detail"], DETAIL);
        let edited = anna.kstu().edit(innocent, text).await;
        edited.is_problem(400, "contact_data");
        say(&mut kstu, text).await;
        let error = kstu.until("error").await;
        assert_eq!(error["payload"]["code"], "contact_data", "{error}");
        mini::say(&mut in_mini, text).await;
        let error = in_mini.until("error").await;
        assert_eq!(error, json!({"type": "error", "message": DETAIL}));
    }
}

/// The next thing that a socket says of messages is the clean one.
async fn hears_only(socket: &mut Socket, clean: &Value) {
    const OF_MESSAGES: [&str; 4] = ["message:new", "message:edited", "message:deleted", "chat_message"];
    let heard = socket
        .up_to_where(|frame| OF_MESSAGES.iter().any(|kind| frame["type"] == *kind))
        .await;
    for frame in &heard {
        says_nothing_refused(frame);
        assert_ne!(frame["type"], "error", "what Anna did wrong is hers: {frame}");
    }
    let told = heard.last().expect("the frame itself");
    if told["type"] == "chat_message" {
        assert_eq!(
            (&told["message"], &told["message_id"]),
            (&json!(CLEAN), &clean["number"])
        );
    } else {
        assert_eq!(
            (&told["type"], &told["payload"]["id"], &told["payload"]["text"]),
            (&json!("message:new"), &clean["id"], &json!(CLEAN))
        );
    }
}

#[track_caller]
fn says_nothing_refused(shown: &Value) {
    let shown = shown.to_string();
    for text in REFUSED {
        assert!(!shown.contains(text), "{text:?} is in {shown}");
    }
}

/// What people said; reading it marks nothing.
async fn said(who: &Person, number: i64) -> Vec<String> {
    let mut said = texts(&who.mini().messages(number).await, "content");
    said.retain(|text| !text.is_empty());
    said
}

/// What waits for somebody: in the one conversation, and in all of theirs together.
async fn unread(who: &Person, order: &str) -> [i64; 2] {
    let listed = who.kstu().listed(order).await;
    let here = listed["unread_count"].as_i64().expect("a number");
    [here, who.oko().unread_count().await]
}
