-- Who may sign in, and the refresh tokens that keep them signed in.
--
-- One text for Postgres and SQLite. `@ascending_primary_key` becomes each database's spelling of "an integer that
-- grows with every row" (see src/migrations.rs). SQLite does not enforce `uuid`, `boolean` and `timestamptz`; sqlx
-- reads and writes them as 16 bytes, 0/1 and RFC 3339 text whose order is the order of time.

create table users (
    id @ascending_primary_key,
    -- The id that a host gives its own users; null for accounts made here.
    external_id text unique,
    -- Case-sensitive: the seeds' users rely on it.
    username text not null unique,
    email text not null,
    -- `email` in lower case, made in Rust: SQLite's lower() knows ASCII only.
    email_key text not null,
    first_name text not null,
    last_name text not null,
    -- Texts that clients show are '' rather than null when unknown: the wire has no null there.
    avatar text not null default '',
    role text not null default 'user' check (role in ('user', 'admin')),
    -- argon2id; null for people whom a host vouches for.
    password_hash text,
    is_online boolean not null default false,
    last_seen timestamptz,
    -- Access tokens issued before this moment are refused; null: none was revoked.
    tokens_valid_after timestamptz,
    created_at timestamptz not null,
    -- Username, first and last name, a line each, in lower case, made in Rust: search without case for every
    -- alphabet on both databases.
    search_text text not null
);

-- Sign-in by e-mail.
create index users_email_key on users (email_key);

create table sessions (
    -- SHA-256 in hex: a leaked table signs nobody in.
    token_hash text primary key,
    -- All tokens that descend from one sign-in: reuse of one revokes them together.
    family uuid not null,
    parent text,
    user_id bigint not null references users (id),
    expires_at timestamptz not null,
    -- The first exchange; a second one is reuse.
    used_at timestamptz,
    revoked_at timestamptz
);

create index sessions_family on sessions (family);
create index sessions_user on sessions (user_id);
-- The clean-up of expired rows.
create index sessions_expiry on sessions (expires_at);
