//! Opening and deleting conversations, and what every change of one begins and ends with.

use std::collections::BTreeSet;

use bus::Topic;
use protocol::models::{Conversation, ConversationType};
use protocol::requests::CreateConversation;
use protocol::{ConversationId, Seq, UserId, limits};
use store::{Change, Created, Locked, NewConversation, OutboxId};
use uuid::Uuid;

use crate::announce;
use crate::contention::retried;
use crate::error::Violation;
use crate::permit::{self, Actor};
use crate::publisher::Commit;
use crate::{Chat, ChatError, text};

/// The service whose conversations exist once for each `service_id`.
pub(crate) const ORDER_SERVICE: &str = "order";

/// Where a conversation stands when it is made: the creation takes no number.
const BEFORE_THE_FIRST: Seq = Seq(0);

/// A conversation that the caller asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// It, with its participants.
    pub conversation: Conversation,
    /// Whether it had to be made; `false`: the pair or the order had one already.
    pub is_new: bool,
}

impl Chat {
    /// Opens a conversation with the caller in it. A private pair has one at most, and so has an order: the existing
    /// one is answered, however many ask at once.
    pub async fn create_conversation(
        &self,
        creator: UserId,
        request: CreateConversation,
    ) -> Result<Opened, ChatError> {
        self.open(prepared(creator, request)?).await
    }

    /// The same after the checks that need no database.
    pub(crate) async fn open(&self, new: NewConversation) -> Result<Opened, ChatError> {
        self.require_users(&new.participants).await?;
        let created = self.store.create_conversation(&new, self.clock.now()).await?;
        let id = match created {
            Created::New { id, .. } | Created::Existing(id) => id,
            Created::Screened => return Err(ChatError::ContactData),
        };
        let conversation = self
            .store
            .conversation(id)
            .await?
            .ok_or(ChatError::NoConversation)?;
        match created {
            Created::New { outbox, .. } => self.tell_participants(&conversation, &new.participants, outbox),
            Created::Existing(_) if is_in(&conversation, new.created_by) => {}
            Created::Existing(_) | Created::Screened => {
                return Err(ChatError::Conflict(
                    "this order has a conversation that you are not in",
                ));
            }
        }
        Ok(Opened {
            conversation,
            is_new: matches!(created, Created::New { .. }),
        })
    }

    /// Deletes a conversation for everybody in it.
    pub async fn delete_conversation(&self, actor: UserId, id: ConversationId) -> Result<(), ChatError> {
        retried(|| async {
            let (mut locked, actor) = self.lock_as(actor, id).await?;
            permit::delete_conversation(actor, locked.conversation().kind)?;
            let change = locked.delete_conversation(self.clock.now()).await?;
            self.commit(locked, vec![change]).await
        })
        .await?;
        self.files_may_be_doomed();
        Ok(())
    }

    /// Commits what was done under the lock, then announces it.
    pub(crate) async fn commit(&self, locked: Locked, changes: Vec<Change>) -> Result<(), ChatError> {
        self.commit_and_tell(locked, changes, None).await
    }

    /// The same, and shows the conversation to a person who is new in it. Both go to the bus as one commit: its row
    /// stays in the outbox until both were taken.
    pub(crate) async fn commit_and_tell(
        &self,
        locked: Locked,
        changes: Vec<Change>,
        newcomer: Option<(UserId, Conversation)>,
    ) -> Result<(), ChatError> {
        let outbox = locked.commit(self.clock.now()).await?;
        let committed_at = self.clock.now();
        let changes = changes.iter().map(|change| {
            (
                Topic::Conversation(change.conversation),
                announce::change(change, committed_at),
            )
        });
        let shown = newcomer.map(|(user, shown)| announce::conversation_for(user, &shown, committed_at));
        self.publisher.publish(Commit {
            frames: changes.chain(shown).collect(),
            outbox,
        });
        Ok(())
    }

