//! A person's list of conversations: two statements, however many there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use protocol::limits::LISTED_CONVERSATIONS;
use protocol::models::{Conversation, ConversationType, MyState, Participant, Person};
use protocol::{ConversationId, Seq, Timestamp, UserId};
use sqlx::{FromRow, query_as};
use uuid::Uuid;

use super::dialect::{Spelled, Uuids};
use super::reading::{is_hidden, unread, unread_count};
use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;
use crate::records::{ListPage, ListPlace, Listing};
use crate::rows::{ListedRow, ParticipantRow, conversation_columns, participant_columns};

/// The id of the newest message of `$conversation` that is not deleted: one step in the index on
/// `(conversation_id, seq)`.
macro_rules! newest_message {
    ($conversation:literal) => {
        concat!(
            "(select newest.id from messages newest where newest.conversation_id = ",
            $conversation,
            " and newest.deleted_at is null order by newest.seq desc limit 1)"
        )
    };
}

/// People of a group that the list shows.
macro_rules! heads_shown {
    () => {
        5
    };
}

pub(super) use {heads_shown, newest_message};

/// 1 for what comes first.
macro_rules! is_first {
    () => {
        "cast(case when p.pinned_at is null then 0 else 1 end as bigint)"
    };
}

/// The newest message of each row of the page. Postgres has it from one look at the table.
macro_rules! newest_on_postgres {
    () => {
        "left join lateral (select newest.id, newest.sender_id, newest.text, newest.created_at from messages newest
             where newest.conversation_id = p.id and newest.deleted_at is null order by newest.seq desc limit 1) m on true"
    };
}

/// The same for SQLite, which looks its id up first.
macro_rules! newest_on_sqlite {
    () => {
        concat!("left join messages m on m.id = ", newest_message!("p.id"))
    };
}

/// What of a page's row goes out as it is. Not what only finds the other person: that would be looked up once more to be
/// shown.
macro_rules! page_columns {
    () => {
        "p.number, p.id, p.kind, p.title, p.description, p.created_by, p.created_at, p.service, p.service_id, \
         p.last_seq, p.link, p.last_activity_at, p.last_read_seq, p.is_marked_unread, p.is_pinned, p.muted_until"
    };
}

