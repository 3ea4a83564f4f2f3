//! What the system says in a conversation: "X let Y in". The words are Russian and fit everybody; clients that have
//! words of their own use the event.

use std::collections::HashMap;

use protocol::models::SystemEvent;
use protocol::{MessageId, UserId};
use store::{NewSystemMessage, User};
use uuid::Uuid;

use crate::{Chat, ChatError};

/// What people are called, read before a conversation is locked.
#[derive(Debug)]
pub(crate) struct Names(HashMap<UserId, String>);

impl Chat {
    /// The names of those who exist.
    pub(crate) async fn names(&self, of: &[UserId]) -> Result<Names, ChatError> {
        let users = self.store.users(of).await?;
        Ok(Names(users.iter().map(|user| (user.id, name(user))).collect()))
    }
}

impl Names {
    /// Whether there is such a person.
    pub(crate) fn know(&self, user: UserId) -> bool {
        self.0.contains_key(&user)
    }

    /// The message that says what somebody has done.
    pub(crate) fn told(&self, sender: UserId, event: SystemEvent) -> NewSystemMessage {
        NewSystemMessage {
            id: MessageId(Uuid::now_v7()),
            sender,
            text: self.words(sender, &event),
            event,
        }
    }

    fn words(&self, sender: UserId, event: &SystemEvent) -> String {
        let sender = self.of(sender);
        match event {
            SystemEvent::Added { user_id } => format!("{sender} добавил(а) участника: {}", self.of(*user_id)),
            SystemEvent::Removed { user_id } => {
                format!("{sender} удалил(а) участника: {}", self.of(*user_id))
            }
            SystemEvent::Left => format!("{sender} покинул(а) беседу"),
            SystemEvent::Joined => format!("{sender} присоединился(-ась) к беседе"),
            SystemEvent::Renamed { title: Some(title) } => {
                format!("{sender} изменил(а) название на «{title}»")
            }
            SystemEvent::Renamed { title: None } => format!("{sender} убрал(а) название беседы"),
        }
    }

    fn of(&self, user: UserId) -> &str {
        self.0.get(&user).map_or("Пользователь", String::as_str)
    }
}

/// First and last name, or the username when there is neither.
fn name(user: &User) -> String {
    let name = format!("{} {}", user.first_name, user.last_name);
    let name = name.trim();
    if name.is_empty() {
        user.username.clone()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_words_with_the_names_in_it() {
        let (anna, boris) = (UserId(1), UserId(2));
        let names = Names(HashMap::from([
            (anna, "Анна Ким".into()),
            (boris, "boris".into()),
        ]));
        for (event, words) in [
            (
                SystemEvent::Added { user_id: boris },
                "Анна Ким добавил(а) участника: boris",
            ),
            (
                SystemEvent::Removed { user_id: UserId(9) },
                "Анна Ким удалил(а) участника: Пользователь",
            ),
            (SystemEvent::Left, "Анна Ким покинул(а) беседу"),
            (SystemEvent::Joined, "Анна Ким присоединился(-ась) к беседе"),
            (
                SystemEvent::Renamed {
                    title: Some("Курс".into()),
                },
                "Анна Ким изменил(а) название на «Курс»",
            ),
            (
                SystemEvent::Renamed { title: None },
                "Анна Ким убрал(а) название беседы",
            ),
        ] {
            let told = names.told(anna, event.clone());
            assert_eq!(
                (told.text.as_str(), told.sender, told.event),
                (words, anna, event)
            );
        }
    }
}
