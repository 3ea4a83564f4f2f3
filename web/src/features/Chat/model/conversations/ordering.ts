import type { OutboxEntry } from "../../lib/realtime/types.ts";
import type { Conversation, UserId } from "../../lib/types.ts";
import type { Conversations } from "./patch.ts";

/** The pinned first, then by newest activity: the order of the API. */
export function ordered(list: Conversations): Conversations {
  return [...list].sort((a, b) => pin(b) - pin(a) || activity(b) - activity(a) || b.number - a.number);
}

/** The list with what is being sent as its newest message, where nothing newer was said. */
export function withPending(
  list: Conversations,
  outbox: readonly OutboxEntry[],
  me: UserId | null,
): Conversations {
  if (outbox.length === 0 || me === null) return list;
  const newest = new Map(outbox.map((entry) => [entry.conversationId, entry]));
  return list.map((row) => {
    const entry = newest.get(row.id);
    if (entry === undefined || entry.createdAt <= activity(row)) return row;
    return {
      ...row,
      last_message: {
        id: entry.clientId,
        sender_id: me,
        text: entry.text,
        created_at: new Date(entry.createdAt).toISOString(),
      },
    };
  });
}

/** When something was said there last, ms since 1970; before that, when it was made. */
export function activity(row: Conversation): number {
  return Date.parse(row.last_message?.created_at ?? row.created_at);
}

function pin(row: Conversation): number {
  return row.my?.is_pinned === true ? 1 : 0;
}
