//! Uploaded files: in, out, and links to them.

use std::ops::RangeInclusive;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chat::Target;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::models::{Attachment, FileLink};
use protocol::requests::CreateLinks;
use protocol::{AttachmentId, ConversationId, MessageId, UserId};
use runtime::tokens::Link;
use serde::de::DeserializeOwned;
use store::FileStanding;
use utoipa::ToSchema;

use crate::AppState;
use crate::error::{ApiError, TokenFault};
use crate::extract::{Caller, Ids, JsonBody};
use crate::form::{Form, Part};
use crate::openapi::{Refusals, WriteRefusals};

/// Below whichever prefix, with and without the slash.
const UPLOAD: &str = "/attachments/upload";

/// Whether a route takes a body that may come for hours.
pub(crate) fn is_upload(route: &str) -> bool {
    route.trim_end_matches('/').ends_with(UPLOAD)
}

/// The form of an upload, for the specification.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) struct UploadForm {
    /// The file: one, with its name.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// A message of the caller's own, which gets the file. Without it the file waits to be sent by `attachment_ids`.
    message_id: Option<MessageId>,
    /// Where it will be sent; checked, and else of no effect.
    conversation_id: Option<ConversationId>,
}

/// Takes a file. What it is, is told by its bytes; images lose what the camera noted of place and time.
#[utoipa::path(
    post,
    path = "/attachments/upload/",
    operation_id = "upload_file",
    tag = "attachments",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "It is there.", body = Attachment), WriteRefusals)
)]
pub(crate) async fn upload(
    State(state): State<AppState>,
    Caller(caller): Caller,
    mut form: Form,
) -> Result<(StatusCode, Json<Attachment>), ApiError> {
    let mut target = Target::default();
    let mut file = None;
    while let Some(part) = form.next().await? {
        match part.name() {
            "file" if file.is_some() => return Err(ApiError::Form("send one file at a time".into())),
            "file" => file = Some(receive(&state, caller, part).await?),
            "message_id" => {
                target.message = id(part).await?;
                state.chat.may_upload(caller, target).await?;
            }
            "conversation_id" => {
                target.conversation = id(part).await?;
                state.chat.may_upload(caller, target).await?;
            }
            // Others are ignored, as unknown fields of JSON are.
            _ => drop(part.word().await?),
        }
    }
    let file = file.ok_or_else(|| ApiError::Form("the form has no part `file`".into()))?;
    // Whatever refuses the rest of the form gives the file up.
    let file = file.finish(target.conversation).await?;
    let file = match target.message {
        Some(message) => state.chat.attach_file(caller, message, file).await?,
        None => file,
    };
    Ok((StatusCode::CREATED, Json(file)))
}

async fn receive(state: &AppState, caller: UserId, mut part: Part<'_>) -> Result<chat::Arriving, ApiError> {
    let begun = state
        .chat
        .receive_file(caller, part.file_name(), part.content_type());
    let mut file = begun.await?;
    while let Some(bytes) = part.chunk().await? {
        file.push(&bytes).await?;
    }
    Ok(file)
}

/// What is no id names nothing; an empty part is what a form sends for "none".
async fn id<T: DeserializeOwned>(part: Part<'_>) -> Result<Option<T>, ApiError> {
    let word = part.word().await?;
    let word = word.trim();
    if word.is_empty() {
        return Ok(None);
    }
    let id = serde_json::from_value(serde_json::Value::from(word));
    id.map(Some).map_err(|_| ApiError::NoSuchId)
}

/// Signs links to uploaded files, for images on a page and downloads, which cannot send a token.
#[utoipa::path(
    post,
    path = "/attachments/links/",
    operation_id = "link_files",
    tag = "attachments",
    request_body = CreateLinks,
    responses(
        (status = 200, description = "One for each file that the caller may have, by id.", body = Vec<FileLink>),
        WriteRefusals,
    )
)]
pub(crate) async fn link(
    State(state): State<AppState>,
    Caller(caller): Caller,
    JsonBody(request): JsonBody<CreateLinks>,
) -> Result<Json<Vec<FileLink>>, ApiError> {
    let lifetime = state.chat.file_rules()?.link_lifetime();
    let files = state.chat.files(caller, &request.ids).await?;
    let links = files.into_iter().map(|file| {
        let (link, expires_at) = state.tokens.link(&subject(file.id), caller, lifetime);
        FileLink {
            id: file.id,
            url: format!("{}?{}", file.url, link.query()),
            expires_at,
        }
    });
    Ok(Json(links.collect()))
}

/// What a link is signed for.
fn subject(file: AttachmentId) -> String {
    format!("file {file}")
}

/// Who wants a file: by a link that they asked for, else by a token.
pub(crate) struct FileCaller(UserId);

impl FromRequestParts<AppState> for FileCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default();
        if !query.split('&').any(|pair| pair.starts_with("signature=")) {
            let Caller(user) = Caller::from_request_parts(parts, state).await?;
            return Ok(Self(user));
        }
        let link: Link = serde_urlencoded::from_str(query)
            .map_err(|_| TokenFault::Bad(runtime::tokens::TokenError::Invalid))?;
        let path = Path::<(AttachmentId, String)>::from_request_parts(parts, state).await;
        let Path((file, _name)) = path.map_err(|_| ApiError::NoSuchId)?;
        let user = state.tokens.verify_link(&subject(file), &link);
        Ok(Self(user.map_err(TokenFault::Bad)?))
    }
}

