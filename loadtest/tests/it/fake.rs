//! A chat in one `Mutex`, faithful to the protocol but for one chosen fault.

mod socketio;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message as Socketed, WebSocket, WebSocketUpgrade};
use axum::extract::{Json, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, delete, get, post};
use axum::{Router, serve};
use protocol::close::CloseCode;
use protocol::frames::{
    ClientFrame, ErrorFrame, Hello, MessageAck, ParticipantChange, ParticipantGone, ServerFrame, Sync,
};
use protocol::models::Message;
use protocol::requests::{AddParticipant, CreateConversation, SendMessage};
use protocol::{ConversationId, MessageId, Seq, Timestamp, UserId};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Changes that a conversation has before its first message, as if its people had taken numbers.
const BORN_WITH: i64 = 3;

/// The message, in the first conversation, that a fault befalls.
const FATED: Seq = Seq(BORN_WITH + 7);

/// Every so many messages, a socket is hung up on.
const HANG_UP_AFTER: usize = 20;

/// Much longer than anything else takes here, and much shorter than the schedule.
const STALL: Duration = Duration::from_millis(400);

/// Frames that may wait for a socket: more than a test sends.
const QUEUE: usize = 4096;

/// The one thing that the server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// One socket does not get the fated message.
    Lose,
    /// One socket gets it twice.
    Double,
    /// One socket gets it after the next.
    Swap,
    /// It is written under two numbers.
    WriteTwice,
    /// Somebody who is no member gets it.
    Leak,
    /// Who is removed goes on hearing.
    KeepShowing,
    /// Who is added again is not told.
    ForgetReturn,
    /// Who is added again misses the first message after it.
    LoseAfterReturn,
    /// It is refused, once and for all.
    Refuse,
    /// It is written and delivered, but its sender is never told.
    NeverAnswer,
    /// Every seventh send is written but answered with 503 the first time.
    LoseAnswers,
    /// Not a fault: sockets are closed, and may resume.
    HangUp,
    /// As `HangUp`, and the resume begins with a message that the client has.
    ResumeTooEarly,
    /// Not a fault: as `HangUp`, and every third thing asked for over a socket is to be asked for again later.
    PutOff,
    /// Not a fault: as `HangUp`, and every other upgrade is answered 503.
    TurnAway,
    /// One socket is closed with 4403.
    SendAway,
    /// The whole server stands still for [`STALL`].
    Stall,
}

/// Two nodes on one state, each API and gateway at once. Ends when dropped.
pub(crate) struct Fake {
    pub(crate) http: Vec<String>,
    pub(crate) ws: Vec<String>,
    nodes: JoinSet<()>,
}

impl Fake {
    pub(crate) async fn start(fault: Fault) -> Self {
        let chat = Chat(Arc::new(Mutex::new(Everything::new(fault))));
        let mut fake = Self {
            http: Vec::new(),
            ws: Vec::new(),
            nodes: JoinSet::new(),
        };
        for _ in 0..2 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            fake.http.push(format!("http://{address}"));
            fake.ws.push(format!("ws://{address}"));
            let router = router(chat.clone());
            fake.nodes
                .spawn(async move { serve(listener, router).await.unwrap() });
        }
        fake
    }
}

fn router(chat: Chat) -> Router {
    Router::new()
        .route("/api/auth/register/", post(register))
        .route("/api/unet-chat/conversations/", post(open))
        .route("/api/unet-chat/conversations/{id}/", get(read))
        .route("/api/unet-chat/conversations/{id}/participants/", post(add))
        .route(
            "/api/unet-chat/conversations/{id}/participants/{user}",
            delete(remove),
        )
        .route("/api/unet-chat/messages/", post(send))
        .route("/api/unet-chat/ws", any(multiplexed_door))
        .route("/api/unet-chat/ws/conversations/{id}/", any(conversation_door))
        .route("/socket.io/", any(socketio::door))
        .with_state(chat)
}

#[derive(Clone)]
struct Chat(Arc<Mutex<Everything>>);

impl Chat {
    fn lock(&self) -> MutexGuard<'_, Everything> {
        self.0.lock().unwrap()
    }
}

