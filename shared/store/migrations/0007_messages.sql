-- What a message is beside its text. Lists stand in the row itself, written under the conversation's lock, so that
-- pages of history and frames need no joins. `@json` becomes jsonb on Postgres and text on SQLite.

-- `system`: not said but done ("X added Y"); it does not count as unread.
alter table messages add column kind text not null default 'text' check (kind in ('text', 'system'));
-- What a system message says, for clients that have words of their own; null for `text`.
alter table messages add column event @json;
-- [{"user_id", "offset", "length"}, ...], counted in UTF-16 code units, as browsers count.
alter table messages add column mentions @json not null default '[]';
-- [{"emoji", "count", "user_ids": [the first ones]}, ...], made from `reactions`.
alter table messages add column reactions @json not null default '[]';
-- Its files as clients see them, made from `attachments`.
alter table messages add column attachments @json not null default '[]';
alter table messages add column pinned_at timestamptz;

-- "What is pinned here?"
create index messages_pinned on messages (conversation_id, pinned_at) where pinned_at is not null;

-- Who feels what about a message.
create table reactions (
    message_id uuid not null references messages (id),
    user_id bigint not null references users (id),
    emoji text not null,
    created_at timestamptz not null,
    primary key (message_id, user_id, emoji)
);

-- Texts that were replaced, for administrators. A deleted message's texts are deleted with it.
create table message_edits (
    id @ascending_primary_key,
    message_id uuid not null references messages (id),
    -- What it said until `replaced_at`.
    text text not null,
    replaced_at timestamptz not null
);

create index message_edits_message on message_edits (message_id, id);
