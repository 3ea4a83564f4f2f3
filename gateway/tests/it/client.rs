//! A client that knows what it waits for, and does not wait for ever.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use protocol::frames::{ErrorFrame, Hello, MessageAck, PersonPresence, Received, ServerFrame};
use protocol::models::Message;
use protocol::{ConversationId, Seq};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message as Ws};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Longer than anything here takes, also on a busy machine: whoever waits longer has found a defect.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A receive window that a few frames fill.
const SMALL_WINDOW_BYTES: u32 = 4_096;

pub(crate) async fn in_time<T>(what: &str, wait: impl Future<Output = T>) -> T {
    timeout(DEADLINE, wait)
        .await
        .unwrap_or_else(|_| panic!("waited too long for {what}"))
}

/// Name and value of a header of the handshake.
pub(crate) type Header = (&'static str, String);

/// What a socket said.
#[derive(Debug)]
pub(crate) enum Heard {
    Frame(Box<Received>),
    /// The closing code and the reason, as JSON where it is JSON.
    Closed(u16, Value),
    /// It ended without a word.
    Gone,
}

#[derive(Debug)]
pub(crate) struct Client {
    socket: WebSocketStream<TcpStream>,
    hears_marks: bool,
    hears_news: bool,
}

impl Client {
    pub(crate) async fn open(address: &str, path: &str, headers: &[Header]) -> Result<Self, Error> {
        Self::over(TcpStream::connect(address).await?, address, path, headers).await
    }

    /// A client that the server can send little to before it reads.
    pub(crate) async fn open_narrow(address: &str, path: &str, headers: &[Header]) -> Result<Self, Error> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(SMALL_WINDOW_BYTES)?;
        let stream = socket.connect(address.parse().unwrap()).await?;
        Self::over(stream, address, path, headers).await
    }

    async fn over(stream: TcpStream, address: &str, path: &str, headers: &[Header]) -> Result<Self, Error> {
        let mut request = format!("ws://{address}{path}").into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let opened = in_time("the handshake", client_async(request, stream)).await?;
        Ok(Self {
            socket: opened.0,
            hears_marks: false,
            hears_news: false,
        })
    }

    /// The connection itself, for clients that do not behave.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.socket.into_inner()
    }

    /// From here on what is read, by whom, is heard too. Other clients pass over it, as they may: it comes whenever
    /// somebody has read, which at a conversation's door is whenever something was written there.
    pub(crate) fn hearing_marks(mut self) -> Self {
        self.hears_marks = true;
        self
    }

    /// From here on new entries of the person's list are heard too. They come a second after what they tell of.
    pub(crate) fn hearing_news(mut self) -> Self {
        self.hears_news = true;
        self
    }

    fn passes_over(&self, frame: &Received) -> bool {
        let is_mark = matches!(
            frame.frame,
            ServerFrame::MessageRead(_) | ServerFrame::ConversationState(_)
        );
        let is_news = matches!(frame.frame, ServerFrame::NotificationNew(_));
        is_mark && !self.hears_marks || is_news && !self.hears_news
    }

    /// What comes next, but for `presence`: people come and go in every test, and only [`Client::presence`] asks.
    pub(crate) async fn heard(&mut self) -> Heard {
        loop {
            match self.heard_at_all().await {
                Heard::Frame(frame) if matches!(frame.frame, ServerFrame::Presence(_)) => {}
                heard => return heard,
            }
        }
    }

    /// The people in the next `presence`, whatever comes before it.
    pub(crate) async fn presence(&mut self) -> Vec<PersonPresence> {
        loop {
            match self.heard_at_all().await {
                Heard::Frame(frame) => {
                    if let ServerFrame::Presence(change) = frame.frame {
                        return change.users;
                    }
                }
                other => panic!("presence was expected, not {other:?}"),
            }
        }
    }

    async fn heard_at_all(&mut self) -> Heard {
        loop {
            let received = in_time("a frame", self.socket.next()).await;
            match received {
                Some(Ok(Ws::Text(text))) => {
                    let frame = serde_json::from_str(&text);
                    let frame = frame.unwrap_or_else(|error| panic!("{text}: {error}"));
                    if !self.passes_over(&frame) {
                        return Heard::Frame(Box::new(frame));
                    }
                }
                Some(Ok(Ws::Close(Some(CloseFrame { code, reason })))) => {
                    let reason = serde_json::from_str(&reason).unwrap_or(Value::Null);
                    return Heard::Closed(code.into(), reason);
                }
                Some(Ok(Ws::Close(None))) => return Heard::Closed(1005, Value::Null),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Gone,
            }
        }
    }

    /// The next text frame of any dialect.
    pub(crate) async fn json(&mut self) -> Value {
        loop {
            match self.raw().await {
                Some(Ok(Ws::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Ws::Ping(_) | Ws::Pong(_))) => {}
                other => panic!("a frame was expected, not {other:?}"),
            }
        }
    }

    /// The next frame, whatever it is.
    pub(crate) async fn frame(&mut self) -> Received {
        match self.heard().await {
            Heard::Frame(frame) => *frame,
            other => panic!("a frame was expected, not {other:?}"),
        }
    }

    /// The next frame, `presence` too.
    pub(crate) async fn frame_of_all(&mut self) -> Received {
        match self.heard_at_all().await {
            Heard::Frame(frame) => *frame,
            other => panic!("a frame was expected, not {other:?}"),
        }
    }

    /// Reads until a frame is what is wanted; also returns those before it.
    pub(crate) async fn until<T>(
        &mut self,
        mut pick: impl FnMut(&Received) -> Option<T>,
    ) -> (Vec<Received>, T) {
        let mut before = Vec::new();
        loop {
            let frame = self.frame().await;
            match pick(&frame) {
                Some(found) => return (before, found),
                None => before.push(frame),
            }
        }
    }

    /// The next frame is `hello`.
    pub(crate) async fn hello(&mut self) -> Hello {
        match self.frame().await.frame {
            ServerFrame::Hello(hello) => hello,
            other => panic!("hello was expected, not {other:?}"),
        }
    }

    /// The next frame is `sync` of this conversation.
    pub(crate) async fn sync(&mut self, conversation: ConversationId) -> Seq {
        match self.frame().await.frame {
            ServerFrame::Sync(sync) if sync.conversation_id == conversation => sync.head,
            other => panic!("sync was expected, not {other:?}"),
        }
    }

    /// The next frame is `message:new` with this text; its message.
    pub(crate) async fn message(&mut self, text: &str) -> Message {
        match self.frame().await {
            Received {
                frame: ServerFrame::MessageNew(message),
                seq,
            } if message.text.as_deref() == Some(text) => {
                assert_eq!(seq, Some(message.seq));
                message
            }
            other => panic!("{text:?} was expected, not {other:?}"),
        }
    }

    /// The next frame is an `error`.
    pub(crate) async fn error(&mut self) -> ErrorFrame {
        match self.frame().await.frame {
            ServerFrame::Error(error) => error,
            other => panic!("an error was expected, not {other:?}"),
        }
    }

    /// Reads on to the next `message:ack`.
    pub(crate) async fn ack(&mut self) -> MessageAck {
        let ack = self.until(|received| match &received.frame {
            ServerFrame::MessageAck(ack) => Some(ack.clone()),
            _ => None,
        });
        ack.await.1
    }

    /// The numbers of a conversation's changes up to this one, as they come.
    pub(crate) async fn seqs_through(&mut self, conversation: ConversationId, last: Seq) -> Vec<i64> {
        let mut seqs = Vec::new();
        loop {
            let received = self.frame().await;
            if conversation_of(&received.frame) != Some(conversation) {
                continue;
            }
            if let Some(seq) = received.seq {
                seqs.push(seq.0);
            }
            if received.seq.is_some_and(|seq| seq >= last) {
                return seqs;
            }
        }
    }

    /// The socket is closed with this code, whatever comes before; the reason.
    pub(crate) async fn closed(&mut self, code: u16) -> Value {
        self.closed_after(code).await.1
    }

    /// The frames before a close with this code, and the reason.
    pub(crate) async fn closed_after(&mut self, expected: u16) -> (Vec<Received>, Value) {
        let mut before = Vec::new();
        loop {
            match self.heard().await {
                Heard::Frame(frame) => before.push(*frame),
                Heard::Closed(code, reason) => {
                    assert_eq!(code, expected, "{reason}");
                    return (before, reason);
                }
                Heard::Gone => panic!("the socket ended without a close frame; before: {before:?}"),
            }
        }
    }

    /// Sends to a server that may have hung up, or that reads no more.
    pub(crate) async fn try_send(&mut self, kind: &str, payload: Value) {
        let frame = json!({ "type": kind, "payload": payload }).to_string();
        let sending = self.socket.send(Ws::text(frame));
        let _refused = timeout(Duration::from_millis(50), sending).await;
    }

    /// Nothing but the answer to a ping comes: what was sent before it has been dealt with, and said nothing.
    pub(crate) async fn is_silent(&mut self) {
        self.send("ping", json!({})).await;
        match self.frame().await.frame {
            ServerFrame::Pong(_) => {}
            other => panic!("nothing was expected, not {other:?}"),
        }
    }

    pub(crate) async fn send(&mut self, kind: &str, payload: Value) {
        self.text(&json!({ "type": kind, "payload": payload }).to_string())
            .await;
    }

    /// Sends a message and asks for an `ack`.
    pub(crate) async fn say(&mut self, conversation: ConversationId, text: &str, client_id: &str) {
        let payload = json!({ "conversation_id": conversation, "text": text, "client_id": client_id });
        self.send("message:new", payload).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.ws(Ws::text(text)).await;
    }

    /// Several frames in one write, so that they arrive together.
    pub(crate) async fn texts(&mut self, texts: impl IntoIterator<Item = String>) {
        for text in texts {
            in_time("a write", self.socket.feed(Ws::text(text)))
                .await
                .unwrap();
        }
        in_time("a write", self.socket.flush()).await.unwrap();
    }

    pub(crate) async fn ws(&mut self, message: Ws) {
        in_time("a write", self.socket.send(message)).await.unwrap();
    }

    /// What the library hands out next, control frames too.
    pub(crate) async fn raw(&mut self) -> Option<Result<Ws, Error>> {
        in_time("a frame", self.socket.next()).await
    }

    /// The socket is closed with this code, and the client agrees.
    pub(crate) async fn hung_up(&mut self, code: u16) {
        self.closed(code).await;
        while let Some(Ok(_)) = self.raw().await {}
    }

    /// Reads, and so answers pings, until the socket ends.
    pub(crate) async fn raw_until_close(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Hangs up and waits for the other side to agree.
    pub(crate) async fn hang_up(mut self) {
        in_time("the closing", self.socket.close(None)).await.unwrap();
        while let Some(Ok(_)) = self.raw().await {}
    }
}

