//! Who follows which conversation, and the one task that hears Redis and writes to all of them.
//!
//! A conversation's channel is subscribed to when its first follower comes, and for good.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use anyhow::{Context, bail};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubSink, PubSubStream};
use redis::{AsyncCommands, AsyncConnectionConfig, Msg};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::frame;
use super::peer::Peer;

/// What a message's frame begins with; its number comes next.
pub(super) const FRAME_START: &str = r#"{"type":"message:new","seq":"#;

/// Messages taken from Redis at once, if as many have come.
const CHUNK: usize = 1024;

/// What Redis is to call a conversation.
#[derive(Clone)]
pub(super) struct Names(pub(super) String);

impl Names {
    pub(super) fn channel(&self, conversation: Uuid) -> String {
        format!("{}:live:{conversation}", self.0)
    }

    pub(super) fn head(&self, conversation: Uuid) -> String {
        format!("{}:head:{conversation}", self.0)
    }
}

pub(super) struct Hub {
    names: Names,
    conversations: RwLock<HashMap<Uuid, Arc<Conversation>>>,
    subscriptions: PubSubSink,
    heads: MultiplexedConnection,
}

#[derive(Default)]
struct Conversation {
    subscribed: OnceCell<()>,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    head: i64,
    followers: Vec<Arc<Peer>>,
}

impl Conversation {
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody wants to go on from where others have gone on from: the floor does not know what they missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missed;

impl Hub {
    /// Connects to Redis. The second of the two delivers for as long as it is polled.
    pub(super) async fn start(
        redis: &redis::Client,
        prefix: &str,
        coalesce: bool,
    ) -> anyhow::Result<(Arc<Self>, impl Future<Output = anyhow::Result<()>> + use<>)> {
        let (subscriptions, messages) = redis.get_async_pubsub().await.context("Redis")?.split();
        let hub = Arc::new(Self {
            names: Names(prefix.to_owned()),
            conversations: RwLock::default(),
            subscriptions,
            heads: connect(redis).await?,
        });
        let delivering = deliver_all(Arc::clone(&hub), messages, coalesce);
        Ok((hub, delivering))
    }

    /// Lets a peer hear everything of a conversation from its head on, and gathers the `sync` that says so.
    pub(super) async fn follow(
        &self,
        id: Uuid,
        peer: &Arc<Peer>,
        after: Option<i64>,
    ) -> redis::RedisResult<Result<(), Missed>> {
        let conversation = self.subscribed(id).await?;
        let mut live = conversation.live();
        if after.is_some_and(|after| after < live.head) {
            return Ok(Err(Missed));
        }
        live.followers.push(Arc::clone(peer));
        // Under the lock: whatever is delivered comes behind it.
        peer.gather(&sync(id, live.head));
        Ok(Ok(()))
    }

    pub(super) fn leave(&self, id: Uuid, peer: &Arc<Peer>) {
        if let Some(conversation) = self.conversation(id) {
            let mut live = conversation.live();
            live.followers.retain(|follower| !Arc::ptr_eq(follower, peer));
        }
    }

    async fn subscribed(&self, id: Uuid) -> redis::RedisResult<Arc<Conversation>> {
        let known = self.conversation(id);
        let conversation = known.unwrap_or_else(|| {
            let mut conversations = self.conversations.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(conversations.entry(id).or_default())
        });
        conversation
            .subscribed
            .get_or_try_init(async || {
                self.subscriptions
                    .clone()
                    .subscribe(self.names.channel(id))
                    .await?;
                let head: Option<i64> = self.heads.clone().get(self.names.head(id)).await?;
                let mut live = conversation.live();
                live.head = live.head.max(head.unwrap_or(0));
                redis::RedisResult::Ok(())
            })
            .await?;
        Ok(conversation)
    }

    fn conversation(&self, id: Uuid) -> Option<Arc<Conversation>> {
        let conversations = self.conversations.read().unwrap_or_else(PoisonError::into_inner);
        conversations.get(&id).map(Arc::clone)
    }

    fn whose(&self, message: &Msg) -> Option<Arc<Conversation>> {
        let (_, id) = message.get_channel_name().rsplit_once(':')?;
        self.conversation(Uuid::try_parse(id).ok()?)
    }

    /// Writes one message to everybody who follows its conversation.
    fn deliver(&self, message: &Msg) {
        let Some(conversation) = self.whose(message) else {
            return;
        };
        let payload = message.get_payload_bytes();
        let frame = frame::text(payload);
        let mut live = conversation.live();
        live.head = number(payload).unwrap_or(live.head);
        for follower in &live.followers {
            follower.write(&frame);
        }
    }

    /// The same for all that have come: each conversation's frames are laid behind one another once, and each
    /// socket is written to once.
    fn deliver_together(&self, messages: &[Msg], touched: &mut Vec<Arc<Peer>>) {
        if let [message] = messages {
            self.deliver(message);
            return;
        }
        let mut together: HashMap<&str, (BytesMut, i64)> = HashMap::new();
        for message in messages {
            let payload = message.get_payload_bytes();
            let (frames, head) = together.entry(message.get_channel_name()).or_default();
            frame::append(frames, payload);
            *head = number(payload).unwrap_or(*head);
        }
        for (channel, (frames, head)) in together {
            let id = channel
                .rsplit_once(':')
                .and_then(|(_, id)| Uuid::try_parse(id).ok());
            let Some(conversation) = id.and_then(|id| self.conversation(id)) else {
                continue;
            };
            let frames = frames.freeze();
            let mut live = conversation.live();
            live.head = live.head.max(head);
            let first = live.followers.iter().filter(|follower| follower.gather(&frames));
            touched.extend(first.map(Arc::clone));
        }
        for peer in touched.drain(..) {
            peer.flush();
        }
    }
}

/// A connection for commands. Whoever waits on it waits: an answer that is late must not end the process.
pub(super) async fn connect(redis: &redis::Client) -> redis::RedisResult<MultiplexedConnection> {
    let patient = AsyncConnectionConfig::new().set_response_timeout(None);
    redis.get_multiplexed_async_connection_with_config(&patient).await
}

async fn deliver_all(hub: Arc<Hub>, messages: PubSubStream, coalesce: bool) -> anyhow::Result<()> {
    let mut chunks = messages.ready_chunks(CHUNK);
    let mut touched = Vec::new();
    while let Some(chunk) = chunks.next().await {
        if coalesce {
            hub.deliver_together(&chunk, &mut touched);
        } else {
            for message in &chunk {
                hub.deliver(message);
            }
        }
    }
    bail!("Redis ended the subscription")
}

/// The number that Redis put behind [`FRAME_START`].
fn number(payload: &[u8]) -> Option<i64> {
    let behind = payload.get(FRAME_START.len()..)?;
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&behind[..digits]).ok()?.parse().ok()
}

fn sync(conversation: Uuid, head: i64) -> Bytes {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _infallible = write!(
        text,
        r#"{{"type":"sync","payload":{{"conversation_id":"{conversation}","head":{head}}}}}"#
    );
    frame::text(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_message_is_read_off_its_frame() {
        let frame = format!(r#"{FRAME_START}1207,"payload":{{"text":"9"}}}}"#);
        assert_eq!(number(frame.as_bytes()), Some(1207));
        assert_eq!(number(b"{}"), None);
    }
}
