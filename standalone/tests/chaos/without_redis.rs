//! Redis goes away and comes back: how late messages are meanwhile, and how soon all is as before.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use protocol::Seq;
use protocol::frames::ServerFrame;
use protocol::models::Message;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::client::{Person, Socket};
use crate::cluster::{Cluster, Kind};
use crate::reader::unique;

/// Between two messages.
const PACE: Duration = Duration::from_millis(50);

/// How long all is well, before and after.
const WELL: Duration = Duration::from_secs(3);

/// What is promised: of a hundred messages sent without Redis, ninety-nine are not later than this.
const LATE_BY: Duration = Duration::from_secs(3);

/// What is promised: so long after Redis is back, messages are prompt again.
const NORMAL_AFTER: Duration = Duration::from_secs(2);

/// What is prompt, on a machine that does other things too.
const PROMPT: Duration = Duration::from_millis(500);

/// A send is answered within this, whether Redis is there or not.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

type Moments = HashMap<Seq, Instant>;

/// What was measured, in the order of the phases.
pub(crate) struct Delays {
    before: Duration,
    away: Duration,
    after: Duration,
}

impl fmt::Display for Delays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, away, after } = self;
        write!(
            f,
            "p99 {before:.0?} before, {away:.0?} while Redis is away, {after:.0?} from two seconds after its return"
        )
    }
}

/// Sends through all API nodes to sockets on all gateways, while Redis is away for so long; p99 of each phase. Fails
/// when a promise is broken.
pub(crate) async fn take_redis_away(cluster: &mut Cluster, away: Duration) -> Delays {
    let apis: Vec<_> = cluster.of(Kind::Api).map(|node| node.public.clone()).collect();
    let gateways: Vec<_> = cluster
        .of(Kind::Gateway)
        .map(|node| node.public.clone())
        .collect();
    let anna = Person::register(&apis[0], &unique("anna")).await;
    let room = anna.create_group(&apis[0], &[]).await;
    let mut listening = JoinSet::new();
    for gateway in &gateways {
        let mut socket = anna.open(gateway, &format!("/conversations/{room}/")).await;
        socket.joined(1).await;
        listening.spawn(listen(socket));
    }

    let mut sent = Moments::new();
    let mut send_for = async |span: Duration| {
        let until = Instant::now() + span;
        while Instant::now() < until {
            let asked = Instant::now();
            let text = format!("message {}", sent.len());
            let body = json!({"conversation_id": room, "text": text, "client_id": text});
            let answer = anna
                .post(&apis[sent.len() % apis.len()], "messages/", &body)
                .await;
            assert_eq!(answer.status(), 201);
            assert!(asked.elapsed() < ANSWERED_WITHIN, "{:?}", asked.elapsed());
            let seq = answer.json::<Message>().await.expect("a message").seq;
            sent.insert(seq, asked);
            sleep(PACE).await;
        }
    };
    send_for(WELL).await;
    cluster.redis.kill();
    let gone = Instant::now();
    send_for(away).await;
    cluster.redis.resume().await;
    let back = Instant::now();
    send_for(NORMAL_AFTER + WELL).await;
    let last = anna.say(&apis[0], room, "the last one").await.seq;

    let mut late = Vec::new();
    while let Some(heard) = listening.join_next().await {
        let heard: Moments = heard.expect("a socket that stays open");
        assert!(heard.contains_key(&last));
        for (seq, asked) in &sent {
            let arrived = heard.get(seq).expect("everything is heard");
            late.push((*asked, arrived.duration_since(*asked)));
        }
    }
    let delays = Delays {
        before: p99(&late, |asked| asked < gone),
        away: p99(&late, |asked| asked >= gone && asked < back),
        after: p99(&late, |asked| asked >= back + NORMAL_AFTER),
    };
    assert!(delays.away <= LATE_BY && delays.after <= PROMPT, "{delays}");
    delays
}

/// Of the messages sent in a phase.
fn p99(late: &[(Instant, Duration)], is_in_phase: impl Fn(Instant) -> bool) -> Duration {
    let in_phase = late.iter().filter(|(asked, _)| is_in_phase(*asked));
    let mut late: Vec<_> = in_phase.map(|(_, late)| *late).collect();
    late.sort_unstable();
    late[late.len() * 99 / 100]
}

/// When each message came, up to the last one; once and in order.
async fn listen(mut socket: Socket) -> Moments {
    let mut heard = Moments::new();
    let mut newest = Seq::ZERO;
    loop {
        let message = socket
            .until(|received| match &received.frame {
                ServerFrame::MessageNew(message) => Some(message.clone()),
                _ => None,
            })
            .await;
        assert_eq!(message.seq, newest.next(), "each once, in order, none left out");
        newest = message.seq;
        heard.insert(newest, Instant::now());
        if message.text.as_deref() == Some("the last one") {
            return heard;
        }
    }
}
