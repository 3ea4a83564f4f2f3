import {
  ChatMessages,
  ChatSelect,
  type ConversationId,
  useConversations,
  useCreateConversation,
} from "@unet/chat";
import { useState } from "react";
import "@unet/chat/style.css";
import { SignedIn } from "../SignedIn.tsx";
import { show } from "../show.tsx";

/** The list and the messages, in a layout of the application's own. */
function MyChat() {
  const [selectedId, setSelectedId] = useState<ConversationId | null>(null);
  const { data: conversations = [], isLoading } = useConversations();
  const creation = useCreateConversation();
  return (
    <main className="two-panes">
      <ChatSelect
        conversations={conversations}
        loading={isLoading}
        selectedChatId={selectedId}
        onSelectChat={setSelectedId}
        onCreateConversation={(type, title, participantIds) =>
          creation.mutateAsync({ type, title: title ?? null, participant_ids: participantIds ?? [] })
        }
      />
      {selectedId !== null && <ChatMessages conversationId={selectedId} />}
    </main>
  );
}

show(
  <SignedIn>
    <MyChat />
  </SignedIn>,
);
