//! People.

use protocol::{Timestamp, UserId};
use sqlx::{query, query_as};

use super::dialect::{Numbers, Spelled, locking, one_of_numbers};
use crate::Store;
use crate::error::{Result, StoreError, is_unique_violation};
use crate::pool::{on_pool, on_tx};
use crate::records::{NewUser, ProfilePatch, User};
use crate::rows::{UserRow, user_columns};

const INSERT: &str = concat!(
    "insert into users (username, email, email_key, first_name, last_name, password_hash, created_at, search_text)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     returning ",
    user_columns!()
);

const BY_ID: &str = concat!("select ", user_columns!(), " from users where id = $1");

const BY_USERNAME: &str = concat!("select ", user_columns!(), " from users where username = $1");

const BY_EMAIL: &str = concat!(
    "select ",
    user_columns!(),
    " from users where email_key = $1 and password_hash is not null order by id limit 1"
);

const BY_IDS: Spelled = one_of_numbers!(
    concat!("select ", user_columns!(), " from users where id"),
    "order by id"
);

const LOCK: Spelled = locking!(concat!("select ", user_columns!(), " from users where id = $1"));

const UPDATE: &str = concat!(
    "update users set email = $2, email_key = $3, first_name = $4, last_name = $5, avatar = $6, search_text = $7
     where id = $1
     returning ",
    user_columns!()
);

/// Lists show what changed: who polls them is told.
const DIRECTORY_CHANGED: &str = "update directory set version = version + 1";

/// Not `like`: there `%` and `_` of the query would need escapes, and its patterns have a greatest length.
const SEARCH: Spelled = Spelled {
    postgres: concat!(
        "select ",
        user_columns!(),
        " from users where strpos(search_text, $1) > 0 and id <> $2 order by id limit $3"
    ),
    sqlite: concat!(
        "select ",
        user_columns!(),
        " from users where instr(search_text, $1) > 0 and id <> $2 order by id limit $3"
    ),
};

const LIST: &str = concat!(
    "select ",
    user_columns!(),
    " from users where id <> $1 order by id limit $2"
);

/// Ids begin at 1.
const NOBODY: UserId = UserId(0);

impl Store {
    /// Makes an account. Fails with `Taken("username")`.
    pub async fn create_user(&self, user: &NewUser, now: Timestamp) -> Result<User> {
        let search_text = search_text(&user.username, &user.first_name, &user.last_name);
        let row: Result<UserRow, _> = on_pool!(&self.pools.write, |pool| query_as(INSERT)
            .bind(&user.username)
            .bind(&user.email)
            .bind(user.email.to_lowercase())
            .bind(&user.first_name)
            .bind(&user.last_name)
            .bind(&user.password_hash)
            .bind(now.utc())
            .bind(search_text)
            .fetch_one(pool)
            .await);
        match row {
            Ok(row) => Ok(row.into()),
            Err(error) if is_unique_violation(&error) => Err(StoreError::Taken("username")),
            Err(error) => Err(error.into()),
        }
    }

    /// One person.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        let row: Option<UserRow> = on_pool!(&self.pools.read, |pool| query_as(BY_ID)
            .bind(id.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(User::from))
    }

    /// The person with exactly this username.
    pub async fn user_by_username(&self, name: &str) -> Result<Option<User>> {
        self.user_by(BY_USERNAME, name).await
    }

    /// The first (lowest id) person with a password and this e-mail, compared without case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        self.user_by(BY_EMAIL, &email.to_lowercase()).await
    }

    async fn user_by(&self, sql: &'static str, key: &str) -> Result<Option<User>> {
        if is_unstorable(key) {
            return Ok(None);
        }
        let row: Option<UserRow> = on_pool!(&self.pools.read, |pool| query_as(sql)
            .bind(key)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(User::from))
    }

    /// Those of `ids` that exist, by id, each once.
    pub async fn users(&self, ids: &[UserId]) -> Result<Vec<User>> {
        let ids = ids.iter().map(|id| id.0).collect();
        let rows: Vec<UserRow> = on_pool!(&self.pools.read, |pool| query_as(BY_IDS.on(&self.pools.read))
            .bind(Numbers(ids))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// The person as they are afterwards; `None`: there is no such person.
    pub async fn update_profile(&self, id: UserId, patch: &ProfilePatch) -> Result<Option<User>> {
        let mut tx = self.pools.begin().await?;
        let lock = LOCK.within(&tx);
        let row: Option<UserRow> = on_tx!(&mut tx, |connection| query_as(lock)
            .bind(id.0)
            .fetch_optional(connection)
            .await)?;
        let Some(user) = row.map(User::from) else {
            return Ok(None);
        };
        let email = patch.email.as_ref().unwrap_or(&user.email);
        let first_name = patch.first_name.as_ref().unwrap_or(&user.first_name);
        let last_name = patch.last_name.as_ref().unwrap_or(&user.last_name);
        let row: UserRow = on_tx!(&mut tx, |connection| query_as(UPDATE)
            .bind(id.0)
            .bind(email)
            .bind(email.to_lowercase())
            .bind(first_name)
            .bind(last_name)
            .bind(patch.avatar.as_ref().unwrap_or(&user.avatar))
            .bind(search_text(&user.username, first_name, last_name))
            .fetch_one(connection)
            .await)?;
        on_tx!(&mut tx, |connection| query(DIRECTORY_CHANGED)
            .execute(connection)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(Some(row.into()))
    }

    /// Replaces a password's hash by another of the same password.
    pub async fn set_password_hash(&self, id: UserId, hash: &str) -> Result<()> {
        const SQL: &str = "update users set password_hash = $2 where id = $1";
        on_pool!(&self.pools.write, |pool| query(SQL)
            .bind(id.0)
            .bind(hash)
            .execute(pool)
            .await
            .map(drop))?;
        Ok(())
    }

    /// People whose username, first or last name contains this, without case in any alphabet, by id.
    pub async fn search_users(&self, query: &str, except: UserId, limit: i64) -> Result<Vec<User>> {
        if is_unstorable(query) {
            return Ok(Vec::new());
        }
        let rows: Vec<UserRow> = on_pool!(&self.pools.read, |pool| query_as(SEARCH.on(&self.pools.read))
            .bind(query.to_lowercase())
            .bind(except.0)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(User::from).collect())
    }

    /// Everybody, by id, but for one.
    pub async fn list_users(&self, except: Option<UserId>, limit: i64) -> Result<Vec<User>> {
        let rows: Vec<UserRow> = on_pool!(&self.pools.read, |pool| query_as(LIST)
            .bind(except.unwrap_or(NOBODY).0)
            .bind(limit.max(0))
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(User::from).collect())
    }
}

fn search_text(username: &str, first_name: &str, last_name: &str) -> String {
    format!("{username}\n{first_name}\n{last_name}").to_lowercase()
}

/// Postgres cannot hold the character NUL, so nobody is called that; asking it would be an error.
fn is_unstorable(text: &str) -> bool {
    text.contains('\0')
}
