//! A person's notifications, under the two paths where the seed's clients look for them.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::header::ALLOW;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse as _, Response};
use protocol::models::{Notification, NotificationSettings};
use protocol::requests::PatchNotificationSettings;
use protocol::{NotificationId, limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::envelope::{Envelope, Numbered};
use crate::error::ApiError;
use crate::extract::{Caller, Ids, JsonBody, Parameters};
use crate::openapi::{Refusals, WriteRefusals};
use crate::polling::Polled;

/// The one field that a client may change.
const IS_READ: &str = "is_read";

/// What of the list.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// Asks for an envelope with this page, counted from 1, of 20 entries.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// Entries of a list without pages.
    #[param(minimum = 1, maximum = 200, default = 200)]
    limit: Option<i64>,
}

/// How many are unread.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadCount {
    unread_count: i64,
}

/// The caller's notifications, newest first: a bare array of the newest 200 at most, or a page in an envelope. Made to
/// be polled: send the `ETag` back as `If-None-Match`.
#[utoipa::path(
    get,
    path = "/notifications/",
    operation_id = "list_notifications",
    tag = "notifications",
    params(ListParameters),
    responses(
        (status = 200, description = "With `page`, `{count, next, previous, results}`.", body = Vec<Notification>),
        (status = 304, description = "Nothing has changed since the `ETag` that was sent."),
        Refusals,
    )
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Parameters(parameters): Parameters<ListParameters>,
    OriginalUri(uri): OriginalUri,
    (polled, headers): (Polled, HeaderMap),
) -> Result<Response, ApiError> {
    let version = state.chat.notifications_version(caller).await?;
    let count = version.count;
    let reading = async {
        let Some(page) = parameters.page else {
            let limit = parameters.limit.unwrap_or(limits::NOTIFICATIONS);
            let entries = state.chat.notifications(caller, limit, 0).await;
            return Ok(Json(entries.map_err(ApiError::of_query)?).into_response());
        };
        let numbered = Numbered::new(page, limits::NOTIFICATIONS_PAGE, count)?;
        let entries = state
            .chat
            .notifications(caller, limits::NOTIFICATIONS_PAGE, numbered.offset())
            .await?;
        let envelope: Envelope<Notification> = numbered.around(entries, &uri, &headers);
        Ok(Json(envelope).into_response())
    };
    polled.answer(caller, version, reading).await
}

/// Nobody writes entries here: the chat does, and the host where administrators work.
pub(crate) async fn refuse_post(Caller(_caller): Caller) -> ([(HeaderName, &'static str); 1], ApiError) {
    ([(ALLOW, "GET,HEAD")], ApiError::NotOnNotifications)
}

/// How many of the caller's notifications are unread.
#[utoipa::path(
    get,
    path = "/notifications/unread_count/",
    operation_id = "count_unread_notifications",
    tag = "notifications",
    responses((status = 200, description = "The number.", body = UnreadCount), Refusals)
)]
pub(crate) async fn unread_count(
    State(state): State<AppState>,
    Caller(caller): Caller,
    polled: Polled,
) -> Result<Response, ApiError> {
    let unread_count = state.chat.unread_notifications(caller).await?;
    let answer = async { Ok(Json(UnreadCount { unread_count })) };
    polled.answer(caller, unread_count, answer).await
}

/// One notification of the caller's.
#[utoipa::path(
    get,
    path = "/notifications/{id}/",
    operation_id = "read_notification",
    tag = "notifications",
    params(("id" = i64, Path, description = "Which.")),
    responses((status = 200, description = "It.", body = Notification), Refusals)
)]
pub(crate) async fn read(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<NotificationId>,
) -> Result<Json<Notification>, ApiError> {
    Ok(Json(state.chat.notification(caller, id).await?))
}

/// What may be changed of a notification.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PatchNotification {
    /// Seen, or not.
    is_read: bool,
}

/// Marks a notification as read, or as unread again; nothing else of it can be changed.
#[utoipa::path(
    patch,
    path = "/notifications/{id}/",
    operation_id = "patch_notification",
    tag = "notifications",
    params(("id" = i64, Path, description = "Which.")),
    request_body = PatchNotification,
    responses((status = 200, description = "As it is now.", body = Notification), WriteRefusals)
)]
pub(crate) async fn patch(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<NotificationId>,
    JsonBody(fields): JsonBody<Map<String, Value>>,
) -> Result<Json<Notification>, ApiError> {
    let is_read = match fields.get(IS_READ) {
        Some(Value::Bool(is_read)) if fields.len() == 1 => *is_read,
        _ => return Err(ApiError::OnlyIsRead),
    };
    Ok(Json(state.chat.mark_notification(caller, id, is_read).await?))
}

