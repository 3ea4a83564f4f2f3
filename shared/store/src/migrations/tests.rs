use chrono::{DateTime, Utc};
use protocol::{ConversationId, MessageId, UserId};
use sqlx::{AssertSqlSafe, Connection, PgConnection, query};
use uuid::Uuid;

use super::*;
use crate::Store;
use crate::pool::{Pools, on_pool};

/// The first release's schema.
const FIRST_RELEASE: i64 = 5;

const ANNA: i64 = 7;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 5_000).unwrap()
}

async fn first_release(url: &str) -> Pools {
    let pools = Pools::connect(url, 2).await.unwrap();
    let mut migrator = migrator(&pools.write);
    let steps = migrator
        .migrations
        .iter()
        .filter(|step| step.version <= FIRST_RELEASE);
    migrator.migrations = steps.cloned().collect::<Vec<_>>().into();
    on_pool!(&pools.write, |pool| migrator.run(pool).await).unwrap();
    pools
}

async fn what_the_first_release_wrote_is_shown(url: &str) {
    let pools = first_release(url).await;
    let (conversation, message) = (Uuid::now_v7(), Uuid::now_v7());
    for sql in [
        "insert into users (id, username, email, email_key, first_name, last_name, created_at, search_text)
         values ($3, 'anna', '', '', 'Анна', '', $4, 'anna')",
        "insert into conversations (id, kind, title, created_by, created_at, last_seq, last_activity_at)
         values ($1, 'group', 'Курс', $3, $4, 1, $4)",
        "insert into participants (conversation_id, user_id, role, joined_at, joined_seq, changed_seq)
         values ($1, $3, 'admin', $4, 0, 0)",
        "insert into messages (id, conversation_id, seq, sender_id, text, changed_seq, created_at)
         values ($2, $1, 1, $3, 'привет', 1, $4)",
        "insert into attachments (message_id, file_url, file_type, file_size, created_at)
         values ($2, 'https://files.example/a.png', 'image', 12, $4)",
    ] {
        // Each statement has the same four parameters; what it does not name it does not use.
        let sql = format!("with given (a, b, c, d) as (select $1, $2, $3, $4) {sql}");
        let given = |sql: String| AssertSqlSafe(sql);
        on_pool!(&pools.write, |pool| query(given(sql))
            .bind(conversation)
            .bind(message)
            .bind(ANNA)
            .bind(noon())
            .execute(pool)
            .await
            .map(drop))
        .unwrap();
    }
    let store = Store { pools, screen: None };
    store.migrate().await.unwrap();
    let found = store.message(MessageId(message)).await.unwrap().unwrap();
    assert_eq!(found.text.as_deref(), Some("привет"));
    let [file] = &found.attachments[..] else {
        panic!("{:?}", found.attachments);
    };
    assert_eq!(file.file_url, "https://files.example/a.png");
    assert_eq!(file.message_id, Some(MessageId(message)));
    assert_eq!(file.created_at.utc(), noon());
    // What was there before is read.
    assert_eq!(store.unread_total(UserId(ANNA)).await.unwrap(), 0);
    let listed = store.conversation(ConversationId(conversation)).await.unwrap();
    assert_eq!(listed.unwrap().title.as_deref(), Some("Курс"));
    store.close().await;
}

#[tokio::test]
async fn sqlite_of_the_first_release_is_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    what_the_first_release_wrote_is_shown(&Store::sqlite_url(&folder.path().join("old.db"))).await;
}

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "tests find the server by this variable alone"
)]
async fn postgres_of_the_first_release_is_brought_up_to_date() {
    let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
        eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run on Postgres");
        return;
    };
    let name = format!("store_test_{}", Uuid::new_v4().simple());
    let mut connection = PgConnection::connect(&server).await.unwrap();
    let create = AssertSqlSafe(format!("create database {name}"));
    query(create).execute(&mut connection).await.unwrap();
    let (address, _database) = server.rsplit_once('/').unwrap();
    what_the_first_release_wrote_is_shown(&format!("{address}/{name}")).await;
    let drop = AssertSqlSafe(format!("drop database {name} with (force)"));
    query(drop).execute(&mut connection).await.unwrap();
}
