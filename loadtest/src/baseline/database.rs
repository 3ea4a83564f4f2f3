//! The floor's tables: people, who is in which conversation, and the messages.

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

/// Connections for registrations, new conversations and sockets that follow all of their user's; the writer has its own.
const POOL_CONNECTIONS: u32 = 4;

/// Names the lock under which two processes that start together make the schema one after the other.
const SCHEMA_LOCK: i64 = 0x1f10_0f10;

/// Statements one by one: a prepared statement holds one.
const SCHEMA: [&str; 6] = [
    "create schema if not exists baseline",
    "create table if not exists baseline.secrets (secret uuid not null)",
    "insert into baseline.secrets select gen_random_uuid() where not exists (select from baseline.secrets)",
    "create table if not exists baseline.users (id bigint generated always as identity primary key, name text not null)",
    "create table if not exists baseline.participants (user_id bigint not null, conversation_id uuid not null, \
     primary key (user_id, conversation_id))",
    "create table if not exists baseline.messages (id uuid primary key, conversation_id uuid not null, \
     sender_id bigint not null, client_id text, text text not null, created_at timestamptz not null default now())",
];

const INSERT_MESSAGES: &str = "insert into baseline.messages (id, conversation_id, sender_id, client_id, text) \
    select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[])";

pub(super) struct Database {
    pool: PgPool,
}

impl Database {
    /// Connects, and makes what is missing.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse().context("the address of the database")?;
        let pool = PgPoolOptions::new()
            .max_connections(POOL_CONNECTIONS)
            .connect_with(options.disable_statement_logging())
            .await
            .context("connecting to the database")?;
        let mut making = pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)")
            .bind(SCHEMA_LOCK)
            .execute(&mut *making)
            .await?;
        for statement in SCHEMA {
            sqlx::query(statement).execute(&mut *making).await?;
        }
        making.commit().await?;
        Ok(Self { pool })
    }

    /// What all processes on this database sign their tokens with.
    pub(super) async fn secret(&self) -> sqlx::Result<Vec<u8>> {
        let secret: Uuid = sqlx::query_scalar("select secret from baseline.secrets")
            .fetch_one(&self.pool)
            .await?;
        Ok(secret.as_bytes().to_vec())
    }

    pub(super) async fn register(&self, name: &str) -> sqlx::Result<i64> {
        sqlx::query_scalar("insert into baseline.users (name) values ($1) returning id")
            .bind(name)
            .fetch_one(&self.pool)
            .await
    }

    pub(super) async fn open_conversation(&self, id: Uuid, participants: &[i64]) -> sqlx::Result<()> {
        sqlx::query(
            "insert into baseline.participants (user_id, conversation_id) select unnest($1::bigint[]), $2",
        )
        .bind(participants)
        .bind(id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn conversations_of(&self, user: i64) -> sqlx::Result<Vec<Uuid>> {
        sqlx::query_scalar("select conversation_id from baseline.participants where user_id = $1")
            .bind(user)
            .fetch_all(&self.pool)
            .await
    }
}

/// The columns of a batch of messages, filled anew for each.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) ids: Vec<Uuid>,
    pub(super) conversations: Vec<Uuid>,
    pub(super) senders: Vec<i64>,
    pub(super) client_ids: Vec<Option<String>>,
    pub(super) texts: Vec<String>,
}

impl Rows {
    pub(super) fn clear(&mut self) {
        self.ids.clear();
        self.conversations.clear();
        self.senders.clear();
        self.client_ids.clear();
        self.texts.clear();
    }
}

/// The one connection that messages are written on: prepared once, never checked out.
pub(super) struct MessageTable(PgConnection);

impl MessageTable {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse().context("the address of the database")?;
        let options = options.disable_statement_logging();
        let connection = PgConnection::connect_with(&options).await;
        Ok(Self(connection.context("connecting to the database")?))
    }

    /// Returns when all rows are committed.
    pub(super) async fn insert(&mut self, rows: &Rows) -> sqlx::Result<()> {
        sqlx::query(INSERT_MESSAGES)
            .bind(&rows.ids)
            .bind(&rows.conversations)
            .bind(&rows.senders)
            .bind(&rows.client_ids)
            .bind(&rows.texts)
            .execute(&mut self.0)
            .await?;
        Ok(())
    }
}
