import { useConversations, useEditMessage, useMessages, useMyId, useSendMessage } from "@unet/chat";
import { useState } from "react";
import { SignedIn } from "../SignedIn.tsx";
import { show } from "../show.tsx";
import "@unet/chat/style.css";

/** React Query's hooks: their data follows what happens, and everything on the screen is the application's. */
function MyComponent() {
  const { data: conversations, isLoading, error } = useConversations();
  const newest = conversations?.[0];
  return (
    <main className="plain">
      {isLoading && <p>Loading…</p>}
      {error !== null && <p role="alert">{error.message}</p>}
      <ul aria-label="Conversations">
        {conversations?.map((conversation) => (
          <li key={conversation.id}>
            {conversation.title ?? conversation.other_user?.first_name}: {conversation.unread_count} unread
          </li>
        ))}
      </ul>
      {newest !== undefined && <Messages conversationId={newest.id} />}
    </main>
  );
}

function Messages({ conversationId }: { conversationId: string }) {
  const me = useMyId();
  const { data: messages } = useMessages(conversationId);
  const sending = useSendMessage();
  const editing = useEditMessage();
  const [text, setText] = useState("");
  return (
    <>
      <ul aria-label="Messages">
        {messages?.map((message) => (
          <li key={message.id}>
            {message.text} {message.is_edited && "(edited)"}
            {message.sender_id === me && (
              <button
                type="button"
                onClick={() => editing.mutate({ messageId: message.id, data: { text: `${message.text}!` } })}
              >
                Louder
              </button>
            )}
          </li>
        ))}
      </ul>
      <input aria-label="Text" value={text} onChange={(event) => setText(event.target.value)} />
      <button
        type="button"
        disabled={sending.isPending}
        onClick={() => sending.mutate({ conversation_id: conversationId, text })}
      >
        Send
      </button>
    </>
  );
}

show(
  <SignedIn>
    <MyComponent />
  </SignedIn>,
);
