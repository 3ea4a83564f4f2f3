//! The specification, generated from the very routes that are served, and a page that shows it. The document of the
//! sockets is served beside it, and not by the gateways: whoever asks looks for both in one place.
//!
//! The page is our own: the viewers at hand load their program from elsewhere, and a node must explain itself on a
//! network that has no outside.

use axum::routing::get;
use axum::{Json, Router};
use protocol::problem::Problem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::page;
use crate::router::documented;

/// Where the specification is served.
pub const SPECIFICATION: &str = "/api/openapi.json";

/// Where the document of the sockets is served.
pub const SOCKETS: &str = "/api/asyncapi.json";

/// Where the page is served.
pub const PAGE: &str = "/api/docs";

const SCRIPT_PATH: &str = "/api/docs/page.js";
const STYLE_PATH: &str = "/api/docs/page.css";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Unet Chat",
        description = "Conversations, messages and people over REST. Every path is also served with the other \
                       ending: with a slash where it stands without, and without where it stands with.",
    ),
    tags(
        (name = "conversations", description = "Two people, or a group."),
        (name = "reading", description = "What the caller has read, and what they make of a conversation for themself."),
        (name = "participants", description = "Who is in a conversation."),
        (name = "messages", description = "What was said."),
        (name = "attachments", description = "Files that belong to messages."),
        (name = "notifications", description = "What a person is told beside the conversations themselves."),
        (name = "tickets", description = "How to open a socket."),
        (name = "directory", description = "Whom one can write to."),
        (name = "administration", description = "For those who run the installation."),
        (name = "accounts", description = "Own accounts: who one is, signing in and out."),
        (name = "mini chat", description = "The same chat for clients of the Mini Chat Backend."),
        (name = "okoznaniy", description = "The same chat for clients of OkoZnaniy."),
    ),
    security(("bearer" = []), ("www_authenticate" = [])),
    modifiers(&Carriers),
)]
struct Frame;

/// Where a token may travel.
struct Carriers;

impl Modify for Carriers {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let header = "The first clients send `Bearer` and the token in this header.";
        let header = ApiKeyValue::with_description("WWW-Authenticate", header);
        components.add_security_scheme("www_authenticate", SecurityScheme::ApiKey(ApiKey::Header(header)));
    }
}

/// The refusals that every path below the canonical prefixes may answer.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) enum Refusals {
    /// A parameter has a value that is not allowed.
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
    /// No token, or one that is not good.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The token is good, the person may not.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or it is gone.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The node cannot reach its database, or is stopping; `Retry-After` says when to come back.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// The refusals of paths that take a body.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "read by the specification's derive alone")]
pub(crate) enum WriteRefusals {
    /// The body is not JSON, has another shape, or holds a value that is not allowed; `errors` says which.
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(Problem),
    /// No token, or one that is not good.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthorized(Problem),
    /// The token is good, the person may not.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or it is gone.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The body is larger than the node allows.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body does not say that it is JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(Problem),
    /// The node cannot reach its database, or is stopping; `Retry-After` says when to come back.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// The specification before any path is in it.
pub(crate) fn frame() -> utoipa::openapi::OpenApi {
    Frame::openapi()
}

/// The specification as the repository keeps it in `docs/openapi.json`.
pub fn document() -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&documented().into_openapi())?;
    text.push('\n');
    Ok(text)
}

/// The document of the sockets, and the page that shows the specification.
pub(crate) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let sockets = Json(protocol::asyncapi::document());
    Router::new()
        .route(SOCKETS, get(async move || sockets))
        .route(PAGE, get(html))
        .route("/api/docs/", get(html))
        .route(
            SCRIPT_PATH,
            get(async || page::script(include_str!("../assets/docs.js"))),
        )
        .route(
            STYLE_PATH,
            get(async || page::style(include_str!("../assets/page.css"))),
        )
}

async fn html() -> page::Page {
    page::html(include_str!("../assets/docs.html"))
}