struct Everything {
    fault: Fault,
    people: i64,
    /// In order of creation.
    conversations: Vec<Conversation>,
    sockets: HashMap<u64, Socket>,
    next_socket: u64,
    written: HashMap<(UserId, String), Message>,
    refused: Option<String>,
    unanswered: Option<String>,
    sends: u64,
    hung_up: u64,
    asked: u64,
    knocked: u64,
}

struct Conversation {
    id: ConversationId,
    members: Vec<UserId>,
    log: Vec<Message>,
    /// Numbers that were taken by people's coming and going.
    changes: i64,
    /// Sockets that follow it, in order of arrival.
    followers: Vec<u64>,
    /// A frame that is held back for the first follower.
    held: Option<String>,
}

struct Socket {
    user: UserId,
    frames: mpsc::Sender<Outgoing>,
    heard: usize,
    follows_all: bool,
    /// Messages that it will not get.
    to_miss: usize,
}

enum Outgoing {
    Text(String),
    Close(CloseCode),
}

impl Conversation {
    fn head(&self) -> Seq {
        Seq(BORN_WITH + i64::try_from(self.log.len()).unwrap() + self.changes)
    }
}

fn moment() -> Timestamp {
    chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap().into()
}

impl Everything {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            people: 0,
            conversations: Vec::new(),
            sockets: HashMap::new(),
            next_socket: 0,
            written: HashMap::new(),
            refused: None,
            unanswered: None,
            sends: 0,
            hung_up: 0,
            asked: 0,
            knocked: 0,
        }
    }

    /// What a send is answered with: the message, and whether the answer gets through.
    fn write(&mut self, user: UserId, asked: SendMessage) -> Result<(Message, bool), ()> {
        let client_id = asked.client_id.unwrap();
        let key = (user, client_id.clone());
        if self.refused.as_ref() == Some(&client_id) {
            return Err(());
        }
        if let Some(known) = self.written.get(&key) {
            return Ok((known.clone(), self.unanswered.as_ref() != Some(&client_id)));
        }
        self.sends += 1;
        let place = self.place(asked.conversation_id);
        let conversation = &self.conversations[place];
        assert!(conversation.members.contains(&user), "only members send");
        let seq = conversation.head().next();
        let fated = place == 0 && seq == FATED;
        if fated && self.fault == Fault::Refuse && self.refused.is_none() {
            self.refused = Some(client_id);
            return Err(());
        }
        if fated && self.fault == Fault::NeverAnswer {
            self.unanswered = Some(client_id.clone());
        }
        if fated && self.fault == Fault::Stall {
            std::thread::sleep(STALL);
        }
        let message = Message {
            id: MessageId(Uuid::now_v7()),
            conversation_id: asked.conversation_id,
            sender_id: user,
            text: asked.text,
            reply_to: None,
            is_edited: false,
            created_at: moment(),
            seq,
            number: 1,
            client_id: Some(client_id.clone()),
            kind: protocol::models::MessageKind::Text,
            event: None,
            edited_at: None,
            reply: None,
            mentions: Vec::new(),
            reactions: Vec::new(),
            attachments: Vec::new(),
            pinned_at: None,
            deleted_at: None,
            is_read: None,
        };
        self.append(place, message.clone());
        if fated && self.fault == Fault::WriteTwice {
            let copy = Message {
                seq: seq.next(),
                ..message.clone()
            };
            self.append(place, copy);
        }
        self.written.insert(key, message.clone());
        let lost = self.unanswered.as_ref() == Some(&client_id)
            || (self.fault == Fault::LoseAnswers && self.sends.is_multiple_of(7));
        Ok((message, !lost))
    }

    fn puts_off(&mut self) -> bool {
        self.asked += 1;
        self.fault == Fault::PutOff && self.asked.is_multiple_of(3)
    }

    /// Those who come back: whoever is turned away the first time ends the run.
    fn turns_away(&mut self) -> bool {
        self.knocked += u64::from(self.hung_up > 0);
        self.fault == Fault::TurnAway && self.knocked % 2 == 1
    }

    fn append(&mut self, place: usize, message: Message) {
        let frame = ServerFrame::MessageNew(message.clone()).encode(Some(message.seq));
        let seq = message.seq;
        let conversation = &mut self.conversations[place];
        conversation.log.push(message);
        let followers = conversation.followers.clone();
        for (order, follower) in followers.into_iter().enumerate() {
            let fated = place == 0 && order == 0 && seq == FATED;
            match self.fault {
                Fault::Lose if fated => {}
                Fault::Swap if fated => self.conversations[place].held = Some(frame.clone()),
                Fault::SendAway if fated => self.close(follower, CloseCode::NotParticipant),
                Fault::Double if fated => {
                    self.deliver(follower, frame.clone());
                    self.deliver(follower, frame.clone());
                }
                _ => self.deliver(follower, frame.clone()),
            }
            if order == 0 && seq == FATED.next() {
                let held = self.conversations[place].held.take();
                if let Some(late) = held {
                    self.deliver(follower, late);
                }
            }
        }
        if place == 0 && seq == FATED && self.fault == Fault::Leak {
            let members = &self.conversations[place].members;
            let stranger = self
                .sockets
                .iter()
                .find(|(_, socket)| !members.contains(&socket.user));
            let stranger = *stranger.unwrap().0;
            self.deliver(stranger, frame);
        }
    }

    fn deliver(&mut self, number: u64, frame: String) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if socket.to_miss > 0 && frame.contains("message:new") {
            socket.to_miss -= 1;
            return;
        }
        assert!(
            socket.frames.try_send(Outgoing::Text(frame)).is_ok(),
            "the queue is long enough"
        );
        socket.heard += 1;
        let hangs_up = matches!(
            self.fault,
            Fault::HangUp | Fault::ResumeTooEarly | Fault::PutOff | Fault::TurnAway
        );
        if hangs_up && socket.heard == HANG_UP_AFTER {
            self.hung_up += 1;
            self.close(number, CloseCode::Restart);
        }
    }

    /// Takes a number for a change of who is in, tells everybody there, and answers whose sockets it is about.
    fn change(&mut self, id: ConversationId, user: UserId, frame: &ServerFrame) -> Vec<u64> {
        let place = self.place(id);
        self.conversations[place].changes += 1;
        let seq = self.conversations[place].head();
        for follower in self.conversations[place].followers.clone() {
            self.deliver(follower, frame.encode(Some(seq)));
        }
        let sockets = self.sockets.iter();
        let own = sockets.filter(|(_, socket)| socket.user == user && socket.follows_all);
        own.map(|(number, _)| *number).collect()
    }

    fn close(&mut self, number: u64, code: CloseCode) {
        if let Some(socket) = self.sockets.remove(&number) {
            assert!(socket.frames.try_send(Outgoing::Close(code)).is_ok());
        }
        for conversation in &mut self.conversations {
            conversation.followers.retain(|follower| *follower != number);
        }
    }

    /// Everything after `after`, then `sync`, then live: under one lock, so there is no gap.
    fn follow(&mut self, number: u64, id: ConversationId, after: Option<Seq>) {
        let place = self.place(id);
        let early = i64::from(self.fault == Fault::ResumeTooEarly);
        let conversation = &mut self.conversations[place];
        assert!(
            conversation.members.contains(&self.sockets[&number].user),
            "only members listen"
        );
        let head = conversation.head();
        let after = after.map_or(head, |after| Seq((after.0 - early).max(BORN_WITH)));
        let missed: Vec<String> = conversation
            .log
            .iter()
            .filter(|message| message.seq > after)
            .map(|message| ServerFrame::MessageNew(message.clone()).encode(Some(message.seq)))
            .collect();
        conversation.followers.push(number);
        let sync = ServerFrame::Sync(Sync {
            conversation_id: id,
            head,
        });
        let frames = &self.sockets[&number].frames;
        for frame in missed.into_iter().chain([sync.encode(None)]) {
            assert!(
                frames.try_send(Outgoing::Text(frame)).is_ok(),
                "the queue is long enough"
            );
        }
    }

    fn place(&self, id: ConversationId) -> usize {
        self.conversations
            .iter()
            .position(|conversation| conversation.id == id)
            .unwrap()
    }
}

