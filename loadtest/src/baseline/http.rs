//! The requests that `loadtest run` makes, on hyper without a framework.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use protocol::requests::{CreateConversation, SendMessage};
use protocol::{ConversationId, paths};
use serde::Deserialize;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use uuid::Uuid;

use super::Floor;
use super::session::{self, Follow};
use super::writer::{Answer, Job};

/// The body of a refusal of what the floor leaves out, for whoever looks.
const NOT_HERE: &str = "the baseline does not do this: it answers what `loadtest run` needs without --churn";

/// Takes connections until the system gives no more.
pub(super) async fn accept(listener: TcpListener, floor: Arc<Floor>) -> anyhow::Result<()> {
    loop {
        let (stream, _) = listener.accept().await.context("accepting a connection")?;
        floor.tasks.spawn(serve(stream, Arc::clone(&floor)));
    }
}

async fn serve(stream: TcpStream, floor: Arc<Floor>) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let service = service_fn(|request| {
        let floor = Arc::clone(&floor);
        async move { Ok::<_, Infallible>(answer(floor, request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    // An end in the middle of a request is the client's affair.
    let _client_left = connection.with_upgrades().await;
}

type Reply = Response<Full<Bytes>>;

async fn answer(floor: Arc<Floor>, request: Request<Incoming>) -> Reply {
    let path = request.uri().path();
    let known = match (request.method(), path) {
        (&Method::POST, "/api/unet-chat/messages/") => send(&floor, request).await,
        (&Method::GET, path) if path.starts_with(paths::SOCKET) => upgrade(floor, request),
        (&Method::POST, "/api/auth/register/") => register(&floor, request).await,
        (&Method::POST, "/api/unet-chat/conversations/") => open(&floor, request).await,
        (&Method::GET, "/livez") => Ok(reply(StatusCode::OK, Bytes::new())),
        _ => Ok(reply(
            StatusCode::NOT_FOUND,
            Bytes::from_static(NOT_HERE.as_bytes()),
        )),
    };
    known.unwrap_or_else(|refusal| {
        let (status, why) = match refusal {
            Refusal::Unauthorized => (StatusCode::UNAUTHORIZED, "no valid token".to_owned()),
            Refusal::Unreadable(why) => (StatusCode::BAD_REQUEST, format!("{why:#}")),
            Refusal::Broken(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("{why:#}")),
        };
        reply(status, why.into())
    })
}

enum Refusal {
    Unauthorized,
    Unreadable(anyhow::Error),
    Broken(anyhow::Error),
}

fn reply(status: StatusCode, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    reply.headers_mut().insert(CONTENT_TYPE, json);
    reply
}

fn whose<T>(floor: &Floor, request: &Request<T>) -> Result<i64, Refusal> {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok());
    text.and_then(|text| floor.tokens.verify(text))
        .ok_or(Refusal::Unauthorized)
}

async fn read<T: for<'de> Deserialize<'de>>(request: Request<Incoming>) -> Result<T, Refusal> {
    let body = request.into_body().collect().await;
    let body = body.map_err(|error| Refusal::Unreadable(error.into()))?;
    serde_json::from_slice(&body.to_bytes()).map_err(|error| Refusal::Unreadable(error.into()))
}

async fn register(floor: &Floor, request: Request<Incoming>) -> Result<Reply, Refusal> {
    #[derive(Deserialize)]
    struct Register {
        username: String,
    }
    let Register { username } = read(request).await?;
    let id = floor.database.register(&username).await.map_err(broken)?;
    let access = floor.tokens.make(id).map_err(broken)?;
    let body = json!({"user": {"id": id, "username": username}, "tokens": {"access": access}});
    Ok(reply(StatusCode::CREATED, body.to_string().into()))
}

async fn open(floor: &Floor, request: Request<Incoming>) -> Result<Reply, Refusal> {
    whose(floor, &request)?;
    let asked: CreateConversation = read(request).await?;
    let id = Uuid::now_v7();
    let people = asked.participant_ids.unwrap_or_default();
    let people: Vec<i64> = people.into_iter().map(|user| user.0).collect();
    floor
        .database
        .open_conversation(id, &people)
        .await
        .map_err(broken)?;
    Ok(reply(StatusCode::CREATED, json!({"id": id}).to_string().into()))
}

async fn send(floor: &Floor, request: Request<Incoming>) -> Result<Reply, Refusal> {
    let sender = whose(floor, &request)?;
    let asked: SendMessage = read(request).await?;
    let (waiting, committed) = oneshot::channel();
    let job = Job::new(
        (asked.conversation_id.0, sender),
        asked.text.unwrap_or_default(),
        asked.client_id,
        Answer::Request(waiting),
    );
    floor
        .writer
        .write(job.map_err(broken)?)
        .await
        .map_err(Refusal::Broken)?;
    let body = committed.await.map_err(broken)?;
    Ok(reply(StatusCode::CREATED, body.into()))
}

/// Answers the handshake; the session begins when that is written.
fn upgrade(floor: Arc<Floor>, mut request: Request<Incoming>) -> Result<Reply, Refusal> {
    let user = whose(&floor, &request)?;
    let follow = follow(request.uri().path(), request.uri().query().unwrap_or_default())
        .context("no door")
        .map_err(Refusal::Unreadable)?;
    let key = request.headers().get(SEC_WEBSOCKET_KEY);
    let key = key.context("no WebSocket key").map_err(Refusal::Unreadable)?;
    let accept = derive_accept_key(key.as_bytes());
    let upgrade = hyper::upgrade::on(&mut request);
    let tasks = floor.tasks.clone();
    tasks.spawn(session::attend(floor, upgrade, (user, follow)));
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(
        SEC_WEBSOCKET_ACCEPT,
        HeaderValue::try_from(accept).map_err(broken)?,
    );
    Ok(reply)
}

/// What a socket follows from the start, by its door.
fn follow(path: &str, query: &str) -> Option<Follow> {
    let option = |name| {
        let options = query.split('&').filter_map(|option| option.split_once('='));
        options
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next()
    };
    let door = path.strip_prefix(paths::SOCKET)?;
    if door.is_empty() {
        let manual = option("subscribe") == Some("manual");
        return Some(if manual { Follow::Nothing } else { Follow::All });
    }
    let id = door.strip_prefix("/conversations/")?.strip_suffix('/')?;
    let id: ConversationId = id.parse().ok()?;
    let after = option("after").map(str::parse).transpose().ok()?;
    Some(Follow::One(id.0, after))
}

fn broken(error: impl Into<anyhow::Error>) -> Refusal {
    Refusal::Broken(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_says_what_is_followed() {
        let id = Uuid::from_u128(7);
        let path = paths::conversation_socket(ConversationId(id));
        assert_eq!(follow(paths::SOCKET, "subscribe=all"), Some(Follow::All));
        assert_eq!(follow(paths::SOCKET, "subscribe=manual"), Some(Follow::Nothing));
        assert_eq!(follow(&path, ""), Some(Follow::One(id, None)));
        assert_eq!(follow(&path, "after=12"), Some(Follow::One(id, Some(12))));
        assert_eq!(follow(&path, "after=x"), None);
        assert_eq!(follow("/api/unet-chat/wsx", ""), None);
    }
}
