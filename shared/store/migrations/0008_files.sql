-- Files that people upload. A row comes before its file and goes after it, so that no file is ever without a row for
-- longer than a crash lasts; a sweep ends what a crash has left.

-- A file may wait for its message. The databases take a `not null` away each in its own way.
@message_id_may_be_null
-- Who sent the file; null: it lies elsewhere, and only its address is kept here.
alter table attachments add column uploaded_by bigint references users (id);
-- Its message's, once it has one: who is in it may have the file.
alter table attachments add column conversation_id uuid references conversations (id);
-- Its name in the store of files; null: it lies elsewhere.
alter table attachments add column file_key uuid;
alter table attachments add column file_name text;
-- Told by its bytes.
alter table attachments add column content_type text;
-- Pixels, of images.
alter table attachments add column width bigint;
alter table attachments add column height bigint;
alter table attachments add column placeholder text;
-- When all of it was in the store; null: it still comes, or never will.
alter table attachments add column stored_at timestamptz;
-- From when on nobody gets it any more: the file is removed, then this row.
alter table attachments add column doomed_at timestamptz;
-- When a sweeper took it last; another takes it again after a while, for the first may have died.
alter table attachments add column claimed_at timestamptz;

create unique index attachments_key on attachments (file_key) where file_key is not null;
-- "How many files does this person keep waiting?", and the sweep of those that waited too long.
create index attachments_waiting on attachments (uploaded_by, created_at)
    where message_id is null and file_key is not null;
create index attachments_doomed on attachments (doomed_at) where doomed_at is not null;
-- The end of a conversation is the end of its files.
create index attachments_conversation on attachments (conversation_id) where conversation_id is not null;

-- What one node does for all, now and then.
create table chores (
    name text primary key,
    -- When somebody began it last.
    begun_at timestamptz not null
);

insert into chores (name, begun_at) values ('stray files', '1970-01-01T00:00:00+00:00');

-- What was noted before messages showed their files.
update attachments set conversation_id = (select m.conversation_id from messages m where m.id = attachments.message_id);
update messages set attachments = (select @files_of_message from attachments a where a.message_id = messages.id)
    where deleted_at is null and exists (select 1 from attachments a where a.message_id = messages.id);
