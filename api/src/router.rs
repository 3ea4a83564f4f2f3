//! The index of the API: every path, and the layers that every request passes.

use std::any::Any;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::handler::Handler as _;
use axum::http::header::{
    ACCEPT_RANGES, ALLOW, AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, IF_RANGE, RANGE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use runtime::config::ApiConfig;
use runtime::request_id;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, Any as AnyOrigin, CorsLayer};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use crate::error::{self, ApiError};
use crate::routes::{
    admin, attachments, auth, contacts, conversations, directory, files, listing, messages, notifications,
    participants, reactions, reading, search, tickets,
};
use crate::{AppState, dialects, observe, openapi, web_client};

/// Where the chat's resources live.
pub(crate) const UNET_CHAT: &str = "/api/unet-chat";

/// Where the directory of people lives.
pub(crate) const USERS: &str = "/api/v1/users";

/// Where the accounts live.
pub(crate) const AUTH: &str = "/api/auth";

/// Where the chat stands in the words of two older systems.
pub(crate) const CHAT: &str = "/api/chat";

/// Where administrators work.
pub(crate) const ADMIN: &str = "/api/admin";

/// Where the notifications live, beside other things.
pub(crate) const NOTIFICATIONS: &str = "/api";

/// Prefixes under which the older installations of the KSTU client look for the same paths.
const OLD_DOORS: &[(&str, Resources)] = &[
    ("/educations/api/unet-chat", unet_chat),
    ("/educations/api/v1/users", users),
    // The seed's own server has them here, its documents have them where ours are.
    ("/api/notifications", notifications),
];

/// How long a browser may remember a preflight's answer.
const PREFLIGHT_AGE: Duration = Duration::from_hours(1);

/// How long a request may take before it is answered 503: longer than the store waits for a connection and than any
/// honest query, shorter than the minute after which proxies hang up.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// The origin that stands for any in the settings.
const ANY_ORIGIN: &str = "*";

type Resources = fn() -> OpenApiRouter<AppState>;

fn unet_chat() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .both(routes!(conversations::create, listing::list))
        .both(routes!(
            conversations::read,
            conversations::update,
            conversations::delete
        ))
        .both(routes!(reading::read))
        .both(routes!(reading::unread))
        .both(routes!(reading::update))
        .both(routes!(reading::total))
        .both(routes!(participants::list))
        .both(routes!(participants::add))
        .both(routes!(participants::remove))
        .both(routes!(participants::leave))
        .both(routes!(messages::send))
        .both(routes!(messages::history))
        .both(routes!(messages::edit, messages::delete))
        .both(routes!(reactions::list))
        .both(routes!(reactions::react, reactions::unreact))
        .both(routes!(reactions::pin, reactions::unpin))
        .both(routes!(reactions::pins))
        .both(routes!(search::messages))
        .both(routes!(attachments::create))
        .both(unbounded(routes!(files::upload)))
        .both(routes!(files::link))
        .both(routes!(files::download))
        .both(routes!(tickets::create))
}

/// For a body that is never held whole: the handler counts its bytes.
fn unbounded((schemas, paths, methods): UtoipaMethodRouter<AppState>) -> UtoipaMethodRouter<AppState> {
    (schemas, paths, methods.layer(DefaultBodyLimit::disable()))
}

fn users() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().both(routes!(directory::chat_users))
}

fn notifications() -> OpenApiRouter<AppState> {
    let (schemas, paths, list) = routes!(notifications::list);
    OpenApiRouter::new()
        .both((schemas, paths, list.post(notifications::refuse_post)))
        .both(routes!(notifications::unread_count))
        .both(routes!(notifications::mark_all_read))
        .both(routes!(
            notifications::settings,
            notifications::patch_settings,
            notifications::put_settings
        ))
        .both(routes!(
            notifications::read,
            notifications::patch,
            notifications::put,
            notifications::delete
        ))
        .both(routes!(notifications::mark_read))
}

fn administration() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .both(routes!(admin::revoke_tokens))
        .both(routes!(admin::message_edits))
        .both(routes!(contacts::set_policy))
        .both(routes!(contacts::held))
        .both(routes!(contacts::approve))
        .both(routes!(contacts::reject))
        .both(routes!(admin::notify))
        .both(routes!(admin::stats))
}

