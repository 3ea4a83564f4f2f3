//! The statements of a look. Lists go in as one JSON parameter each, so that a look has as many round trips for one
//! conversation as for two hundred.

use crate::sql::dialect::{Spelled, one_of_numbers, one_of_uuids};

/// A statement over a table that is given as JSON, `$1`: both spellings of the table between the same words.
macro_rules! over {
    ($before:expr, $name:literal($postgres:literal, $sqlite:literal), $after:expr) => {
        Spelled {
            postgres: concat!(
                $before,
                "jsonb_to_recordset($1::jsonb) as ",
                $name,
                " (",
                $postgres,
                ") ",
                $after
            ),
            sqlite: concat!(
                $before,
                "(select ",
                $sqlite,
                " from json_each($1)) ",
                $name,
                " ",
                $after
            ),
        }
    };
}

macro_rules! over_windows {
    ($before:expr, $after:expr) => {
        over!(
            $before,
            "w"(
                "conversation uuid, after_seq bigint, head bigint",
                "unhex(value ->> 'conversation') as conversation, value ->> 'after_seq' as after_seq,
                    value ->> 'head' as head"
            ),
            $after
        )
    };
}

pub(super) const MARK: Spelled = one_of_uuids!(
    "insert into notification_marks (conversation_id, seq) select id, -1 from conversations where id",
    "on conflict do nothing"
);

macro_rules! windows {
    ($these:literal, $lock:literal) => {
        concat!(
            "select n.conversation_id, n.seq, c.last_seq, c.kind, c.created_by
             from notification_marks n join conversations c on c.id = n.conversation_id
             where n.conversation_id ",
            $these,
            " and c.deleted_at is null and c.last_seq > n.seq
             order by n.conversation_id",
            $lock
        )
    };
}

/// Locked in the order of ids, so that two nodes never wait for each other. Sends do not take these locks.
pub(super) const WINDOWS: Spelled = Spelled {
    postgres: windows!("= any($1::uuid[])", " for update of n"),
    sqlite: windows!("in (select unhex(value) from json_each($1))", ""),
};

/// What lies within a window, by its index for each window. Left to itself Postgres would rather read a whole table
/// once than look up a hundred windows in it; there `lateral` with an end leaves it no choice.
macro_rules! within_windows {
    ($columns:literal, $table:literal, ($within:literal, $order:literal), $rest:literal) => {
        Spelled {
            postgres: concat!(
                "select ",
                $columns,
                " from jsonb_to_recordset($1::jsonb) as w (conversation uuid, after_seq bigint, head bigint)
                 join lateral (select * from ",
                $table,
                " it where ",
                $within,
                " ",
                $order,
                ") it on true ",
                $rest
            ),
            sqlite: concat!(
                "select ",
                $columns,
                " from (select unhex(value ->> 'conversation') as conversation,
                        value ->> 'after_seq' as after_seq, value ->> 'head' as head
                     from json_each($1)) w
                 join ",
                $table,
                " it on ",
                $within,
                " ",
                $rest
            ),
        }
    };
}

/// The first of a window, so that a look which is cut goes on where it stopped.
pub(super) const SPOKEN: Spelled = within_windows!(
    "it.conversation_id, it.seq, it.id, it.sender_id, it.kind, it.event, it.mentions, target.sender_id",
    "messages",
    (
        "it.conversation_id = w.conversation and it.seq > w.after_seq and it.seq <= w.head
        and it.deleted_at is null",
        "order by it.seq limit $2"
    ),
    "left join messages target on target.id = it.reply_to
     order by it.conversation_id, it.seq limit $2"
);

pub(super) const JOINED: Spelled = within_windows!(
    "it.conversation_id, it.user_id, it.joined_seq",
    "participants",
    (
        "it.conversation_id = w.conversation and it.changed_seq > w.after_seq
            and it.joined_seq > w.after_seq and it.joined_seq <= w.head and it.left_seq is null",
        "offset 0"
    ),
    ""
);

/// Where something was deleted since. Not `exists`: Postgres would rather read all messages that were ever deleted.
pub(super) const UNSAID: Spelled = over_windows!(
    "select w.conversation from ",
    "where (
        select m.id from messages m
        where m.conversation_id = w.conversation and m.changed_seq > w.after_seq and m.changed_seq <= w.head
            and m.deleted_at is not null limit 1) is not null"
);

/// Entries that have nothing left to show.
pub(super) const FORGET_UNSAID: Spelled = one_of_uuids!(
    "delete from notifications where not is_read and case kind
        when 'added' then false
        when 'message' then (
            select m.id from messages m
            where m.conversation_id = notifications.conversation_id and m.seq > (
                    select p.last_read_seq from participants p
                    where p.conversation_id = notifications.conversation_id
                        and p.user_id = notifications.user_id)
                and m.sender_id <> notifications.user_id and m.kind = 'text' and m.deleted_at is null
            limit 1) is null
        else (select m.deleted_at from messages m where m.id = notifications.message_id) is not null end
     and conversation_id",
    ""
);