async fn register(State(chat): State<Chat>, Json(asked): Json<Value>) -> Response {
    assert_eq!(asked["password"], asked["password_confirm"]);
    let mut chat = chat.lock();
    chat.people += 1;
    let id = chat.people;
    let body = json!({"user": {"id": id, "username": asked["username"]}, "tokens": {"access": id.to_string(), "refresh": "r"}});
    (StatusCode::CREATED, Json(body)).into_response()
}

/// The token of user 7 is `7`.
fn whose(headers: &HeaderMap) -> UserId {
    let bearer = headers["authorization"].to_str().unwrap();
    bearer.strip_prefix("Bearer ").unwrap().parse().unwrap()
}

async fn open(
    State(chat): State<Chat>,
    headers: HeaderMap,
    Json(asked): Json<CreateConversation>,
) -> Response {
    let id = ConversationId(Uuid::now_v7());
    let members = asked.participant_ids.unwrap();
    assert!(members.contains(&whose(&headers)));
    chat.lock().conversations.push(Conversation {
        id,
        members,
        log: Vec::new(),
        changes: 0,
        followers: Vec::new(),
        held: None,
    });
    (StatusCode::CREATED, Json(json!({"id": id}))).into_response()
}

async fn read(State(chat): State<Chat>, Path(id): Path<ConversationId>) -> Response {
    let chat = chat.lock();
    let head = chat.conversations[chat.place(id)].head();
    let body = json!({"id": id, "number": 1, "type": "group", "title": null, "description": null, "created_by": 1,
        "created_at": moment(), "service": null, "service_id": null, "last_seq": head});
    Json(body).into_response()
}

