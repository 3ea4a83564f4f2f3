//! How long searches of a busy person take, and what the search's indexes add to a send, on a Postgres database of its
//! own that is filled first and dropped afterwards:
//! `cargo run --release -p store --example search_bench -- postgres://…/postgres`.

use std::io::{Write, stdout};
use std::time::Duration;

use protocol::{ConversationId, MessageId, Timestamp, UserId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, query, query_scalar};
use store::{NewMessage, Screening, Search, Store};
use tokio::time::Instant;
use uuid::Uuid;

/// Conversations in all; the person who searches is in the first of them.
const CONVERSATIONS: i64 = 1_500;

/// Conversations of the person who searches.
const OWN: i64 = 500;

/// Messages in each: 200 000 of the person's own among 600 000.
const EACH: i64 = 400;

/// Different words, the commonest in every seventh message or so, most in one of some thousands.
const WORDS: u64 = 5_000;

/// Times that each thing is measured.
const ROUNDS: usize = 300;

/// Messages of one commit when sends are measured.
const BATCH: usize = 50;

/// Messages that are written at once while the database is filled.
const FILLED_AT_ONCE: usize = 10_000;

const PEOPLE: &str = "
    insert into users (username, email, email_key, first_name, last_name, created_at, search_text)
        select 'user' || n, '', '', '', '', now(), 'user' || n from generate_series(1, 2) n;
    insert into conversations (id, kind, created_by, created_at, last_activity_at, last_seq)
        select gen_random_uuid(), 'group', 2, now(), now() - n * interval '1 minute', EACH
        from generate_series(1, CONVERSATIONS) n;
    insert into participants (conversation_id, user_id, role, joined_at, joined_seq, changed_seq)
        select id, 2, 'member', now(), 0, 0 from conversations
        union all select id, 1, 'member', now(), 0, 0 from conversations where number <= OWN";

const MESSAGES: &str = "
    insert into messages (id, conversation_id, seq, changed_seq, sender_id, text, created_at)
        select gen_random_uuid(), id, seq, seq, 2, text, now() - interval '1 year' + seq * interval '1 hour'
        from unnest($1::uuid[], $2::bigint[], $3::text[]) as m (id, seq, text)";

const WITHOUT_INDEXES: &str = "drop index messages_words; drop index messages_parts";

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Anything<()> {
    let Some(server) = std::env::args().nth(1) else {
        return Err("say which server: postgres://user@host:port/postgres".into());
    };
    let (address, _) = server.rsplit_once('/').ok_or("the address names no database")?;
    let name = format!("search_bench_{}", Uuid::new_v4().simple());
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
    let mut operator = PgConnection::connect(url).await?;
    let conversations = fill(&mut operator).await?;
    store.tidy_search().await?;
    for (what, first) in [("a rare word", WORDS / 2), ("a word in 1 of 100", WORDS / 100)] {
        searches(&store, what, |round| word(first + round)).await?;
    }
    searches(&store, "the commonest word", |_| word(0)).await?;
    searches(&store, "a part of words", |round| {
        word(WORDS / 2 + round)[2..].to_owned()
    })
    .await?;
    searches(&store, "what nobody said", |round| format!("{}щъ", word(round))).await?;
    sends(&store, "50 sends, indexed", &conversations).await?;
    operator.execute(WITHOUT_INDEXES).await?;
    sends(&store, "50 sends, no indexes", &conversations).await?;
    Ok(())
}

async fn searches(store: &Store, what: &str, text: impl Fn(u64) -> String) -> Anything<()> {
    let mut round = 0;
    measure(what, async || {
        round += 1;
        let search = Search {
            text: text(round),
            ..Search::default()
        };
        store.search_messages(UserId(1), &search, 20).await?;
        Ok(())
    })
    .await
}

async fn sends(store: &Store, what: &str, to: &[ConversationId]) -> Anything<()> {
    let mut dice = Dice(7);
    measure(what, async || {
        let batch: Vec<_> = to[..BATCH]
            .iter()
            .map(|&conversation| NewMessage {
                id: MessageId(Uuid::now_v7()),
                conversation,
                sender: UserId(2),
                text: dice.text(),
                reply_to: None,
                client_id: None,
                mentions: Vec::new(),
                screening: Screening::default(),
                attachments: Vec::new(),
            })
            .collect();
        store
            .append(&batch, &[], Timestamp::from(chrono::DateTime::UNIX_EPOCH))
            .await?;
        Ok(())
    })
    .await
}

async fn fill(connection: &mut PgConnection) -> Anything<Vec<ConversationId>> {
    let sql = PEOPLE
        .replace("CONVERSATIONS", &CONVERSATIONS.to_string())
        .replace("EACH", &EACH.to_string())
        .replace("OWN", &OWN.to_string());
    // Numbers of ours in a text of ours.
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut *connection)
        .await?;
    let ids: Vec<Uuid> = query_scalar("select id from conversations order by number")
        .fetch_all(&mut *connection)
        .await?;
    let mut dice = Dice(1);
    // In the order of time, as it would have been said.
    let said: Vec<_> = (1..=EACH)
        .flat_map(|seq| ids.iter().map(move |&id| (id, seq)))
        .collect();
    for part in said.chunks(FILLED_AT_ONCE) {
        query(MESSAGES)
            .bind(part.iter().map(|(id, _)| *id).collect::<Vec<_>>())
            .bind(part.iter().map(|(_, seq)| *seq).collect::<Vec<_>>())
            .bind(part.iter().map(|_| dice.text()).collect::<Vec<_>>())
            .execute(&mut *connection)
            .await?;
    }
    connection.execute("vacuum analyze").await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// A made-up word for each number, of two to four syllables.
fn word(number: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "ка", "ро", "ми", "те", "на", "ло", "си", "ве", "до", "пра", "сто", "гра", "бу", "ле", "ша", "тра",
    ];
    let mut left = number.wrapping_mul(2_654_435_761) % 65_521 + 4_096;
    let mut word = String::new();
    while left > 0 {
        word.push_str(SYLLABLES[usize::try_from(left % 16).unwrap_or(0)]);
        left /= 16;
    }
    word
}

/// The same texts in every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// Three to twelve words, low numbers far more often than high ones.
    fn text(&mut self) -> String {
        let count = 3 + self.throw(10);
        let words = (0..count).map(|_| {
            let most = 1 + self.throw(WORDS);
            word(self.throw(most))
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

async fn measure(what: &str, mut work: impl AsyncFnMut() -> Anything<()>) -> Anything<()> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        work().await?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let at = |percent: usize| milliseconds(times[(times.len() - 1) * percent / 100]);
    writeln!(
        stdout(),
        "{what:22} p50 {:6.1} ms   p99 {:6.1} ms",
        at(50),
        at(99)
    )?;
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
