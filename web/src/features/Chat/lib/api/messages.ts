import type { HistoryPlace } from "../realtime/types.ts";
import type {
  ConversationId,
  FoundMessage,
  Message,
  MessageId,
  Reaction,
  SendMessageRequest,
  UserId,
} from "../types.ts";
import { conversationPath } from "./conversations.ts";
import type { Http } from "./http.ts";

/** Messages of one page: what the seeds promise, and a few screens. The API allows 200. */
export const MESSAGES_PAGE = 50;

/** Found messages of one page; the API allows 50. */
export const FOUND_PAGE = 20;

/** What `search` needs at least and takes at most, in characters. */
export const SEARCH_MIN_LENGTH = 3;
export const SEARCH_MAX_LENGTH = 200;

export interface MessageSearch {
  readonly q: string;
  readonly conversationId?: ConversationId | undefined;
  readonly senderId?: UserId | undefined;
  /** RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly hasFile?: boolean | undefined;
  /** The `number` of the last message of the page before. */
  readonly before?: number | undefined;
}

const ROOT = "/api/unet-chat/messages/";

function messagePath(id: MessageId | ConversationId): string {
  return `${ROOT}${encodeURIComponent(id)}`;
}

/** Messages: history, sending, changing, reactions, pins, search. */
export function messagesApi(http: Http) {
  return {
    /** A page of the history, ascending. Reads nothing: what was in view is told by `message:read`. */
    page: (id: ConversationId, where: HistoryPlace, signal?: AbortSignal, limit = MESSAGES_PAGE) =>
      http.get<Message[]>(messagePath(id), {
        query: { limit, mark_read: false, ...placeQuery(where) },
        signal,
      }),
    /** A page as the seeds' clients ask for it: `offset` counts from the newest, and everything up to the newest
     * message of the page counts as read. */
    pageByOffset: (id: ConversationId, limit = MESSAGES_PAGE, offset = 0, signal?: AbortSignal) =>
      http.get<Message[]>(messagePath(id), { query: { limit, offset }, signal }),
    send: (body: SendMessageRequest) => http.post<Message>(ROOT, { body }),
    edit: (id: MessageId, body: { text: string; mentions?: SendMessageRequest["mentions"] }) =>
      http.put<Message>(messagePath(id), { body }),
    remove: (id: MessageId) => http.delete(messagePath(id)),
    pin: (id: MessageId) => http.put<Message>(`${messagePath(id)}/pin/`),
    unpin: (id: MessageId) => http.delete(`${messagePath(id)}/pin/`),
    pins: (id: ConversationId, signal?: AbortSignal) =>
      http.get<Message[]>(`${conversationPath(id)}/pins/`, { signal }),
    /** Who reacted how, without the cut at fifty names that messages have. */
    reactions: (id: MessageId, signal?: AbortSignal) =>
      http.get<Reaction[]>(`${messagePath(id)}/reactions/`, { signal }),
    react: (id: MessageId, emoji: string) =>
      http.put<Message>(`${messagePath(id)}/reactions/${encodeURIComponent(emoji)}`),
    unreact: (id: MessageId, emoji: string) =>
      http.delete(`${messagePath(id)}/reactions/${encodeURIComponent(emoji)}`),
    /** The newest messages that say `q`, in conversations that the user is in now. */
    search: (search: MessageSearch, signal?: AbortSignal) =>
      http.get<FoundMessage[]>("/api/unet-chat/search/messages/", {
        query: {
          q: search.q,
          conversation_id: search.conversationId,
          sender_id: search.senderId,
          from: search.from,
          to: search.to,
          has_file: search.hasFile,
          limit: FOUND_PAGE,
          before: search.before,
        },
        signal,
      }),
  };
}

function placeQuery(where: HistoryPlace): Record<string, number> {
  return where.kind === "newest" ? {} : { [where.kind]: where.seq };
}
