//! A socket at a terminal: prints every frame that arrives, sends every line that is typed. For people who try the
//! protocol, and for the walk in the README.

use std::io::{BufRead, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use futures_util::{SinkExt, StreamExt};
use protocol::frames::{ClientFrame, NewMessage, Received, ServerFrame};
use protocol::{ConversationId, Seq, paths};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use uuid::Uuid;

/// Typed lines that wait to be sent.
const TYPED_LINES: usize = 16;

/// Seconds to wait for the messages that were asked for, unless said otherwise.
const WITHIN_SECONDS: u64 = 60;

/// What `loadtest talk` takes.
#[derive(Debug, Args)]
pub struct TalkArgs {
    /// The gateway, such as `ws://127.0.0.1:8000`.
    #[arg(long, default_value = "ws://127.0.0.1:8000", value_name = "URL")]
    server: String,
    /// The access token of whoever talks.
    #[arg(long, value_name = "TOKEN")]
    token: String,
    /// The conversation to talk in.
    #[arg(long, value_name = "ID")]
    conversation: ConversationId,
    /// What is had already: everything newer is printed first.
    #[arg(long, value_name = "SEQ")]
    after: Option<i64>,
    /// Leave after this many messages; without it, when the connection ends.
    #[arg(long, value_name = "COUNT")]
    until: Option<usize>,
    /// How long `--until` may take, in seconds, before it is a failure.
    #[arg(long, default_value_t = WITHIN_SECONDS, value_name = "SECONDS")]
    within: u64,
}

/// Talks until there is nothing more to wait for.
pub async fn talk(args: TalkArgs) -> anyhow::Result<ExitCode> {
    let after = args
        .after
        .map(|after| format!("?after={}", Seq(after)))
        .unwrap_or_default();
    let path = paths::conversation_socket(args.conversation);
    let url = format!("{}{path}{after}", args.server.trim_end_matches('/'));
    let mut request = url.into_client_request().context("not an address")?;
    request
        .headers_mut()
        .insert(AUTHORIZATION, format!("Bearer {}", args.token).parse()?);
    let (mut socket, _) = connect_async(request).await.context("no socket")?;

    let mut typed = typed_lines();
    let deadline = args
        .until
        .map(|_| Instant::now() + Duration::from_secs(args.within));
    let mut heard = 0;
    while args.until.is_none_or(|until| heard < until) {
        let next = async {
            tokio::select! {
                Some(line) = typed.recv() => Ok(Some(line)),
                received = socket.next() => Err(received),
            }
        };
        let input = match deadline {
            Some(deadline) => timeout_at(deadline, next)
                .await
                .context("not everything came in time")?,
            None => next.await,
        };
        match input {
            Ok(Some(line)) => socket.send(Message::text(send_frame(line)?)).await?,
            Ok(None) => {}
            Err(Some(received)) => match received.context("the connection broke")? {
                Message::Text(text) => heard += usize::from(print(&text)?),
                Message::Close(frame) => bail!("the server hung up: {frame:?}"),
                _ => {}
            },
            Err(None) => bail!("the connection ended"),
        }
    }
    socket.close(None).await?;
    Ok(ExitCode::SUCCESS)
}

/// Lines of standard input, read on a thread of their own: a terminal cannot be read without blocking.
fn typed_lines() -> mpsc::Receiver<String> {
    let (lines, typed) = mpsc::channel(TYPED_LINES);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if lines.blocking_send(line).is_err() {
                return;
            }
        }
    });
    typed
}

/// A line as a message, named so that it could be sent again.
fn send_frame(line: String) -> serde_json::Result<String> {
    serde_json::to_string(&ClientFrame::MessageNew(NewMessage {
        conversation_id: None,
        text: Some(line),
        reply_to: None,
        client_id: Some(Uuid::new_v4().to_string()),
        mentions: Vec::new(),
        attachment_ids: Vec::new(),
    }))
}

/// Prints a frame as it came; whether it is a message.
fn print(text: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    // A pipe must see each frame when it comes.
    out.flush()?;
    let received = serde_json::from_str::<Received>(text);
    Ok(matches!(
        received,
        Ok(Received {
            frame: ServerFrame::MessageNew(_),
            ..
        })
    ))
}
