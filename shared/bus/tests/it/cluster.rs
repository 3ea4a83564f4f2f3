//! Several nodes on one bus, and the words that tests use for them.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, BusEvent, Envelope, InProcess, Inbox, Kind, Topic};
use bytes::Bytes;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use uuid::Uuid;

/// Nothing in a test takes this long unless it is broken.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// Between two looks at something that has no event to wait for.
pub(crate) const POLL: Duration = Duration::from_millis(10);

/// An install that nodes can join.
pub(crate) enum Cluster {
    InProcess(InProcess),
    Redis {
        url: String,
        prefix: String,
        tasks: runtime::Tasks,
    },
}

/// One node of it.
pub(crate) struct Member {
    pub(crate) bus: Arc<dyn Bus>,
    pub(crate) inbox: Inbox,
}

/// The Redis that tests may use, if there is one.
#[expect(
    clippy::disallowed_methods,
    reason = "tests are told about live services by the environment"
)]
pub(crate) fn redis_url() -> Option<String> {
    let url = std::env::var("CHAT_TEST_REDIS_URL").ok();
    if url.is_none() {
        eprintln!("CHAT_TEST_REDIS_URL is not set: the bus is not tested on Redis");
    }
    url
}

impl Cluster {
    pub(crate) fn in_process() -> Self {
        Self::InProcess(InProcess::new())
    }

    /// An install of its own on the Redis at `url`.
    pub(crate) fn redis(url: &str) -> Self {
        Self::Redis {
            url: url.to_owned(),
            prefix: format!("test-{}", Uuid::new_v4()),
            tasks: runtime::Tasks::new(),
        }
    }

    /// A second install beside this one: another prefix on the same Redis.
    pub(crate) fn neighbour(&self) -> Self {
        match self {
            Self::InProcess(_) => Self::in_process(),
            Self::Redis { url, .. } => Self::redis(url),
        }
    }

    pub(crate) async fn join(&self) -> Member {
        let (bus, inbox) = match self {
            Self::InProcess(bus) => bus.attach(),
            Self::Redis { url, prefix, tasks } => bus::redis::connect(url, prefix, tasks).await.unwrap(),
        };
        Member { bus, inbox }
    }

    /// A node that does not notice when it goes deaf.
    pub(crate) async fn join_without_canary(&self) -> Member {
        let Self::Redis { url, prefix, tasks } = self else {
            panic!("only Redis has canaries")
        };
        let joined = bus::redis::connect_without_canary(url, prefix, tasks).await;
        let (bus, inbox) = joined.unwrap();
        Member { bus, inbox }
    }

    /// The name of a topic on the wire.
    pub(crate) fn channel(&self, topic: Topic) -> String {
        let Self::Redis { prefix, .. } = self else {
            panic!("only Redis has channels")
        };
        match topic {
            Topic::Conversation(id) => format!("{prefix}:c:{id}"),
            Topic::User(id) => format!("{prefix}:u:{id}"),
            Topic::Everyone => format!("{prefix}:all"),
        }
    }
}

impl Member {
    pub(crate) async fn event(&mut self) -> BusEvent {
        tokio::time::timeout(DEADLINE, self.inbox.recv())
            .await
            .expect("an event in time")
            .expect("an open inbox")
    }

    /// The next event, which must be an envelope.
    pub(crate) async fn hears(&mut self) -> (Topic, i64) {
        match self.event().await {
            BusEvent::Delivered(topic, envelope) => (topic, envelope.seq.0),
            BusEvent::Interrupted => panic!("interrupted for no reason"),
        }
    }

    /// The next event, which must be an interruption.
    pub(crate) async fn is_interrupted(&mut self) {
        let event = self.event().await;
        assert!(matches!(event, BusEvent::Interrupted), "{event:?}");
    }

    pub(crate) async fn says(&self, topic: Topic, seq: i64) {
        self.bus.publish(vec![(topic, envelope(seq))]).await.unwrap();
    }

    /// Publishes once the bus takes it again.
    pub(crate) async fn says_at_last(&self, topic: Topic, seq: i64) {
        eventually(async || self.bus.publish(vec![(topic, envelope(seq))]).await.is_ok()).await;
    }

    pub(crate) async fn is_ready(&self) {
        eventually(async || self.bus.ping().await.is_ok()).await;
    }
}

/// Looks again and again until it is so.
pub(crate) async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(POLL).await;
        }
    };
    tokio::time::timeout(DEADLINE, looking)
        .await
        .expect("it becomes so in time");
}

pub(crate) fn conversation() -> Topic {
    Topic::Conversation(ConversationId(Uuid::new_v4()))
}

pub(crate) fn user(id: i64) -> Topic {
    Topic::User(UserId(id))
}

pub(crate) fn envelope(seq: i64) -> Envelope {
    Envelope {
        conversation: ConversationId(Uuid::from_u128(1)),
        seq: Seq(seq),
        kind: Kind::Joined(UserId(-3)),
        committed_at: Timestamp::from(
            chrono::DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap(),
        ),
        frame: Bytes::from(format!("{{\"seq\":{seq},\"text\":\"привет\"}}")),
    }
}
