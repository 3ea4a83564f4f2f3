//! PostgreSQL: the accounts, the conversations, and one row per message.

use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Connections for registrations, new conversations and new sockets; the messages have one of their own.
const POOL_CONNECTIONS: u32 = 9;

/// Messages that may wait to be inserted; beyond it those who send wait.
const QUEUE: usize = 65_536;

/// Rows of one statement: far beyond what gathers during one commit, and an array that no statement stumbles over.
const BATCH_ROWS: usize = 1_000;

const INSERT: &str = "INSERT INTO messages (conversation_id, sender_id, client_id, text)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[])
    RETURNING id, created_at";

const FOLLOW: &str = "SELECT conversation_id, (SELECT coalesce(max(id), 0) FROM messages)
    FROM members WHERE user_id = $1";

/// A message to insert.
pub struct NewMessage {
    pub conversation: Uuid,
    pub sender: i64,
    pub client_id: String,
    pub text: String,
}

/// What the database gave it: its number and its moment.
pub type Inserted = (i64, DateTime<Utc>);

type Job = (NewMessage, oneshot::Sender<Inserted>);

#[derive(Clone)]
pub struct Store {
    pool: PgPool,
    jobs: mpsc::Sender<Job>,
}

impl Store {
    /// Connects, makes what is missing, and starts the task that inserts.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(POOL_CONNECTIONS)
            .connect_with(options.clone())
            .await?;
        sqlx::raw_sql(include_str!("../../schema.sql"))
            .execute(&pool)
            .await?;
        let connection = PgConnection::connect_with(&options).await?;
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(insert_all(connection, waiting));
        Ok(Self { pool, jobs })
    }

    pub async fn add_user(&self, username: &str) -> sqlx::Result<i64> {
        let query = sqlx::query_scalar("INSERT INTO users (username) VALUES ($1) RETURNING id");
        query.bind(username).fetch_one(&self.pool).await
    }

    pub async fn add_conversation(&self, members: &[i64]) -> sqlx::Result<Uuid> {
        let id = Uuid::new_v4();
        let query = sqlx::query("INSERT INTO members SELECT unnest($1::bigint[]), $2");
        query.bind(members).bind(id).execute(&self.pool).await?;
        Ok(id)
    }

    /// The conversations of a user, each with the number that the next message will be above.
    pub async fn follow(&self, user: i64) -> sqlx::Result<Vec<(Uuid, i64)>> {
        sqlx::query_as(FOLLOW).bind(user).fetch_all(&self.pool).await
    }

    /// Inserts a message. What arrives while a statement is under way shares the next one.
    pub async fn add_message(&self, message: NewMessage) -> anyhow::Result<Inserted> {
        let (done, inserted) = oneshot::channel();
        self.jobs
            .send((message, done))
            .await
            .ok()
            .context("nothing is inserted any more")?;
        inserted.await.context("the message was not inserted")
    }
}

async fn insert_all(mut connection: PgConnection, mut waiting: mpsc::Receiver<Job>) {
    let mut jobs = Vec::new();
    while waiting.recv_many(&mut jobs, BATCH_ROWS).await > 0 {
        let (messages, answers): (Vec<_>, Vec<_>) = jobs.drain(..).unzip();
        match insert(&mut connection, messages).await {
            Ok(rows) => {
                for (answer, row) in answers.into_iter().zip(rows) {
                    // Whoever has gone needs no answer.
                    let _gone = answer.send(row);
                }
            }
            // Those who wait see their answer dropped.
            Err(error) => eprintln!("inserting: {error}"),
        }
    }
}

async fn insert(connection: &mut PgConnection, messages: Vec<NewMessage>) -> sqlx::Result<Vec<Inserted>> {
    let conversations: Vec<_> = messages.iter().map(|message| message.conversation).collect();
    let senders: Vec<_> = messages.iter().map(|message| message.sender).collect();
    let (client_ids, texts): (Vec<_>, Vec<_>) = messages
        .into_iter()
        .map(|message| (message.client_id, message.text))
        .unzip();
    let query = sqlx::query_as(INSERT)
        .bind(conversations)
        .bind(senders)
        .bind(client_ids)
        .bind(texts);
    query.fetch_all(connection).await
}
