//! Conversations: making them once, and listing them.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use protocol::models::Conversation;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::contacts::shown_details;
use super::dialect::{Numbers, Spelled, Uuids, one_of_numbers, one_of_uuids};
use super::listing::newest_message;
use super::outbox::{self, Note};
use crate::Store;
use crate::error::{Result, StoreError};
use crate::pool::{Tx, on_pool, on_tx};
use crate::records::{Created, Heads, NewConversation};
use crate::rows::{ListedRow, conversation_columns};
use crate::screen::{Screening, Terms};

/// Times that a creation starts again because the conversation it met was deleted in between, or because of a
/// deadlock.
const CREATE_ATTEMPTS: u32 = 5;

/// `do nothing`: of many who make the same pair's or order's conversation at once, one wins and the others wait for
/// its commit and then see it.
const INSERT: &str = "insert into conversations (id, kind, title, description, created_by, created_at,
        service, service_id, direct_key, last_activity_at, search_text)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6, $10)
     on conflict do nothing";

const EXISTING: &str = "select id from conversations
     where deleted_at is null and (direct_key = $1 or (service = 'order' and $2 = 'order' and service_id = $3))
     order by number limit 1";

/// One statement, however many people: ten thousand round trips would take seconds.
const INSERT_PARTICIPANTS: Spelled = Spelled {
    postgres: "insert into participants (conversation_id, user_id, role, joined_at, joined_seq, changed_seq)
        select $2, user_id, case when user_id = $3 then 'admin' else 'member' end, $4, 0, 0
        from unnest($1::bigint[]) as everybody (user_id)",
    sqlite: "insert into participants (conversation_id, user_id, role, joined_at, joined_seq, changed_seq)
        select $2, value, case when value = $3 then 'admin' else 'member' end, $4, 0, 0
        from json_each($1)",
};

