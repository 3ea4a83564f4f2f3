import { listTime } from "../../lib/format/dates.ts";
import { conversationTitle } from "../../lib/format/names.ts";
import type { Conversation, FoundMessage } from "../../lib/types.ts";
import { useSearchMessages } from "../../model/messages/search.ts";
import { usePeople } from "../../model/people/hooks.ts";
import { useText } from "../../model/useText.ts";
import { FoundMessages } from "./FoundMessages.tsx";

export interface SearchProps {
  query: string;
  /** Where titles come from; a message of a conversation that is not among them is found all the same. */
  conversations: readonly Conversation[];
  onOpen: (found: FoundMessage) => void;
}

/** What the server finds in messages; nothing while the query is too short for it. */
export function Search({ query, conversations, onOpen }: SearchProps) {
  const { t, locale } = useText();
  const search = useSearchMessages({ q: query });
  const people = usePeople(search.data.map(({ message }) => message.sender_id));
  if (search.isTooShort) return null;
  const titles = new Map(conversations.map((row) => [row.id, conversationTitle(row, locale)]));
  const now = new Date();
  const rows = search.data.map((found) => ({
    id: found.message.id,
    found,
    title: titles.get(found.message.conversation_id) ?? t("list.conversation"),
    name: people.get(found.message.sender_id)?.name ?? "",
    time: listTime(found.message.created_at, now, locale),
  }));
  const isBusy = search.isLoading || search.isLoadingMore;
  return (
    <FoundMessages
      rows={rows}
      state={search.error !== null ? "failed" : isBusy ? "loading" : "ready"}
      onRetry={search.loadMore}
      onMore={search.hasMore ? search.loadMore : undefined}
      onOpen={onOpen}
    />
  );
}
