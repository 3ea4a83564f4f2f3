//! Taking a client's frame apart.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::ClientFrame;

/// A client's frame, taken apart: what it asks, and the `ref` that an error answer repeats.
#[derive(Debug, PartialEq)]
pub struct Asked {
    /// What the client says.
    pub frame: ClientFrame,
    /// The client's own mark for this frame.
    pub reference: Option<serde_json::Value>,
}

/// Why a client's frame could not be read.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum FrameError {
    /// Not JSON, not an object, or without a `type`.
    #[error("the frame is not a JSON object with a \"type\": {detail}")]
    Malformed {
        /// What the parser said.
        detail: String,
    },
    /// A type that this server does not know.
    #[error("unknown frame type {kind:?}")]
    Unknown {
        /// The type as sent, cut to a sane length.
        kind: String,
        /// The client's own mark.
        reference: Option<serde_json::Value>,
    },
    /// A known type with a payload that does not fit it.
    #[error("the payload does not fit the frame's type: {detail}")]
    Payload {
        /// What the parser said.
        detail: String,
        /// The client's own mark.
        reference: Option<serde_json::Value>,
    },
}

/// Of an unknown frame type this many characters are repeated in the error.
const UNKNOWN_TYPE_SHOWN_CHARS: usize = 64;

impl ClientFrame {
    /// Reads a text frame.
    pub fn decode(text: &str) -> Result<Asked, FrameError> {
        #[derive(Deserialize)]
        struct Outer<'a> {
            #[serde(rename = "type")]
            kind: String,
            #[serde(default, borrow)]
            payload: Option<&'a RawValue>,
            #[serde(rename = "ref", default)]
            reference: Option<serde_json::Value>,
        }
        let outer: Outer<'_> = serde_json::from_str(text).map_err(|error| FrameError::Malformed {
            detail: error.to_string(),
        })?;
        let reference = outer.reference;
        let payload = outer.payload.map_or("{}", RawValue::get);
        match Self::of_type(&outer.kind, payload) {
            Ok(Some(frame)) => Ok(Asked { frame, reference }),
            Ok(None) => {
                let kind = outer.kind.chars().take(UNKNOWN_TYPE_SHOWN_CHARS).collect();
                Err(FrameError::Unknown { kind, reference })
            }
            Err(error) => Err(FrameError::Payload {
                detail: error.to_string(),
                reference,
            }),
        }
    }

    fn of_type(kind: &str, payload: &str) -> Result<Option<Self>, serde_json::Error> {
        Ok(Some(match kind {
            "message:new" => Self::MessageNew(serde_json::from_str(payload)?),
            "message:edit" => Self::MessageEdit(serde_json::from_str(payload)?),
            "message:delete" => Self::MessageDelete(serde_json::from_str(payload)?),
            "message:react" => Self::MessageReact(serde_json::from_str(payload)?),
            "message:read" => Self::MessageRead(serde_json::from_str(payload)?),
            "subscribe" => Self::Subscribe(serde_json::from_str(payload)?),
            "unsubscribe" => Self::Unsubscribe(serde_json::from_str(payload)?),
            "auth" => Self::Auth(serde_json::from_str(payload)?),
            "typing" => Self::Typing(serde_json::from_str(payload)?),
            "ping" => Self::Ping,
            _ => return Ok(None),
        }))
    }
}
