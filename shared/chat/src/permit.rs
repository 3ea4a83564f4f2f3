//! Who may do what, as plain functions: facts in, yes or a refusal out.

use protocol::UserId;
use protocol::models::{ConversationType, Message, Role};
use store::{FileStanding, User};

use crate::error::ChatError;

/// What a person is to a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub user: UserId,
    /// `None`: not in it.
    pub role: Option<Role>,
}

impl Actor {
    fn member(self) -> Result<Role, ChatError> {
        self.role.ok_or(ChatError::NotParticipant)
    }
}

/// What [`User::role`] says of whoever runs the installation.
const ADMINISTRATOR: &str = "admin";

/// Administrators end what others are signed in with.
pub fn revoke_tokens(actor: &User) -> Result<(), ChatError> {
    require_administrator(actor, "only an administrator may revoke tokens")
}

/// Administrators speak for the host.
pub fn notify_people(actor: &User) -> Result<(), ChatError> {
    require_administrator(actor, "only an administrator may notify people")
}

/// What an installation counts about itself is for those who run it.
pub fn read_figures(actor: &User) -> Result<(), ChatError> {
    require_administrator(actor, "only an administrator may read the figures")
}

fn require_administrator(actor: &User, otherwise: &'static str) -> Result<(), ChatError> {
    if actor.role == ADMINISTRATOR {
        Ok(())
    } else {
        Err(ChatError::Forbidden(otherwise))
    }
}

/// Administrators see what a message said before it was changed.
pub fn read_edits(actor: &User) -> Result<(), ChatError> {
    if actor.role != ADMINISTRATOR {
        return Err(ChatError::Forbidden(
            "only an administrator may read earlier texts",
        ));
    }
    Ok(())
}

/// Administrators say where contact details are screened, and decide about what was held.
pub fn oversee_contacts(actor: &User) -> Result<(), ChatError> {
    if actor.role != ADMINISTRATOR {
        return Err(ChatError::Forbidden(
            "only an administrator may oversee contact protection",
        ));
    }
    Ok(())
}

/// Only participants read.
pub fn read(actor: Actor) -> Result<(), ChatError> {
    actor.member().map(drop)
}

/// Only the author changes or deletes a message, and only while in the conversation.
pub fn change_message(actor: Actor, message: &Message) -> Result<(), ChatError> {
    actor.member()?;
    if message.sender_id != actor.user {
        return Err(ChatError::Forbidden(
            "only its author may change or delete a message",
        ));
    }
    require_said(message)
}

/// Participants react to what somebody said.
pub fn react(actor: Actor, message: &Message) -> Result<(), ChatError> {
    actor.member()?;
    require_said(message)
}

/// Either side pins in a private conversation; in a group, an admin.
pub fn pin_message(actor: Actor, kind: ConversationType, message: &Message) -> Result<(), ChatError> {
    let role = actor.member()?;
    if kind == ConversationType::Group {
        require_admin(role, "only an admin may pin messages of a group")?;
    }
    require_said(message)
}

/// What the system says is a record, not a message to deal with.
fn require_said(message: &Message) -> Result<(), ChatError> {
    if message.kind.is_text() {
        Ok(())
    } else {
        Err(ChatError::Forbidden("this is not a message that somebody said"))
    }
}

/// A file that waits for its message is its uploader's alone, and nobody else learns that it is there. One that has come
/// to its message is for who is in the conversation now.
pub fn download(file: &FileStanding) -> Result<(), ChatError> {
    match (file.is_waiting, file.is_uploader, file.is_participant) {
        (true, true, _) | (false, _, true) => Ok(()),
        (true, false, _) => Err(ChatError::NoFile),
        (false, _, false) => Err(ChatError::NotParticipant),
    }
}

/// Admins add people to groups and give them roles.
pub fn add_participant(actor: Actor, kind: ConversationType) -> Result<(), ChatError> {
    let role = actor.member()?;
    if kind == ConversationType::Private {
        return Err(ChatError::Forbidden(
            "nobody can be added to a private conversation",
        ));
    }
    require_admin(role, "only an admin may add people or change their roles")
}

/// Anybody joins a group that is open; of any other they learn nothing.
pub fn join(kind: ConversationType, is_open: bool) -> Result<(), ChatError> {
    if kind == ConversationType::Group && is_open {
        Ok(())
    } else {
        Err(ChatError::NotParticipant)
    }
}

