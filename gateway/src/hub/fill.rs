//! Closing holes: one read of the store for each conversation, however many sockets wait for it.

pub mod rules;

use std::thread;
use std::time::Duration;

use metrics::{counter, describe_counter};
use protocol::{ConversationId, Seq};
use store::StoreError;
use tokio::time::sleep;

use self::rules::{Filling, Progress, Reading};
use super::Hub;
use super::channel::{Channel, Identity, Verdict};
use crate::reads;

/// How long a missing frame may still be in flight: two nodes' commits are published within milliseconds of each
/// other, and a read of the store costs about as much as this wait.
const IN_FLIGHT: Duration = Duration::from_millis(20);

/// Changes read at once.
const PAGE: i64 = 500;

/// The pause after a read that failed, doubled up to [`RETRY_MAX`].
const RETRY_MIN: Duration = Duration::from_millis(100);

/// The longest pause between reads: a database that comes back is noticed within it.
const RETRY_MAX: Duration = Duration::from_secs(2);

/// Conversations compared with the store in one query.
pub(super) const RECONCILE_CHUNK: usize = 500;

/// Holes that are being closed at once: half of the connections that a node has by default, so that after a long
/// outage sends and joins find the store answering too.
pub(super) const FILLS_AT_ONCE: usize = 8;

/// Starts closing a conversation's hole, unless somebody is at it already.
pub(super) fn start(hub: &Hub, conversation: ConversationId) {
    let claim_of = |channel: &mut Channel| channel.begin_fill().map(|_| channel.identity());
    let claimed = hub.shard(conversation).get_mut(&conversation).and_then(claim_of);
    if let Some(identity) = claimed {
        counter!("chat_gateway_gaps_seen_total").increment(1);
        let claim = Claim {
            hub: hub.clone(),
            conversation,
            identity,
        };
        hub.0.tasks.spawn("gap fill", async move {
            sleep(IN_FLIGHT).await;
            close_hole(&claim).await;
        });
    }
}

/// The right to close the hole of one channel.
struct Claim {
    hub: Hub,
    conversation: ConversationId,
    identity: Identity,
}

impl Claim {
    /// The channel, unless everybody has left it: another one of the conversation has holes of its own.
    fn on_channel<T>(&self, work: impl FnOnce(&mut Channel) -> Option<T>) -> Option<T> {
        let mut shard = self.hub.shard(self.conversation);
        let channel = shard.get_mut(&self.conversation)?;
        if channel.is(&self.identity) {
            return work(channel);
        }
        None
    }
}

impl Drop for Claim {
    /// The conversation would stay deaf for good.
    fn drop(&mut self) {
        if thread::panicking() {
            self.on_channel(|channel| {
                channel.end_fill();
                Some(())
            });
        }
    }
}

/// Compares every conversation that somebody listens to with the store, in few queries.
pub(super) fn reconcile(hub: &Hub) {
    let reader = hub.clone();
    hub.0.tasks.spawn("reconcile", async move {
        for chunk in reader.listened_to().chunks(RECONCILE_CHUNK) {
            let heads = heads_of(&reader, chunk).await;
            compare(&reader, heads);
        }
    });
}

/// The conversations are known to have come this far.
pub(super) fn compare(hub: &Hub, heads: Vec<(ConversationId, Seq)>) {
    for (conversation, head) in heads {
        let verdict = hub
            .shard(conversation)
            .get_mut(&conversation)
            .map(|channel| channel.expect(head));
        hub.act_on(conversation, verdict.unwrap_or(Verdict::Done));
    }
}

/// Asks until the store answers; nothing once the node stops.
async fn heads_of(hub: &Hub, conversations: &[ConversationId]) -> Vec<(ConversationId, Seq)> {
    let mut pause = RETRY_MIN;
    while !hub.0.tasks.stopping().is_cancelled() {
        reads::count("heads");
        match hub.0.chat.store().heads(conversations).await {
            Ok(heads) => return heads,
            Err(error) => {
                warn(
                    hub,
                    &error,
                    "conversations could not be compared with the store yet",
                );
                pause = wait(hub, pause).await;
            }
        }
    }
    Vec::new()
}

/// Reads and passes on until nothing is missing, then gives the claim back.
async fn close_hole(claim: &Claim) {
    let (hub, conversation) = (&claim.hub, claim.conversation);
    let mut pause = RETRY_MIN;
    while let Some(delivered) = claim.on_channel(rules::still_missing) {
        let read = {
            let _turn = hub.0.fills.acquire().await;
            read_after(hub, conversation, delivered).await
        };
        match read {
            Ok(filling) if filling.head > delivered => {
                counter!("chat_gateway_gaps_filled_total").increment(1);
                claim.on_channel(|channel| Some(filling.pour_into(channel)));
            }
            Ok(Filling { head, .. }) => {
                // Frames wait for one that the store does not have: somebody else's database answers this read.
                tracing::warn!(conversation.id = %conversation, %head, "the store is behind the bus");
                pause = wait(hub, pause).await;
            }
            Err(error) => {
                let what = "missing changes could not be read from the store yet";
                warn(hub, &error, what);
                pause = wait(hub, pause).await;
            }
        }
        if hub.0.tasks.stopping().is_cancelled() {
            return;
        }
    }
}

/// Everything after a position, true for the head that is answered with it.
async fn read_after(hub: &Hub, conversation: ConversationId, after: Seq) -> Result<Filling, StoreError> {
    let mut reading = Reading::after(after);
    loop {
        let store = hub.0.chat.store();
        reads::count("gap");
        let page = store.changes(conversation, reading.cursor(), PAGE).await?;
        match reading.answered(page) {
            Progress::Page(further) => reading = further,
            Progress::Whole(filling) => return Ok(filling),
        }
    }
}

fn warn(hub: &Hub, error: &StoreError, what: &'static str) {
    if hub.0.store_log.allows() {
        tracing::warn!(%error, "{what}");
    }
}

/// Waits, and answers with the next, longer pause.
async fn wait(hub: &Hub, pause: Duration) -> Duration {
    hub.0.tasks.stopping().run_until_cancelled(sleep(pause)).await;
    (pause * 2).min(RETRY_MAX)
}

pub(super) fn describe_metrics() {
    describe_counter!(
        "chat_gateway_gaps_seen_total",
        "Times a change was missing below one that had come; most arrive by themselves within milliseconds"
    );
    describe_counter!(
        "chat_gateway_gaps_filled_total",
        "Holes in a conversation's live frames that were closed by a read of the store"
    );
}
