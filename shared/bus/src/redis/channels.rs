//! How topics are spelt on Redis: `{prefix}:c:{uuid}`, `{prefix}:u:{id}`, `{prefix}:all`; and this node's canary.

use std::sync::Arc;

use protocol::{ConversationId, UserId};
use uuid::Uuid;

use crate::Topic;

/// The names of one node of one install. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    prefix: Arc<str>,
    canary: Arc<str>,
}

impl Channels {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.into(),
            canary: format!("{prefix}:canary:{}", Uuid::new_v4()).into(),
        }
    }

    pub(super) fn name(&self, topic: Topic) -> String {
        match topic {
            Topic::Conversation(id) => format!("{}:c:{id}", self.prefix),
            Topic::User(id) => format!("{}:u:{id}", self.prefix),
            Topic::Everyone => format!("{}:all", self.prefix),
        }
    }

    /// The topic that [`Channels::name`] spells so.
    pub(super) fn topic(&self, channel: &[u8]) -> Option<Topic> {
        let name = std::str::from_utf8(channel)
            .ok()?
            .strip_prefix(&*self.prefix)?
            .strip_prefix(':')?;
        if name == "all" {
            return Some(Topic::Everyone);
        }
        match name.split_once(':')? {
            ("c", id) => id.parse().ok().map(|id| Topic::Conversation(ConversationId(id))),
            ("u", id) => id.parse().ok().map(|id| Topic::User(UserId(id))),
            _ => None,
        }
    }

    /// The channel that only this node publishes on and listens to.
    pub(super) fn canary(&self) -> &str {
        &self.canary
    }

    /// A key of the leases: `{prefix}:presence:{part}`.
    pub(super) fn presence(&self, part: &str) -> String {
        format!("{}:presence:{part}", self.prefix)
    }

    /// What every claim's key begins with.
    pub(super) fn claims(&self) -> String {
        format!("{}:claim:", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_survives_its_channel_name() {
        let channels = Channels::new("chat:blue");
        for topic in [
            Topic::Everyone,
            Topic::User(UserId(-7)),
            Topic::Conversation(ConversationId(Uuid::from_u128(7))),
        ] {
            assert_eq!(channels.topic(channels.name(topic).as_bytes()), Some(topic));
        }
        assert_eq!(channels.name(Topic::User(UserId(7))), "chat:blue:u:7");
    }

    #[test]
    fn the_names_of_others_are_no_topics() {
        let channels = Channels::new("chat");
        for name in [
            "",
            "chat",
            "chat:u:",
            "chat:u:x",
            "chatty:u:7",
            "chat:c:7",
            "chat:canary:7",
            "chat:all:7",
            "other:u:7",
        ] {
            assert_eq!(channels.topic(name.as_bytes()), None, "{name}");
        }
        assert_eq!(channels.topic(&[0xff]), None);
    }
}
