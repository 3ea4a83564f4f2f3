//! What the gateways are told of people who came and went, on the topic that all of them follow.

use bus::{Envelope, Kind, Topic};
use bytes::Bytes;
use protocol::frames::PersonPresence;
use protocol::{ConversationId, Seq, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Conversations named in one envelope, unless a single person has more: about a hundred kilobytes.
const CONVERSATIONS_PER_ENVELOPE: usize = 2_000;

/// People who came or went. Every gateway passes it on to the seats that it has in those conversations.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct News {
    /// Each person once.
    pub told: Vec<Told>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// As they are now.
    pub person: PersonPresence,
    /// Where others may know it.
    pub conversations: Vec<ConversationId>,
}

impl News {
    /// Reads what [`Topic::Everyone`] brought; `None` if it is something else.
    pub fn decode(envelope: &Envelope) -> Option<Self> {
        serde_json::from_slice(&envelope.frame).ok()
    }

    fn encode(&self, at: Timestamp) -> Option<(Topic, Envelope)> {
        let frame = Bytes::from(serde_json::to_vec(self).ok()?);
        let envelope = Envelope {
            conversation: ConversationId(Uuid::nil()),
            seq: Seq(0),
            kind: Kind::Passing { except: None },
            committed_at: at,
            frame,
        };
        Some((Topic::Everyone, envelope))
    }
}

/// In envelopes of a bearable size; nobody is divided.
pub(super) fn envelopes(told: Vec<Told>) -> Vec<(Topic, Envelope)> {
    let mut packed = Vec::new();
    let mut news = News::default();
    let mut size = 0;
    for one in told {
        if size > 0 && size + one.conversations.len() > CONVERSATIONS_PER_ENVELOPE {
            packed.push(std::mem::take(&mut news));
            size = 0;
        }
        size += one.conversations.len();
        news.told.push(one);
    }
    packed.push(news);
    let seal = |news: News| {
        let at = news.told.first()?.person.last_seen?;
        news.encode(at)
    };
    packed.into_iter().filter_map(seal).collect()
}

#[cfg(test)]
mod tests {
    use protocol::UserId;

    use super::*;

    fn told(user: i64, conversations: usize) -> Told {
        Told {
            person: PersonPresence {
                user_id: UserId(user),
                is_online: true,
                last_seen: Some(chrono::DateTime::UNIX_EPOCH.into()),
            },
            conversations: vec![ConversationId(Uuid::from_u128(7)); conversations],
        }
    }

    #[test]
    fn many_people_are_told_in_few_envelopes_and_nobody_is_divided() {
        let people: Vec<_> = (1..=5).map(|user| told(user, 900)).collect();
        let sealed = envelopes(people.clone());
        assert!(sealed.iter().all(|(topic, _)| *topic == Topic::Everyone));
        let news: Vec<_> = sealed
            .iter()
            .map(|(_, sealed)| News::decode(sealed).unwrap())
            .collect();
        assert_eq!(
            news.iter().map(|news| news.told.len()).collect::<Vec<_>>(),
            [2, 2, 1]
        );
        assert_eq!(
            news.into_iter().flat_map(|news| news.told).collect::<Vec<_>>(),
            people
        );
        assert_eq!(envelopes(vec![told(1, 5_000), told(2, 1)]).len(), 2);
        assert!(envelopes(vec![]).is_empty());
    }
}
