//! Lists of notifications, what their owners do with them, and what the host adds.

mod wording;

use protocol::models::{Notification, NotificationSettings};
use protocol::requests::{CreateNotifications, PatchNotificationSettings};
use protocol::{NotificationId, UserId, limits};
use store::{HostNotice, ListVersion, NewNotice, StoreError, User};

use crate::error::Violation;
use crate::publisher::Commit;
use crate::{Chat, ChatError, announce, permit, text};

pub(crate) use wording::worded;

/// The types that the chat itself writes; a host has words of its own.
const OWN_TYPES: [&str; 4] = ["message", "mention", "reply", "added"];

impl Chat {
    /// The caller's entries, newest first, after skipping `offset` of them.
    pub async fn notifications(
        &self,
        actor: UserId,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Notification>, ChatError> {
        if !(1..=limits::NOTIFICATIONS).contains(&limit) {
            let detail = format!("must be between 1 and {}", limits::NOTIFICATIONS);
            return Err(ChatError::invalid("limit", detail));
        }
        let notices = self.store.notifications(actor, limit, offset).await?;
        Ok(notices.into_iter().map(worded).collect())
    }

    /// Whether the caller's list reads as before, without reading it.
    pub async fn notifications_version(&self, actor: UserId) -> Result<ListVersion, ChatError> {
        Ok(self.store.notifications_version(actor).await?)
    }

    /// How many entries the caller has not read.
    pub async fn unread_notifications(&self, actor: UserId) -> Result<i64, ChatError> {
        Ok(self.store.unread_notifications(actor).await?)
    }

    /// One entry of the caller's.
    pub async fn notification(&self, actor: UserId, id: NotificationId) -> Result<Notification, ChatError> {
        let found = self.store.notification(actor, id).await?;
        found.map(worded).ok_or(ChatError::NoNotification)
    }

    /// Marks one entry of the caller's as read, or as unread again.
    pub async fn mark_notification(
        &self,
        actor: UserId,
        id: NotificationId,
        is_read: bool,
    ) -> Result<Notification, ChatError> {
        match self.store.set_notification_read(actor, id, is_read).await {
            Err(StoreError::Taken(_)) => {
                return Err(ChatError::Conflict(
                    "a newer entry of this conversation is unread already",
                ));
            }
            done => done?,
        }
        self.notification(actor, id).await
    }

    /// Marks everything of the caller's as read.
    pub async fn mark_all_notifications(&self, actor: UserId) -> Result<(), ChatError> {
        Ok(self.store.read_all_notifications(actor).await?)
    }

    /// Takes an entry off the caller's list for good.
    pub async fn delete_notification(&self, actor: UserId, id: NotificationId) -> Result<(), ChatError> {
        if self.store.delete_notification(actor, id).await? {
            return Ok(());
        }
        Err(ChatError::NoNotification)
    }

    /// What the caller wants to be told.
    pub async fn notification_settings(&self, actor: UserId) -> Result<NotificationSettings, ChatError> {
        Ok(self.store.notification_settings(actor).await?)
    }

    /// Turns some of the caller's switches. What is on their list already stays.
    pub async fn set_notification_settings(
        &self,
        actor: UserId,
        wanted: &PatchNotificationSettings,
    ) -> Result<NotificationSettings, ChatError> {
        Ok(self.store.set_notification_settings(actor, wanted).await?)
    }

    /// Tells people something on behalf of the host, and says how many were told: those who exist and have not turned
    /// it off. For administrators.
    pub async fn create_notifications(
        &self,
        actor: &User,
        request: CreateNotifications,
    ) -> Result<usize, ChatError> {
        permit::notify_people(actor)?;
        let new = prepared(request)?;
        let now = self.clock.now();
        let entries = self.store.create_notices(&new, now).await?;
        let online = self.store.notifications_for_sockets(&entries).await?;
        self.publisher.publish(Commit {
            frames: online
                .into_iter()
                .map(|notice| announce::notification(notice.user, worded(notice), now))
                .collect(),
            outbox: None,
        });
        tracing::info!(by = actor.id.0, count = entries.len(), "people were notified");
        Ok(entries.len())
    }
}

/// The request after all checks that need no database.
fn prepared(request: CreateNotifications) -> Result<NewNotice, ChatError> {
    let mut violations = Vec::new();
    let mut required = |field: &'static str, value: String, max: usize| {
        match text::optional(field, Some(value), max) {
            Ok(Some(value)) => return value,
            Ok(None) => violations.push(Violation::new(field, "must not be blank")),
            Err(violation) => violations.push(violation),
        }
        String::new()
    };
    let kind = required("type", request.kind, limits::NOTIFICATION_TYPE_CHARS);
    let title = required("title", request.title, limits::NOTIFICATION_TITLE_CHARS);
    let message = required("message", request.message, limits::NOTIFICATION_CHARS);
    let mut optional = |field, value, max| {
        text::optional(field, value, max).unwrap_or_else(|violation| {
            violations.push(violation);
            None
        })
    };
    let type_chars = limits::NOTIFICATION_TYPE_CHARS;
    let type_display = optional("type_display", request.type_display, type_chars);
    let related = optional("related_object_type", request.related_object_type, type_chars);
    if OWN_TYPES.contains(&kind.as_str()) {
        violations.push(Violation::new(
            "type",
            "the chat itself writes entries of this type",
        ));
    }
    if request.user_ids.is_empty() || request.user_ids.len() > limits::NOTIFIED_AT_ONCE {
        let detail = format!("name between 1 and {} people", limits::NOTIFIED_AT_ONCE);
        violations.push(Violation::new("user_ids", detail));
    }
    let bytes = request.data.as_ref().map_or(0, |data| data.to_string().len());
    if bytes > limits::NOTIFICATION_DATA_BYTES {
        let detail = format!("at most {} bytes of JSON", limits::NOTIFICATION_DATA_BYTES);
        violations.push(Violation::new("data", detail));
    }
    // Postgres' JSON cannot hold it.
    if request
        .data
        .as_ref()
        .is_some_and(|data| data.to_string().contains("\\u0000"))
    {
        violations.push(Violation::new("data", "must not contain the character NUL"));
    }
    if !violations.is_empty() {
        return Err(ChatError::Invalid(violations));
    }
    Ok(NewNotice {
        users: request.user_ids,
        says: HostNotice {
            type_display: type_display.unwrap_or_else(|| wording::display_of(&kind).to_owned()),
            title,
            message,
            related_object_id: request.related_object_id,
            related_object_type: related,
            data: request.data,
        },
        kind,
        switch: request.switch,
    })
}
