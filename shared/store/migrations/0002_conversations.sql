-- Conversations, who is in them, and what was said. Every durable change of a conversation takes the next number of
-- `conversations.last_seq` under that row's lock; rows keep the number of their birth and of their newest change.

create table conversations (
    -- For clients that speak integers.
    number @ascending_primary_key,
    id uuid not null unique,
    kind text not null check (kind in ('private', 'group')),
    title text,
    description text,
    created_by bigint not null references users (id),
    created_at timestamptz not null,
    service text,
    service_id text,
    -- The same for both sides of a private pair. Null for groups, and again once deleted: the pair may start anew.
    direct_key text unique,
    -- The newest change's number; the creation itself takes none.
    last_seq bigint not null default 0,
    -- The number of the newest change of this row itself (title, description, deletion); 0: none yet.
    changed_seq bigint not null default 0,
    -- `created_at` of the newest message: the next one must be later, whatever the nodes' clocks say.
    last_message_at timestamptz,
    -- The order of people's lists.
    last_activity_at timestamptz not null,
    deleted_at timestamptz
);

-- One conversation an order, among those that are not deleted.
create unique index conversations_order on conversations (service_id)
    where service = 'order' and deleted_at is null;

create table participants (
    conversation_id uuid not null references conversations (id),
    user_id bigint not null references users (id),
    role text not null check (role in ('admin', 'member')),
    joined_at timestamptz not null,
    -- The change by which they joined, 0 for those who were in it from the start. A rejoin renews it.
    joined_seq bigint not null,
    -- The change by which they left, the last one they see; null: they are in it.
    left_seq bigint,
    -- The newest change of this row.
    changed_seq bigint not null,
    -- Everything up to here is read.
    last_read_seq bigint not null default 0,
    primary key (conversation_id, user_id)
);

-- "My conversations".
create index participants_user on participants (user_id);
-- "Everything after N".
create index participants_changes on participants (conversation_id, changed_seq);

create table messages (
    -- For clients that speak integers.
    number @ascending_primary_key,
    id uuid not null unique,
    conversation_id uuid not null references conversations (id),
    seq bigint not null,
    -- No foreign key: the participant's row, which has one, is read in the same transaction that inserts this.
    sender_id bigint not null,
    -- Null once deleted.
    text text,
    -- No foreign key, as above: the target is looked up in the same transaction, and rows are never deleted.
    reply_to uuid,
    changed_seq bigint not null,
    -- The name that the sender's client gave it: a repeated send finds the first one by it.
    client_id text,
    is_edited boolean not null default false,
    edited_at timestamptz,
    deleted_at timestamptz,
    created_at timestamptz not null,
    unique (conversation_id, seq),
    unique (sender_id, client_id)
);

-- "Everything after N".
create index messages_changes on messages (conversation_id, changed_seq);

create table attachments (
    id @ascending_primary_key,
    message_id uuid not null references messages (id),
    file_url text not null,
    file_type text not null check (file_type in ('image', 'video', 'file')),
    file_size bigint not null,
    created_at timestamptz not null
);

create index attachments_message on attachments (message_id);