async fn add(
    State(chat): State<Chat>,
    Path(id): Path<ConversationId>,
    Json(asked): Json<AddParticipant>,
) -> Response {
    let mut chat = chat.lock();
    let user = asked.user_id;
    let place = chat.place(id);
    chat.conversations[place].members.push(user);
    let participant = json!({"user_id": user, "role": "member", "joined_at": moment(), "first_name": "",
        "last_name": "", "avatar": ""});
    let added = ServerFrame::ParticipantAdded(ParticipantChange {
        conversation_id: id,
        participant: serde_json::from_value(participant.clone()).unwrap(),
    });
    let returns = chat.conversations[place].changes > 1;
    for number in chat.change(id, user, &added) {
        if returns && chat.fault == Fault::ForgetReturn {
            continue;
        }
        if returns && chat.fault == Fault::LoseAfterReturn {
            chat.sockets.get_mut(&number).unwrap().to_miss = 1;
        }
        chat.follow(number, id, None);
    }
    (StatusCode::CREATED, Json(participant)).into_response()
}

async fn remove(State(chat): State<Chat>, Path((id, user)): Path<(ConversationId, UserId)>) -> StatusCode {
    let mut chat = chat.lock();
    let place = chat.place(id);
    chat.conversations[place].members.retain(|member| *member != user);
    let removed = ServerFrame::ParticipantRemoved(ParticipantGone {
        conversation_id: id,
        user_id: user,
    });
    let own = chat.change(id, user, &removed);
    if chat.fault != Fault::KeepShowing {
        chat.conversations[place]
            .followers
            .retain(|follower| !own.contains(follower));
    }
    StatusCode::NO_CONTENT
}

async fn send(State(chat): State<Chat>, headers: HeaderMap, Json(asked): Json<SendMessage>) -> Response {
    match chat.lock().write(whose(&headers), asked) {
        Ok((message, true)) => (StatusCode::CREATED, Json(message)).into_response(),
        Ok((_, false)) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(()) => StatusCode::FORBIDDEN.into_response(),
    }
}

async fn multiplexed_door(
    State(chat): State<Chat>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if chat.lock().turns_away() {
        return (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "0")]).into_response();
    }
    let user = whose(&headers);
    let all = query.get("subscribe").is_none_or(|which| which == "all");
    upgrade.on_upgrade(move |socket| async move {
        let followed = if all {
            conversations_of(&chat, user)
        } else {
            Vec::new()
        };
        attend(chat, socket, (user, all), followed).await;
    })
}

fn conversations_of(chat: &Chat, user: UserId) -> Vec<(ConversationId, Option<Seq>)> {
    let chat = chat.lock();
    let all = chat.conversations.iter();
    let own = all.filter(|place| place.members.contains(&user));
    own.map(|conversation| (conversation.id, None)).collect()
}

async fn conversation_door(
    State(chat): State<Chat>,
    Path(id): Path<ConversationId>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let user = whose(&headers);
    let after = query.get("after").map(|after| Seq(after.parse().unwrap()));
    upgrade.on_upgrade(move |socket| attend(chat, socket, (user, false), vec![(id, after)]))
}

