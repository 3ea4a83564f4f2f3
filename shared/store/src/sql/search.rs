//! Search in the messages of the conversations that a person is in.
//!
//! Postgres finds whole words in all their forms (its Russian configuration stems Latin words as English), and where
//! these do not fill the page, texts that contain the search as it is written, by trigrams. SQLite has trigrams alone.

use protocol::models::Message;
use protocol::{Timestamp, UserId, limits};
use sqlx::{query, query_as};

use super::dialect::Spelled;
use crate::Store;
use crate::error::Result;
use crate::pool::{Pool, on_pool};
use crate::records::Search;
use crate::rows::{MessageRow, message_columns};

/// `$3` and what follows it, of a message `$m`; only texts are in the indexes.
macro_rules! wanted {
    ($m:literal) => {
        concat!(
            $m,
            ".kind = 'text' and ",
            $m,
            ".deleted_at is null
             and ($3 is null or ",
            $m,
            ".sender_id = $3) and ($4 is null or ",
            $m,
            ".created_at >= $4) and ($5 is null or ",
            $m,
            ".created_at <= $5)
             and ($6 is null or (",
            $m,
            ".attachments <> '[]') = $6) and ($7 is null or ",
            $m,
            ".number < $7)"
        )
    };
}

/// The conversations are one parameter of one step in the index, however many they are. Each level is materialised so
/// that it is read by its index: the planner knows neither how many conversations there are nor how rare a word is.
const FOUND: Spelled = Spelled {
    postgres: concat!(
        "with mine as materialized (
            select array_agg(conversation_id) as ids from (
                select p.conversation_id from participants p join conversations c on c.id = p.conversation_id
                where p.user_id = $1 and p.left_seq is null and c.deleted_at is null and ($2 is null or c.id = $2)
                order by c.last_activity_at desc limit $9) newest
         ), words as materialized (
            select m.number from messages m
            where array[m.conversation_id] && (select ids from mine)
                and to_tsvector('russian', m.text) @@ websearch_to_tsquery('russian', $10) and ",
        wanted!("m"),
        " order by m.number desc limit $8
         ), parts as materialized (
            select m.number from messages m
            where array[m.conversation_id] && (select ids from mine)
                and left(m.text, 2000) ilike $11 and (select count(*) from words) < $8 and ",
        wanted!("m"),
        " order by m.number desc limit $8
         )
         select ",
        message_columns!(),
        " from messages where number in (select number from words union all select number from parts)
         order by number desc limit $8"
    ),
    sqlite: concat!(
        "select ",
        message_columns!(),
        " from messages where number in (
            select f.rowid from message_search f join messages m on m.number = f.rowid
            where f.text match $10 and m.conversation_id in (
                select p.conversation_id from participants p join conversations c on c.id = p.conversation_id
                where p.user_id = $1 and p.left_seq is null and c.deleted_at is null and ($2 is null or c.id = $2)
                order by c.last_activity_at desc limit $9) and ",
        wanted!("m"),
        " order by f.rowid desc limit $8)
         order by number desc"
    ),
};

/// What was said lately waits outside the index, and every search reads it through: this takes it in. Postgres would
/// else do so within the send that fills the waiting list, which would wait for it.
const TAKE_IN: [&str; 2] = [
    "select gin_clean_pending_list('messages_words')",
    "select gin_clean_pending_list('messages_parts')",
];

impl Store {
    /// The newest messages that a person may read now and that say this, newest first; deleted ones never, changed ones
    /// by their new text. A thousand conversations are looked into, those with the newest activity.
    pub async fn search_messages(&self, user: UserId, search: &Search, limit: i64) -> Result<Vec<Message>> {
        let (text, part) = match &self.pools.read {
            Pool::Postgres(_) => (search.text.clone(), pattern(&search.text)),
            Pool::Sqlite(_) => (phrases(&search.text), String::new()),
        };
        let rows: Vec<MessageRow> = on_pool!(&self.pools.read, |pool| query_as(FOUND.on(&self.pools.read))
            .bind(user.0)
            .bind(search.conversation.map(|id| id.0))
            .bind(search.sender.map(|id| id.0))
            .bind(search.from.map(Timestamp::utc))
            .bind(search.to.map(Timestamp::utc))
            .bind(search.has_file)
            .bind(search.below)
            .bind(limit.max(0))
            .bind(limits::SEARCH_CONVERSATIONS)
            .bind(&text)
            .bind(&part)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Message::from).collect())
    }

    /// Takes what was said lately into the indexes of the search. Nothing to do on SQLite. Any number of nodes may.
    pub async fn tidy_search(&self) -> Result<()> {
        if let Pool::Postgres(pool) = &self.pools.write {
            for sql in TAKE_IN {
                query(sql).execute(pool).await?;
            }
        }
        Ok(())
    }
}

/// Postgres' pattern for "contains this".
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

/// SQLite's query for "contains this, or each of its words": words of one or two letters are not in its index, and
/// with one of them only the whole is looked for.
fn phrases(text: &str) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let whole = quoted(text);
    let words: Vec<_> = text.split_whitespace().collect();
    let are_long = words
        .iter()
        .all(|word| word.chars().count() >= limits::SEARCH_CHARS_MIN);
    if words.len() < 2 || !are_long {
        return whole;
    }
    let each: Vec<_> = words.into_iter().map(quoted).collect();
    format!("{whole} OR ({})", each.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_of_patterns_and_queries_are_taken_literally() {
        assert_eq!(pattern(r"50%_\"), r"%50\%\_\\%");
        assert_eq!(phrases(r#"a"b c"#), r#""a""b c""#);
        assert_eq!(
            phrases("привет всем"),
            r#""привет всем" OR ("привет" AND "всем")"#
        );
    }
}
