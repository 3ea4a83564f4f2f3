-- What each person makes of a conversation for themself, and what everybody is shown of it. None of it takes a `seq`
-- but the link: it is state, read again after a break.

-- Their list shows it first; null: it does not.
alter table participants add column pinned_at timestamptz;
-- Their list leaves it out until somebody writes again.
alter table participants add column is_hidden boolean not null default false;
-- No notifications of plain messages until then; null: it is not muted.
alter table participants add column muted_until timestamptz;
-- "Remind me": shown as unread although everything is read. Reading on takes it away.
alter table participants add column is_marked_unread boolean not null default false;

-- An address that the details panel offers to copy.
alter table conversations add column link text;
-- Whether contact details are screened here; null: as the installation says.
alter table conversations add column contact_policy text check (contact_policy in ('on', 'off'));
