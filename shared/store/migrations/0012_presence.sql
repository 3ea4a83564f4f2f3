-- Presence itself lives on the bus; `is_online` and `last_seen` are what lists read of it, written when it changes.

-- "Who is online?"
create index users_online on users (id) where is_online;
