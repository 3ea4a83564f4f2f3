import { MessagesSquare } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Conversation, ConversationId, FoundMessage } from "../lib/types.ts";
import {
  useConversations,
  useCreateConversation,
  useDeleteConversation,
} from "../model/conversations/hooks.ts";
import { useText } from "../model/useText.ts";
import { ChatScope } from "./ChatScope.tsx";
import { ChatSelect } from "./ChatSelect.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import type { Jump } from "./ConversationPane.tsx";
import { deferred, InPlace } from "./deferred.tsx";
import { cn } from "./kit/cn.ts";
import { Spinner } from "./kit/Spinner.tsx";
import { loadToaster } from "./toast/ToastHost.tsx";
import { useContainerWidth } from "./useContainerWidth.ts";

const ConversationPane = deferred(() => import("./ConversationPane.tsx"));

/** From this width on, in CSS px, list and messages stand side by side; below, one of them is shown. */
const WIDE_FROM = 720;

export interface ChatContainerProps {
  /** Shows "Мои переписки" above, as the heading of a page that has no other. */
  hasHeading?: boolean | undefined;
  /** Which conversation is open; leave out, and the container keeps that by itself. */
  selectedId?: ConversationId | null | undefined;
  /** Told when another conversation is opened, or none. */
  onSelect?: ((id: ConversationId | null) => void) | undefined;
  className?: string | undefined;
}

/** The whole chat: the list and the open conversation. Takes no props to work. */
export function ChatContainer({ hasHeading = false, selectedId, onSelect, className }: ChatContainerProps) {
  const [ownId, setOwnId] = useState<ConversationId | null>(null);
  const select = useCallback(
    (id: ConversationId | null) => {
      setOwnId(id);
      onSelect?.(id);
    },
    [onSelect],
  );
  return (
    <ChatScope>
      <Panes
        hasHeading={hasHeading}
        selectedId={selectedId === undefined ? ownId : selectedId}
        onSelect={select}
        className={className}
      />
    </ChatScope>
  );
}

interface PanesProps {
  hasHeading: boolean;
  selectedId: ConversationId | null;
  onSelect: (id: ConversationId | null) => void;
  className: string | undefined;
}

function Panes({ hasHeading, selectedId, className, ...props }: PanesProps) {
  const { t } = useText();
  const [measure, width] = useContainerWidth();
  const [jump, setJump] = useState<Jump | null>(null);
  const [madeId, setMadeId] = useState<ConversationId | null>(null);
  const onSelect = (id: ConversationId | null) => {
    // What was made is new until something else is opened.
    setMadeId((made) => (made === id ? made : null));
    props.onSelect(id);
  };
  const list = useList(selectedId, onSelect, setMadeId);
  const isWide = width >= WIDE_FROM;
  // The list is what a visit begins with; what an open conversation and toasts need comes right after it.
  const isListed = !list.loading;
  useEffect(() => {
    if (!isListed) return;
    ConversationPane.preload();
    // What fails is asked for again when it is needed.
    loadToaster().catch(() => undefined);
  }, [isListed]);
  const openFound = ({ message }: FoundMessage) => {
    setJump({ conversationId: message.conversation_id, seq: message.seq });
    onSelect(message.conversation_id);
  };
  return (
    <div ref={measure} className={cn("uc:flex uc:h-full uc:min-h-0 uc:flex-col", className)}>
      {hasHeading && (
        // Where there is room for the open conversation alone, the page still has its heading, for those who hear it.
        <h1
          className={
            isWide || selectedId === null
              ? "uc:border-b uc:px-4 uc:py-3 uc:text-lg uc:font-semibold"
              : "uc:sr-only"
          }
        >
          {t("list.heading")}
        </h1>
      )}
      <div className="uc:relative uc:flex uc:min-h-0 uc:flex-1">
        <FloatingBanner place={isWide ? "column" : selectedId === null ? "list" : "conversation"} />
        {(isWide || selectedId === null) && (
          <ChatSelect
            {...list}
            selectedChatId={selectedId}
            onSelectChat={onSelect}
            onSelectMessage={openFound}
            className={isWide ? "uc:w-[21.5rem] uc:shrink-0 uc:border-e" : "uc:w-full"}
          />
        )}
        {selectedId !== null && width > 0 && (
          <InPlace
            of={ConversationPane}
            fallback={<Spinner label={t("common.loading")} className="uc:m-auto" />}
            key={selectedId}
            conversationId={selectedId}
            isWide={isWide}
            jump={jump?.conversationId === selectedId ? jump : null}
            isNew={madeId === selectedId}
            onClose={() => onSelect(null)}
          />
        )}
        {selectedId === null && isWide && <NothingChosen />}
      </div>
    </div>
  );
}

/** Where nothing is pressed but rows and messages: at the end of the list, or below a header and what is pinned there. */
const BANNER_PLACES = {
  column: "uc:start-2 uc:bottom-2 uc:w-[20.5rem]",
  list: "uc:inset-x-2 uc:bottom-2",
  conversation: "uc:inset-x-2 uc:top-28",
} as const;

/** The banner over the panes: what is read and pressed there stays where it is. */
function FloatingBanner({ place }: { place: keyof typeof BANNER_PLACES }) {
  return (
    // A filter, because a shadow of nothing would be seen.
    <div className={cn("uc:absolute uc:z-20 uc:drop-shadow-lg", BANNER_PLACES[place])}>
      <div className="uc:overflow-hidden uc:rounded-md">
        <ConnectionBanner />
      </div>
    </div>
  );
}

function NothingChosen() {
  const { t } = useText();
  return (
    <div className="uc:flex uc:flex-1 uc:flex-col uc:items-center uc:justify-center uc:gap-2 uc:p-6 uc:text-center uc:text-muted-foreground">
      <MessagesSquare aria-hidden="true" className="uc:size-10" />
      <p className="uc:font-medium uc:text-foreground">{t("list.choose")}</p>
      <p>{t("list.chooseText")}</p>
    </div>
  );
}

/** The list's data and what it can do, as `ChatSelect` takes them. */
function useList(
  selectedId: ConversationId | null,
  onSelect: (id: ConversationId | null) => void,
  onMade: (id: ConversationId) => void,
) {
  const query = useConversations();
  const creation = useCreateConversation();
  const deletion = useDeleteConversation();
  const { hasMore, isLoadingMore, loadMore } = query;
  // Another one may have been opened since.
  const open = useRef(selectedId);
  open.current = selectedId;
  const more = useCallback(() => {
    // What fails shows in the query; the next scroll tries again.
    if (!isLoadingMore) loadMore().catch(() => undefined);
  }, [isLoadingMore, loadMore]);
  return {
    conversations: query.data ?? NONE,
    loading: query.isLoading,
    error: query.error,
    onRetry: () => void query.refetch(),
    onLoadMore: hasMore ? more : undefined,
    isLoadingMore,
    onCreateConversation: async (type: Conversation["type"], title?: string, participantIds?: number[]) => {
      const made = await creation.mutateAsync({
        type,
        title: title ?? null,
        participant_ids: participantIds ?? [],
      });
      onMade(made.id);
      return made;
    },
    onDeleteConversation: (id: ConversationId) => deletion.mutateAsync(id),
    onPart: (id: ConversationId) => {
      if (id === open.current) onSelect(null);
    },
  };
}

const NONE: readonly Conversation[] = [];
