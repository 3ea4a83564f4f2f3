-- What people are told beside the conversations themselves, and what the installation counts about itself.
--
-- No foreign keys to conversations, messages and users: rows there are never deleted, and the check would wait for the
-- conversation's lock, which sends hold.

create table notifications (
    id @ascending_primary_key,
    user_id bigint not null,
    -- message, mention, reply, added; or a word of the host's own.
    kind text not null,
    -- Null for what the host says.
    conversation_id uuid,
    -- The one message that a mention or a reply is about. An entry of kind `message` is about the newest one, whatever
    -- that is when the list is read: a busy conversation writes nothing here.
    message_id uuid,
    -- The change that a mention, a reply or an `added` is about.
    seq bigint,
    -- What the host says; null for what is about a conversation: that is worded when it is read.
    type_display text,
    title text,
    message text,
    related_object_id bigint,
    related_object_type text,
    data @json,
    is_read boolean not null default false,
    -- How far the conversation had come when the entry was read: it shows nothing newer.
    read_seq bigint,
    -- Counts the changes of `is_read`: two readings of a list with the same sum saw the same.
    revision bigint not null default 0,
    created_at timestamptz not null
);

-- One unread entry for each person and conversation.
create unique index notifications_one on notifications (user_id, conversation_id)
    where kind = 'message' and not is_read;
-- A message names a person once.
create unique index notifications_named on notifications (user_id, message_id) where message_id is not null;
-- "My newest."
create index notifications_user on notifications (user_id, id);
-- "How many are unread?", and "I have read this conversation".
create index notifications_unread on notifications (user_id, conversation_id) where not is_read;
-- The end of a conversation.
create index notifications_conversation on notifications (conversation_id) where conversation_id is not null;

create table notification_settings (
    user_id bigint primary key,
    order_confirmation boolean not null,
    claims boolean not null,
    messages boolean not null,
    balance_top_up boolean not null,
    bids boolean not null,
    system_updates boolean not null
);

-- Up to which change of a conversation everybody who had to be notified has been. No row: not even its creation.
create table notification_marks (
    conversation_id uuid primary key,
    seq bigint not null
);

-- What was said before there were notifications is no news.
insert into notification_marks (conversation_id, seq) select id, last_seq from conversations;

-- One row: how far the messages have been looked through, for conversations whose notifications a killed node still
-- owed, and to count them.
create table message_sweep (
    id integer primary key check (id = 1),
    -- Up to this `messages.number` all is done.
    done bigint not null,
    -- The newest number at the last look: by the next look every commit up to it has ended.
    seen bigint not null,
    swept_at timestamptz not null
);

insert into message_sweep (id, done, seen, swept_at) values (1, 0, 0, '1970-01-01T00:00:00+00:00');

-- Messages that people sent, by the hour in UTC, up to `message_sweep.done`.
create table message_counts (
    -- `2026-01-31T09`
    hour text primary key,
    messages bigint not null
);

-- One row: the figures as they were counted last, for every node to show the same.
create table figures (
    id integer primary key check (id = 1),
    counted_at timestamptz not null,
    figures @json not null
);