async fn attend(
    chat: Chat,
    mut socket: WebSocket,
    (user, follows_all): (UserId, bool),
    followed: Vec<(ConversationId, Option<Seq>)>,
) {
    let (frames, mut outgoing) = mpsc::channel(QUEUE);
    let number = enter(&chat, (user, follows_all), &frames, followed);
    loop {
        tokio::select! {
            frame = outgoing.recv() => {
                let (frame, last) = match frame.unwrap() {
                    Outgoing::Text(text) => (Socketed::text(text), false),
                    Outgoing::Close(code) => {
                        let reason = code.reason(Some(Duration::from_millis(5))).into();
                        (Socketed::Close(Some(CloseFrame { code: code.number(), reason })), true)
                    }
                };
                if socket.send(frame).await.is_err() || last {
                    break;
                }
            }
            frame = socket.recv() => match frame {
                Some(Ok(Socketed::Text(text))) => answer(&chat, (number, user), &frames, &text),
                Some(Ok(_)) => {}
                _ => break,
            },
        }
    }
    leave(&chat, number);
}

fn leave(chat: &Chat, number: u64) {
    let mut chat = chat.lock();
    chat.sockets.remove(&number);
    for conversation in &mut chat.conversations {
        conversation.followers.retain(|follower| *follower != number);
    }
}

fn enter(
    chat: &Chat,
    (user, follows_all): (UserId, bool),
    frames: &mpsc::Sender<Outgoing>,
    followed: Vec<(ConversationId, Option<Seq>)>,
) -> u64 {
    let mut chat = chat.lock();
    chat.next_socket += 1;
    let number = chat.next_socket;
    let hello = ServerFrame::Hello(Hello {
        session: number.to_string(),
        user_id: user,
        heartbeat_interval_ms: 25_000,
        server_time: moment(),
    });
    assert!(frames.try_send(Outgoing::Text(hello.encode(None))).is_ok());
    let socket = Socket {
        user,
        frames: frames.clone(),
        heard: 0,
        follows_all,
        to_miss: 0,
    };
    chat.sockets.insert(number, socket);
    for (id, after) in followed {
        chat.follow(number, id, after);
    }
    number
}

fn answer(chat: &Chat, (number, user): (u64, UserId), frames: &mpsc::Sender<Outgoing>, text: &str) {
    let mut chat = chat.lock();
    let asked = ClientFrame::decode(text).unwrap();
    if chat.puts_off() {
        let client_id = match asked.frame {
            ClientFrame::MessageNew(sent) => sent.client_id,
            _ => None,
        };
        let frame = ServerFrame::Error(ErrorFrame {
            code: "unavailable".into(),
            message: "Not now.".into(),
            reference: asked.reference,
            client_id,
            retryable: true,
        });
        let _unread = frames.try_send(Outgoing::Text(frame.encode(None)));
        return;
    }
    let frame = match asked.frame {
        ClientFrame::Subscribe(asked) => {
            if chat.sockets.contains_key(&number) {
                chat.follow(number, asked.conversation_id, asked.after);
            }
            return;
        }
        ClientFrame::MessageNew(sent) => {
            let client_id = sent.client_id.clone().unwrap();
            let asked = SendMessage {
                conversation_id: sent.conversation_id.unwrap(),
                sender_id: None,
                text: sent.text,
                reply_to: None,
                client_id: sent.client_id,
                mentions: Vec::new(),
                attachment_ids: Vec::new(),
            };
            match chat.write(user, asked) {
                Ok((_, false)) => return,
                Ok((message, true)) => ServerFrame::MessageAck(MessageAck {
                    client_id,
                    id: message.id,
                    conversation_id: message.conversation_id,
                    seq: message.seq,
                    created_at: moment(),
                }),
                Err(()) => ServerFrame::Error(ErrorFrame {
                    code: "forbidden".into(),
                    message: "Not this one.".into(),
                    reference: None,
                    client_id: Some(client_id),
                    retryable: false,
                }),
            }
        }
        other => panic!("the load generator does not say {other:?}"),
    };
    // Behind a close frame nobody reads: the client repeats what was not answered.
    let _unread = frames.try_send(Outgoing::Text(frame.encode(None)));
}
