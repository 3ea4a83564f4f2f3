//! Conversations as the clients list them that speak integers: rooms, chats. A list is a constant number of
//! statements, however long it is.

use std::collections::HashMap;

use protocol::models::Conversation;
use protocol::{ConversationId, UserId};
use sqlx::{FromRow, query, query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Spelled, Uuids, one_of_uuids};
use super::reading::{is_hidden, unread_count};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Members, RoomOrder, Window};
use crate::rows::{ConversationRow, conversation_columns};

macro_rules! of_user {
    () => {
        " from participants p join conversations c on c.id = p.conversation_id
         where p.user_id = $1 and p.left_seq is null and c.deleted_at is null"
    };
}

macro_rules! listed {
    () => {
        concat!(of_user!(), " and not ", is_hidden!())
    };
}

macro_rules! rooms {
    ($which:expr) => {
        concat!(
            "select ",
            conversation_columns!(),
            ", ",
            unread_count!(),
            " as unread_count",
            $which
        )
    };
}

const BY_CREATION: &str = rooms!(concat!(
    listed!(),
    " order by c.created_at desc, c.number desc limit $2 offset $3"
));

const BY_ACTIVITY: &str = rooms!(concat!(
    listed!(),
    " order by c.last_activity_at desc, c.number desc limit $2 offset $3"
));

const ONE: &str = rooms!(concat!(of_user!(), " and c.id = $2"));

const COUNT: &str = concat!("select count(*)", listed!());

const MEMBERS: Spelled = one_of_uuids!(
    "select conversation_id, user_id, everybody from (
        select conversation_id, user_id, count(*) over (partition by conversation_id) as everybody,
            row_number() over (partition by conversation_id order by joined_seq, user_id) as place
        from participants where left_seq is null and conversation_id",
    ") members where place <= $2 order by conversation_id, place"
);

const NUMBERS: Spelled = one_of_uuids!("select id, number from conversations where id", "");

const IS_OPEN: &str = "update conversations set is_open = $2 where id = $1 and deleted_at is null";

#[derive(FromRow)]
struct RoomRow {
    #[sqlx(flatten)]
    conversation: ConversationRow,
    unread_count: i64,
}

impl From<RoomRow> for Conversation {
    fn from(row: RoomRow) -> Self {
        Self {
            unread_count: Some(row.unread_count),
            ..row.conversation.into()
        }
    }
}

impl Store {
    /// A part of a person's conversations but for those that they have hidden, each with its `unread_count`, without messages and people.
    pub async fn rooms_of(
        &self,
        user: UserId,
        order: RoomOrder,
        window: Window,
    ) -> Result<Vec<Conversation>> {
        let sql = match order {
            RoomOrder::Creation => BY_CREATION,
            RoomOrder::Activity => BY_ACTIVITY,
        };
        let rows: Vec<RoomRow> = on_pool!(&self.pools.read, |pool| query_as(sql)
            .bind(user.0)
            .bind(window.limit.max(0))
            .bind(window.offset.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(Conversation::from).collect())
    }

    /// One of them. `None`: the person is not in it, or there is no such conversation.
    pub async fn room_of(&self, user: UserId, id: ConversationId) -> Result<Option<Conversation>> {
        let row: Option<RoomRow> = on_pool!(&self.pools.read, |pool| query_as(ONE)
            .bind(user.0)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(Conversation::from))
    }

    /// How many they are.
    pub async fn room_count(&self, user: UserId) -> Result<i64> {
        Ok(on_pool!(&self.pools.read, |pool| query_scalar(COUNT)
            .bind(user.0)
            .fetch_one(pool)
            .await)?)
    }

    /// Who is in each of these, `most` named of each at most. What nobody is in is left out.
    pub async fn members_of(
        &self,
        conversations: &[ConversationId],
        most: i64,
    ) -> Result<HashMap<ConversationId, Members>> {
        let ids = conversations.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, i64, i64)> =
            on_pool!(&self.pools.read, |pool| query_as(MEMBERS.on(&self.pools.read))
                .bind(Uuids(ids))
                .bind(most.max(0))
                .fetch_all(pool)
                .await)?;
        let mut members: HashMap<_, Members> = HashMap::new();
        for (id, user, everybody) in rows {
            let of_one = members.entry(ConversationId(id)).or_default();
            of_one.count = everybody;
            of_one.first.push(UserId(user));
        }
        Ok(members)
    }

    /// The integer of each of these that exists.
    pub async fn numbers_of(&self, conversations: &[ConversationId]) -> Result<HashMap<ConversationId, i64>> {
        let ids = conversations.iter().map(|id| id.0).collect();
        let rows: Vec<(Uuid, i64)> =
            on_pool!(&self.pools.read, |pool| query_as(NUMBERS.on(&self.pools.read))
                .bind(Uuids(ids))
                .fetch_all(pool)
                .await)?;
        Ok(rows
            .into_iter()
            .map(|(id, number)| (ConversationId(id), number))
            .collect())
    }

    /// Says whether anybody may join a group by themself.
    pub async fn set_open(&self, conversation: ConversationId, is_open: bool) -> Result<()> {
        on_pool!(&self.pools.write, |pool| query(IS_OPEN)
            .bind(conversation.0)
            .bind(is_open)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }
}
