//! The sockets for programs: an AsyncAPI 3 document, written from the very types that the frames are read and written
//! by. `docs/asyncapi.json` is this; API nodes serve it beside the OpenAPI document.
//!
//! It describes the server: what it `send`s is a [`ServerFrame`], what it `receive`s a [`ClientFrame`]. Each frame is
//! a schema of its own (`ServerMessageNew`, `ClientPing`), and each direction a union of them, so that a generator of
//! types has everything below `components.schemas`.

mod examples;
mod frames;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::frames::Frame;
use crate::close::CloseCode;
use crate::frames::{ClientFrame, ServerFrame};
use crate::paths;

pub use self::examples::{client as client_examples, server as server_examples};

/// The version of AsyncAPI that the document is written in.
const VERSION: &str = "3.0.0";

/// The version of the bindings for WebSockets.
const BINDING_VERSION: &str = "0.1.0";

/// Where a node stands unless its installation says otherwise.
const HOST: &str = "127.0.0.1:8000";

const DESCRIPTION: &str = "One JSON text frame for each thing that is said. The document describes the server: it \
    sends server frames and receives client frames. In which order they come, and what the numbers promise, stands in \
    docs/protocol.md. Clients ignore types and fields that they do not know.";

/// What a conversation's own door refuses: it ends with its conversation.
const NOT_AT_ONE_CONVERSATION: &str = "unsubscribe";

/// The document as the repository keeps it in `docs/asyncapi.json`.
pub fn text() -> String {
    format!("{:#}\n", document())
}

/// The document.
pub fn document() -> Value {
    let server = frames::of_server();
    let client = frames::of_client();
    let schemas = frames::schemas(&server, &client);
    let messages: Map<String, Value> = server
        .iter()
        .chain(&client)
        .map(|frame| (frame.name.clone(), frame.message()))
        .collect();
    let doors = doors();
    let mut channels = Map::new();
    let mut operations = Map::new();
    for door in &doors {
        let taken: Vec<&Frame> = client.iter().filter(|frame| door.takes(&frame.kind)).collect();
        let said: Vec<&Frame> = server.iter().collect();
        channels.insert(door.name.into(), door.channel(said.iter().chain(&taken)));
        operations.insert(format!("{}Says", door.name), door.operation("send", &said));
        operations.insert(format!("{}Takes", door.name), door.operation("receive", &taken));
    }
    json!({
        "asyncapi": VERSION,
        "info": {
            "title": "Unet Chat",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": env!("CARGO_PKG_LICENSE") },
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages, "schemas": schemas },
        "x-close-codes": close_codes(),
    })
}

fn servers() -> Value {
    let host = json!({ "default": HOST, "description": "The host and port of the installation." });
    let server =
        |protocol: &str| json!({ "host": "{host}", "protocol": protocol, "variables": { "host": host } });
    json!({ "plain": server("ws"), "behindTls": server("wss") })
}

fn close_codes() -> Vec<Value> {
    CloseCode::ALL
        .into_iter()
        .map(|code| json!({ "number": code.number(), "code": code.word(), "may_resume": code.may_resume() }))
        .collect()
}

/// One place where a socket is opened.
struct Door {
    name: &'static str,
    address: String,
    summary: &'static str,
    parameters: BTreeMap<&'static str, Value>,
    query: BTreeMap<&'static str, Value>,
    refuses: Option<&'static str>,
}

fn doors() -> [Door; 2] {
    let ticket =
        json!({ "type": "string", "description": "Single-use, from `POST /api/unet-chat/tickets/`." });
    let subscribe = json!({
        "type": "string",
        "const": "manual",
        "description": "Only what `subscribe` asks for is joined; otherwise all conversations, new ones as they come.",
    });
    let after = json!({
        "type": "integer",
        "minimum": 0,
        "description": "The number that the client has; everything newer is sent first.",
    });
    let id = json!({ "description": "The conversation's id, a UUID." });
    [
        Door {
            name: "everything",
            address: paths::SOCKET.into(),
            summary: "One socket for everything that a user has.",
            parameters: BTreeMap::new(),
            query: BTreeMap::from([("subscribe", subscribe), ("ticket", ticket.clone())]),
            refuses: None,
        },
        Door {
            name: "conversation",
            address: format!("{}/conversations/{{conversation_id}}/", paths::SOCKET),
            summary: "One conversation, joined at once; the socket ends with it.",
            parameters: BTreeMap::from([("conversation_id", id)]),
            query: BTreeMap::from([("after", after), ("ticket", ticket)]),
            refuses: Some(NOT_AT_ONE_CONVERSATION),
        },
    ]
}

impl Door {
    fn takes(&self, kind: &str) -> bool {
        self.refuses != Some(kind)
    }

    fn channel<'a>(&self, frames: impl Iterator<Item = &'a &'a Frame>) -> Value {
        let messages: Map<String, Value> = frames
            .map(|frame| {
                (
                    frame.name.clone(),
                    reference("#/components/messages", &frame.name),
                )
            })
            .collect();
        let mut channel = json!({
            "address": self.address,
            "summary": self.summary,
            "messages": messages,
            "bindings": { "ws": {
                "method": "GET",
                "query": { "type": "object", "properties": self.query },
                "bindingVersion": BINDING_VERSION,
            } },
        });
        if !self.parameters.is_empty() {
            channel["parameters"] = json!(self.parameters);
        }
        channel
    }

    fn operation(&self, action: &str, frames: &[&Frame]) -> Value {
        let messages = format!("#/channels/{}/messages", self.name);
        let named = frames.iter().map(|frame| reference(&messages, &frame.name));
        json!({
            "action": action,
            "channel": reference("#/channels", self.name),
            "messages": named.collect::<Vec<_>>(),
        })
    }
}

fn reference(place: &str, name: &str) -> Value {
    json!({ "$ref": format!("{place}/{name}") })
}

#[cfg(test)]
mod tests;
