//! Attachments: what a file of a message is and where it lies.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use protocol::models::Attachment;
use protocol::requests::CreateAttachment;

use crate::AppState;
use crate::error::ApiError;
use crate::extract::{Caller, JsonBody};
use crate::openapi::WriteRefusals;

/// Notes that a file belongs to a message of the caller's own. The file itself is not sent here.
#[utoipa::path(
    post,
    path = "/attachments/",
    operation_id = "create_attachment",
    tag = "attachments",
    request_body = CreateAttachment,
    responses((status = 201, description = "It is noted.", body = Attachment), WriteRefusals)
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    Caller(caller): Caller,
    JsonBody(request): JsonBody<CreateAttachment>,
) -> Result<(StatusCode, Json<Attachment>), ApiError> {
    let attachment = state.chat.create_attachment(caller, request).await?;
    Ok((StatusCode::CREATED, Json(attachment)))
}