/// Everything that the specification describes.
pub(crate) fn documented() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .nest(UNET_CHAT, unet_chat())
        .nest(USERS, users())
        .nest(NOTIFICATIONS, notifications())
        .nest(AUTH, auth::routes())
        .nest(CHAT, dialects::routes())
        .nest(ADMIN, administration())
        .merge(auth::aliases())
}

/// The whole public side of an API node: all routes and layers. Its fallback answers unknown paths, of which the web
/// client has most, so a process that merges this with other routers must not give those a fallback.
pub fn router(state: AppState, config: &ApiConfig) -> Router {
    let (routes, specification) = documented().split_for_parts();
    let specification = Json(specification);
    let routes = OLD_DOORS.iter().fold(routes, |routes, (door, resources)| {
        routes.nest(door, Router::from(resources()))
    });
    let web = state.web.clone();
    let fallback = async move |request: Request| web.answer(&request);
    let routes = routes
        .route(openapi::SPECIFICATION, get(async move || specification))
        .merge(openapi::pages())
        .fallback(fallback.layer(web_client::compression()));
    layered(routes, config).with_state(state)
}

/// What every request passes, the outermost first.
fn layered<S: Clone + Send + Sync + 'static>(routes: Router<S>, config: &ApiConfig) -> Router<S> {
    routes
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(
            ServiceBuilder::new()
                .layer(SetSensitiveRequestHeadersLayer::new([
                    AUTHORIZATION,
                    WWW_AUTHENTICATE,
                ]))
                .layer(middleware::from_fn(request_id::assign))
                .layer(middleware::from_fn(observe::observe))
                .layer(cors(&config.cors_origins))
                .layer(middleware::from_fn(error::answer))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(middleware::from_fn_with_state(REQUEST_TIME, within))
                .layer(DefaultBodyLimit::max(config.max_body_bytes)),
        )
}

/// Registers routes under their documented path and under the same path with the other ending. The clients of the
/// seeds mix both, and a redirect would cost them their token.
pub(crate) trait EitherSlash {
    /// As [`OpenApiRouter::routes`], with and without a slash at the end.
    fn both(self, routes: UtoipaMethodRouter<AppState>) -> Self;
}

impl EitherSlash for OpenApiRouter<AppState> {
    fn both(self, (schemas, paths, methods): UtoipaMethodRouter<AppState>) -> Self {
        let others: Vec<_> = paths.paths.keys().map(|path| other_ending(path)).collect();
        let documented = self.routes((schemas, paths, methods.clone()));
        others
            .iter()
            .fold(documented, |router, path| router.route(path, methods.clone()))
    }
}

fn other_ending(path: &str) -> String {
    match path.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{path}/"),
    }
}

/// Gives up on a request that takes too long, so that its client does not have to. An upload takes as long as it takes:
/// its handler looks at the progress.
async fn within(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| files::is_upload(route.as_str())) {
        return next.run(request).await;
    }
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::TimedOut.into_response(),
    }
}

/// The panic hook has told the log what happened and where.
fn panicked(_payload: Box<dyn Any + Send + 'static>) -> Response {
    ApiError::Panicked.into_response()
}

/// Tokens travel in headers that a page sets itself, never in cookies: another site cannot borrow them.
fn cors(origins: &[String]) -> CorsLayer {
    let allowed = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            AUTHORIZATION,
            WWW_AUTHENTICATE,
            CONTENT_TYPE,
            IF_NONE_MATCH,
            request_id::REQUEST_ID,
            HeaderName::from_static("idempotency-key"),
            RANGE,
            IF_RANGE,
        ])
        .expose_headers([
            request_id::REQUEST_ID,
            WWW_AUTHENTICATE,
            RETRY_AFTER,
            ALLOW,
            ACCEPT_RANGES,
            CONTENT_RANGE,
            CONTENT_DISPOSITION,
            ETAG,
            listing::NEXT_CURSOR,
        ])
        .max_age(PREFLIGHT_AGE);
    if origins.iter().any(|origin| origin == ANY_ORIGIN) {
        layer.allow_origin(AnyOrigin)
    } else {
        layer.allow_origin(AllowOrigin::list(allowed))
    }
}

#[cfg(test)]
mod tests;
