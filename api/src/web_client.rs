//! What stands at `/`: a page that says where things are. The web client itself is built apart from the node.

use axum::Router;
use axum::routing::get;

use crate::page;

/// The page and its style.
pub(crate) fn pages<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/",
            get(async || page::html(include_str!("../assets/index.html"))),
        )
        .route(
            "/page.css",
            get(async || page::style(include_str!("../assets/page.css"))),
        )
}
