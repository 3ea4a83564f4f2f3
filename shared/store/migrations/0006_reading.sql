-- What each person makes of a conversation for themself, and what everybody is shown of it. None of it takes a `seq`
-- but the link: it is state, read again after a break.

-- Their list shows it first; null: it does not.
alter table participants add column pinned_at timestamptz;
-- Their list leaves it out until there is a message above this; null: it shows it. Compared when it is read, so that a
-- message costs nothing for those who have hidden its conversation.
alter table participants add column hidden_seq bigint;
-- No notifications of plain messages until then; null: it is not muted.
alter table participants add column muted_until timestamptz;
-- "Remind me": shown as unread although everything is read. Reading on takes it away.
alter table participants add column is_marked_unread boolean not null default false;

-- An address that the details panel offers to copy.
alter table conversations add column link text;
-- Whether contact details are screened here; null: as the installation says.
alter table conversations add column contact_policy text check (contact_policy in ('on', 'off'));
-- `title` in lower case, made in Rust: search without case for every alphabet on both databases. Null: written by a node
-- that did not know the column.
alter table conversations add column search_text text;

-- "The first few who are in it", however many there are. `last_read_seq` stands in no index: a mark that moves rewrites
-- the row alone.
create index participants_active on participants (conversation_id, joined_seq, user_id) where left_seq is null;

-- What was said before marks were shown counts as read: nobody comes back to hundreds of unread conversations.
update participants set last_read_seq =
    (select last_seq from conversations where conversations.id = participants.conversation_id);
