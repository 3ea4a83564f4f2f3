//! What lasts no longer than the socket: that its user is there, and that they write.

use super::Connection;

impl Connection {
    /// The person is there from the moment at which this socket has something to hear: at once at the door for
    /// everything, with its seat at a conversation's own.
    pub(super) fn note_present(&mut self) {
        let is_let_in = !self.session.ends_with_place() || !self.session.seats().is_empty();
        if self.present.is_none() && is_let_in {
            self.present = Some(self.gateway.presence().enter(self.session.user()));
        }
    }

    /// Only while the hub has a seat for the socket: whoever was removed is not heard any more.
    pub(super) fn pass_on_typing(&mut self) {
        let (hub, user) = (self.gateway.hub(), self.session.user());
        for (conversation, is_typing) in self.session.typing_news() {
            if hub.is_seated(conversation, self.place.id()) {
                self.gateway.chat().tell_typing(user, conversation, is_typing);
            }
        }
    }

    /// Before the seats are given up.
    pub(super) fn end_typing(&mut self) {
        self.session.end_typing();
        self.pass_on_typing();
    }
}
