//! What stands at `/`: the web client, as Vite has built it into `web/dist`.
//!
//! A release build embeds the folder; a debug build reads it at each request, so that `npm run build` shows at once.
//! Where there was none, a page of this crate says where things are. An operator may serve another folder instead, or
//! nothing. Answers are compressed as they go out: assets are named by their content, so that a browser asks once for
//! each, and nothing needs to be made beforehand. API answers never are: they hold secrets beside what others wrote.

mod embedded;
mod folder;
mod headers;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{ACCEPT, ETAG, HOST, IF_NONE_MATCH};
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use runtime::config::ApiConfig;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::Predicate;

use self::folder::File;
use crate::error::ApiError;
use crate::page;
use crate::polling;

/// How hard text is compressed, of gzip's 9 and Brotli's 11: from here on a browser gains little and the node pays much.
const COMPRESSION_LEVEL: CompressionLevel = CompressionLevel::Precise(6);

/// What programs talk to. Nothing of the web client is looked for here, and nobody is shown a page.
const OF_PROGRAMS: [&str; 3] = ["api", "ws", "educations"];

/// The page that the web client begins with, whatever the path says: it reads the path itself.
const INDEX: &str = "index.html";

/// The web client that this node serves. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WebClient(Source);

#[derive(Clone, Debug)]
enum Source {
    /// What `web/dist` held when this was built.
    Embedded,
    /// A folder of the operator's, read when the node started.
    Folder(Arc<HashMap<String, File>>),
    /// The page of this crate, whatever else there is.
    NotBuilt,
    /// Nothing.
    Off,
}

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebClientError {
    /// It, or something in it, cannot be read.
    #[error("api.web_dir: cannot read {path}: {source}")]
    Unreadable {
        /// What.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no web client in it.
    #[error("api.web_dir: {0} holds no index.html")]
    NoIndex(PathBuf),
    /// It is no build of a web client: larger or deeper than any.
    #[error("api.web_dir: {0} holds more than a web client")]
    TooLarge(PathBuf),
}

/// That a response is a part of the web client: for the metrics, and for what may be compressed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part;

impl WebClient {
    /// The web client that the settings name.
    pub fn open(config: &ApiConfig) -> Result<Self, WebClientError> {
        Ok(Self(match (config.web_client, config.web_dir.as_str()) {
            (false, _) => Source::Off,
            (true, "") => Source::Embedded,
            (true, folder) => Source::Folder(Arc::new(folder::read(folder.as_ref())?)),
        }))
    }

    /// The page of this crate, as where no web client was built.
    pub const fn not_built() -> Self {
        Self(Source::NotBuilt)
    }

    /// Answers what no route has: with a file, with the page that a browser may be shown for any path, or not at all.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        match is_read.then(|| self.found(request)).flatten() {
            Some(mut response) => {
                response.extensions_mut().insert(Part);
                response
            }
            None => ApiError::NoPath.into_response(),
        }
    }

    fn found(&self, request: &Request) -> Option<Response> {
        let path = percent_decode_str(request.uri().path()).decode_utf8().ok()?;
        let path = path.strip_prefix('/')?;
        let first = path.split('/').next().unwrap_or_default();
        if OF_PROGRAMS.contains(&first) || !is_plain(path) {
            return None;
        }
        let headers = request.headers();
        let index = || self.file(INDEX).map(|file| file.answer(INDEX, request));
        if path.is_empty() || path == INDEX {
            return index().or_else(|| self.built_in(INDEX));
        }
        let folder_index = format!("{path}{INDEX}");
        let name = if path.ends_with('/') { &folder_index } else { path };
        match self.file(name) {
            Some(file) => Some(file.answer(name, request)),
            None if wants_page(path, headers) => index(),
            None => self.built_in(name),
        }
    }

    fn file(&self, name: &str) -> Option<File> {
        match &self.0 {
            Source::Embedded => embedded::file(name),
            Source::Folder(files) => files.get(name).cloned(),
            Source::NotBuilt | Source::Off => None,
        }
    }

    /// Where there is no web client: what this crate has itself.
    fn built_in(&self, name: &str) -> Option<Response> {
        let is_bare = match self.0 {
            Source::Embedded => embedded::file(INDEX).is_none(),
            Source::NotBuilt => true,
            Source::Folder(_) | Source::Off => false,
        };
        match name {
            INDEX if is_bare => Some(page::html(include_str!("../assets/index.html")).into_response()),
            "page.css" if is_bare => Some(page::style(include_str!("../assets/page.css")).into_response()),
            _ => None,
        }
    }
}

impl File {
    fn answer(self, name: &str, request: &Request) -> Response {
        let known = request.headers().get_all(IF_NONE_MATCH);
        let mut response = if polling::is_known(&known, &self.tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.bytes.into_response()
        };
        let of_host = request.headers().get(HOST);
        let of_host = of_host.and_then(|host| host.to_str().ok());
        let host = request.uri().authority().map(Authority::as_str);
        headers::insert(response.headers_mut(), name, host.or(of_host));
        if let Ok(tag) = self.tag.parse() {
            response.headers_mut().insert(ETAG, tag);
        }
        response
    }
}

/// Compresses the parts of the web client that are text.
pub(crate) fn compression() -> CompressionLayer<impl Predicate> {
    let is_text = |_: StatusCode, _: Version, headers: &HeaderMap, extensions: &Extensions| {
        extensions.get::<Part>().is_some() && headers::is_text(headers)
    };
    CompressionLayer::new()
        .quality(COMPRESSION_LEVEL)
        .compress_when(is_text)
}

/// A path that names something below the folder, in one way only.
fn is_plain(path: &str) -> bool {
    let folders = path.strip_suffix('/').unwrap_or(path);
    let is_name =
        |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', '\0', ':']);
    path.is_empty() || folders.split('/').all(is_name)
}

/// Somebody has opened or reloaded a page at a path of the web client's own.
fn wants_page(path: &str, headers: &HeaderMap) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    let accepted = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    !last.contains('.') && accepted.flat_map(|value| value.split(',')).any(is_html)
}

fn is_html(accepted: &str) -> bool {
    let kind = accepted.split(';').next().unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("text/html")
}