/// An uploaded file, whole or one range of it. Whoever asks must be allowed to have it at this moment.
#[utoipa::path(
    get,
    path = "/attachments/{id}/file/{name}",
    operation_id = "download_file",
    tag = "attachments",
    params(
        ("id" = AttachmentId, Path, description = "Which file."),
        ("name" = String, Path, description = "For people; any will do."),
        ("user" = Option<i64>, Query, description = "Of a signed link."),
        ("expires" = Option<i64>, Query, description = "Of a signed link."),
        ("signature" = Option<String>, Query, description = "Of a signed link; without it a token is needed."),
        ("Range" = Option<String>, Header, description = "One range of bytes."),
    ),
    responses(
        (status = 200, description = "All of it.", content_type = "application/octet-stream"),
        (status = 206, description = "The range.", content_type = "application/octet-stream"),
        (status = 304, description = "It is the one that the caller has."),
        (status = 416, description = "The file has no such range.", body = protocol::problem::Problem,
            content_type = "application/problem+json"),
        Refusals,
    )
)]
pub(crate) async fn download(
    State(state): State<AppState>,
    Ids((id, _name)): Ids<(AttachmentId, String)>,
    FileCaller(caller): FileCaller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = state.chat.file(caller, id).await?;
    // The bytes of an id never change.
    let tag = format!("\"{id}\"");
    let mut head = describe(&file, &tag);
    if says(&headers, &IF_NONE_MATCH, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    let asked = part(&headers, size, &tag)?;
    let (status, range) = match asked {
        Some(range) => {
            let (first, last) = range.into_inner();
            set(&mut head, CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
            (StatusCode::PARTIAL_CONTENT, first..last.saturating_add(1))
        }
        None => (StatusCode::OK, 0..size),
    };
    set(&mut head, CONTENT_LENGTH, &(range.end - range.start).to_string());
    let bytes = state.chat.read_file(&file, range).await?;
    Ok((status, head, Body::from_stream(bytes)).into_response())
}

/// The one range that is asked for. Several, and what cannot be read, are answered with the whole, as the standard has it;
/// so is a range of another file than this.
fn part(headers: &HeaderMap, size: u64, tag: &str) -> Result<Option<RangeInclusive<u64>>, ApiError> {
    let Some(asked) = headers.get(RANGE).and_then(|value| value.to_str().ok()) else {
        return Ok(None);
    };
    if headers.contains_key(IF_RANGE) && !says(headers, &IF_RANGE, tag) {
        return Ok(None);
    }
    let Ok(asked) = http_range_header::parse_range_header(asked) else {
        return Ok(None);
    };
    let ranges = asked.validate(size).map_err(|_| ApiError::NoSuchPart { size })?;
    match &ranges[..] {
        [range] => Ok(Some(range.clone())),
        _ => Ok(None),
    }
}

fn says(headers: &HeaderMap, name: &HeaderName, tag: &str) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|value| {
        value
            .split(',')
            .any(|one| one.trim().trim_start_matches("W/") == tag)
    })
}

/// What every answer with a file says of it. A page that somebody made is never run here, whatever it is.
fn describe(file: &FileStanding, tag: &str) -> HeaderMap {
    const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let mut head = HeaderMap::new();
    for (name, value) in [
        (ACCEPT_RANGES, "bytes"),
        // Kept by the person's own browser at most, and shown again only once this service has said that they may.
        (CACHE_CONTROL, "private, no-cache"),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Pages of hosts show these images; who may have one is told by the token or the link, never by a cookie.
        (CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        head.insert(name, HeaderValue::from_static(value));
    }
    set(&mut head, CONTENT_TYPE, &file.content_type);
    set(&mut head, CONTENT_DISPOSITION, &disposition(file));
    set(&mut head, ETAG, tag);
    head
}

/// RFC 6266: a name for old programs, and the name itself.
fn disposition(file: &FileStanding) -> String {
    let kind = if is_shown(&file.content_type) {
        "inline"
    } else {
        "attachment"
    };
    let plain = |c: char| {
        if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' {
            c
        } else {
            '_'
        }
    };
    let fallback: String = file.name.chars().map(plain).collect();
    let name = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    format!("{kind}; filename=\"{fallback}\"; filename*=UTF-8''{name}")
}

/// What a browser shows without running anything of it.
fn is_shown(content_type: &str) -> bool {
    matches!(
        content_type,
        "image/jpeg" | "image/png" | "image/gif" | "image/webp"
    ) || content_type.starts_with("video/")
        || content_type.starts_with("audio/")
}

fn set(head: &mut HeaderMap, name: HeaderName, value: &str) {
    // All are made of ASCII here.
    if let Ok(value) = HeaderValue::from_str(value) {
        head.insert(name, value);
    }
}
