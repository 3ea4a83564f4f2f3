//! Group commit: while one insert is in flight the next messages gather, and go together. What is committed is
//! numbered and published by Redis in one step, so that both processes hear a conversation in the order of its numbers.

use std::future::poll_fn;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use redis::Script;
use redis::aio::MultiplexedConnection;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::database::{MessageTable, Rows};
use super::frame;
use super::hub::{FRAME_START, Names, connect};
use super::peer::Peer;

/// Messages that may wait for the insert; beyond it those who send wait.
const QUEUE: usize = 65_536;

/// The most messages of one insert: arrays of this length are still parsed in a few milliseconds.
const BATCH: usize = 1_000;

/// A message on its way into the database.
pub(super) struct Job {
    id: Uuid,
    conversation: Uuid,
    sender: i64,
    text: String,
    client_id: Option<String>,
    /// As JSON, for everybody who hears it.
    payload: Vec<u8>,
    answer: Answer,
}

/// Who waits for the number.
pub(super) enum Answer {
    /// A request; it gets the message as JSON.
    Request(oneshot::Sender<Vec<u8>>),
    /// A socket; it gets a `message:ack`.
    Socket(Arc<Peer>),
}

#[derive(Serialize)]
struct Message<'a> {
    id: Uuid,
    conversation_id: Uuid,
    sender_id: i64,
    text: &'a str,
    client_id: Option<&'a str>,
    created_at: String,
}

impl Job {
    /// Of a message as it came.
    pub(super) fn new(
        (conversation, sender): (Uuid, i64),
        text: String,
        client_id: Option<String>,
        answer: Answer,
    ) -> serde_json::Result<Self> {
        let id = Uuid::now_v7();
        let payload = serde_json::to_vec(&Message {
            id,
            conversation_id: conversation,
            sender_id: sender,
            text: &text,
            client_id: client_id.as_deref(),
            created_at: now().to_rfc3339_opts(SecondsFormat::Micros, true),
        })?;
        Ok(Self {
            id,
            conversation,
            sender,
            text,
            client_id,
            payload,
            answer,
        })
    }

    fn tell(mut self, number: i64) {
        match self.answer {
            Answer::Request(waiting) => {
                let mut body = format!(r#"{{"seq":{number},"#).into_bytes();
                body.extend(self.payload.drain(1..));
                // Whoever gave up waiting is told nothing.
                let _gone = waiting.send(body);
            }
            Answer::Socket(peer) => {
                let (id, conversation) = (self.id, self.conversation);
                let client_id = serde_json::Value::from(self.client_id);
                let ack = format!(
                    r#"{{"type":"message:ack","payload":{{"client_id":{client_id},"id":"{id}","conversation_id":"{conversation}","seq":{number}}}}}"#
                );
                peer.write(&frame::text(ack.as_bytes()));
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "when a message was said, which nobody decides anything by"
)]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Where messages are handed in.
pub(super) struct Writer(mpsc::Sender<Job>);

impl Writer {
    /// Connects. The second of the two writes for as long as it is polled.
    pub(super) async fn start(
        database_url: &str,
        redis: &redis::Client,
        prefix: &str,
    ) -> anyhow::Result<(Self, impl Future<Output = anyhow::Result<()>> + use<>)> {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let mut connection = connect(redis).await.context("Redis")?;
        let script = Script::new(&format!(
            "local seq = redis.call('incr', KEYS[1]) \
             redis.call('publish', KEYS[2], '{FRAME_START}' .. seq .. ',\"payload\":' .. ARGV[1] .. '}}') \
             return seq"
        ));
        script.prepare_invoke().load_async(&mut connection).await?;
        let publisher = Publisher {
            connection,
            script: script.get_hash().to_owned(),
            names: Names(prefix.to_owned()),
        };
        let table = MessageTable::open(database_url).await?;
        Ok((Self(jobs), write_all(waiting, table, publisher)))
    }

    /// Hands a message in; its answer comes when it is committed and published.
    pub(super) async fn write(&self, job: Job) -> anyhow::Result<()> {
        self.0.send(job).await.ok().context("the writer has ended")
    }
}

#[derive(Clone)]
struct Publisher {
    connection: MultiplexedConnection,
    script: String,
    names: Names,
}

impl Publisher {
    async fn publish(mut self, jobs: Vec<Job>) -> redis::RedisResult<()> {
        let mut pipeline = redis::Pipeline::with_capacity(jobs.len());
        for job in &jobs {
            pipeline
                .cmd("EVALSHA")
                .arg(&self.script)
                .arg(2)
                .arg(self.names.head(job.conversation))
                .arg(self.names.channel(job.conversation))
                .arg(&job.payload);
        }
        let numbers: Vec<i64> = pipeline.query_async(&mut self.connection).await?;
        for (job, number) in jobs.into_iter().zip(numbers) {
            job.tell(number);
        }
        Ok(())
    }
}

async fn write_all(
    mut waiting: mpsc::Receiver<Job>,
    mut table: MessageTable,
    publisher: Publisher,
) -> anyhow::Result<()> {
    let mut rows = Rows::default();
    let mut publishing = FuturesUnordered::new();
    loop {
        let mut jobs = Vec::new();
        tokio::select! {
            gathered = waiting.recv_many(&mut jobs, BATCH) => if gathered == 0 {
                return Ok(());
            },
            Some(done) = publishing.next() => {
                done?;
                continue;
            }
        }
        fill(&mut rows, &mut jobs);
        let mut inserting = std::pin::pin!(table.insert(&rows));
        loop {
            tokio::select! {
                inserted = &mut inserting => {
                    inserted.context("writing messages")?;
                    break;
                }
                Some(done) = publishing.next() => done?,
            }
        }
        // Polled once at once: batches reach Redis in the order in which they were committed.
        let mut publication = Box::pin(publisher.clone().publish(jobs));
        match poll_fn(|context| std::task::Poll::Ready(publication.poll_unpin(context))).await {
            std::task::Poll::Ready(done) => done?,
            std::task::Poll::Pending => publishing.push(publication),
        }
    }
}

/// The texts move into the rows: they are not needed twice.
fn fill(rows: &mut Rows, jobs: &mut [Job]) {
    rows.clear();
    for job in jobs {
        rows.ids.push(job.id);
        rows.conversations.push(job.conversation);
        rows.senders.push(job.sender);
        rows.client_ids.push(job.client_id.clone());
        rows.texts.push(std::mem::take(&mut job.text));
    }
}
