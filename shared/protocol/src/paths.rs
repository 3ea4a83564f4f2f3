//! The doors: where the sockets are opened. The gateway serves them, load balancers route by them, clients dial them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{AttachmentId, ConversationId};

/// What a part of a path cannot hold as it is.
const NOT_IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One socket for everything a user has.
pub const SOCKET: &str = "/api/unet-chat/ws";

/// Mini Chat's door: one socket for one room, its number behind this.
pub const ROOM_SOCKETS: &str = "/ws/chat";

/// The seeds' door: one socket for one conversation.
pub fn conversation_socket(conversation: ConversationId) -> String {
    format!("{SOCKET}/conversations/{conversation}/")
}

/// Where an uploaded file is downloaded. The name is for people alone; the id finds it.
pub fn file(id: AttachmentId, name: &str) -> String {
    let name = utf8_percent_encode(name, NOT_IN_PATHS);
    format!("/api/unet-chat/attachments/{id}/file/{name}")
}
