//! Contact protection on a socket.

use protocol::models::ConversationType;
use protocol::requests::CreateConversation;
use serde_json::json;

use crate::cluster::TestCluster;

#[tokio::test(flavor = "multi_thread")]
async fn contact_data_in_an_orders_conversation_is_refused_to_the_sender_and_reaches_nobody() {
    let cluster = TestCluster::new().await;
    let (anna, boris) = (cluster.person("anna").await, cluster.person("boris").await);
    let request = CreateConversation {
        kind: ConversationType::Group,
        title: Some("Order".into()),
        description: None,
        participant_ids: Some(vec![boris.id]),
        service: Some("order".into()),
        service_id: Some("7".into()),
    };
    let opened = cluster
        .node(0)
        .chat
        .create_conversation(anna.id, request)
        .await
        .unwrap();
    let order = opened.conversation.id;
    let mut sender = cluster.live(0, &anna, order).await;
    let mut reader = cluster.live(1, &boris, order).await;
    let before = cluster.head(order).await;
    sender.say(order, "пиши на ann@mail.ru", "c-1").await;
    let error = sender.error().await;
    assert_eq!((error.code.as_str(), error.retryable), ("contact_data", false));
    assert_eq!(error.message, "Контактные данные запрещены в чате.");
    assert_eq!(error.client_id.as_deref(), Some("c-1"));
    assert_eq!(cluster.head(order).await, before);
    // The next message is the next number, and the first thing that anybody hears.
    // Without a name, so that there is no acknowledgement before or behind the echo.
    sender.send("message:new", json!({ "text": "пиши сюда" })).await;
    let heard = reader.message("пиши сюда").await;
    assert_eq!(heard.seq, before.next());
    sender.message("пиши сюда").await;
    let edit = json!({ "message_id": heard.id, "text": "http://example.org" });
    sender.send("message:edit", edit).await;
    assert_eq!(sender.error().await.code, "contact_data");
    reader.is_silent().await;
}