/// Only groups can be open.
pub fn be_open(kind: ConversationType) -> Result<(), ChatError> {
    match kind {
        ConversationType::Group => Ok(()),
        ConversationType::Private => Err(ChatError::Forbidden("a private conversation cannot be open")),
    }
}

/// Admins say whether their group is open.
pub fn set_open(actor: Actor, kind: ConversationType) -> Result<(), ChatError> {
    let role = actor.member()?;
    be_open(kind)?;
    require_admin(role, "only an admin may open or close a group")
}

/// Admins remove others from groups; anybody may leave one.
pub fn remove_participant(actor: Actor, kind: ConversationType, whom: UserId) -> Result<(), ChatError> {
    let role = actor.member()?;
    if kind == ConversationType::Private {
        return Err(ChatError::Forbidden(
            "nobody can be removed from a private conversation; delete it instead",
        ));
    }
    if whom == actor.user {
        return Ok(());
    }
    require_admin(role, "only an admin may remove others")
}

/// Everybody in a conversation gives it its title, description and link.
pub fn describe_conversation(actor: Actor) -> Result<(), ChatError> {
    actor.member().map(drop)
}

/// Either side deletes a private conversation; of a group, an admin.
pub fn delete_conversation(actor: Actor, kind: ConversationType) -> Result<(), ChatError> {
    let role = actor.member()?;
    match kind {
        ConversationType::Private => Ok(()),
        ConversationType::Group => require_admin(role, "only an admin may delete a group"),
    }
}

fn require_admin(role: Role, otherwise: &'static str) -> Result<(), ChatError> {
    if role == Role::Admin {
        Ok(())
    } else {
        Err(ChatError::Forbidden(otherwise))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIN: Actor = Actor {
        user: UserId(1),
        role: Some(Role::Admin),
    };
    const MEMBER: Actor = Actor {
        user: UserId(2),
        role: Some(Role::Member),
    };
    const STRANGER: Actor = Actor {
        user: UserId(3),
        role: None,
    };

    #[test]
    fn strangers_may_nothing() {
        assert!(matches!(read(STRANGER), Err(ChatError::NotParticipant)));
        assert!(matches!(
            describe_conversation(STRANGER),
            Err(ChatError::NotParticipant)
        ));
        for kind in [ConversationType::Private, ConversationType::Group] {
            assert!(matches!(
                add_participant(STRANGER, kind),
                Err(ChatError::NotParticipant)
            ));
            assert!(matches!(
                remove_participant(STRANGER, kind, STRANGER.user),
                Err(ChatError::NotParticipant)
            ));
            assert!(matches!(
                delete_conversation(STRANGER, kind),
                Err(ChatError::NotParticipant)
            ));
        }
    }

    #[test]
    fn members_leave_but_do_not_manage() {
        assert!(remove_participant(MEMBER, ConversationType::Group, MEMBER.user).is_ok());
        assert!(remove_participant(MEMBER, ConversationType::Group, ADMIN.user).is_err());
        assert!(add_participant(MEMBER, ConversationType::Group).is_err());
        assert!(delete_conversation(MEMBER, ConversationType::Group).is_err());
        assert!(delete_conversation(MEMBER, ConversationType::Private).is_ok());
    }

    #[test]
    fn nobody_joins_what_is_not_an_open_group_and_only_admins_open_one() {
        assert!(join(ConversationType::Group, true).is_ok());
        assert!(join(ConversationType::Group, false).is_err());
        assert!(join(ConversationType::Private, true).is_err());
        assert!(set_open(ADMIN, ConversationType::Group).is_ok());
        assert!(set_open(ADMIN, ConversationType::Private).is_err());
        assert!(set_open(MEMBER, ConversationType::Group).is_err());
        assert!(set_open(STRANGER, ConversationType::Group).is_err());
    }

    #[test]
    fn admins_manage_groups_and_nobody_manages_a_private_conversation() {
        assert!(remove_participant(ADMIN, ConversationType::Group, MEMBER.user).is_ok());
        assert!(add_participant(ADMIN, ConversationType::Group).is_ok());
        assert!(delete_conversation(ADMIN, ConversationType::Group).is_ok());
        assert!(add_participant(ADMIN, ConversationType::Private).is_err());
        assert!(remove_participant(ADMIN, ConversationType::Private, MEMBER.user).is_err());
    }
}