/// Which conversation a frame is about.
pub(crate) fn conversation_of(frame: &ServerFrame) -> Option<ConversationId> {
    match frame {
        ServerFrame::MessageNew(message) | ServerFrame::MessageEdited(message) => {
            Some(message.conversation_id)
        }
        ServerFrame::MessageDeleted(gone) => Some(gone.conversation_id),
        ServerFrame::MessageAck(ack) => Some(ack.conversation_id),
        ServerFrame::ConversationNew(conversation) | ServerFrame::ConversationUpdated(conversation) => {
            Some(conversation.id)
        }
        ServerFrame::ConversationDeleted(gone) => Some(gone.id),
        ServerFrame::ParticipantAdded(change) | ServerFrame::ParticipantUpdated(change) => {
            Some(change.conversation_id)
        }
        ServerFrame::ParticipantRemoved(gone) => Some(gone.conversation_id),
        ServerFrame::Sync(sync) => Some(sync.conversation_id),
        ServerFrame::MessageRead(moved) => Some(moved.conversation_id),
        ServerFrame::ConversationState(state) => Some(state.conversation_id),
        ServerFrame::Typing(typing) => Some(typing.conversation_id),
        ServerFrame::Presence(_)
        | ServerFrame::NotificationNew(_)
        | ServerFrame::Hello(_)
        | ServerFrame::Pong(_)
        | ServerFrame::AuthExpiring(_)
        | ServerFrame::AuthOk(_)
        | ServerFrame::Error(_) => None,
    }
}
