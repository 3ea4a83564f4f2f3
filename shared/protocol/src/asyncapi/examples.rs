//! One frame of each kind, with every field that it may have: what the document shows, and what its tests check.

use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

use crate::frames::{
    Auth, AuthExpiring, AuthOk, ClientFrame, ConversationGone, ConversationState, DeleteFrame, EditFrame,
    ErrorFrame, Hello, MarksMoved, MessageAck, MessageDeleted, NewMessage, ParticipantChange,
    ParticipantGone, PersonPresence, Pong, PresenceChange, ReactFrame, ReadFrame, ReadMark, ServerFrame,
    Subscribe, Sync, Typing, TypingFrame, Unsubscribe,
};
use crate::models::{
    Attachment, Conversation, ConversationType, FileType, Mention, Message, MessageHead, MessageKind,
    MyState, Notification, Participant, Person, Reaction, ReplyHead, Role, SystemEvent,
};
use crate::{AttachmentId, ConversationId, MessageId, NotificationId, Seq, Timestamp, UserId};

const ANNA: UserId = UserId(7);
const BORIS: UserId = UserId(8);
const CONVERSATION: ConversationId =
    ConversationId(Uuid::from_u128(0x0198_7d4e_1f00_7000_8000_0000_0000_0001));
const QUESTION: MessageId = MessageId(Uuid::from_u128(0x0198_7d4e_2f00_7000_8000_0000_0000_0002));
const ANSWER: MessageId = MessageId(Uuid::from_u128(0x0198_7d4e_3f00_7000_8000_0000_0000_0003));

/// A second of January 2026: an example is the same whenever it is shown.
const NOW_UNIX_SECONDS: i64 = 1_769_851_800;

/// What the server says, with the number that it says it with.
pub fn server() -> Vec<(ServerFrame, Option<Seq>)> {
    let numbered = [
        ServerFrame::MessageNew(message()),
        ServerFrame::MessageEdited(message()),
        ServerFrame::MessageDeleted(MessageDeleted {
            id: ANSWER,
            conversation_id: CONVERSATION,
            message_seq: Seq(12),
        }),
        ServerFrame::ConversationUpdated(conversation()),
        ServerFrame::ConversationDeleted(ConversationGone { id: CONVERSATION }),
        ServerFrame::ParticipantAdded(participant_change()),
        ServerFrame::ParticipantUpdated(participant_change()),
        ServerFrame::ParticipantRemoved(ParticipantGone {
            conversation_id: CONVERSATION,
            user_id: BORIS,
        }),
    ];
    let passing = of_the_moment().into_iter().chain(about_the_socket());
    numbered
        .into_iter()
        .map(|frame| (frame, Some(Seq(13))))
        .chain(passing.map(|frame| (frame, None)))
        .collect()
}

fn of_the_moment() -> [ServerFrame; 6] {
    [
        ServerFrame::ConversationNew(conversation()),
        ServerFrame::MessageRead(MarksMoved {
            conversation_id: CONVERSATION,
            marks: vec![ReadMark {
                user_id: BORIS,
                last_read_seq: Seq(12),
            }],
        }),
        ServerFrame::ConversationState(ConversationState {
            conversation_id: CONVERSATION,
            unread_count: 3,
            my: my_state(),
        }),
        ServerFrame::Typing(Typing {
            conversation_id: CONVERSATION,
            user_id: BORIS,
            is_typing: true,
            expires_in_ms: 6_000,
        }),
        ServerFrame::Presence(PresenceChange {
            users: vec![PersonPresence {
                user_id: BORIS,
                is_online: true,
                last_seen: Some(now()),
            }],
        }),
        ServerFrame::NotificationNew(notification()),
    ]
}

fn about_the_socket() -> [ServerFrame; 7] {
    [
        ServerFrame::Hello(Hello {
            session: "5f0c2a9be1d34470".into(),
            user_id: ANNA,
            heartbeat_interval_ms: 25_000,
            server_time: now(),
        }),
        ServerFrame::MessageAck(MessageAck {
            client_id: client_id(),
            id: ANSWER,
            conversation_id: CONVERSATION,
            seq: Seq(12),
            created_at: now(),
        }),
        ServerFrame::Sync(Sync {
            conversation_id: CONVERSATION,
            head: Seq(13),
        }),
        ServerFrame::Pong(Pong { server_time: now() }),
        ServerFrame::AuthExpiring(AuthExpiring { expires_at: now() }),
        ServerFrame::AuthOk(AuthOk {
            user_id: ANNA,
            expires_at: now(),
        }),
        ServerFrame::Error(ErrorFrame {
            code: "rate_limited".into(),
            message: "too many frames".into(),
            reference: Some(json!("send-5")),
            client_id: Some(client_id()),
            retryable: true,
        }),
    ]
}

