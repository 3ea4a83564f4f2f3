//! What lists read of presence: `is_online` and `last_seen` of people, and who is to hear of a change. The truth is on
//! the bus; moments are those of its clock.

use chrono::{DateTime, Utc};
use protocol::frames::PersonPresence;
use protocol::{ConversationId, Timestamp, UserId};
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use super::dialect::{Moments, Numbers, Spelled, one_of_numbers};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{Edge, User};
use crate::rows::{UserRow, user_columns};

macro_rules! note {
    ($edges:literal) => {
        concat!(
            "update users set is_online = edges.is_online, last_seen = edges.moment from ",
            $edges,
            " edges
             where users.id = edges.id and users.is_online <> edges.is_online
                 and (users.last_seen is null or users.last_seen <= edges.moment)
             returning users.id, users.is_online, users.last_seen"
        )
    };
}

const NOTE: Spelled = Spelled {
    postgres: note!(
        "(select id, online = 1 as is_online, moment
         from unnest($1::bigint[], $2::bigint[], $3::timestamptz[]) as lists (id, online, moment))"
    ),
    sqlite: note!(
        "(select ids.value as id, online.value as is_online, moments.value as moment
         from json_each($1) ids
         join json_each($2) online on online.key = ids.key
         join json_each($3) moments on moments.key = ids.key)"
    ),
};

const ONLINE: &str = concat!(
    "select ",
    user_columns!(),
    " from users where is_online order by id limit $1"
);

const ONLINE_IDS: &str = "select id from users where is_online and id > $1 order by id limit $2";

const OFFLINE_AMONG: Spelled =
    one_of_numbers!("select id from users where not is_online and id", "order by id");

/// Counted no further than the limit.
const AUDIENCE: Spelled = one_of_numbers!(
    "select p.user_id, p.conversation_id from participants p join conversations c on c.id = p.conversation_id
     where p.left_seq is null and c.deleted_at is null
         and (select count(*) from (select 1 from participants o
             where o.conversation_id = p.conversation_id and o.left_seq is null limit $2) counted) < $2
         and p.user_id",
    "order by p.user_id"
);

impl Store {
    /// Notes edges, at most one a person. An edge changes nothing if the person is known to be so, or if it is older
    /// than what is known. Answers the people who are known to be otherwise by this, as they are now.
    pub async fn note_presence(&self, edges: &[Edge]) -> Result<Vec<PersonPresence>> {
        let ids = edges.iter().map(|edge| edge.user.0).collect();
        let online = edges.iter().map(|edge| i64::from(edge.is_online)).collect();
        let moments = edges.iter().map(|edge| edge.at.utc()).collect();
        let rows: Vec<(i64, bool, Option<DateTime<Utc>>)> =
            on_pool!(&self.pools.write, |pool| query_as(NOTE.on(&self.pools.write))
                .bind(Numbers(ids))
                .bind(Numbers(online))
                .bind(Moments(moments))
                .fetch_all(pool)
                .await)?;
        let people = rows.into_iter().map(|(id, is_online, last_seen)| PersonPresence {
            user_id: UserId(id),
            is_online,
            last_seen: last_seen.map(Timestamp::from),
        });
        Ok(people.collect())
    }

    /// Who is online, by id.
    pub async fn online_users(&self, limit: i64) -> Result<Vec<User>> {
        let rows: Vec<UserRow> = on_pool!(&self.pools.read, |pool| query_as(ONLINE)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// The ids of those who are said to be online, ascending, above `after`.
    pub async fn online_after(&self, after: UserId, limit: i64) -> Result<Vec<UserId>> {
        let ids: Vec<i64> = on_pool!(&self.pools.read, |pool| query_scalar(ONLINE_IDS)
            .bind(after.0)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    /// Those of these people who are said to be offline, by id.
    pub async fn offline_among(&self, users: &[UserId]) -> Result<Vec<UserId>> {
        let users = users.iter().map(|user| user.0).collect();
        let ids: Vec<i64> = on_pool!(&self.pools.read, |pool| query_scalar(
            OFFLINE_AMONG.on(&self.pools.read)
        )
        .bind(Numbers(users))
        .fetch_all(pool)
        .await)?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    /// The conversations that these people are in, each with at most `people_max` people, by person.
    pub async fn audience(&self, users: &[UserId], people_max: i64) -> Result<Vec<(UserId, ConversationId)>> {
        let users = users.iter().map(|user| user.0).collect();
        let rows: Vec<(i64, Uuid)> =
            on_pool!(&self.pools.read, |pool| query_as(AUDIENCE.on(&self.pools.read))
                .bind(Numbers(users))
                .bind(people_max.saturating_add(1))
                .fetch_all(pool)
                .await)?;
        let pairs = rows.into_iter();
        Ok(pairs
            .map(|(user, conversation)| (UserId(user), ConversationId(conversation)))
            .collect())
    }
}
