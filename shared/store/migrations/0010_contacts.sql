-- Messages that wait for an administrator because they seem to hold contact details. They are no messages: they have
-- no `seq`, and nobody but administrators sees them.
create table held_messages (
    id uuid primary key,
    conversation_id uuid not null references conversations (id),
    sender_id bigint not null references users (id),
    -- The sender's name for the send, or the id: so that neither a retry nor a second approval makes two messages.
    client_id text not null,
    -- The message as it would have been stored.
    message @json not null,
    held_at timestamptz not null,
    decision text check (decision in ('approved', 'rejected')),
    decided_by bigint references users (id),
    decided_at timestamptz,
    unique (sender_id, client_id)
);

-- "What waits?", the oldest first.
create index held_messages_waiting on held_messages (held_at, id) where decision is null;
