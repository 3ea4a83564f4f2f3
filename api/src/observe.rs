//! What is told about each request: one span, one log line, one count, one duration. Never its query or body.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::{Instrument as _, field};

use runtime::request_id::RequestId;

use crate::web_client::Part;

/// Counts requests by route template, method and status.
const REQUESTS: &str = "chat_http_requests_total";

/// Seconds from the request's head to the response's head, by route template, method and status.
const DURATION: &str = "chat_http_request_duration_seconds";

/// The route of requests that no route matched. Their paths are of the callers' making and must not become labels.
const UNMATCHED: &str = "unmatched";

/// The route of what the web client is made of: its files are many, and each path may be a page of it.
const WEB_CLIENT: &str = "web_client";

/// Says what each metric of this crate counts; call it once the recorder is installed.
pub fn describe_metrics() {
    metrics::describe_counter!(
        REQUESTS,
        "Requests answered, by route template, method and status."
    );
    metrics::describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "Time from a request's head to its response's head."
    );
}

/// Surrounds a request with its span, and counts and logs its answer.
pub(crate) async fn observe(request: Request, next: Next) -> Response {
    let method = known(request.method());
    let matched = request.extensions().get::<MatchedPath>();
    let matched = matched.map(|path| path.as_str().to_owned());
    let id = request
        .extensions()
        .get::<RequestId>()
        .cloned()
        .unwrap_or_else(|| RequestId::of(None));
    let span = tracing::info_span!(
        "request",
        request.id = id.as_str(),
        http.method = method,
        http.route = field::Empty,
        user.id = field::Empty,
    );
    if let Some(route) = &matched {
        span.record("http.route", route);
    }
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status();
    let route = matched.unwrap_or_else(|| {
        let is_web = response.extensions().get::<Part>().is_some();
        let route = if is_web { WEB_CLIENT } else { UNMATCHED };
        span.record("http.route", route);
        route.to_owned()
    });
    span.in_scope(|| {
        tracing::info!(
            http.status = status.as_u16(),
            duration_ms = elapsed.as_secs_f64() * 1000.0,
            "answered"
        );
    });
    let labels = [
        ("route", route),
        ("method", method.to_owned()),
        ("status", status.as_str().to_owned()),
    ];
    metrics::counter!(REQUESTS, &labels).increment(1);
    metrics::histogram!(DURATION, &labels).record(elapsed);
    response
}

/// A method as a label: any caller can make one up.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}
