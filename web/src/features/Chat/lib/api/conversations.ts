import type {
  Conversation,
  ConversationId,
  ConversationType,
  CreateConversationRequest,
  ReadState,
  Seq,
  UpdateConversationRequest,
  UpdateMyStateRequest,
} from "../types.ts";
import type { Http } from "./http.ts";

/** Rows of one page of the list: nearly everybody's whole list, and still a small answer. The API allows 1000. */
export const CONVERSATIONS_PAGE = 200;

/** Which conversations, and which page of them. */
export interface ListQuery {
  readonly cursor?: string | undefined;
  /** Only those whose title, or whose other side's name, contains this. */
  readonly q?: string | undefined;
  /** `true`: only what the user has hidden. */
  readonly hidden?: boolean | undefined;
  readonly type?: ConversationType | undefined;
}

export interface ConversationPage {
  readonly items: readonly Conversation[];
  /** Where the next page begins; `null` on the last. */
  readonly next: string | null;
}

const ROOT = "/api/unet-chat/conversations/";

/** The path of one conversation: without a slash at its end, as the API has it. */
export function conversationPath(id: ConversationId): string {
  return `${ROOT}${encodeURIComponent(id)}`;
}

/** Conversations, and what the user makes of them. */
export function conversationsApi(http: Http) {
  return {
    /** A page of the list: the pinned first, then by newest activity. */
    async page(query: ListQuery = {}, signal?: AbortSignal): Promise<ConversationPage> {
      const { data, headers } = await http.call<Conversation[]>("GET", ROOT, {
        query: { limit: CONVERSATIONS_PAGE, ...query },
        signal,
      });
      return { items: data, next: headers.get("X-Next-Cursor") };
    },
    /** Everything up to the API's own limit of 1000, as the seeds' clients read it. */
    all: (signal?: AbortSignal) => http.get<Conversation[]>(ROOT, { signal }),
    get: (id: ConversationId, signal?: AbortSignal) =>
      http.get<Conversation>(conversationPath(id), { signal }),
    /** Makes a conversation, or answers the one that this pair has already. */
    create: (body: CreateConversationRequest) => http.post<Conversation>(ROOT, { body }),
    update: (id: ConversationId, body: UpdateConversationRequest) =>
      http.patch<Conversation>(conversationPath(id), { body }),
    remove: (id: ConversationId) => http.delete(conversationPath(id)),
    leave: (id: ConversationId) => http.post<void>(`${conversationPath(id)}/leave/`),
    /** Everything up to `seq`, or everything there is, is read. */
    markRead: (id: ConversationId, seq?: Seq) =>
      http.post<ReadState>(`${conversationPath(id)}/read/`, seq === undefined ? {} : { body: { seq } }),
    /** A reminder for the user alone, until they read there again. */
    markUnread: (id: ConversationId) => http.post<ReadState>(`${conversationPath(id)}/unread/`),
    /** Hides, pins or mutes, for the user alone. */
    setMy: (id: ConversationId, body: UpdateMyStateRequest) =>
      http.patch<ReadState>(`${conversationPath(id)}/my/`, { body }),
  };
}
