//! The doors: where the sockets are opened. The gateway serves them, load balancers route by them, clients dial them.

use crate::ConversationId;

/// One socket for everything a user has.
pub const SOCKET: &str = "/api/unet-chat/ws";

/// Mini Chat's door: one socket for one room, its number behind this.
pub const ROOM_SOCKETS: &str = "/ws/chat";

/// The seeds' door: one socket for one conversation.
pub fn conversation_socket(conversation: ConversationId) -> String {
    format!("{SOCKET}/conversations/{conversation}/")
}
