//! Only on Postgres: SQLite has one writer at a time.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::join;
use protocol::models::Role;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::node::Node;

/// Until whoever waits for a lock stands in the queue for it.
const TO_QUEUE: Duration = Duration::from_millis(300);

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "tests find the server by this variable alone"
)]
async fn a_change_that_postgres_ends_for_a_deadlock_is_made_again() {
    let Ok(server) = std::env::var("CHAT_TEST_POSTGRES_URL") else {
        eprintln!("CHAT_TEST_POSTGRES_URL is not set: not run");
        return;
    };
    let name = format!("chat_contention_{}", Uuid::new_v4().simple());
    let (address, _) = server.rsplit_once('/').unwrap();
    let mut operator = PgConnection::connect(&server).await.unwrap();
    let create = format!("create database {name}");
    operator.execute(AssertSqlSafe(create)).await.unwrap();
    let url = format!("{address}/{name}");
    let case = AssertUnwindSafe(leave_in_the_way_of_marks(&url));
    let outcome = case.catch_unwind().await;
    let drop = format!("drop database {name} with (force)");
    operator.execute(AssertSqlSafe(drop)).await.unwrap();
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

/// The last admin leaves: their row is written first, then their heir's. Somebody else writes the two the other way
/// round, as a batch of read marks may, and waits longer than Postgres does before it looks for deadlocks: the victim is
/// the leaving.
async fn leave_in_the_way_of_marks(url: &str) {
    let node = Node::on(url).await;
    let [ann, bob] = node.people().await;
    let group = node.group(&[ann, bob]).await;
    let mut other = PgConnection::connect(url).await.unwrap();
    let mark = |user: i64| {
        sqlx::query("update participants set last_read_seq = last_read_seq where user_id = $1").bind(user)
    };
    other
        .execute("set deadlock_timeout = '1min'; begin")
        .await
        .unwrap();
    mark(bob.0).execute(&mut other).await.unwrap();

    let in_the_way = async {
        sleep(TO_QUEUE).await;
        mark(ann.0).execute(&mut other).await.unwrap();
        other.execute("commit").await.unwrap();
    };
    let (left, ()) = join!(node.chat.remove_participant(ann, group, ann), in_the_way);

    left.unwrap();
    timeout(PATIENCE, they_met(&mut other)).await.unwrap();
    assert_eq!(node.role_of(group, ann).await, None);
    assert_eq!(node.role_of(group, bob).await, Some(Role::Admin));
    node.stop();
    node.chat.store().close().await;
}

/// Waits until Postgres has counted the deadlock, which it does a moment after it.
async fn they_met(connection: &mut PgConnection) {
    let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
    while sqlx::query_scalar::<_, i64>(deadlocks)
        .fetch_one(&mut *connection)
        .await
        .unwrap()
        == 0
    {
        sleep(TO_QUEUE).await;
    }
}