/// `$1`: whose list, `$2`: how many at most; `$where` begins with "and". The page is cut first; what costs a step for
/// each row is done for the rows of the page alone. `$newest` joins the newest message as `m`.
macro_rules! listed {
    ($newest:expr, $where:expr) => {
        concat!(
            "select ",
            page_columns!(),
            ", case when p.last_seq > p.last_read_seq then ",
            unread_count!(),
            " else 0 end as unread_count, ",
            is_hidden!(),
            " as is_hidden, m.id as message_id, m.sender_id as message_sender, m.text as message_text,
                m.created_at as message_at, u.id as other_id, u.username as other_username,
                u.first_name as other_first_name, u.last_name as other_last_name, u.avatar as other_avatar,
                u.is_online as other_is_online, u.last_seen as other_last_seen
             from (select page.*,
                (select others.user_id from participants others
                 where page.kind = 'private' and others.conversation_id = page.id
                     and others.user_id <> page.user_id and others.left_seq is null
                 order by others.user_id limit 1) as other_id
                from (select ",
            conversation_columns!(),
            ", c.last_activity_at, ",
            is_first!(),
            " as is_first, p.conversation_id, p.user_id, p.last_read_seq, p.is_marked_unread, p.hidden_seq,
                    p.pinned_at is not null as is_pinned, p.muted_until
                 from participants p join conversations c on c.id = p.conversation_id
                 where p.user_id = $1 and p.left_seq is null and c.deleted_at is null ",
            $where,
            " order by is_first desc, c.last_activity_at desc, c.number desc limit $2) page
             ) p ",
            $newest,
            " left join users u on u.id = p.other_id
             order by p.is_first desc, p.last_activity_at desc, p.number desc"
        )
    };
}

macro_rules! page {
    ($newest:expr, $position:literal) => {
        listed!(
            $newest,
            concat!(
                "and ",
                is_hidden!(),
                " = $3 and ($4 is null or (p.is_marked_unread or exists (select 1 ",
                unread!(),
                ")) = $4)
                 and ($5 is null or c.kind = $5)
                 and ($6 is null or (",
                is_first!(),
                ", c.last_activity_at, c.number) < ($6, $7, $8))
                 and ($9 is null
                     or ",
                $position,
                "(coalesce(c.search_text, lower(c.title), ''), $9) > 0
                     or c.kind = 'private' and exists (
                         select 1 from participants others join users u on u.id = others.user_id
                         where others.conversation_id = c.id and others.user_id <> p.user_id
                             and others.left_seq is null and ",
                $position,
                "(replace(u.search_text, '\n', ' '), $9) > 0))"
            )
        )
    };
}

const PAGE: Spelled = Spelled {
    postgres: page!(newest_on_postgres!(), "strpos"),
    sqlite: page!(newest_on_sqlite!(), "instr"),
};

const ONE_OF_MINE: Spelled = Spelled {
    postgres: listed!(newest_on_postgres!(), "and c.id = $3"),
    sqlite: listed!(newest_on_sqlite!(), "and c.id = $3"),
};

/// Postgres steps to the first few of each in the index; SQLite cannot, and reads the small groups it has.
const HEADS: Spelled = Spelled {
    postgres: concat!(
        "select heads.* from unnest($1::uuid[]) as listed (id) cross join lateral (select p.conversation_id, ",
        participant_columns!(),
        " from participants p join users u on u.id = p.user_id
         where p.conversation_id = listed.id and p.left_seq is null
         order by p.joined_seq, p.user_id limit ",
        heads_shown!(),
        ") heads order by heads.conversation_id, heads.joined_seq, heads.user_id"
    ),
    sqlite: concat!(
        "select p.conversation_id, ",
        participant_columns!(),
        " from (select *, row_number() over (
                    partition by conversation_id order by joined_seq, user_id) as place
                from participants
                where left_seq is null and conversation_id in (select unhex(value) from json_each($1))) p
         join users u on u.id = p.user_id
         where p.place <= ",
        heads_shown!(),
        " order by p.conversation_id, p.joined_seq, p.user_id"
    ),
};

/// A conversation as one person has it.
#[derive(FromRow)]
struct MyRow {
    #[sqlx(flatten)]
    listed: ListedRow,
    last_activity_at: DateTime<Utc>,
    last_read_seq: i64,
    is_marked_unread: bool,
    is_hidden: bool,
    is_pinned: bool,
    muted_until: Option<DateTime<Utc>>,
    unread_count: i64,
    other_id: Option<i64>,
    other_username: Option<String>,
    other_first_name: Option<String>,
    other_last_name: Option<String>,
    other_avatar: Option<String>,
    other_is_online: Option<bool>,
    other_last_seen: Option<DateTime<Utc>>,
}

impl MyRow {
    fn place(&self) -> ListPlace {
        ListPlace {
            is_pinned: self.is_pinned,
            active_at: self.last_activity_at.into(),
            number: self.listed.conversation.number,
        }
    }
}

impl From<MyRow> for Conversation {
    fn from(row: MyRow) -> Self {
        let other_user = row.other_id.map(|id| Person {
            id: UserId(id),
            username: row.other_username.unwrap_or_default(),
            first_name: row.other_first_name.unwrap_or_default(),
            last_name: row.other_last_name.unwrap_or_default(),
            avatar: row.other_avatar.unwrap_or_default(),
            is_online: row.other_is_online.unwrap_or_default(),
            last_seen: row.other_last_seen.map(Timestamp::from),
        });
        let my = MyState {
            last_read_seq: Seq(row.last_read_seq),
            is_marked_unread: row.is_marked_unread,
            is_hidden: row.is_hidden,
            is_pinned: row.is_pinned,
            muted_until: row.muted_until.map(Timestamp::from),
        };
        Self {
            unread_count: Some(row.unread_count),
            my: Some(my),
            other_user,
            ..row.listed.into()
        }
    }
}

#[derive(FromRow)]
struct HeadRow {
    conversation_id: Uuid,
    #[sqlx(flatten)]
    participant: ParticipantRow,
}

impl Store {
    /// A page of a person's list: the pinned first, then by newest activity. Each with its newest message, what of it
    /// is unread, the other side of a private one and the first five of a group. Two statements, however many there
    /// are; a thousand rows at most.
    pub async fn list(&self, user: UserId, listing: &Listing) -> Result<ListPage> {
        let limit = listing.limit.clamp(0, LISTED_CONVERSATIONS);
        // Postgres cannot hold NUL: nothing is called that.
        if listing.search.as_deref().is_some_and(|text| text.contains('\0')) {
            return Ok(ListPage {
                conversations: Vec::new(),
                next: None,
            });
        }
        let after = listing.after;
        let mut rows: Vec<MyRow> = on_pool!(&self.pools.read, |pool| query_as(PAGE.on(&self.pools.read))
            .bind(user.0)
            .bind(limit + 1)
            .bind(listing.is_hidden)
            .bind(listing.is_unread)
            .bind(listing.kind.map(ConversationType::as_str))
            .bind(after.map(|place| i64::from(place.is_pinned)))
            .bind(after.map(|place| place.active_at.utc()))
            .bind(after.map(|place| place.number))
            .bind(listing.search.as_ref().map(|text| text.to_lowercase()))
            .fetch_all(pool)
            .await)?;
        let has_more = i64::try_from(rows.len()).is_ok_and(|found| found > limit);
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next = rows.last().filter(|_| has_more).map(MyRow::place);
        let mut conversations: Vec<_> = rows.into_iter().map(Conversation::from).collect();
        self.show_heads(&mut conversations).await?;
        Ok(ListPage { conversations, next })
    }

    /// One conversation as a person in it has it, with everybody in it. `None`: they are not, or there is no such
    /// conversation.
    pub async fn my_conversation(&self, id: ConversationId, user: UserId) -> Result<Option<Conversation>> {
        let row: Option<MyRow> = on_pool!(&self.pools.read, |pool| query_as(
            ONE_OF_MINE.on(&self.pools.read)
        )
        .bind(user.0)
        .bind(1_i64)
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

    async fn show_heads(&self, conversations: &mut [Conversation]) -> Result<()> {
        let groups = conversations
            .iter()
            .filter(|listed| listed.kind == ConversationType::Group);
        let ids: Vec<_> = groups.map(|group| group.id.0).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let rows: Vec<HeadRow> = on_pool!(&self.pools.read, |pool| query_as(HEADS.on(&self.pools.read))
            .bind(Uuids(ids))
            .fetch_all(pool)
            .await)?;
        let mut heads: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let of_one = heads.entry(ConversationId(row.conversation_id)).or_default();
            of_one.push(Participant::from(row.participant));
        }
        for conversation in conversations {
            conversation.participants_head = heads.remove(&conversation.id).unwrap_or_default();
        }
        Ok(())
    }
}
