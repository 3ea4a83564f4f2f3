-- Access tokens that end before they run out. They are kept nowhere themselves, so every node remembers this list
-- instead, as far back as a token can be good, and refuses what it names. Rows older than that are deleted.

create table revocations (
    -- Ascends in the order of commits for each user: the user's row is locked while one for all tokens is written.
    id @ascending_primary_key,
    user_id bigint not null references users (id),
    -- The sign-in whose tokens end; null: all of the user's, but those that know this row's id.
    family uuid,
    -- With a null family: the sign-in whose tokens go on all the same, for it changed the password.
    spared uuid,
    -- By the database's own clock, as is every question about it: nodes' clocks may differ.
    created_at timestamptz not null
);

-- "What is new?", and the clean-up.
create index revocations_created on revocations (created_at);
-- "The newest of this user", which new tokens carry.
create index revocations_user on revocations (user_id, id);

-- Never used: the list is the one truth.
alter table users drop column tokens_valid_after;
