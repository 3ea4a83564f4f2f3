//! Frames as the load generator reads and writes them: only the fields that it judges by, borrowed from the frame.
//!
//! Each message carries its own story: the text is `<intended microseconds> <index> xxx…`, and the `client_id`
//! is the same two, so that whoever hears it knows which send of the schedule it was and when it was due.

pub mod socketio;

use std::borrow::Cow;

use clap::ValueEnum;
use protocol::frames::{ClientFrame, NewMessage, Subscribe};
use protocol::models::MessageKind;
use protocol::{ConversationId, Seq, UserId};
use serde::{Deserialize, Serialize};

/// What the sockets speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// Unet Chat's own.
    #[default]
    Native,
    /// Socket.IO, to measure a server that is built with it: no resume and no membership changes.
    Socketio,
}

impl Protocol {
    /// Reads a server's frame.
    pub fn read(self, text: &str) -> Heard {
        match self {
            Self::Native => read(text),
            Self::Socketio => socketio::read(text),
        }
    }

    /// The frame that sends a message of `bytes` length.
    pub fn message(self, conversation: ConversationId, stamp: Stamp, bytes: usize) -> String {
        match self {
            Self::Native => message(conversation, stamp, bytes),
            Self::Socketio => socketio::message(conversation, stamp, bytes),
        }
    }

    /// What has to be answered to a frame for the connection to stay, if anything.
    pub fn pong(self, text: &str) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Socketio => socketio::pong(text),
        }
    }

    /// Whether a socket that comes back can say from where to go on.
    pub fn resumes(self) -> bool {
        self == Self::Native
    }
}

/// Which send of the schedule a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When it was due: microseconds on the meter's clock.
    pub intended_us: u64,
    /// Its index in the schedule.
    pub send: u32,
}

impl Stamp {
    /// The message's text, filled up to `bytes`; longer if the stamp alone is.
    pub fn text(self, bytes: usize) -> String {
        let Self { intended_us, send } = self;
        let stamp = format!("{intended_us} {send} ");
        format!("{stamp:x<bytes$}")
    }

    /// Reads a text back; `None` when it is not of this tool's making.
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let intended_us = words.next()?.parse().ok()?;
        let send = words.next()?.parse().ok()?;
        Some(Self { intended_us, send })
    }

    /// The send's `client_id`: unique per sender, also when an account takes part in several runs on one clock.
    pub fn client_id(self) -> String {
        format!("{}-{}", self.intended_us, self.send)
    }

    /// The index of the send that a `client_id` belongs to.
    fn of_client_id(client_id: &str) -> Option<u32> {
        let (_, send) = client_id.split_once('-')?;
        send.parse().ok()
    }
}

/// What a server's frame says to the checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// `message:new`. Without a stamp it is none of this run's.
    Message {
        /// Where.
        conversation: ConversationId,
        /// Its number.
        seq: Seq,
        /// Which send it is.
        stamp: Option<Stamp>,
    },
    /// `message:ack`.
    Ack {
        /// The send's index, if the `client_id` is one.
        send: Option<u32>,
        /// The number it got.
        seq: Seq,
    },
    /// `sync`: everything up to `head` has been sent.
    Sync {
        /// Where.
        conversation: ConversationId,
        /// What the socket now has.
        head: Seq,
    },
    /// `participant:removed`.
    Removed {
        /// Where.
        conversation: ConversationId,
        /// Whom.
        user: UserId,
        /// Its number; a socket that reads too slowly for its own removal is told without.
        seq: Option<Seq>,
    },
    /// Any other change of a conversation.
    Change {
        /// Where.
        conversation: ConversationId,
        /// Its number.
        seq: Seq,
    },
    /// `error`.
    Refused {
        /// The send that it answers, if any.
        send: Option<u32>,
        /// The conversation whose `subscribe` it answers, if any.
        subscribe: Option<ConversationId>,
        /// The stable word.
        code: String,
        /// Whether the same frame may succeed later.
        retryable: bool,
    },
    /// Any other type: not judged.
    Other,
    /// Not a frame of this protocol.
    Unreadable,
}

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    seq: Option<Seq>,
    #[serde(borrow, default)]
    payload: Payload<'a>,
}

