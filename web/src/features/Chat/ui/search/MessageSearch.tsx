import { X } from "lucide-react";
import { useState } from "react";
import type { ConversationId, FoundMessage, Seq, UserId } from "../../lib/types.ts";
import { useSearchMessages } from "../../model/messages/search.ts";
import { useText } from "../../model/useText.ts";
import { Button } from "../kit/Button.tsx";
import { Input } from "../kit/Input.tsx";
import { Spinner } from "../kit/Spinner.tsx";
import { startOfDay } from "../messages/timeline.ts";
import { dayLabel, formatTime } from "../messages/when.ts";

export interface MessageSearchProps {
  conversationId: ConversationId;
  nameOf: (id: UserId) => string;
  onJump: (seq: Seq) => void;
  onClose: () => void;
}

/** Finds messages of the open conversation and leads to them. Loaded when it is opened. */
export default function MessageSearch({ conversationId, nameOf, onJump, onClose }: MessageSearchProps) {
  const { t } = useText();
  const [q, setQ] = useState("");
  const found = useSearchMessages({ q, conversationId });
  return (
    <search
      className="uc:flex uc:max-h-[50%] uc:shrink-0 uc:flex-col uc:border-b uc:bg-background"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <div className="uc:flex uc:gap-2 uc:p-2">
        <Input
          ref={(field) => field?.focus()}
          type="search"
          value={q}
          placeholder={t("messages.search")}
          aria-label={t("messages.search")}
          onChange={(event) => setQ(event.target.value)}
        />
        <Button variant="ghost" size="icon" aria-label={t("messages.closeSearch")} onClick={onClose}>
          <X aria-hidden="true" />
        </Button>
      </div>
      <Outcome q={q} found={found} />
      <ul aria-label={t("messages.found")} className="uc:min-h-0 uc:overflow-y-auto uc:px-2">
        {found.data.map((hit) => (
          <li key={hit.message.id}>
            <Hit hit={hit} name={nameOf(hit.message.sender_id)} onJump={onJump} />
          </li>
        ))}
      </ul>
      {found.hasMore && (
        <Button variant="ghost" size="sm" disabled={found.isLoadingMore} onClick={found.loadMore}>
          {t("messages.showMore")}
        </Button>
      )}
    </search>
  );
}

function Outcome({ q, found }: { q: string; found: ReturnType<typeof useSearchMessages> }) {
  const { t } = useText();
  if (q.trim() === "") return null;
  if (found.isLoading) {
    return (
      <div className="uc:flex uc:justify-center uc:pb-2">
        <Spinner label={t("messages.searching")} />
      </div>
    );
  }
  const text = found.isTooShort
    ? t("messages.searchTooShort")
    : found.error !== null
      ? t("messages.searchFailed")
      : found.data.length === 0
        ? t("messages.searchNone")
        : t("messages.searchCount", { count: found.data.length });
  return (
    <p role="status" className="uc:px-4 uc:pb-2 uc:text-sm uc:text-muted-foreground">
      {text}
    </p>
  );
}

function Hit({ hit, name, onJump }: { hit: FoundMessage; name: string; onJump: (seq: Seq) => void }) {
  const { t, locale } = useText();
  const { message } = hit;
  const at = Date.parse(message.created_at);
  const day = dayLabel(startOfDay(at), startOfDay(Date.now()), locale);
  return (
    <button
      type="button"
      onClick={() => onJump(message.seq)}
      className="uc:block uc:w-full uc:rounded-md uc:px-2 uc:py-1.5 uc:text-start uc:hover:bg-muted"
    >
      <span className="uc:flex uc:gap-2 uc:text-xs uc:text-muted-foreground">
        <span className="uc:min-w-0 uc:flex-1 uc:truncate uc:font-semibold">{name}</span>
        <time dateTime={message.created_at}>
          {day}, {formatTime(at)}
        </time>
      </span>
      <span dir="auto" className="uc:line-clamp-2 uc:text-sm">
        {message.text ?? t("messages.file")}
      </span>
    </button>
  );
}
