import type { Conversation, UserId } from "../../lib/types.ts";
import { useMyState } from "../../model/conversations/myState.ts";
import { useText } from "../../model/useText.ts";
import { useParting } from "../list/useParting.tsx";
import { showToast } from "../toast/toast.ts";
import { ConversationHeader } from "./ConversationHeader.tsx";
import type { HeaderAction } from "./HeaderMenu.tsx";
import { useHeaderStatus } from "./useHeaderStatus.ts";

export interface OpenHeaderProps {
  conversation: Conversation | undefined;
  typing: readonly UserId[];
  nameOf: (id: UserId) => string;
  memberCount: number;
  isOffline: boolean;
  onBack: (() => void) | undefined;
  onDetails: (() => void) | undefined;
  /** The user has left the conversation from here. */
  onLeft: (() => void) | undefined;
  onSearch: () => void;
}

/** The header of the open conversation, with what its menu does. */
export function OpenHeader(props: OpenHeaderProps) {
  const { conversation, onBack, onDetails, onSearch, isOffline } = props;
  const { t } = useText();
  const { status, isOnline } = useHeaderStatus(props);
  const { my, isMuted, mute, pin, hide } = useMyState(conversation?.id ?? "");
  const parting = useParting({ onParted: props.onLeft });
  const tried = (change: Promise<void>) => {
    change.catch(() => showToast("error", t("list.changeFailed")));
  };
  const onAction = (action: HeaderAction) => {
    if (action.type === "search") onSearch();
    else if (action.type === "details") onDetails?.();
    else if (action.type === "mute") tried(mute(action.until));
    else if (action.type === "pin") tried(pin(action.isPinned));
    else if (action.type === "hide") tried(hide(true));
    else if (conversation !== undefined) parting.ask({ kind: "leave", id: conversation.id });
  };
  return (
    <>
      <ConversationHeader
        {...{ conversation, status, isOnline, isOffline, isMuted, onBack, onDetails, onAction }}
        isPinned={my?.is_pinned === true}
      />
      {parting.question}
    </>
  );
}
