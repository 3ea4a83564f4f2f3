//! Paths and sockets: what is where, and who is let in.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message as Ws;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::kstu::say;
use crate::mini::is_alive;
use crate::person::Person;

pub(super) async fn resolution_03_mini_and_oko_share_a_prefix_and_the_socket_is_minis(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let chat = anna.oko().chat_of(3).await;
    assert_eq!(anna.mini().listed(chat).await["id"], chat);
    let room = anna.mini().direct(&boris).await;
    assert_eq!(boris.oko().listed(room).await["id"], room);

    let mut socket = boris.mini().open(room).await;
    for ignored in [r#"{"type":"ping"}"#, r#"{"type":"whatever","message":"x"}"#] {
        socket.send_text(ignored).await;
    }
    assert!(is_alive(&mut socket).await.is_empty());
    anna.oko().send(room, "из Oko").await;
    let heard = socket.frame().await;
    assert_eq!(
        (&heard["type"], &heard["message"]),
        (&json!("chat_message"), &json!("из Oko"))
    );
}

pub(super) async fn resolution_04_slashes_do_not_matter_and_nothing_redirects(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    for path in [
        "/api/unet-chat/conversations".to_owned(),
        format!("/api/unet-chat/conversations/{room}"),
        format!("/api/unet-chat/conversations/{room}/participants"),
        format!("/api/unet-chat/messages/{room}"),
        "/api/v1/users/chat-users".into(),
        "/api/auth/me".into(),
        "/api/auth/profile".into(),
        "/api/auth/users".into(),
        "/api/chat/rooms".into(),
        format!("/api/chat/rooms/{number}"),
        format!("/api/chat/rooms/{number}/history"),
        format!("/api/chat/rooms/{number}/participants"),
        "/api/chat/messages".into(),
        "/api/chat/online-users".into(),
        "/api/chat/chats".into(),
        format!("/api/chat/chats/{number}"),
        format!("/api/chat/chats/{number}/messages"),
        "/api/chat/chats/unread_count".into(),
        "/api/notifications".into(),
        "/api/notifications/notifications".into(),
    ] {
        // The client follows no redirect: whatever is not the answer itself fails here.
        let (bare, slashed) = (anna.get(&path).await, anna.get(&format!("{path}/")).await);
        assert_eq!((bare.status, slashed.status), (200, 200), "{path}");
    }
    for ending in ["", "/"] {
        let sent = json!({"conversation_id": room, "text": "раз"});
        anna.post(&format!("/api/unet-chat/messages{ending}"), &sent)
            .await
            .is(201);
        let sent = json!({"room": number, "content": "два"});
        anna.post(&format!("/api/chat/messages{ending}"), &sent)
            .await
            .is(201);
        let path = format!("/api/chat/chats/{number}/send_message{ending}");
        anna.post(&path, &json!({"text": "три"})).await.is(200);
        for door in [
            format!("/api/unet-chat/ws{ending}"),
            format!("/api/unet-chat/ws/conversations/{room}{ending}"),
            format!("/ws/chat/{number}{ending}"),
        ] {
            anna.open(&format!("{door}?token={}", anna.access), &[]).await;
        }
    }
}

/// The doors of a conversation, KSTU's and Mini's.
fn doors(room: &str, number: i64) -> [String; 2] {
    [
        format!("/api/unet-chat/ws/conversations/{room}/"),
        format!("/ws/chat/{number}/"),
    ]
}

async fn refusal(who: &Person, path: &str) -> u16 {
    let refused = who.try_open(path, &[]).await;
    refused
        .err()
        .unwrap_or_else(|| panic!("{path} let somebody in"))
        .status
}

pub(super) async fn resolution_26_sockets_are_refused_before_the_upgrade(cluster: &Cluster) {
    let (anna, boris, vera) = cluster.three().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let unknown = doors(&Uuid::now_v7().to_string(), 987_654);
    for (door, unknown) in doors(&room, number).into_iter().zip(unknown) {
        let with = |door: &str, token: &str| format!("{door}?token={token}");
        for bad in ["garbage", &anna.refresh, "null", "Bearer%20undefined"] {
            let status = refusal(&anna, &with(&door, bad)).await;
            assert_eq!(status, 401, "{door} {bad}");
        }
        let status = refusal(&vera, &with(&door, &vera.access)).await;
        assert!([403, 404].contains(&status), "{door}, a stranger: {status}");
        let status = refusal(&anna, &with(&unknown, &anna.access)).await;
        assert!([403, 404].contains(&status), "{unknown}: {status}");
    }
    // Rights that are lost during life close; the next attempt is refused.
    let mut kstu = boris.kstu().open(&room).await;
    let mut mini = boris.mini().open(number).await;
    anna.kstu().delete(&room).await.is_done();
    for code in [kstu.close_code().await, mini.close_code().await] {
        assert!([4403, 4404].contains(&code), "{code}");
    }
    for door in doors(&room, number) {
        let status = refusal(&boris, &format!("{door}?token={}", boris.access)).await;
        assert!([403, 404].contains(&status), "{door}, deleted: {status}");
    }
}

pub(super) async fn resolution_27_heartbeats_are_the_protocols_own(cluster: &Cluster) {
    let (anna, boris) = cluster.pair().await;
    let room = anna.kstu().group("Физика", &[&boris]).await;
    let number = anna.kstu().number(&room).await;
    let mut kstu = boris.kstu().open(&room).await;
    let mut mini = boris.mini().open(number).await;
    // A client's protocol ping is answered beneath the frames, an application ping needs no answer of the client.
    for socket in [&mut kstu, &mut mini] {
        socket.send_raw(Ws::Ping("are you there".into())).await;
        socket.pong().await;
    }
    kstu.send("ping", json!({})).await;
    kstu.until("pong").await;
    anna.kstu().send(&room, "раз").await;
    assert_eq!(kstu.until("message:new").await["payload"]["text"], "раз");
    assert_eq!(mini.until("chat_message").await["message"], "раз");
    say(&mut kstu, "два").await;
    let heard = kstu.until("message:new").await;
    assert_eq!(heard["payload"]["text"], "два");
}