    /// Locks a conversation and says what the caller is in it.
    pub(crate) async fn lock_as(
        &self,
        user: UserId,
        id: ConversationId,
    ) -> Result<(Locked, Actor), ChatError> {
        let mut locked = self.store.lock(id).await?.ok_or(ChatError::NoConversation)?;
        let role = locked
            .participant(user)
            .await?
            .map(|participant| participant.role);
        Ok((locked, Actor { user, role }))
    }

    /// 404 for what does not exist, 403 for what is not the caller's.
    pub(crate) async fn require_participant(
        &self,
        user: UserId,
        id: ConversationId,
    ) -> Result<(), ChatError> {
        let standing = self
            .store
            .standing(id, user)
            .await?
            .filter(|standing| !standing.is_deleted);
        let standing = standing.ok_or(ChatError::NoConversation)?;
        permit::read(Actor {
            user,
            role: standing.role,
        })
    }

    /// Tells people's sockets about a conversation that was made with them in it.
    fn tell_participants(&self, conversation: &Conversation, users: &[UserId], outbox: OutboxId) {
        // Frames show the conversation, not the list of everybody in it: a large group would not fit. And they show it
        // as it was made: what happened in it since is still to come.
        let shown = Conversation {
            participants: None,
            last_seq: BEFORE_THE_FIRST,
            last_message: None,
            ..conversation.clone()
        };
        let at = self.clock.now();
        let frames = users
            .iter()
            .map(|&user| announce::conversation_for(user, &shown, at))
            .collect();
        self.publisher.publish(Commit {
            frames,
            outbox: Some(outbox),
        });
    }

    async fn require_users(&self, ids: &[UserId]) -> Result<(), ChatError> {
        let found: BTreeSet<_> = self
            .store
            .users(ids)
            .await?
            .into_iter()
            .map(|user| user.id)
            .collect();
        let unknown: Vec<_> = ids
            .iter()
            .filter(|id| !found.contains(id))
            .map(ToString::to_string)
            .take(UNKNOWN_SHOWN)
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(ChatError::invalid(
            "participant_ids",
            format!("no such user: {}", unknown.join(", ")),
        ))
    }
}

/// Unknown people that an error names; the rest is more of the same.
const UNKNOWN_SHOWN: usize = 10;

fn is_in(conversation: &Conversation, user: UserId) -> bool {
    conversation
        .participants
        .iter()
        .flatten()
        .any(|participant| participant.user_id == user)
}

/// The request after all checks that need no database.
fn prepared(creator: UserId, request: CreateConversation) -> Result<NewConversation, ChatError> {
    let mut participants: BTreeSet<_> = request.participant_ids.unwrap_or_default().into_iter().collect();
    participants.insert(creator);
    let mut violations = Vec::new();
    let mut optional = |field, value, max| {
        text::optional(field, value, max).unwrap_or_else(|violation| {
            violations.push(violation);
            None
        })
    };
    let title = optional("title", request.title, limits::TITLE_CHARS);
    let description = optional("description", request.description, limits::DESCRIPTION_CHARS);
    let service = optional("service", request.service, limits::SERVICE_CHARS);
    let service_id = optional("service_id", request.service_id, limits::SERVICE_CHARS);
    let (service, service_id) = named_as_once(service, service_id);
    if request.kind == ConversationType::Private && participants.len() > 2 {
        let detail = "a private conversation has one other person; make a group for more";
        violations.push(Violation::new("participant_ids", detail));
    }
    if participants.len() > limits::PARTICIPANTS {
        let detail = format!("a conversation holds at most {} people", limits::PARTICIPANTS);
        violations.push(Violation::new("participant_ids", detail));
    }
    if service.as_deref() == Some(ORDER_SERVICE) && service_id.is_none() {
        violations.push(Violation::new(
            "service_id",
            "an order's conversation needs the order's id",
        ));
    }
    if !violations.is_empty() {
        return Err(ChatError::Invalid(violations));
    }
    let direct_key = (request.kind == ConversationType::Private)
        .then(|| direct_key(&participants, service.as_deref(), service_id.as_deref()));
    Ok(NewConversation {
        id: ConversationId(Uuid::now_v7()),
        kind: request.kind,
        title,
        description,
        created_by: creator,
        service,
        service_id,
        direct_key,
        participants: participants.into_iter().collect(),
    })
}

