//! Lists for the clients that speak integers and poll.

use protocol::UserId;

/// In which order a person's conversations are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomOrder {
    /// The newest first.
    Creation,
    /// Where something was said last first.
    Activity,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows at most.
    pub limit: i64,
    /// Rows to skip before.
    pub offset: i64,
}

impl Window {
    /// The beginning of a list.
    pub const fn first(limit: i64) -> Self {
        Self { limit, offset: 0 }
    }
}

/// Where to begin to read back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Before {
    /// At the newest message.
    #[default]
    TheEnd,
    /// Below the message with this number.
    Number(i64),
}

impl Before {
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::TheEnd => i64::MAX,
            Self::Number(number) => number,
        }
    }
}

/// Who is in a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// How many.
    pub count: i64,
    /// The first of them, in the order of joining.
    pub first: Vec<UserId>,
}

/// Tells two states of a list apart: as long as nothing in it has changed, it is the same on every node of one
/// release. Of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp(pub u64);
