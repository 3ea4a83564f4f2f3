import type { ConversationId, Seq } from "../lib/types.ts";
import { useConversationRow } from "../model/conversations/hooks.ts";
import { ChatMessages } from "./ChatMessages.tsx";

/** A place in a conversation to show; a new object for each wish, also for the same place. */
export interface Jump {
  readonly conversationId: ConversationId;
  readonly seq: Seq;
}

export interface ConversationPaneProps {
  conversationId: ConversationId;
  /** Whether the list stands beside it; else there is a way back to it. */
  isWide: boolean;
  /** Where to look, after a search. */
  jump: Jump | null;
  /** It was made just now: writing begins at once. */
  isNew: boolean;
  onClose: () => void;
}

/** The open conversation, in what room the list leaves. */
export default function ConversationPane(props: ConversationPaneProps) {
  const { conversationId, isWide, jump, isNew, onClose } = props;
  const row = useConversationRow(conversationId);
  return (
    <div className="uc:min-h-0 uc:min-w-0 uc:flex-1">
      <ChatMessages
        conversationId={conversationId}
        conversation={row}
        onBack={onClose}
        jump={jump}
        focusOnOpen={isNew}
        showBackButton={!isWide}
      />
    </div>
  );
}