/// An order is one however it is spelled: `Order`, `007` and `+7` are the order 7.
fn named_as_once(service: Option<String>, service_id: Option<String>) -> (Option<String>, Option<String>) {
    let is_order = service
        .as_deref()
        .is_some_and(|service| service.eq_ignore_ascii_case(ORDER_SERVICE));
    if !is_order {
        return (service, service_id);
    }
    let number = |id: String| id.parse::<i64>().map_or(id, |number| number.to_string());
    (Some(ORDER_SERVICE.to_owned()), service_id.map(number))
}

/// The same for both sides: a pair has one private conversation, and one more for each thing it is about.
fn direct_key(pair: &BTreeSet<UserId>, service: Option<&str>, service_id: Option<&str>) -> String {
    let people: Vec<_> = pair.iter().map(ToString::to_string).collect();
    let people = people.join(":");
    match (service, service_id) {
        (None, None) => people,
        (service, service_id) => {
            format!("{people}:{}", serde_json::json!([service, service_id]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: ConversationType, ids: &[i64]) -> CreateConversation {
        CreateConversation {
            kind,
            title: None,
            description: None,
            participant_ids: Some(ids.iter().copied().map(UserId).collect()),
            service: None,
            service_id: None,
        }
    }

    #[test]
    fn the_callers_own_id_may_be_named_repeated_or_left_out() {
        for ids in [&[1, 2][..], &[2], &[1, 1, 2, 2]] {
            let new = prepared(UserId(1), request(ConversationType::Private, ids)).unwrap();
            assert_eq!(new.participants, [UserId(1), UserId(2)]);
            assert_eq!(new.direct_key.as_deref(), Some("1:2"));
        }
        let alone = prepared(UserId(1), request(ConversationType::Group, &[1])).unwrap();
        assert_eq!(alone.participants, [UserId(1)]);
    }

    #[test]
    fn both_sides_of_a_pair_make_the_same_key() {
        let one = prepared(UserId(9), request(ConversationType::Private, &[10])).unwrap();
        let other = prepared(UserId(10), request(ConversationType::Private, &[9])).unwrap();
        assert_eq!(one.direct_key, other.direct_key);
    }

    #[test]
    fn a_third_person_in_a_private_conversation_is_refused() {
        let refused = prepared(UserId(1), request(ConversationType::Private, &[2, 3]));
        assert!(matches!(refused, Err(ChatError::Invalid(_))));
    }

    #[test]
    fn an_order_is_one_however_it_is_spelled() {
        for (service, id) in [("order", "7"), ("ORDER", "007"), ("Order", "+7")] {
            let mut order = request(ConversationType::Group, &[2]);
            (order.service, order.service_id) = (Some(service.into()), Some(id.into()));
            let new = prepared(UserId(1), order).unwrap();
            assert_eq!(new.service.as_deref(), Some("order"));
            assert_eq!(new.service_id.as_deref(), Some("7"));
        }
        let mut course = request(ConversationType::Group, &[2]);
        (course.service, course.service_id) = (Some("course".into()), Some("007".into()));
        assert_eq!(
            prepared(UserId(1), course).unwrap().service_id.as_deref(),
            Some("007")
        );
    }

    #[test]
    fn ten_thousand_participants_are_refused() {
        let ids: Vec<_> = (1..=10_000).collect();
        let refused = prepared(UserId(1), request(ConversationType::Group, &ids));
        assert!(matches!(refused, Err(ChatError::Invalid(_))));
    }
}
