import { useState } from "react";
import { shortTime } from "../lib/format/dates.ts";
import { conversationTitle, initials } from "../lib/format/names.ts";
import type { Conversation, ConversationId } from "../lib/types.ts";
import { useConversations } from "../model/conversations/hooks.ts";
import { useText } from "../model/useText.ts";
import { deferred, InPlace } from "./deferred.tsx";
import { Avatar } from "./kit/Avatar.tsx";
import { CountBadge } from "./kit/Badge.tsx";
import { Button } from "./kit/Button.tsx";
import { cn } from "./kit/cn.ts";
import { Dialog } from "./kit/Dialog.tsx";
import { Input } from "./kit/Input.tsx";
import { Spinner } from "./kit/Spinner.tsx";
import { Tabs } from "./kit/Tabs.tsx";
import { filtered } from "./list/rows.ts";
import { useContainerWidth } from "./useContainerWidth.ts";

const ConversationPane = deferred(() => import("./ConversationPane.tsx"));

/** Up to this width, in CSS px, the window shows either the list or the chat. */
const NARROW_UP_TO = 480;

export interface MessagesModalProps {
  isOpen: boolean;
  onClose: () => void;
  selectedId: ConversationId | null;
  onSelect: (id: ConversationId | null) => void;
}

/** The window of messages that a page's header opens: who wrote, and the chat beside it. */
export default function MessagesModal({ isOpen, onClose, selectedId, onSelect }: MessagesModalProps) {
  const { t } = useText();
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={t("notifications.messages")}
      closeLabel={t("common.close")}
      shape="window"
      isFlush
    >
      <Panes selectedId={selectedId} onSelect={onSelect} />
    </Dialog>
  );
}

function Panes({ selectedId, onSelect }: Pick<MessagesModalProps, "selectedId" | "onSelect">) {
  const { t } = useText();
  const [measure, width] = useContainerWidth();
  const isWide = width > NARROW_UP_TO;
  return (
    <div ref={measure} className="uc:flex uc:min-h-0 uc:flex-1">
      {(isWide || selectedId === null) && (
        <Friends isWide={isWide} selectedId={selectedId} onSelect={onSelect} />
      )}
      {selectedId !== null && (
        <InPlace
          of={ConversationPane}
          fallback={<Spinner label={t("common.loading")} className="uc:m-auto" />}
          key={selectedId}
          conversationId={selectedId}
          isWide={isWide}
          jump={null}
          onClose={() => onSelect(null)}
        />
      )}
      {selectedId === null && isWide && (
        <p className="uc:m-auto uc:text-muted-foreground">{t("notifications.chooseChat")}</p>
      )}
    </div>
  );
}

interface FriendsProps {
  isWide: boolean;
  selectedId: ConversationId | null;
  onSelect: (id: ConversationId) => void;
}

function Friends({ isWide, selectedId, onSelect }: FriendsProps) {
  const { t, locale } = useText();
  const [query, setQuery] = useState("");
  const [tab, setTab] = useState<"all" | "unread">("all");
  const { data, isError, isLoading, refetch } = useConversations();
  const rows = filtered(data ?? [], tab, query, locale);
  return (
    <div className={cn("uc:flex uc:min-h-0 uc:flex-col", isWide ? "uc:w-72 uc:border-e" : "uc:w-full")}>
      <div className="uc:p-3">
        <Input
          aria-label={t("notifications.searchFriends")}
          placeholder={t("notifications.searchFriends")}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <Tabs
        value={tab}
        onChange={setTab}
        label={t("list.tabs")}
        tabs={[
          { value: "all", label: t("notifications.chatsAll") },
          { value: "unread", label: t("notifications.chatsUnread") },
        ]}
        className="uc:flex uc:min-h-0 uc:flex-1 uc:flex-col"
      >
        {isLoading && <Spinner label={t("common.loading")} className="uc:m-4 uc:self-center" />}
        {isError && (
          <div role="alert" className="uc:flex uc:flex-col uc:items-center uc:gap-2 uc:p-4 uc:text-center">
            {t("notifications.chatsFailed")}
            <Button variant="outline" size="sm" onClick={() => void refetch()}>
              {t("common.retry")}
            </Button>
          </div>
        )}
        <ul className={cn("uc:min-h-0 uc:overflow-y-auto", rows.length > 0 && "uc:flex-1")}>
          {rows.map((row) => (
            <li key={row.id}>
              <Friend row={row} isSelected={row.id === selectedId} onSelect={() => onSelect(row.id)} />
            </li>
          ))}
        </ul>
        {data !== undefined && rows.length === 0 && (
          <p role="status" className="uc:p-4 uc:text-center uc:text-muted-foreground">
            {t(data.length === 0 ? "list.empty" : "list.noMatch")}
          </p>
        )}
      </Tabs>
    </div>
  );
}

function Friend(props: { row: Conversation; isSelected: boolean; onSelect: () => void }) {
  const { row, isSelected, onSelect } = props;
  const { t, locale } = useText();
  const title = conversationTitle(row, locale);
  const unread = row.unread_count ?? 0;
  return (
    <button
      type="button"
      aria-current={isSelected ? "true" : undefined}
      onClick={onSelect}
      className={cn(
        "uc:flex uc:w-full uc:items-center uc:gap-3 uc:px-3 uc:py-2 uc:text-start uc:-outline-offset-2",
        isSelected ? "uc:bg-accent" : "uc:hover:bg-muted",
      )}
    >
      <span className="uc:relative">
        <Avatar
          initials={initials(title)}
          seed={row.other_user?.id ?? row.number}
          src={row.other_user?.avatar}
        />
        <CountBadge aria-hidden="true" count={unread} className="uc:absolute uc:-end-1.5 uc:-top-1.5" />
      </span>
      <span className="uc:min-w-0 uc:flex-1">
        <span dir="auto" className="uc:block uc:truncate uc:font-medium">
          {title}
        </span>
        <span dir="auto" className="uc:block uc:truncate uc:text-sm uc:text-muted-foreground">
          {row.last_message ? row.last_message.text || t("list.attachment") : t("notifications.noMessages")}
        </span>
        {unread > 0 && <span className="uc:sr-only">{t("list.unreadCount", { count: unread })}</span>}
      </span>
      <span className="uc:self-start uc:text-xs uc:text-muted-foreground">
        {shortTime(row.last_message?.created_at ?? row.created_at, new Date(), locale)}
      </span>
    </button>
  );
}
