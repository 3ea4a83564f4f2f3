//! Taking turns at reading a conversation's past.

use std::sync::Arc;

use protocol::ConversationId;
use tokio::sync::Mutex;

/// Turns that are taken independently. Two conversations that share one wait for each other's page, some milliseconds
/// in a storm; few enough that nothing has to be cleaned up.
const TURNS: usize = 256;

/// The right to read.
pub(crate) type Turn = Arc<Mutex<()>>;

/// See the module.
#[derive(Debug)]
pub(super) struct Turns(Vec<Turn>);

impl Default for Turns {
    fn default() -> Self {
        Self(std::iter::repeat_with(Turn::default).take(TURNS).collect())
    }
}

impl Turns {
    pub(super) fn of(&self, conversation: ConversationId) -> Turn {
        // The low bits of a UUIDv7 are random.
        self.0[conversation.0.as_u128() as usize % TURNS].clone()
    }
}
