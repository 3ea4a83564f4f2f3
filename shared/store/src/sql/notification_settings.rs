//! What people want to be told.

use protocol::UserId;
use protocol::models::NotificationSettings;
use protocol::requests::PatchNotificationSettings;
use sqlx::{FromRow, query_as};

use crate::Store;
use crate::error::Result;
use crate::pool::on_pool;

const OF_USER: &str = "select order_confirmation, claims, messages, balance_top_up, bids, system_updates
     from notification_settings where user_id = $1";

/// Null leaves a switch as it is.
const SET: &str = "insert into notification_settings as kept
        (user_id, order_confirmation, claims, messages, balance_top_up, bids, system_updates)
     values ($1, coalesce($2, true), coalesce($3, true), coalesce($4, true), coalesce($5, true),
        coalesce($6, true), coalesce($7, true))
     on conflict (user_id) do update set
        order_confirmation = coalesce($2, kept.order_confirmation), claims = coalesce($3, kept.claims),
        messages = coalesce($4, kept.messages), balance_top_up = coalesce($5, kept.balance_top_up),
        bids = coalesce($6, kept.bids), system_updates = coalesce($7, kept.system_updates)
     returning order_confirmation, claims, messages, balance_top_up, bids, system_updates";

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "six switches are six columns")]
struct Row {
    order_confirmation: bool,
    claims: bool,
    messages: bool,
    balance_top_up: bool,
    bids: bool,
    system_updates: bool,
}

impl From<Row> for NotificationSettings {
    fn from(row: Row) -> Self {
        Self {
            order_confirmation: row.order_confirmation,
            claims: row.claims,
            messages: row.messages,
            balance_top_up: row.balance_top_up,
            bids: row.bids,
            system_updates: row.system_updates,
        }
    }
}

impl Store {
    /// What a person wants to be told; everything, until they have said otherwise.
    pub async fn notification_settings(&self, user: UserId) -> Result<NotificationSettings> {
        let row: Option<Row> = on_pool!(&self.pools.read, |pool| query_as(OF_USER)
            .bind(user.0)
            .fetch_optional(pool)
            .await)?;
        Ok(row.map(NotificationSettings::from).unwrap_or_default())
    }

    /// Turns the switches that it names, and says how all stand afterwards.
    pub async fn set_notification_settings(
        &self,
        user: UserId,
        wanted: &PatchNotificationSettings,
    ) -> Result<NotificationSettings> {
        let row: Row = on_pool!(&self.pools.write, |pool| query_as(SET)
            .bind(user.0)
            .bind(wanted.order_confirmation)
            .bind(wanted.claims)
            .bind(wanted.messages)
            .bind(wanted.balance_top_up)
            .bind(wanted.bids)
            .bind(wanted.system_updates)
            .fetch_one(pool)
            .await)?;
        Ok(row.into())
    }
}
