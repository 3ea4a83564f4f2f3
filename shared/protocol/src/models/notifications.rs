//! What a person wants to be told, and what an installation counts about itself.

use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use crate::Timestamp;

/// One of the six switches of [`NotificationSettings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum NotificationSwitch {
    /// Orders that were confirmed.
    OrderConfirmation,
    /// Claims.
    Claims,
    /// Messages, mentions, replies, and being let into a conversation.
    Messages,
    /// Money that came in.
    BalanceTopUp,
    /// Bids.
    Bids,
    /// News of the installation.
    SystemUpdates,
}

one_word!(NotificationSwitch {
    OrderConfirmation = "orderConfirmation",
    Claims = "claims",
    Messages = "messages",
    BalanceTopUp = "balanceTopUp",
    Bids = "bids",
    SystemUpdates = "systemUpdates"
});

/// What a person wants to be told; everything, until they say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "six switches are six switches")]
pub struct NotificationSettings {
    /// Orders that were confirmed.
    pub order_confirmation: bool,
    /// Claims.
    pub claims: bool,
    /// Messages, mentions, replies, and being let into a conversation.
    pub messages: bool,
    /// Money that came in.
    pub balance_top_up: bool,
    /// Bids.
    pub bids: bool,
    /// News of the installation.
    pub system_updates: bool,
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            order_confirmation: true,
            claims: true,
            messages: true,
            balance_top_up: true,
            bids: true,
            system_updates: true,
        }
    }
}

/// What an installation counts about itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// When it was counted.
    pub counted_at: Timestamp,
    /// Messages that people sent in the last 30 days in UTC, today last; deleted ones count.
    pub messages_per_day: Vec<DayCount>,
    /// Messages that people sent in the last 24 hours; the first of these hours counts whole.
    pub messages_last_day: i64,
    /// Mean seconds from a message to the first answer by somebody else in the same conversation, over the last seven
    /// days. Of several messages in a row by one person the first counts; what came after more than a day is no answer.
    /// `null`: nobody answered anybody.
    #[schema(required)]
    pub response_seconds_mean: Option<f64>,
    /// Conversations whose newest message is at most a day old.
    pub active_conversations_day: i64,
    /// Conversations whose newest message is at most seven days old.
    pub active_conversations_week: i64,
    /// Messages of the last seven days that nobody but their sender has read.
    pub unread_messages: i64,
    /// People who are online.
    pub online_users: i64,
}

/// How many on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// `2026-01-31`, in UTC.
    pub day: String,
    /// How many.
    pub count: i64,
}
