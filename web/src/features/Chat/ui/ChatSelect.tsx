import { useDeferredValue, useRef, useState } from "react";
import type { Conversation, ConversationId, ConversationType, FoundMessage, UserId } from "../lib/types.ts";
import { useText } from "../model/useText.ts";
import { ChatScope } from "./ChatScope.tsx";
import { Deferred, deferred, usePreloaded } from "./deferred.tsx";
import { cn } from "./kit/cn.ts";
import { ConfirmDialog } from "./list/AskFirst.tsx";
import { ConversationItem } from "./list/ConversationItem.tsx";
import { ConversationList } from "./list/ConversationList.tsx";
import { ListHeader } from "./list/ListHeader.tsx";
import { ListState } from "./list/ListState.tsx";
import { RowMenu } from "./list/RowActions.tsx";
import { filtered, type ListTab } from "./list/rows.ts";
import { Search } from "./list/Search.tsx";
import { TabRow } from "./list/TabRow.tsx";
import { useParting } from "./list/useParting.tsx";

const CreateDialog = deferred(() => import("./create/CreateDialog.tsx"));
const PARTS = [RowMenu, ConfirmDialog, CreateDialog];

export interface ChatSelectProps {
  onSelectChat: (conversationId: ConversationId) => void;
  /** In the order in which they are to be shown. */
  conversations: readonly Conversation[];
  loading: boolean;
  /** Makes a conversation; `null`, or a failure, says that it was not made. */
  onCreateConversation: (
    type: ConversationType,
    title?: string,
    participantIds?: UserId[],
  ) => Promise<Conversation | null>;
  selectedChatId: ConversationId | null;
  /** Deletes a conversation for everybody; without it nothing can be deleted here. A failure says that it is still there. */
  onDeleteConversation?: ((conversationId: ConversationId) => Promise<unknown> | unknown) | undefined;
  /** Called when a conversation was deleted or left here: close it if it is open. */
  onPart?: ((conversationId: ConversationId) => void) | undefined;
  className?: string | undefined;
  /** Why the list is not here. */
  error?: unknown;
  onRetry?: (() => void) | undefined;
  /** Reads the next page; left out when everything is there. */
  onLoadMore?: (() => void) | undefined;
  isLoadingMore?: boolean | undefined;
  /** Opens a conversation at a found message; without it, at its end. */
  onSelectMessage?: ((found: FoundMessage) => void) | undefined;
}

/** The list of conversations: search, tabs, rows with what can be done to them, and the way to a new one. */
export function ChatSelect(props: ChatSelectProps) {
  return (
    <ChatScope>
      <ListPane {...props} />
    </ChatScope>
  );
}

function ListPane(props: ChatSelectProps) {
  const { conversations, onSelectChat, selectedChatId, className } = props;
  const { t, locale } = useText();
  const [query, setQuery] = useState("");
  const [tab, setTab] = useState<ListTab>("all");
  const [create, setCreate] = useState<"unused" | "open" | "closed">("unused");
  const parting = useParting({ onDelete: props.onDeleteConversation, onParted: props.onPart });
  const pane = useRef<HTMLElement>(null);
  usePreloaded(PARTS);
  const rows = filtered(conversations, tab, useDeferredValue(query), locale);
  const openFound = (found: FoundMessage) =>
    props.onSelectMessage === undefined
      ? onSelectChat(found.message.conversation_id)
      : props.onSelectMessage(found);

  return (
    <section
      ref={pane}
      aria-label={t("list.list")}
      className={cn("uc:flex uc:h-full uc:min-h-0 uc:flex-col uc:bg-background", className)}
    >
      <ListHeader
        query={query}
        onQuery={setQuery}
        onCreate={() => setCreate("open")}
        onGoToList={() => pane.current?.querySelector<HTMLElement>("[data-row][tabindex='0']")?.focus()}
      />
      <TabRow tab={tab} onTab={setTab} />
      <ConversationList
        label={t("list.list")}
        rows={rows}
        selectedId={selectedChatId}
        onNearEnd={props.onLoadMore}
        renderRow={(row, place) => (
          <ConversationItem
            conversation={row}
            place={place}
            isSelected={row.id === selectedChatId}
            canDelete={props.onDeleteConversation !== undefined}
            isBusy={parting.busy.has(row.id)}
            onSelect={() => onSelectChat(row.id)}
            onPart={(kind) => parting.ask({ kind, id: row.id })}
          />
        )}
      >
        <ListState {...props} shown={rows.length} isNarrowed={query.trim() !== "" || tab !== "all"} />
        {query.trim() !== "" && <Search query={query} conversations={conversations} onOpen={openFound} />}
      </ConversationList>
      {parting.question}
      {create !== "unused" && (
        <Deferred
          of={CreateDialog}
          isOpen={create === "open"}
          onClose={() => setCreate("closed")}
          onCreate={props.onCreateConversation}
          onCreated={({ id }) => onSelectChat(id)}
          onUnavailable={() => setCreate("unused")}
        />
      )}
    </section>
  );
}
