import { useMemo } from "react";
import { listTime } from "../../lib/format/dates.ts";
import { conversationTitle } from "../../lib/format/names.ts";
import type { Conversation, UserId } from "../../lib/types.ts";
import { useDraft } from "../../model/messages/log.ts";
import { usePeople, usePresence, useTyping } from "../../model/people/hooks.ts";
import { useMyId } from "../../model/runtime/hooks.ts";
import { useText } from "../../model/useText.ts";
import { cn } from "../kit/cn.ts";
import type { RowPlace } from "./ConversationList.tsx";
import { ConversationRow } from "./ConversationRow.tsx";
import { preview } from "./preview.ts";
import { RowActions } from "./RowActions.tsx";
import type { Parting } from "./RowMenu.tsx";

export interface ConversationItemProps {
  conversation: Conversation;
  place: RowPlace;
  isSelected: boolean;
  canDelete: boolean;
  isBusy: boolean;
  onSelect: () => void;
  onPart: (how: Parting) => void;
}

/** A row with what goes on in it: who is there, who writes, what is not sent yet. */
export function ConversationItem(props: ConversationItemProps) {
  const { conversation, place, isSelected, canDelete, isBusy, onSelect, onPart } = props;
  const { t, locale } = useText();
  const { isOnline } = usePresence(conversation.other_user?.id ?? null);
  const me = useMyId();
  const { users: typing } = useTyping(conversation.id);
  const { draft } = useDraft(conversation.id);
  const names = useShortNames(conversation, typing);
  const title = conversationTitle(conversation, locale);
  // What stands in the composer of the open conversation is no news to who writes it.
  const facts = { conversation, me, typing, draft: isSelected ? "" : draft.text, nameOf: names };
  const line = preview(facts, t);
  return (
    <ConversationRow
      conversation={conversation}
      title={title}
      time={listTime(conversation.last_message?.created_at ?? conversation.created_at, new Date(), locale)}
      preview={
        <span
          className={cn(
            line.kind === "typing" && "uc:text-primary",
            line.kind === "draft" && "uc:text-danger",
          )}
        >
          {line.text}
        </span>
      }
      isOnline={isOnline}
      isSelected={isSelected}
      isTabStop={place.isTabStop}
      onFocus={place.onFocus}
      onSelect={onSelect}
      actions={
        <RowActions
          conversation={conversation}
          title={title}
          canDelete={canDelete}
          isBusy={isBusy}
          onPart={onPart}
        />
      }
    />
  );
}

/** First names of those whom the row may name. */
function useShortNames(conversation: Conversation, typing: readonly UserId[]): (id: UserId) => string {
  const sender = conversation.type === "group" ? conversation.last_message?.sender_id : undefined;
  const ids = sender === undefined ? typing : [sender, ...typing];
  const people = usePeople(ids);
  return useMemo(
    () => (id: UserId) => people.get(id)?.firstName || people.get(id)?.name || String(id),
    [people],
  );
}
