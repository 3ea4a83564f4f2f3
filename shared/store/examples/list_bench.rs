//! How long lists, counts and marks of a busy person take, on a database of its own that is filled first and dropped
//! afterwards: `cargo run --release -p store --example list_bench -- postgres://…/postgres`.

use std::io::{Write, stdout};
use std::time::Duration;

use protocol::{ConversationId, Seq, UserId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, query_scalar};
use store::{Listing, Mark, Store};
use tokio::time::Instant;
use uuid::Uuid;

/// Conversations of the person, every fourth a private one.
const CONVERSATIONS: i64 = 500;

/// Messages in each: 200 000 in all.
const MESSAGES_EACH: i64 = 400;

/// People in each group.
const PEOPLE: i64 = 20;

/// Times that each thing is measured.
const ROUNDS: usize = 300;

/// The person whose list is read.
const READER: UserId = UserId(1);

/// Of each ten conversations one has everything unread, three have a few, the rest nothing.
const FILL: &str = "
    insert into users (username, email, email_key, first_name, last_name, created_at, search_text)
        select 'user' || n, '', '', 'First' || n, 'Last' || n, now(), 'user' || n || E'\\nfirst' || n || E'\\nlast' || n
        from generate_series(1, PEOPLE * 5) n;
    insert into conversations (id, kind, title, created_by, created_at, last_activity_at, last_seq, last_message_at,
            search_text)
        select gen_random_uuid(), case when n % 4 = 0 then 'private' else 'group' end,
            case when n % 4 = 0 then null else 'Course ' || n end, 1, now(), now() - n * interval '1 minute', EACH,
            now(), case when n % 4 = 0 then '' else 'course ' || n end
        from generate_series(1, CONVERSATIONS) n;
    insert into participants (conversation_id, user_id, role, joined_at, joined_seq, changed_seq, last_read_seq)
        select c.id, person, 'member', now(), 0, 0, case
            when person <> 1 then EACH
            when c.number % 10 = 0 then 0
            when c.number % 10 < 4 then EACH - 20
            else EACH end
        from conversations c cross join lateral (
            select 1 as person
            union select 2 + (c.number * 7 + k) % (PEOPLE * 5 - 2)
            from generate_series(1, case when c.kind = 'private' then 1 else PEOPLE - 1 end) k) people;
    insert into messages (id, conversation_id, seq, sender_id, text, changed_seq, created_at)
        select gen_random_uuid(), c.id, n, case when n % 5 = 0 then 1 else 2 + (c.number * 7 + n) % 19 end,
            'Message number ' || n || ' of a conversation, about as long as people write them.', n, now()
        from generate_series(1, EACH) n cross join conversations c
        order by n;
    vacuum analyze;";

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Anything<()> {
    let Some(server) = std::env::args().nth(1) else {
        return Err("say which server: postgres://user@host:port/postgres".into());
    };
    let (address, _) = server.rsplit_once('/').ok_or("the address names no database")?;
    let name = format!("list_bench_{}", Uuid::new_v4().simple());
    let mut operator = PgConnection::connect(&server).await?;
    // The only part that is not literal is a name made here from a UUID.
    operator
        .execute(AssertSqlSafe(format!("create database {name}")))
        .await?;
    let measured = run(&format!("{address}/{name}")).await;
    operator
        .execute(AssertSqlSafe(format!("drop database {name} with (force)")))
        .await?;
    measured
}

async fn run(url: &str) -> Anything<()> {
    let store = Store::connect(url, 4).await?;
    store.migrate().await?;
    let conversations = fill(url).await?;
    let all = Listing {
        limit: CONVERSATIONS,
        ..Listing::default()
    };
    let page = Listing {
        limit: 50,
        ..Listing::default()
    };
    let found = Listing {
        search: Some("course 7".into()),
        ..all.clone()
    };
    let unread = Listing {
        is_unread: Some(true),
        ..all.clone()
    };
    for (what, listing) in [
        ("list, all", &all),
        ("list, 50", &page),
        ("list, by title", &found),
        ("list, unread", &unread),
    ] {
        measure(what, async |_| {
            store.list(READER, listing).await?;
            Ok(())
        })
        .await?;
    }
    measure("unread total", async |_| {
        store.unread_total(READER).await?;
        Ok(())
    })
    .await?;
    measure("50 marks in one", async |round| {
        let marks = marks(&conversations, round);
        store.mark_read(&marks).await?;
        Ok(())
    })
    .await?;
    Ok(())
}

/// The reader's, in the conversations that are unread from their beginning, each round one further.
fn marks(conversations: &[ConversationId], round: usize) -> Vec<Mark> {
    let marks = conversations.iter().map(|&conversation| Mark {
        conversation,
        user: READER,
        seq: Seq(i64::try_from(round).unwrap_or(i64::MAX)),
    });
    marks.collect()
}

async fn fill(url: &str) -> Anything<Vec<ConversationId>> {
    let sql = FILL
        .replace("CONVERSATIONS", &CONVERSATIONS.to_string())
        .replace("EACH", &MESSAGES_EACH.to_string())
        .replace("PEOPLE", &PEOPLE.to_string());
    let mut connection = PgConnection::connect(url).await?;
    for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
        // Numbers of ours in a text of ours.
        connection.execute(AssertSqlSafe(statement.to_owned())).await?;
    }
    let unread: Vec<Uuid> = query_scalar("select id from conversations where number % 10 = 0")
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    Ok(unread.into_iter().map(ConversationId).collect())
}

async fn measure(what: &str, mut work: impl AsyncFnMut(usize) -> Anything<()>) -> Anything<()> {
    let mut times = Vec::with_capacity(ROUNDS);
    for round in 1..=ROUNDS {
        let started = Instant::now();
        work(round).await?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| milliseconds(times[(times.len() - 1) * percent / 100]);
    writeln!(
        stdout(),
        "{what:20} p50 {:6.1} ms   p99 {:6.1} ms",
        at(50),
        at(99)
    )?;
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
