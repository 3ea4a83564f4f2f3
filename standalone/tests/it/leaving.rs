//! How nodes leave: not ready, sockets told to come back elsewhere, exit code 0.

use std::time::Duration;

use protocol::frames::ServerFrame;
use serde_json::Value;

use crate::client::Person;
use crate::processes::Cluster;

const LEAVES_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_asked_to_leave_sends_its_sockets_elsewhere_and_nothing_is_lost() {
    let Some(mut cluster) = Cluster::start().await else {
        return;
    };
    let api = cluster.apis[0].public.clone();
    let anna = Person::register(&api, "anna").await;
    let room = anna.create_group(&api, &[]).await;
    let mut socket = anna.open(&cluster.gateways[0].public, "").await;
    socket.joined(1).await;
    anna.say(&api, room, "before").await;
    let seen = socket.until(|received| received.seq).await;

    cluster.gateways[0].terminate();
    let close = loop {
        match socket.next().await {
            Ok(_) => {}
            Err(close) => break close.expect("a close frame"),
        }
    };
    assert_eq!(u16::from(close.code), 1012);
    let reason: Value = serde_json::from_str(&close.reason).unwrap();
    assert!(reason["reconnect_after_ms"].as_u64().is_some(), "{reason}");
    drop(socket);

    anna.say(&api, room, "while away").await;
    let path = format!("/conversations/{room}/?after={seen}");
    let mut resumed = anna.open(&cluster.gateways[1].public, &path).await;
    let text = resumed
        .until(|received| match &received.frame {
            ServerFrame::MessageNew(message) => message.text.clone(),
            _ => None,
        })
        .await;
    assert_eq!(text, "while away");

    let status = cluster.gateways[0].ended(LEAVES_WITHIN).await;
    assert!(status.success(), "{status}: {}", cluster.gateways[0].log());
    cluster.apis[0].terminate();
    let status = cluster.apis[0].ended(LEAVES_WITHIN).await;
    assert!(status.success(), "{status}: {}", cluster.apis[0].log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_names_each_sent_message_and_never_its_text_or_a_token() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    let api = &cluster.apis[0];
    let anna = Person::register(&api.public, "anna").await;
    let room = anna.create_group(&api.public, &[]).await;
    anna.say(&api.public, room, "a text that must stay private").await;
    let path = format!("/conversations/{room}/?token={}", anna.token);
    let mut socket = anna.open(&cluster.gateways[0].public, &path).await;
    socket.joined(1).await;

    let log = api.log() + &cluster.gateways[0].log();
    let sent: Vec<_> = log.lines().filter(|line| line.contains("message sent")).collect();
    assert_eq!(sent.len(), 1, "{log}");
    assert!(
        sent[0].contains(&room.to_string()) && sent[0].contains("user.id"),
        "{}",
        sent[0]
    );
    assert!(
        !log.contains("must stay private") && !log.contains(&anna.token),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn probes_and_metrics_stand_on_the_internal_port_alone() {
    let Some(cluster) = Cluster::start().await else {
        return;
    };
    for node in cluster.apis.iter().chain(&cluster.gateways) {
        for path in ["livez", "readyz", "metrics"] {
            let internal = reqwest::get(format!("http://{}/{path}", node.internal))
                .await
                .unwrap();
            assert_eq!(internal.status(), 200, "{path}");
            let public = reqwest::get(format!("http://{}/{path}", node.public))
                .await
                .unwrap();
            assert_eq!(public.status(), 404, "{path}");
        }
    }
}
