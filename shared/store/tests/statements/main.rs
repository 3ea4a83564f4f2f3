//! How many statements a list costs. A process of its own: the count is of everything that sqlx says it has run.

#![cfg(test)]

use std::sync::atomic::{AtomicUsize, Ordering};

use protocol::models::ConversationType;
use protocol::{ConversationId, Timestamp, UserId};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Listing, NewConversation, NewMessage, NewUser, Store};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

/// Statements of one list, whatever is in it.
const STATEMENTS_OF_A_LIST: usize = 2;

/// How the statements begin that [`settle`] runs.
const SETTLING: [&str; 2] = ["select 1", "delete from outbox"];

static RUN: AtomicUsize = AtomicUsize::new(0);

/// Counts the events by which sqlx tells of statements.
struct Counter;

struct IsCounted(bool);

impl Visit for IsCounted {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let summary = format!("{value:?}");
        self.0 |= field.name() == "summary" && !SETTLING.iter().any(|settling| summary.contains(settling));
    }
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut is_counted = IsCounted(false);
        event.record(&mut is_counted);
        RUN.fetch_add(usize::from(is_counted.0), Ordering::SeqCst);
    }

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// SQLite's threads tell of a statement a moment after its answer, and before they begin the next one.
async fn settle(store: &Store) {
    store.forget_published(&[]).await.unwrap();
    store.ping().await.unwrap();
}

async fn counted<T>(store: &Store, work: impl Future<Output = T>) -> (usize, T) {
    settle(store).await;
    let before = RUN.load(Ordering::SeqCst);
    let done = work.await;
    settle(store).await;
    (RUN.load(Ordering::SeqCst) - before, done)
}

fn now() -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into()
}

async fn person(store: &Store, name: &str) -> UserId {
    let new = NewUser {
        username: name.into(),
        ..NewUser::default()
    };
    store.create_user(&new, now()).await.unwrap().id
}

async fn talk(store: &Store, ann: UserId, bob: UserId, kind: ConversationType) {
    let id = ConversationId(Uuid::now_v7());
    let new = NewConversation {
        id,
        kind,
        title: None,
        description: None,
        created_by: ann,
        service: None,
        service_id: None,
        direct_key: None,
        participants: vec![ann, bob],
    };
    store.create_conversation(&new, now()).await.unwrap();
    let message = NewMessage {
        id: protocol::MessageId(Uuid::now_v7()),
        conversation: id,
        sender: bob,
        text: "hi".into(),
        reply_to: None,
        client_id: None,
        attachments: Vec::new(),
        mentions: Vec::new(),
        screening: store::Screening::default(),
    };
    store.append(&[message], &[], now()).await.unwrap();
}

async fn a_list_costs_two_statements(url: &str) {
    // One connection to read and one to write, so that one statement on each comes after all before it.
    let store = Store::connect(url, 1).await.unwrap();
    store.migrate().await.unwrap();
    let (ann, bob) = (person(&store, "ann").await, person(&store, "bob").await);
    let whole = Listing {
        limit: 1_000,
        ..Listing::default()
    };
    let mut expected = 0;
    for many in [3, 30] {
        for _ in 0..many {
            talk(&store, ann, bob, ConversationType::Private).await;
            talk(&store, ann, bob, ConversationType::Group).await;
        }
        expected += 2 * many;
        let (statements, page) = counted(&store, store.list(ann, &whole)).await;
        let page = page.unwrap().conversations;
        assert_eq!(page.len(), expected);
        assert!(page.iter().all(|listed| listed.unread_count == Some(1)));
        assert_eq!(statements, STATEMENTS_OF_A_LIST);
        let (statements, total) = counted(&store, store.unread_total(ann)).await;
        assert_eq!(usize::try_from(total.unwrap()).unwrap(), expected);
        assert_eq!(statements, 1);
    }
    store.close().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests find the server by this variable alone"
)]
#[tokio::test]
async fn a_list_costs_the_same_statements_however_long_it_is() {
    tracing::subscriber::set_global_default(Counter).unwrap();
    let folder = tempfile::tempdir().unwrap();
    a_list_costs_two_statements(&Store::sqlite_url(&folder.path().join("chat.db"))).await;
    let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
        eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on Postgres");
        return;
    };
    let name = format!("store_statements_{}", Uuid::new_v4().simple());
    execute(&server, format!("create database {name}")).await;
    let (address, _database) = server.rsplit_once('/').unwrap();
    a_list_costs_two_statements(&format!("{address}/{name}")).await;
    execute(&server, format!("drop database {name} with (force)")).await;
}

async fn execute(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    // The only part that is not literal is a name made here from a UUID.
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}