/// What a client says.
pub fn client() -> Vec<ClientFrame> {
    vec![
        ClientFrame::MessageNew(NewMessage {
            conversation_id: Some(CONVERSATION),
            text: Some("@boris yes".into()),
            reply_to: Some(QUESTION),
            client_id: Some(client_id()),
            mentions: vec![mention()],
            attachment_ids: vec![AttachmentId(5)],
        }),
        ClientFrame::MessageEdit(EditFrame {
            message_id: ANSWER,
            text: "@boris yes!".into(),
            mentions: vec![mention()],
        }),
        ClientFrame::MessageDelete(DeleteFrame { message_id: ANSWER }),
        ClientFrame::MessageReact(ReactFrame {
            message_id: QUESTION,
            emoji: "👍".into(),
            remove: false,
        }),
        ClientFrame::MessageRead(ReadFrame {
            conversation_id: Some(CONVERSATION),
            seq: Seq(12),
        }),
        ClientFrame::Subscribe(Subscribe {
            conversation_id: CONVERSATION,
            after: Some(Seq(12)),
        }),
        ClientFrame::Unsubscribe(Unsubscribe {
            conversation_id: CONVERSATION,
        }),
        ClientFrame::Auth(Auth {
            token: "eyJhbGciOi…".into(),
        }),
        ClientFrame::Typing(TypingFrame {
            conversation_id: Some(CONVERSATION),
            is_typing: true,
        }),
        ClientFrame::Ping,
    ]
}

fn now() -> Timestamp {
    Timestamp::from(DateTime::from_timestamp(NOW_UNIX_SECONDS, 0).unwrap_or_default())
}

fn client_id() -> String {
    Uuid::from_u128(0x3b9a_ca00_0000_4000_8000_0000_0000_0004).to_string()
}

const fn mention() -> Mention {
    Mention {
        user_id: BORIS,
        offset: 0,
        length: 6,
    }
}

fn message() -> Message {
    Message {
        id: ANSWER,
        conversation_id: CONVERSATION,
        sender_id: ANNA,
        text: Some("@boris yes".into()),
        reply_to: Some(QUESTION),
        is_edited: true,
        created_at: now(),
        seq: Seq(12),
        number: 345,
        client_id: Some(client_id()),
        kind: MessageKind::System,
        event: Some(SystemEvent::Renamed {
            title: Some("Practice".into()),
        }),
        edited_at: Some(now()),
        reply: Some(ReplyHead {
            id: QUESTION,
            seq: Seq(11),
            sender_id: BORIS,
            text: Some("Is it open?".into()),
        }),
        mentions: vec![mention()],
        reactions: vec![Reaction {
            emoji: "👍".into(),
            count: 1,
            user_ids: vec![BORIS],
        }],
        attachments: vec![attachment()],
        pinned_at: Some(now()),
        deleted_at: Some(now()),
        is_read: Some(true),
    }
}

fn attachment() -> Attachment {
    Attachment {
        id: AttachmentId(5),
        message_id: Some(ANSWER),
        file_url: crate::paths::file(AttachmentId(5), "plan.png"),
        file_type: FileType::Image,
        file_size: 20_480,
        created_at: now(),
        name: Some("plan.png".into()),
        content_type: Some("image/png".into()),
        width: Some(640),
        height: Some(480),
        placeholder: Some("3OcRJYB4d3h/iIeHeEh3eIhw+j2w".into()),
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: CONVERSATION,
        number: 21,
        kind: ConversationType::Group,
        title: Some("Practice".into()),
        description: Some("Where and when".into()),
        created_by: ANNA,
        created_at: now(),
        service: Some("order".into()),
        service_id: Some("17".into()),
        last_seq: Seq(13),
        link: Some("https://lms.example.org/orders/17".into()),
        last_message: Some(MessageHead {
            id: ANSWER,
            sender_id: ANNA,
            text: Some("@boris yes".into()),
            created_at: now(),
        }),
        unread_count: Some(3),
        my: Some(my_state()),
        other_user: Some(Person {
            id: BORIS,
            username: "boris".into(),
            first_name: "Boris".into(),
            last_name: String::new(),
            avatar: String::new(),
            is_online: true,
            last_seen: Some(now()),
        }),
        participants: Some(vec![participant()]),
        participants_head: vec![participant()],
    }
}

fn my_state() -> MyState {
    MyState {
        last_read_seq: Seq(9),
        is_marked_unread: false,
        is_hidden: false,
        is_pinned: true,
        muted_until: Some(now()),
    }
}

fn participant_change() -> ParticipantChange {
    ParticipantChange {
        conversation_id: CONVERSATION,
        participant: participant(),
    }
}

fn participant() -> Participant {
    Participant {
        user_id: BORIS,
        role: Role::Member,
        joined_at: now(),
        first_name: "Boris".into(),
        last_name: String::new(),
        avatar: String::new(),
        last_read_seq: Seq(9),
        is_online: true,
        last_seen: Some(now()),
    }
}

fn notification() -> Notification {
    Notification {
        id: NotificationId(33),
        kind: "mention".into(),
        type_display: "Вас упомянули".into(),
        title: "Вас упоминает Anna в «Practice»".into(),
        message: "@boris yes".into(),
        related_object_id: Some(21),
        related_object_type: Some("chat".into()),
        conversation_id: Some(CONVERSATION),
        is_read: false,
        created_at: now(),
        data: Some(json!({
            "conversation_type": "group",
            "conversation_title": "Practice",
            "sender_name": "Anna",
        })),
    }
}