/// Whoever has an unread entry of the conversation keeps that one.
pub(super) const INSERT_PLAIN: Spelled = over!(
    "insert into notifications (user_id, kind, conversation_id, created_at)
     select p.user_id, 'message', p.conversation_id, $2
     from ",
    "w"(
        "conversation uuid, newest bigint, newest_by bigint, by_others bigint",
        "unhex(value ->> 'conversation') as conversation, value ->> 'newest' as newest,
            value ->> 'newest_by' as newest_by, value ->> 'by_others' as by_others"
    ),
    "join participants p on p.conversation_id = w.conversation and p.left_seq is null
     left join notification_settings s on s.user_id = p.user_id
     where case when p.user_id = w.newest_by then w.by_others else w.newest end > p.last_read_seq
        and case when p.user_id = w.newest_by then w.by_others else w.newest end > p.joined_seq
        and coalesce(s.messages, true)
        and (p.muted_until is null or p.muted_until <= $2)
        and not exists (
            select 1 from notifications one
            where one.user_id = p.user_id and one.conversation_id = p.conversation_id
                and one.kind = 'message' and not one.is_read)
     on conflict do nothing
     returning id"
);

/// Being named pierces a mute, not the switch.
pub(super) const INSERT_DIRECT: Spelled = over!(
    "insert into notifications (user_id, kind, conversation_id, message_id, seq, created_at)
     select d.person, d.kind, d.conversation, d.message, d.seq,
        case when d.message is null then p.joined_at else $2 end
     from ",
    "d"(
        "person bigint, kind text, conversation uuid, message uuid, seq bigint",
        "value ->> 'person' as person, value ->> 'kind' as kind,
            unhex(value ->> 'conversation') as conversation, unhex(value ->> 'message') as message,
            value ->> 'seq' as seq"
    ),
    "join participants p
        on p.conversation_id = d.conversation and p.user_id = d.person and p.left_seq is null
     left join notification_settings s on s.user_id = p.user_id
     where coalesce(s.messages, true) and p.joined_seq <= d.seq
        and (d.message is null or p.last_read_seq < d.seq)
     on conflict do nothing
     returning id"
);

pub(super) const ADVANCE: Spelled = over_windows!(
    "update notification_marks set seq = w.head from ",
    "where notification_marks.conversation_id = w.conversation"
);

/// A conversation has one entry on a list: a new one takes the place of the one that was read.
pub(super) const REPLACE: Spelled = one_of_numbers!(
    "delete from notifications where kind = 'message' and is_read and (user_id, conversation_id) in (
        select user_id, conversation_id from notifications where kind = 'message' and id",
    ")"
);

/// Who has left meanwhile, and what was deleted meanwhile.
pub(super) const GONE: Spelled = one_of_numbers!(
    "delete from notifications where conversation_id is not null and not exists (
        select 1 from participants p join conversations c on c.id = p.conversation_id
        where p.conversation_id = notifications.conversation_id and p.user_id = notifications.user_id
            and p.left_seq is null and c.deleted_at is null)
     and id",
    ""
);

/// What its owner has read up to and nobody has marked as read; `$which` says which entries are looked at.
macro_rules! covered {
    ($which:literal) => {
        concat!(
            "not is_read and conversation_id is not null and ",
            $which,
            " and case kind
                when 'message' then (
                    select m.id from messages m
                    where m.conversation_id = notifications.conversation_id and m.seq > (
                            select p.last_read_seq from participants p
                            where p.conversation_id = notifications.conversation_id
                                and p.user_id = notifications.user_id)
                        and m.sender_id <> notifications.user_id and m.kind = 'text' and m.deleted_at is null
                    limit 1) is null
                when 'added' then $2
                else exists (
                    select 1 from participants p
                    where p.conversation_id = notifications.conversation_id
                        and p.user_id = notifications.user_id and p.last_read_seq >= notifications.seq) end"
        )
    };
}

macro_rules! read {
    () => {
        "update notifications set is_read = true, revision = revision + 1, read_seq = (
            select p.last_read_seq from participants p
            where p.conversation_id = notifications.conversation_id and p.user_id = notifications.user_id) "
    };
}

/// Marks them as read. Rows are locked in one order, so that two nodes that read the same never wait for each other in
/// a circle.
macro_rules! read_covered {
    ($postgres:literal, $sqlite:literal) => {
        Spelled {
            postgres: concat!(
                "with held as (select id from notifications where ",
                covered!($postgres),
                " order by id for update of notifications) ",
                read!(),
                "from held where notifications.id = held.id"
            ),
            sqlite: concat!(read!(), "where ", covered!($sqlite)),
        }
    };
}

pub(super) const COVERED: Spelled = read_covered!(
    "id = any($1::bigint[])",
    "id in (select value from json_each($1))"
);

pub(super) const COVERED_OF: Spelled = read_covered!(
    "(user_id, conversation_id) in (
        select person, conversation from jsonb_to_recordset($1::jsonb) as r (person bigint, conversation uuid))",
    "(user_id, conversation_id) in (
        select value ->> 'person', unhex(value ->> 'conversation') from json_each($1))"
);
