//! Somebody with an account, and plain HTTP.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::accounts::Accounts;
use crate::answer::Answer;
use crate::kstu::Kstu;
use crate::mini::Mini;
use crate::oko::Oko;
use crate::socket::{self, Refused, Socket};

/// How long anything may take before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Name and value of a header.
pub(crate) type Header<'a> = (&'a str, String);

#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
    api: String,
    gateway: String,
    http: Client,
}

impl Person {
    /// Somebody without an account.
    pub(crate) fn nobody(api: &str, gateway: &str) -> Self {
        // The seeds' clients lose their token in a redirect, so no answer may be one.
        let http = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        Self {
            id: 0,
            username: String::new(),
            access: String::new(),
            refresh: String::new(),
            api: api.to_owned(),
            gateway: gateway.to_owned(),
            http,
        }
    }

    /// The same, after a registration or a login that was answered like this.
    pub(crate) fn signed_in(&self, answered: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Self {
            id: answered["user"]["id"].as_i64().expect("an id"),
            username: text(&answered["user"]["username"]),
            access: text(&answered["tokens"]["access"]),
            refresh: text(&answered["tokens"]["refresh"]),
            ..self.clone()
        }
    }

    /// The same person with another access token.
    pub(crate) fn with_access(&self, access: &str) -> Self {
        Self {
            access: access.to_owned(),
            ..self.clone()
        }
    }

    /// The same person at another person's nodes.
    pub(crate) fn beside(&self, other: &Self) -> Self {
        Self {
            api: other.api.clone(),
            gateway: other.gateway.clone(),
            ..self.clone()
        }
    }

    /// Who this is, as `user` stands in the bodies of accounts and of the Mini dialect.
    pub(crate) fn user(&self) -> Value {
        json!({
            "id": self.id, "username": self.username, "email": format!("{}@example.org", self.username),
            "first_name": crate::cluster::name_of(&self.username), "last_name": "Тестова",
        })
    }

    pub(crate) fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    pub(crate) fn kstu(&self) -> Kstu<'_> {
        Kstu(self)
    }

    pub(crate) fn oko(&self) -> Oko<'_> {
        Oko(self)
    }

    pub(crate) fn mini(&self) -> Mini<'_> {
        Mini(self)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    /// With the token in `Authorization`, when there is one; a body other than null goes as JSON.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let bearer = ("authorization", format!("Bearer {}", self.access));
        let headers = if self.access.is_empty() {
            Vec::new()
        } else {
            vec![bearer]
        };
        self.call_with(&headers, method, path, body).await
    }

    /// With these headers and no token but what is in them.
    pub(crate) async fn call_with(
        &self,
        headers: &[Header<'_>],
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        let body = (!body.is_null()).then(|| ("application/json", body.to_string().into_bytes()));
        self.raw(headers, (method, path), body).await
    }

    /// With a body of any kind: its content type and its bytes.
    pub(crate) async fn raw(
        &self,
        headers: &[Header<'_>],
        (method, path): (Method, &str),
        body: Option<(&str, Vec<u8>)>,
    ) -> Answer {
        let asked = format!("{} {method} {path}", self.username);
        let mut request = self.http.request(method, format!("http://{}{path}", self.api));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if let Some((kind, bytes)) = body {
            request = request.header("content-type", kind).body(bytes);
        }
        Answer::read(asked, request.send().await.expect("an answer")).await
    }

    /// Opens a socket of a path that says who this is.
    pub(crate) async fn try_open(&self, path: &str, headers: &[Header<'_>]) -> Result<Socket, Refused> {
        socket::open(&self.gateway, path, headers).await
    }

    /// As [`Person::try_open`], for a socket that must be let in.
    pub(crate) async fn open(&self, path: &str, headers: &[Header<'_>]) -> Socket {
        match self.try_open(path, headers).await {
            Ok(socket) => socket,
            Err(refused) => panic!("{path} was refused: {refused:?}"),
        }
    }
}
