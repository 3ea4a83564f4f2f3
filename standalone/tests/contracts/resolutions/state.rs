//! What is read, and who is there.

use serde_json::json;

use crate::accounts::PASSWORD;
use crate::answer::is_utc;
use crate::cluster::Cluster;
use crate::mini::is_alive;
use crate::patience::eventually;
use crate::person::Person;

pub(super) async fn resolution_08_read_state_is_a_cursor_per_participant(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris, &vera]).await;
    let number = anna.kstu().number(&room).await;
    let unread = async |who: &Person| who.kstu().listed(&room).await["unread_count"].as_i64();
    let say = async |text: &str| drop(anna.kstu().send(&room, text).await);
    let has_read = async |what: &str, who: &Person| {
        eventually(what, async || unread(who).await == Some(0)).await;
    };

    // What reads nothing: lists, Mini's plain list of messages, delivery to an open Mini socket.
    let mut delivered = vera.mini().open(number).await;
    say("раз").await;
    delivered.until("chat_message").await;
    boris.mini().messages(number).await;
    boris.mini().rooms().await;
    boris.oko().chats().await;
    boris.oko().notifications().await;
    for who in [&boris, &vera] {
        assert_eq!(unread(who).await, Some(1));
    }
    let is_read = async || {
        let last = anna.mini().messages(number).await.pop().expect("a message");
        last["is_read"].clone()
    };
    assert_eq!(is_read().await, false);

    // What reads, each for the one who does it.
    delivered.send_text(r#"{"type":"mark_read"}"#).await;
    let marked = delivered.until("messages_marked_read").await;
    assert_eq!(marked["room_id"], json!(number.to_string()));
    has_read("mark_read of a Mini socket", &vera).await;
    assert_eq!(is_read().await, true, "some other participant has");
    assert_eq!(unread(&boris).await, Some(1), "Boris has not");

    boris.mini().history(number).await.is(200);
    has_read("Mini's history", &boris).await;
    say("два").await;
    assert_eq!(is_read().await, false);
    // Only opened: not a frame is sent on it.
    let opened = boris.mini().try_open(number).await.expect("a member is let in");
    has_read("opening a Mini socket", &boris).await;
    assert_eq!(is_read().await, true, "Boris has");
    drop(opened);
    say("три").await;
    boris
        .oko()
        .mark_read(number)
        .await
        .says(200, &json!({"status": "success"}));
    has_read("Oko's mark_read", &boris).await;
    say("четыре").await;
    boris.oko().messages(number).await;
    has_read("Oko's messages", &boris).await;
    say("пять").await;
    boris.kstu().history(&room).await;
    has_read("KSTU's history", &boris).await;
    let mut open = boris.kstu().open(&room).await;
    say("шесть").await;
    open.until("message:new").await;
    has_read("KSTU's open socket", &boris).await;
    assert_eq!(unread(&vera).await, Some(5), "Vera has read the first");
    delivery_to_a_mini_socket_reads_nothing(&anna, &boris, &vera).await;
}

/// Boris's canonical socket stands at the same gateway and reads: once his second mark is stored, one of Vera's for the
/// first message would be too.
async fn delivery_to_a_mini_socket_reads_nothing(anna: &Person, boris: &Person, vera: &Person) {
    let room = anna.kstu().group("Химия", &[boris, vera]).await;
    let number = anna.kstu().number(&room).await;
    let unread = async |who: &Person| who.kstu().listed(&room).await["unread_count"].as_i64();
    let mut in_mini = vera.mini().open(number).await;
    let _reads = boris.beside(vera).kstu().open(&room).await;
    for (text, waiting) in [("раз", 1), ("два", 2)] {
        anna.kstu().send(&room, text).await;
        assert_eq!(in_mini.until("chat_message").await["message"], text);
        eventually("Boris's socket reads", async || unread(boris).await == Some(0)).await;
        assert_eq!(unread(vera).await, Some(waiting), "{text} was only delivered");
    }
    is_alive(&mut in_mini).await;
    assert_eq!(unread(vera).await, Some(2));
}

pub(super) async fn resolution_14_presence_counts_sockets(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.mini().direct(&boris).await;
    let mut annas = anna.mini().open(room).await;
    vera.mini().sees_online(&[&anna]).await;

    // A refused stranger is nowhere.
    vera.mini().try_open(room).await.err().expect("a refusal");
    // The first socket of any dialect is an edge, the second is none.
    let mut everything = boris.kstu().open_everything(1).await;
    let status = |is_online: bool| json!({"type": "user_status", "user_id": boris.id, "username": "boris", "is_online": is_online});
    let heard = annas.up_to("user_status").await;
    assert_eq!(heard, [status(true)], "and nothing of Vera");
    let mut second = boris.beside(&anna).mini().open(room).await;
    second.hang_up().await;
    vera.mini().sees_online(&[&anna, &boris]).await;
    everything.hang_up().await;
    assert_eq!(annas.until("user_status").await, status(false), "one edge each");
    vera.mini().sees_online(&[&anna]).await;

    // Signing in and out are edges too, and `last_seen` moves on both.
    let seen = async || {
        let found = anna.accounts().search("boris").await;
        is_utc(&found[0]["last_seen"]);
        (
            found[0]["is_online"].clone(),
            found[0]["last_seen"].as_str().expect("a time").to_owned(),
        )
    };
    let (_, left) = seen().await;
    let again = boris.signed_in(&boris.accounts().login(PASSWORD).await.json_of(200));
    vera.mini().sees_online(&[&anna, &boris]).await;
    let (is_online, came) = seen().await;
    assert!(is_online == true && came > left, "{came} after {left}");
    again.accounts().logout().await.is(200);
    vera.mini().sees_online(&[&anna]).await;
    let (is_online, went) = seen().await;
    assert!(is_online == false && went > came, "{went} after {came}");
    is_alive(&mut annas).await;
}