/// The newest message is found first (one step in the index on `(conversation_id, seq)`) and read by its id then.
pub(super) const ONE: &str = concat!(
    "select c.*, m.id as message_id, m.sender_id as message_sender, m.text as message_text,
        m.created_at as message_at
     from (select ",
    conversation_columns!(),
    ", ",
    newest_message!("c.id"),
    " as newest_id from conversations c where c.id = $1 and c.deleted_at is null) c
     left join messages m on m.id = c.newest_id"
);

const HEADS_OF_USERS: Spelled = one_of_numbers!(
    "select user_id, id, last_seq from (
         select p.user_id, c.id, c.last_seq, row_number() over (
             partition by p.user_id order by c.last_activity_at desc, c.number desc) as place
         from participants p join conversations c on c.id = p.conversation_id
         where p.left_seq is null and c.deleted_at is null and p.user_id",
    ") listed where place <= $2 order by user_id, place"
);

const HEADS: Spelled = one_of_uuids!("select id, last_seq from conversations where id", "");

impl Store {
    /// Makes a conversation, its creator the admin, or finds the one that the pair or the order has already, however
    /// many ask at once. A new one leaves an outbox row that names its participants. Where contact details are screened
    /// its title and its description may be masked.
    pub async fn create_conversation(&self, new: &NewConversation, now: Timestamp) -> Result<Created> {
        let mut attempt = 1;
        loop {
            match self.try_create(new, now).await {
                Ok(Some(created)) => return Ok(created),
                Ok(None) if attempt == CREATE_ATTEMPTS => return Err(StoreError::Taken("conversation")),
                Err(error) if attempt == CREATE_ATTEMPTS || !error.is_conflict() => return Err(error),
                Ok(None) | Err(_) => attempt += 1,
            }
        }
    }

    /// `None`: the conversation that was in the way is gone again.
    async fn try_create(&self, new: &NewConversation, now: Timestamp) -> Result<Option<Created>> {
        let mut tx = self.pools.begin().await?;
        let shown = self.shown(new);
        if let Some(shown) = &shown
            && insert(&mut tx, shown, now).await?
        {
            insert_participants(&mut tx, new, now).await?;
            let note = Note {
                users: &new.participants,
                ..Note::default()
            };
            let outbox = outbox::note(&mut tx, note, now).await?;
            tx.commit().await?;
            return Ok(Some(Created::New { id: new.id, outbox }));
        }
        let existing: Option<Uuid> = on_tx!(&mut tx, |connection| query_scalar(EXISTING)
            .bind(&new.direct_key)
            .bind(&new.service)
            .bind(&new.service_id)
            .fetch_optional(connection)
            .await)?;
        let existing = existing.map(|id| Created::Existing(ConversationId(id)));
        Ok(existing.or_else(|| shown.is_none().then_some(Created::Screened)))
    }

    /// A new conversation as the screen lets it be shown. `None`: it gives contact details away.
    fn shown<'a>(&self, new: &'a NewConversation) -> Option<Cow<'a, NewConversation>> {
        let terms = Terms {
            service: new.service.as_deref(),
            policy: None,
            screening: Screening::ByPolicy,
        };
        let Some(screen) = self.screen.as_ref().filter(|screen| screen.applies(&terms)) else {
            return Some(Cow::Borrowed(new));
        };
        let (title, description) =
            shown_details(screen.as_ref(), new.title.as_deref(), new.description.as_deref())?;
        Some(Cow::Owned(NewConversation {
            title,
            description,
            ..new.clone()
        }))
    }

    /// With its newest message and its participants. `None` when unknown or deleted.
    pub async fn conversation(&self, id: ConversationId) -> Result<Option<Conversation>> {
        let row: Option<ListedRow> = on_pool!(&self.pools.read, |pool| query_as(ONE)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(Conversation {
            participants: Some(self.participants(id).await?),
            ..row.into()
        }))
    }

    /// The conversations that a person is in, newest activity first, each with its newest `seq`: one statement, so
    /// each head is one at which the person was a participant.
    pub async fn heads_of(&self, user: UserId, limit: i64) -> Result<Vec<(ConversationId, Seq)>> {
        let mut heads = self.heads_of_users(&[user], limit).await?;
        Ok(heads.remove(&user).unwrap_or_default())
    }

    /// [`Store::heads_of`] of many people, by one statement; who is in nothing is left out.
    pub async fn heads_of_users(&self, users: &[UserId], limit: i64) -> Result<HashMap<UserId, Heads>> {
        let users = users.iter().map(|user| user.0).collect();
        let rows: Vec<(i64, Uuid, i64)> = on_pool!(&self.pools.read, |pool| query_as(
            HEADS_OF_USERS.on(&self.pools.read)
        )
        .bind(Numbers(users))
        .bind(limit.max(0))
        .fetch_all(pool)
        .await)?;
        let mut heads: HashMap<UserId, Heads> = HashMap::new();
        for (user, id, seq) in rows {
            let listed = heads.entry(UserId(user)).or_default();
            listed.push((ConversationId(id), Seq(seq)));
        }
        Ok(heads)
    }

    /// The newest `seq` of each, deleted ones too; those that never existed are left out. In no order.
    pub async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>> {
        let ids = conversations.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, i64)> = on_pool!(&self.pools.read, |pool| query_as(HEADS.on(&self.pools.read))
            .bind(Uuids(ids))
            .fetch_all(pool)
            .await)?;
        Ok(rows
            .into_iter()
            .map(|(id, seq)| (ConversationId(id), Seq(seq)))
            .collect())
    }
}

/// What the list's search looks into.
pub(super) fn search_text(title: Option<&str>) -> String {
    title.unwrap_or_default().to_lowercase()
}

async fn insert(tx: &mut Tx, new: &NewConversation, now: Timestamp) -> Result<bool> {
    let now: DateTime<Utc> = now.utc();
    let inserted = on_tx!(tx, |connection| query(INSERT)
        .bind(new.id.0)
        .bind(new.kind.as_str())
        .bind(&new.title)
        .bind(&new.description)
        .bind(new.created_by.0)
        .bind(now)
        .bind(&new.service)
        .bind(&new.service_id)
        .bind(&new.direct_key)
        .bind(search_text(new.title.as_deref()))
        .execute(connection)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(inserted == 1)
}

async fn insert_participants(tx: &mut Tx, new: &NewConversation, now: Timestamp) -> Result<()> {
    let everybody = new.participants.iter().map(|user| user.0).collect();
    let sql = INSERT_PARTICIPANTS.within(tx);
    on_tx!(tx, |connection| query(sql)
        .bind(Numbers(everybody))
        .bind(new.id.0)
        .bind(new.created_by.0)
        .bind(now.utc())
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}
