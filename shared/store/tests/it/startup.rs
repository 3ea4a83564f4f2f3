use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use store::{Store, StoreError};

use crate::database::{CONNECTIONS, Database};
use crate::given::{group, person};

pub(crate) async fn a_migrated_database_answers_and_a_closed_one_says_so(database: &Database) {
    let store = Store::connect(&database.url(), 2).await.unwrap();
    store.ping().await.unwrap();
    store.close().await;
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(
        store.migrate().await,
        Err(StoreError::Unavailable(_) | StoreError::Migration(_))
    ));
}

/// A fresh database each round, for the suite's own is migrated already.
pub(crate) async fn many_nodes_may_migrate_one_database_at_once(database: &Database) {
    let url = database.url();
    let fresh = if url.starts_with("postgres") {
        let name = "migrated_by_many";
        let mut connection = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create schema {name}")))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        format!("{url}?options=-c%20search_path%3D{name}")
    } else {
        format!("{url}-fresh")
    };
    let nodes = join_all((0..8).map(|_| Store::connect(&fresh, 2))).await;
    let nodes: Vec<_> = nodes.into_iter().map(Result::unwrap).collect();
    for migrated in join_all(nodes.iter().map(Store::migrate)).await {
        migrated.unwrap();
    }
    person(&nodes[0], "first").await;
    assert!(nodes[7].user_by_username("first").await.unwrap().is_some());
    join_all(nodes.iter().map(Store::close)).await;
}

#[tokio::test]
async fn a_database_in_memory_works_too() {
    let store = Store::connect("sqlite::memory:", 4).await.unwrap();
    store.migrate().await.unwrap();
    let id = person(&store, "someone").await;
    assert_eq!(store.user(id).await.unwrap().unwrap().username, "someone");
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused_without_being_repeated() {
    for url in ["mysql://u:secret@h/d", "postgres://u:secret@h:port/d", ""] {
        let refused = Store::connect(url, 1).await.unwrap_err();
        assert!(matches!(refused, StoreError::Address(_)), "{refused:?}");
        assert!(!format!("{refused:?} {refused}").contains("secret"));
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unavailable() {
    // Port 9 (discard) of this machine: nobody listens.
    let refused = Store::connect("postgres://nobody@127.0.0.1:9/none", 1)
        .await
        .unwrap_err();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
}

#[tokio::test]
async fn a_pool_with_no_connection_free_answers_unavailable_instead_of_waiting() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = Store::connect(&database.url(), 1).await.unwrap();
    let user = person(&store, "someone").await;
    let conversation = group(&store, &[user]).await;
    let held = store.lock(conversation).await.unwrap().unwrap();
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    drop(held);
    store.ping().await.unwrap();
    store.close().await;
    database.drop().await;
}

#[tokio::test]
async fn connections_that_the_server_cut_are_an_outage_and_the_pool_heals() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = &database.store;
    let user = person(store, "someone").await;
    let conversation = group(store, &[user]).await;
    let mut held = store.lock(conversation).await.unwrap().unwrap();
    let mut killer = PgConnection::connect(&database.url()).await.unwrap();
    let kill = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()";
    sqlx::query(kill).execute(&mut killer).await.unwrap();
    let cut = held.participant_count().await;
    assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
    drop(held);
    // Each dead connection may be met once, none twice.
    let mut met = 0;
    while let Err(error) = store.user(user).await {
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        met += 1;
        assert!(met <= CONNECTIONS);
    }
    assert!(store.lock(conversation).await.unwrap().is_some());
    killer.close().await.unwrap();
    database.drop().await;
}