/// As PATCH.
#[utoipa::path(
    put,
    path = "/notifications/{id}/",
    operation_id = "put_notification",
    tag = "notifications",
    params(("id" = i64, Path, description = "Which.")),
    request_body = PatchNotification,
    responses((status = 200, description = "As it is now.", body = Notification), WriteRefusals)
)]
pub(crate) async fn put(
    state: State<AppState>,
    caller: Caller,
    id: Ids<NotificationId>,
    body: JsonBody<Map<String, Value>>,
) -> Result<Json<Notification>, ApiError> {
    patch(state, caller, id, body).await
}

/// Takes a notification off the caller's list.
#[utoipa::path(
    delete,
    path = "/notifications/{id}/",
    operation_id = "delete_notification",
    tag = "notifications",
    params(("id" = i64, Path, description = "Which.")),
    responses((status = 204, description = "It is gone."), Refusals)
)]
pub(crate) async fn delete(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<NotificationId>,
) -> Result<StatusCode, ApiError> {
    state.chat.delete_notification(caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Marks a notification as read.
#[utoipa::path(
    post,
    path = "/notifications/{id}/mark_read/",
    operation_id = "mark_notification_read",
    tag = "notifications",
    params(("id" = i64, Path, description = "Which.")),
    responses((status = 200, description = "As it is now.", body = Notification), Refusals)
)]
pub(crate) async fn mark_read(
    State(state): State<AppState>,
    Caller(caller): Caller,
    Ids(id): Ids<NotificationId>,
) -> Result<Json<Notification>, ApiError> {
    Ok(Json(state.chat.mark_notification(caller, id, true).await?))
}

/// Marks all of the caller's notifications as read.
#[utoipa::path(
    post,
    path = "/notifications/mark_all_read/",
    operation_id = "mark_all_notifications_read",
    tag = "notifications",
    responses((status = 200, description = "Done; the body is empty."), Refusals)
)]
pub(crate) async fn mark_all_read(
    State(state): State<AppState>,
    Caller(caller): Caller,
) -> Result<StatusCode, ApiError> {
    state.chat.mark_all_notifications(caller).await?;
    Ok(StatusCode::OK)
}

/// What the caller wants to be told.
#[utoipa::path(
    get,
    path = "/notifications/settings/",
    operation_id = "read_notification_settings",
    tag = "notifications",
    responses((status = 200, description = "All six switches.", body = NotificationSettings), Refusals)
)]
pub(crate) async fn settings(
    State(state): State<AppState>,
    Caller(caller): Caller,
) -> Result<Json<NotificationSettings>, ApiError> {
    Ok(Json(state.chat.notification_settings(caller).await?))
}

/// Turns some of the caller's switches.
#[utoipa::path(
    patch,
    path = "/notifications/settings/",
    operation_id = "patch_notification_settings",
    tag = "notifications",
    request_body = PatchNotificationSettings,
    responses((status = 200, description = "All six switches.", body = NotificationSettings), WriteRefusals)
)]
pub(crate) async fn patch_settings(
    State(state): State<AppState>,
    Caller(caller): Caller,
    JsonBody(wanted): JsonBody<PatchNotificationSettings>,
) -> Result<Json<NotificationSettings>, ApiError> {
    Ok(Json(state.chat.set_notification_settings(caller, &wanted).await?))
}

/// As PATCH.
#[utoipa::path(
    put,
    path = "/notifications/settings/",
    operation_id = "put_notification_settings",
    tag = "notifications",
    request_body = PatchNotificationSettings,
    responses((status = 200, description = "All six switches.", body = NotificationSettings), WriteRefusals)
)]
pub(crate) async fn put_settings(
    state: State<AppState>,
    caller: Caller,
    body: JsonBody<PatchNotificationSettings>,
) -> Result<Json<NotificationSettings>, ApiError> {
    patch_settings(state, caller, body).await
}
