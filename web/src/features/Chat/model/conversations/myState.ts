import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type {
  Conversation,
  ConversationId,
  MyState,
  ReadState,
  UpdateMyStateRequest,
} from "../../lib/types.ts";
import { useLiveRuntime } from "../runtime/context.tsx";
import { keys } from "../runtime/keys.ts";
import type { ChatRuntime } from "../runtime/runtime.ts";
import { useConversationRow, useConversations } from "./hooks.ts";

/** What the user makes of a conversation for themself. Each promise rejects with an `ApiError`, and all is as it was. */
export interface MyStateActions {
  readonly my: MyState | null;
  readonly isMuted: boolean;
  /** Until then, RFC 3339; `null` hears it again. */
  readonly mute: (until: string | null) => Promise<void>;
  readonly pin: (isPinned: boolean) => Promise<void>;
  /** Out of the list until somebody writes there. */
  readonly hide: (isHidden: boolean) => Promise<void>;
  readonly markUnread: () => Promise<void>;
  readonly markRead: () => Promise<void>;
}

/** How things stand between the user and a conversation, and how to change that; shown before the server agrees. */
export function useMyState(id: ConversationId): MyStateActions {
  const runtime = useLiveRuntime();
  const my = useConversationRow(id)?.my ?? null;
  const actions = useMemo(() => actionsOf(runtime, id), [runtime, id]);
  return { my, isMuted: isMuted(my, Date.now()), ...actions };
}

/** Whether a conversation is silent at a moment, in ms since 1970. */
export function isMuted(my: MyState | null | undefined, now: number): boolean {
  return my?.muted_until != null && Date.parse(my.muted_until) > now;
}

function actionsOf(runtime: ChatRuntime, id: ConversationId) {
  const { conversations } = runtime.api;
  const set = (change: UpdateMyStateRequest) =>
    optimistic(runtime, id, withMy(change), () => conversations.setMy(id, change));
  return {
    mute: (until: string | null) => set({ muted_until: until }),
    pin: (isPinned: boolean) => set({ is_pinned: isPinned }),
    async hide(isHidden: boolean): Promise<void> {
      await set({ is_hidden: isHidden });
      if (isHidden) runtime.list.drop(id);
      else runtime.list.reread(id);
      await runtime.queries.invalidateQueries({ queryKey: keys.hidden });
    },
    markUnread: () =>
      optimistic(
        runtime,
        id,
        (row) => (row.my ? { ...row, my: { ...row.my, is_marked_unread: true } } : row),
        () => conversations.markUnread(id),
      ),
    markRead: () =>
      optimistic(
        runtime,
        id,
        (row) => ({ ...row, unread_count: 0, my: row.my ? { ...row.my, is_marked_unread: false } : null }),
        () => conversations.markRead(id),
      ),
  };
}

function withMy(change: UpdateMyStateRequest): (row: Conversation) => Conversation {
  return (row) => {
    if (!row.my) return row;
    const { is_hidden, is_pinned } = change;
    return {
      ...row,
      my: {
        ...row.my,
        is_hidden: is_hidden ?? row.my.is_hidden,
        is_pinned: is_pinned ?? row.my.is_pinned,
        muted_until: change.muted_until === undefined ? (row.my.muted_until ?? null) : change.muted_until,
      },
    };
  };
}

/** Shows a change at once; puts in what the server answers, or reads the row again when it refuses. */
async function optimistic(
  { list }: ChatRuntime,
  id: ConversationId,
  change: (row: Conversation) => Conversation,
  ask: () => Promise<ReadState>,
): Promise<void> {
  list.change(id, change);
  try {
    const { my, unread_count } = await ask();
    list.change(id, (row) => ({ ...row, my, unread_count }));
  } catch (error) {
    list.reread(id);
    throw error;
  }
}

/** What is unread in the whole list; 0 while it is not known. */
export function useUnreadTotal(): number {
  const { api, queries } = useLiveRuntime();
  const { data, hasMore } = useConversations();
  const total = useQuery(
    {
      queryKey: keys.unread,
      queryFn: ({ signal }) => api.unread.total(signal),
      // A list that is here as a whole says it by itself, at every message.
      enabled: hasMore,
    },
    queries,
  );
  if (hasMore) return total.data ?? 0;
  return (data ?? []).reduce((sum, row) => sum + (row.unread_count ?? 0), 0);
}
