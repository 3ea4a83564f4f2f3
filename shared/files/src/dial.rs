//! The line to a bucket. The client that `object_store` brings along would bring a second crypto library into the house, so
//! it speaks through hyper and ring, as everything else here does. It trusts whom the machine trusts.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use tokio::time::timeout;

/// How long a bucket may take to begin an answer: a part of 5 MiB over a poor line between two data centres.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// How long it may take to be reached.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long an unused connection is kept: shorter than S3 keeps them, so that none is found dead.
const IDLE: Duration = Duration::from_secs(15);

/// Makes lines.
#[derive(Debug)]
pub(crate) struct Dial;

#[derive(Debug)]
struct Line(Client<HttpsConnector<Tcp>, HttpRequestBody>);

impl HttpConnector for Dial {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_WITHIN));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: Box::new(error),
            })?;
        let https = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(https);
        Ok(HttpClient::new(Line(client)))
    }
}

#[async_trait::async_trait]
impl HttpService for Line {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = timeout(ANSWER_WITHIN, self.0.request(request)).await;
        let answer = answer.map_err(|slow| HttpError::new(HttpErrorKind::Timeout, slow))?;
        let (head, body) = answer.map_err(refused)?.into_parts();
        let body = body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error));
        Ok(HttpResponse::from_parts(head, HttpResponseBody::new(body)))
    }
}

fn refused(error: Error) -> HttpError {
    let kind = if error.is_connect() {
        HttpErrorKind::Connect
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error)
}
