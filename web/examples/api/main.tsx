import {
  type Conversation,
  deleteMessage,
  getConversations,
  getCurrentUserId,
  getMessages,
  type Message,
  sendMessage,
  useWebSocket,
} from "@unet/chat";
import { useEffect, useState } from "react";
import { SignedIn } from "../SignedIn.tsx";
import { show } from "../show.tsx";
import "@unet/chat/style.css";

/** Functions that ask the server, and a socket of one conversation: everything on the screen is the application's. */
function Conversations() {
  const [conversations, setConversations] = useState<readonly Conversation[]>([]);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    getConversations().then(setConversations, (refusal: unknown) => setError(String(refusal)));
  }, []);
  const newest = conversations[0];
  return (
    <main className="plain">
      {error !== null && <p role="alert">{error}</p>}
      {newest === undefined ? <p>No conversations</p> : <Messages conversation={newest} />}
    </main>
  );
}

function Messages({ conversation }: { conversation: Conversation }) {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [text, setText] = useState("");
  const add = (message: Message) =>
    setMessages((known) => [...known.filter(({ id }) => id !== message.id), message]);
  const socket = useWebSocket({ conversationId: conversation.id, onMessage: add });
  useEffect(() => {
    void getMessages(conversation.id).then(setMessages);
  }, [conversation.id]);

  const sendOverRest = async () =>
    add(
      await sendMessage({
        conversation_id: conversation.id,
        sender_id: getCurrentUserId() ?? undefined,
        text,
      }),
    );
  const remove = async (id: string) => {
    await deleteMessage(id);
    setMessages((known) => known.filter((message) => message.id !== id));
  };
  return (
    <>
      <p role="status">{socket.isConnected ? "connected" : (socket.error ?? "connecting…")}</p>
      <ul aria-label="Messages">
        {messages.map((message) => (
          <li key={message.id}>
            {message.text}{" "}
            {message.sender_id === getCurrentUserId() && (
              <button type="button" onClick={() => void remove(message.id)}>
                Delete
              </button>
            )}
          </li>
        ))}
      </ul>
      <input aria-label="Text" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="button" onClick={() => void sendOverRest()}>
        Send over REST
      </button>
      <button type="button" onClick={() => socket.sendMessage(text)}>
        Send over the socket
      </button>
    </>
  );
}

show(
  <SignedIn>
    <Conversations />
  </SignedIn>,
);
