//! The names of things. Each id is a type of its own, so that no call can mix two of them up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = <$inner as FromStr>::Err;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id_type!(
    /// A user: an integer given at registration, ascending.
    UserId(i64)
);
id_type!(
    /// A conversation: a UUIDv7, so ids sort by creation.
    ConversationId(Uuid)
);
id_type!(
    /// A message: a UUIDv7. Order inside a conversation comes from [`Seq`] alone, never from this.
    MessageId(Uuid)
);
id_type!(
    /// An attachment: an integer, ascending.
    AttachmentId(i64)
);

id_type!(
    /// A notification: an integer, ascending.
    NotificationId(i64)
);

id_type!(
    /// An entry of the list of revoked tokens: an integer, ascending; zero comes before the first.
    RevocationId(i64)
);

/// The number of a change in its conversation: dense from 1, in commit order. [`Seq::ZERO`] means "nothing yet".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// Before the first change.
    pub const ZERO: Self = Self(0);

    /// The number that the change after this one takes.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
