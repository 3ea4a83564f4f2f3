import { lazy, Suspense, useState } from "react";
import type { ConversationId } from "../lib/types.ts";
import { useConversationRow } from "../model/conversations/hooks.ts";
import type { Jump } from "./ChatContainer.tsx";
import { ChatMessages } from "./ChatMessages.tsx";

const GroupDetails = lazy(() => import("./details/GroupDetails.tsx"));

export interface ConversationPaneProps {
  conversationId: ConversationId;
  /** Whether the list stands beside it. */
  isWide: boolean;
  /** Whether the details of a group have a place beside it, too. */
  hasRoomForDetails: boolean;
  /** Where to look, after a search. */
  jump: Jump | null;
  onClose: () => void;
}

/** The open conversation, and the details of a group beside it or over it. */
export function ConversationPane({
  conversationId,
  isWide,
  hasRoomForDetails,
  onClose,
}: ConversationPaneProps) {
  const row = useConversationRow(conversationId);
  const [hasDetails, setDetails] = useState(false);
  return (
    <>
      <div className="uc:flex uc:min-h-0 uc:min-w-0 uc:flex-1 uc:flex-col">
        <ChatMessages
          conversationId={conversationId}
          conversation={row}
          onHeaderClick={() => setDetails((isOpen) => !isOpen)}
          onBack={onClose}
          showBackButton={!isWide}
        />
      </div>
      {hasDetails && (
        <Suspense>
          <GroupDetails
            conversationId={conversationId}
            shape={hasRoomForDetails ? "panel" : "sheet"}
            onClose={() => setDetails(false)}
          />
        </Suspense>
      )}
    </>
  );
}
