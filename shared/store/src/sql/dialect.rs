//! The few things that the two databases say differently: lists as parameters, row locks, substrings. A statement
//! with two spellings is a [`Spelled`]; everything else is one text.

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo};
use sqlx::{Encode, Postgres, Sqlite, Type};
use uuid::Uuid;

use crate::pool::{Pool, Tx};

/// One statement in both spellings.
#[derive(Clone, Copy)]
pub(crate) struct Spelled {
    pub(crate) postgres: &'static str,
    pub(crate) sqlite: &'static str,
}

impl Spelled {
    pub(crate) const fn on(self, pool: &Pool) -> &'static str {
        match pool {
            Pool::Postgres(_) => self.postgres,
            Pool::Sqlite(_) => self.sqlite,
        }
    }

    pub(crate) const fn within(self, tx: &Tx) -> &'static str {
        match tx {
            Tx::Postgres(_) => self.postgres,
            Tx::Sqlite(_) => self.sqlite,
        }
    }
}

/// `$before` is followed by "is one of `$1`", a list of numbers ([`Numbers`]), and then by `$after`.
macro_rules! one_of_numbers {
    ($before:expr, $after:expr) => {
        $crate::sql::dialect::Spelled {
            postgres: concat!($before, " = any($1::bigint[]) ", $after),
            sqlite: concat!($before, " in (select value from json_each($1)) ", $after),
        }
    };
}

/// `$before` is followed by "is one of `$1`", a list of UUIDs ([`Uuids`]), and then by `$after`.
macro_rules! one_of_uuids {
    ($before:expr, $after:expr) => {
        $crate::sql::dialect::Spelled {
            postgres: concat!($before, " = any($1::uuid[]) ", $after),
            sqlite: concat!($before, " in (select unhex(value) from json_each($1)) ", $after),
        }
    };
}

/// Between `$before` and `$after` stands the table of the pairs that are asked for: `place`, counted from 0,
/// `conversation_id` of `$1` ([`Uuids`]) and `user_id` of `$2` ([`Numbers`]).
macro_rules! of_pairs {
    ($before:expr, $after:expr) => {
        $crate::sql::dialect::Spelled {
            postgres: concat!(
                $before,
                "(select ordinality - 1 as place, conversation_id, user_id
                 from unnest($1::uuid[], $2::bigint[]) with ordinality as pairs (conversation_id, user_id)) ",
                $after
            ),
            sqlite: concat!(
                $before,
                "(select ids.key as place, unhex(ids.value) as conversation_id, users.value as user_id
                 from json_each($1) ids join json_each($2) users on users.key = ids.key) ",
                $after
            ),
        }
    };
}

/// A `select` that keeps its rows locked until the transaction ends. On SQLite the transaction holds the only write
/// lock there is already.
macro_rules! locking {
    ($select:expr) => {
        $crate::sql::dialect::Spelled {
            postgres: concat!($select, " for update"),
            sqlite: $select,
        }
    };
}

pub(crate) use {locking, of_pairs, one_of_numbers, one_of_uuids};

/// A list of numbers as one parameter: an array for Postgres, JSON for SQLite.
pub(crate) struct Numbers(pub(crate) Vec<i64>);

/// A list of UUIDs as one parameter: an array for Postgres, JSON of hex digits for SQLite.
pub(crate) struct Uuids(pub(crate) Vec<Uuid>);

/// A list of moments as one parameter: an array for Postgres, JSON of texts for SQLite, spelt as columns are.
pub(crate) struct Moments(pub(crate) Vec<DateTime<Utc>>);

impl Moments {
    fn texts(&self) -> Vec<String> {
        let spell = |moment: &DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::AutoSi, false);
        self.0.iter().map(spell).collect()
    }
}

impl Uuids {
    fn hex(&self) -> Vec<String> {
        self.0.iter().map(|id| id.simple().to_string()).collect()
    }
}

macro_rules! list_parameter {
    ($list:ident of $item:ty, |$this:ident| $json:expr) => {
        impl Type<Postgres> for $list {
            fn type_info() -> PgTypeInfo {
                <$item as PgHasArrayType>::array_type_info()
            }
        }

        impl Encode<'_, Postgres> for $list {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <Vec<$item> as Encode<'_, Postgres>>::encode_by_ref(&self.0, buffer)
            }
        }

        impl Type<Sqlite> for $list {
            fn type_info() -> SqliteTypeInfo {
                <String as Type<Sqlite>>::type_info()
            }
        }

        impl Encode<'_, Sqlite> for $list {
            fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                let $this = self;
                Encode::<Sqlite>::encode(serde_json::to_string(&$json)?, buffer)
            }
        }
    };
}

list_parameter!(Numbers of i64, |this| this.0);
list_parameter!(Uuids of Uuid, |this| this.hex());
list_parameter!(Moments of DateTime<Utc>, |this| this.texts());
