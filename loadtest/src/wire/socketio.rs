//! Socket.IO 4 over WebSocket alone: Engine.IO's packets (one digit) around Socket.IO's (another one, then JSON).
//!
//! The events are named as Unet Chat's frames and carry the same payloads, with the number in the payload, for an event
//! has no envelope. A send asks for Socket.IO's own acknowledgement, under its index in the schedule.

use std::borrow::Cow;

use protocol::ConversationId;
use protocol::frames::NewMessage;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::{Frame, Heard, JUDGED, Payload, Stamp, encode, new_message};

/// The door: the upgrade without the usual long polling before it.
pub const PATH: &str = "/socket.io/?EIO=4&transport=websocket";

/// Engine.IO's ping, which only servers send, and its answer.
const PING: &str = "2";
const PONG: &str = "3";

const CONNECT: &str = "40";
const EVENT: &str = "42";
const ACK: &str = "43";
const CONNECT_ERROR: &str = "44";

/// What kind of packet it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// The session is there.
    Open,
    /// The token was taken.
    Connected,
    /// The token was not taken.
    Refused,
    /// An event, with its JSON to follow.
    Event,
    /// An acknowledgement, with its number and JSON to follow.
    Ack,
    /// Anything else.
    Other,
}

/// Tells packets apart, without a look at their JSON.
pub fn packet(text: &str) -> Packet {
    match text.get(..EVENT.len()) {
        Some(EVENT) => Packet::Event,
        Some(ACK) => Packet::Ack,
        Some(CONNECT) => Packet::Connected,
        Some(CONNECT_ERROR) => Packet::Refused,
        Some("0{") => Packet::Open,
        _ => Packet::Other,
    }
}

/// The packet that shows an access token, and says which one conversation to follow if not all.
pub fn connect(token: &str, conversation: Option<ConversationId>) -> String {
    #[derive(Serialize)]
    struct Auth<'a> {
        token: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
    }
    CONNECT.to_owned() + &encode(&Auth { token, conversation })
}

/// The answer to a ping.
pub fn pong(text: &str) -> Option<&'static str> {
    (text == PING).then_some(PONG)
}

/// The packet that sends a message of `bytes` length.
pub fn message(conversation: ConversationId, stamp: Stamp, bytes: usize) -> String {
    #[derive(Serialize)]
    struct Event(&'static str, NewMessage);
    let event = Event("message:new", new_message(conversation, stamp, bytes));
    format!("{EVENT}{}{}", stamp.send, encode(&event))
}

/// Reads a server's packet.
pub fn read(text: &str) -> Heard {
    match packet(text) {
        Packet::Event => read_event(&text[EVENT.len()..]),
        Packet::Ack => read_ack(&text[ACK.len()..]).unwrap_or(Heard::Unreadable),
        Packet::Open | Packet::Connected | Packet::Refused | Packet::Other => Heard::Unreadable,
    }
}

#[derive(Deserialize)]
struct Event<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Payload<'a>);

fn read_event(json: &str) -> Heard {
    #[derive(Deserialize)]
    struct Outer<'a>(#[serde(borrow)] Cow<'a, str>, IgnoredAny);
    if let Ok(Event(kind, payload)) = serde_json::from_str(json) {
        let seq = payload.seq;
        let frame = Frame { kind, seq, payload };
        return frame.heard().unwrap_or(Heard::Unreadable);
    }
    // As with frames: another shape is fine where nothing is judged by it.
    match serde_json::from_str(json) {
        Ok(Outer(kind, _)) if !JUDGED.contains(&kind.as_ref()) => Heard::Other,
        _ => Heard::Unreadable,
    }
}

fn read_ack(text: &str) -> Option<Heard> {
    let (send, json) = text.split_at_checked(text.find('[')?)?;
    let (payload,): (Payload<'_>,) = serde_json::from_str(json).ok()?;
    Some(Heard::Ack {
        send: send.parse().ok(),
        seq: payload.seq?,
    })
}

#[cfg(test)]
mod tests;
