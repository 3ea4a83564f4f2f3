import type { ChatEvent } from "../../lib/realtime/types.ts";
import type { Conversation, ConversationId, Message, MessageHead, MyState, UserId } from "../../lib/types.ts";

/** The server counts exactly up to 99; this says "more". */
export const UNREAD_CAP = 100;

export type Conversations = readonly Conversation[];

/** The list after an event; the same object when it changes nothing. What only the server knows is `isStale`'s. */
export function patched(list: Conversations, event: ChatEvent, me: UserId | null): Conversations {
  switch (event.type) {
    case "message:new":
      return changed(list, event.message.conversation_id, (row) => withMessage(row, event.message, me));
    case "message:edited":
      return changed(list, event.message.conversation_id, (row) => withEdit(row, event.message));
    case "conversation:new":
      return upserted(list, event.conversation);
    case "conversation:updated":
      return has(list, event.conversation.id) ? upserted(list, event.conversation) : list;
    case "conversation:gone":
      return without(list, event.conversationId);
    case "conversation:state":
      return withState(list, event.conversationId, event.unreadCount, event.my);
    case "participant:changed":
      return changed(list, event.conversationId, (row) => ({
        ...row,
        participants_head: (row.participants_head ?? []).map((person) =>
          person.user_id === event.participant.user_id ? event.participant : person,
        ),
      }));
    case "participant:removed":
      return changed(list, event.conversationId, (row) => ({
        ...row,
        participants_head: (row.participants_head ?? []).filter((person) => person.user_id !== event.userId),
      }));
    default:
      return list;
  }
}

/** The conversation that an event concerns in a way that only the server can tell, and that is to be read again. */
export function isStale(list: Conversations, event: ChatEvent): ConversationId | null {
  switch (event.type) {
    case "message:new":
      return has(list, event.message.conversation_id) ? null : event.message.conversation_id;
    case "message:deleted": {
      const row = list.find(({ id }) => id === event.conversationId);
      const matters = row?.last_message?.id === event.id || (row?.unread_count ?? 0) > 0;
      return matters ? event.conversationId : null;
    }
    case "conversation:new":
      return event.conversation.id;
    case "conversation:updated":
      return has(list, event.conversation.id) ? null : event.conversation.id;
    case "conversation:state":
      return has(list, event.conversationId) || event.my.is_hidden ? null : event.conversationId;
    default:
      return null;
  }
}

/** What the list keeps of a message. */
export function headOf(message: Message): MessageHead {
  return {
    id: message.id,
    sender_id: message.sender_id,
    text: message.text ?? null,
    created_at: message.created_at,
  };
}

function withMessage(row: Conversation, message: Message, me: UserId | null): Conversation {
  // Told before, e.g. in a resume: the row is as new as this already.
  if (message.seq <= row.last_seq) return row;
  const isCounted =
    message.sender_id !== me && message.kind !== "system" && message.seq > (row.my?.last_read_seq ?? 0);
  const unread = (row.unread_count ?? 0) + (isCounted ? 1 : 0);
  return {
    ...row,
    last_seq: message.seq,
    last_message: headOf(message),
    unread_count: Math.min(unread, UNREAD_CAP),
  };
}

function withEdit(row: Conversation, message: Message): Conversation {
  return row.last_message?.id === message.id ? { ...row, last_message: headOf(message) } : row;
}

/** Frames leave out what is the user's own (`my`, the count): that stays. */
export function upserted(list: Conversations, news: Conversation): Conversations {
  if (!has(list, news.id)) return [news, ...list];
  return changed(list, news.id, (row) => {
    const defined = Object.entries(news).filter(([, value]) => value !== undefined);
    return {
      ...row,
      ...Object.fromEntries(defined),
      last_message: news.last_message ?? row.last_message ?? null,
      my: news.my ?? row.my ?? null,
      unread_count: news.unread_count ?? row.unread_count ?? null,
      other_user: news.other_user ?? row.other_user ?? null,
    };
  });
}

function withState(list: Conversations, id: ConversationId, unread: number, my: MyState): Conversations {
  if (my.is_hidden) return without(list, id);
  return changed(list, id, (row) => ({ ...row, unread_count: unread, my }));
}

function without(list: Conversations, id: ConversationId): Conversations {
  return has(list, id) ? list.filter((row) => row.id !== id) : list;
}

function changed(
  list: Conversations,
  id: ConversationId,
  change: (row: Conversation) => Conversation,
): Conversations {
  const index = list.findIndex((row) => row.id === id);
  const row = list[index];
  if (row === undefined) return list;
  const next = change(row);
  return next === row ? list : list.with(index, next);
}

function has(list: Conversations, id: ConversationId): boolean {
  return list.some((row) => row.id === id);
}