/// The union of the fields that are judged, so that one pass over the text is enough.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    conversation_id: Option<ConversationId>,
    user_id: Option<UserId>,
    seq: Option<Seq>,
    head: Option<Seq>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    #[serde(borrow)]
    code: Cow<'a, str>,
    /// What [`subscribe`] put there.
    #[serde(rename = "ref")]
    reference: Option<ConversationId>,
    retryable: bool,
}

/// Reads a server's frame.
pub fn read(text: &str) -> Heard {
    match serde_json::from_str::<Frame<'_>>(text) {
        Ok(frame) => frame.heard().unwrap_or(Heard::Unreadable),
        Err(_) => read_kind(text),
    }
}

/// A frame whose payload is shaped otherwise is fine as long as its type is none of those that are judged.
fn read_kind(text: &str) -> Heard {
    #[derive(Deserialize)]
    struct Outer<'a> {
        #[serde(rename = "type", borrow)]
        kind: Cow<'a, str>,
    }
    match serde_json::from_str::<Outer<'_>>(text) {
        Ok(outer) if !JUDGED.contains(&outer.kind.as_ref()) => Heard::Other,
        _ => Heard::Unreadable,
    }
}

const JUDGED: [&str; 5] = [
    "message:new",
    "message:ack",
    "sync",
    "participant:removed",
    "error",
];

impl Frame<'_> {
    /// `None` when a judged type lacks a field, or names two different numbers.
    fn heard(self) -> Option<Heard> {
        let payload = self.payload;
        Some(match self.kind.as_ref() {
            "message:new" => {
                let seq = self.seq?;
                if payload.seq.is_some_and(|inner| inner != seq) {
                    return None;
                }
                // Nobody said it: "X added Y".
                if payload.kind == MessageKind::System.as_str() {
                    let conversation = payload.conversation_id?;
                    return Some(Heard::Change { conversation, seq });
                }
                Heard::Message {
                    conversation: payload.conversation_id?,
                    seq,
                    stamp: Stamp::read(&payload.text),
                }
            }
            "message:ack" => Heard::Ack {
                send: Stamp::of_client_id(&payload.client_id),
                seq: payload.seq?,
            },
            "sync" => Heard::Sync {
                conversation: payload.conversation_id?,
                head: payload.head?,
            },
            "error" => Heard::Refused {
                send: Stamp::of_client_id(&payload.client_id),
                subscribe: payload.reference,
                code: payload.code.into_owned(),
                retryable: payload.retryable,
            },
            "participant:removed" => Heard::Removed {
                conversation: payload.conversation_id?,
                user: payload.user_id?,
                seq: self.seq,
            },
            _ => match (payload.conversation_id, self.seq) {
                (Some(conversation), Some(seq)) => Heard::Change { conversation, seq },
                _ => Heard::Other,
            },
        })
    }
}

/// The frame that sends a message of `bytes` length.
pub fn message(conversation: ConversationId, stamp: Stamp, bytes: usize) -> String {
    encode(&Asked {
        frame: ClientFrame::MessageNew(new_message(conversation, stamp, bytes)),
        reference: None,
    })
}

fn new_message(conversation: ConversationId, stamp: Stamp, bytes: usize) -> NewMessage {
    NewMessage {
        conversation_id: Some(conversation),
        text: Some(stamp.text(bytes)),
        reply_to: None,
        client_id: Some(stamp.client_id()),
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
    }
}

/// The frame that follows a conversation, from `after` on. A refusal names the conversation again.
pub fn subscribe(conversation: ConversationId, after: Option<Seq>) -> String {
    encode(&Asked {
        frame: ClientFrame::Subscribe(Subscribe {
            conversation_id: conversation,
            after,
        }),
        reference: Some(conversation),
    })
}

#[derive(Serialize)]
struct Asked {
    #[serde(flatten)]
    frame: ClientFrame,
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    reference: Option<ConversationId>,
}

fn encode(frame: &impl Serialize) -> String {
    // Plain structs of text and numbers: there is nothing in them that JSON cannot say.
    serde_json::to_string(frame).unwrap_or_default()
}

#[cfg(test)]
mod tests;
