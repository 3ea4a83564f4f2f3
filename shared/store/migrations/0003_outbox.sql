-- Commits that nobody has confirmed as published. A row is written with the change it announces and deleted once the
-- bus has taken it, so the table holds a second's worth of commits and needs no index but its key.

create table outbox (
    id @ascending_primary_key,
    created_at timestamptz not null,
    -- When a sweeper took it last; null: never. Another takes it again after a while, for the first may have died.
    claimed_at timestamptz,
    -- The newest number of each conversation in the commit, as JSON: [["<uuid>", 7], ...].
    heads text not null
);
