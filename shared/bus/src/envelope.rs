//! What travels on the bus, and its binary form.
//!
//! A fixed header and then the frame to the end, all numbers big endian: `version u8 | kind u8 | subject i64 |
//! conversation 16 bytes | seq i64 | committed_at i64 (microseconds since 1970) | frame`. The gateway reads the
//! header and never the frame. The subject is the person that a kind names, and 0 for the kinds that name nobody.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use chrono::DateTime;
use protocol::{ConversationId, Seq, Timestamp, UserId};
use uuid::Uuid;

/// The version of the header. A receiver that meets another treats the envelope as missed and reads the store, so
/// nodes of two versions can run side by side during a deploy.
const VERSION: u8 = 1;

/// Bytes before the frame.
pub const HEADER_BYTES: usize = 1 + 1 + 8 + 16 + 8 + 8;

/// What a gateway must know of a frame without reading its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A change that every participant sees.
    Change,
    /// A change: this person is in the conversation from now on.
    Joined(UserId),
    /// A change: this person sees nothing above this `seq`.
    Left(UserId),
    /// The last change: the conversation is gone.
    Deleted,
    /// No frame: the conversation's head is at least `seq`; whoever has less reads the store.
    Head,
    /// A frame without a number that every participant may see but this person: it is passed on to whoever has room
    /// for it, and never again.
    Passing {
        /// Whose sockets are left out.
        except: Option<UserId>,
    },
    /// A frame without a number, on a person's topic: for all of their sockets that follow everything.
    Personal,
    /// No frame, on a person's topic: some of their tokens were revoked; whoever let them in looks at the list.
    Revoked,
}

/// One change of one conversation, encoded once by the writer and shared by every receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The conversation that changed.
    pub conversation: ConversationId,
    /// The number that the change took.
    pub seq: Seq,
    /// What the change means for delivery.
    pub kind: Kind,
    /// When the change was committed; its distance from delivery is the lag.
    pub committed_at: Timestamp,
    /// JSON text, shared by every receiver; empty for [`Kind::Head`] and [`Kind::Revoked`].
    pub frame: Bytes,
}

/// Why bytes from the wire are no envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Shorter than the header.
    #[error("{0} bytes are too few for an envelope")]
    Short(usize),
    /// From a node that speaks another version.
    #[error("envelope version {0} is not known")]
    Version(u8),
    /// A kind that this version does not have.
    #[error("envelope kind {0} is not known")]
    Kind(u8),
    /// A person where the kind names nobody.
    #[error("envelope kind {0} has no subject")]
    Subject(u8),
    /// A moment outside the calendar.
    #[error("envelope moment {0} is out of range")]
    Moment(i64),
}

impl Kind {
    fn to_parts(self) -> (u8, UserId) {
        match self {
            Self::Change => (0, UserId(0)),
            Self::Joined(user) => (1, user),
            Self::Left(user) => (2, user),
            Self::Deleted => (3, UserId(0)),
            Self::Head => (4, UserId(0)),
            Self::Revoked => (5, UserId(0)),
            Self::Passing { except } => (6, except.unwrap_or(UserId(0))),
            Self::Personal => (7, UserId(0)),
        }
    }

    fn from_parts(kind: u8, subject: UserId) -> Result<Self, EnvelopeError> {
        match (kind, subject) {
            (0, UserId(0)) => Ok(Self::Change),
            (1, user) => Ok(Self::Joined(user)),
            (2, user) => Ok(Self::Left(user)),
            (3, UserId(0)) => Ok(Self::Deleted),
            (4, UserId(0)) => Ok(Self::Head),
            (5, UserId(0)) => Ok(Self::Revoked),
            (6, user) => Ok(Self::Passing {
                except: (user != UserId(0)).then_some(user),
            }),
            (7, UserId(0)) => Ok(Self::Personal),
            (0 | 3 | 4 | 5 | 7, _) => Err(EnvelopeError::Subject(kind)),
            _ => Err(EnvelopeError::Kind(kind)),
        }
    }
}

impl Envelope {
    /// The binary form; copies the frame once.
    pub fn encode(&self) -> Bytes {
        let (kind, UserId(subject)) = self.kind.to_parts();
        let mut wire = BytesMut::with_capacity(HEADER_BYTES + self.frame.len());
        wire.put_u8(VERSION);
        wire.put_u8(kind);
        wire.put_i64(subject);
        wire.put_slice(self.conversation.0.as_bytes());
        wire.put_i64(self.seq.0);
        wire.put_i64(self.committed_at.utc().timestamp_micros());
        wire.put_slice(&self.frame);
        wire.freeze()
    }

    /// Reads the binary form; the frame is a slice of `wire`, not a copy.
    pub fn decode(mut wire: Bytes) -> Result<Self, EnvelopeError> {
        if wire.len() < HEADER_BYTES {
            return Err(EnvelopeError::Short(wire.len()));
        }
        let version = wire.get_u8();
        if version != VERSION {
            return Err(EnvelopeError::Version(version));
        }
        let kind = wire.get_u8();
        let kind = Kind::from_parts(kind, UserId(wire.get_i64()))?;
        let conversation = ConversationId(Uuid::from_u128(wire.get_u128()));
        let seq = Seq(wire.get_i64());
        let micros = wire.get_i64();
        let committed_at = DateTime::from_timestamp_micros(micros)
            .ok_or(EnvelopeError::Moment(micros))?
            .into();
        Ok(Self {
            conversation,
            seq,
            kind,
            committed_at,
            frame: wire,
        })
    }
}

#[cfg(test)]
mod tests;
