/** What the realtime core offers to the rest of the feature. It knows no React and no page. */
import type { Readable } from "../store.ts";
import type {
  Attachment,
  Conversation,
  ConversationId,
  Mention,
  Message,
  MessageId,
  MyState,
  Notification,
  Participant,
  ReplyHead,
  Seq,
  UserId,
} from "../types.ts";

/** How the one socket stands. Every state has a name that a test and a banner can use. */
export type ConnectionState =
  /** Not started, or stopped: nobody is signed in. */
  | { readonly name: "idle" }
  /** Opening a socket and showing the token; `attempt` counts from 1 since the last success. */
  | { readonly name: "connecting"; readonly attempt: number }
  /** The server has said `hello`. */
  | { readonly name: "online" }
  /** Will try again at `retryAt` (ms since 1970), unless {@link ChatClient.retryNow} is called first. */
  | { readonly name: "waiting"; readonly attempt: number; readonly retryAt: number }
  /** The browser says that there is no network, whatever its sockets still do; tries again by itself when there is. */
  | { readonly name: "offline" }
  /** The token is refused and cannot be renewed: the user has to sign in again. */
  | { readonly name: "signed-out" };

/** A message that this browser is sending. It is in `pending` until the conversation's log has it. */
export interface OutboxEntry {
  /** The name that makes the send repeatable; also the `client_id` of the message it becomes. */
  readonly clientId: string;
  readonly conversationId: ConversationId;
  readonly text: string;
  readonly reply: ReplyHead | null;
  readonly mentions: readonly Mention[];
  /** Files that are uploaded already. */
  readonly attachments: readonly Attachment[];
  /** When the user pressed send, ms since 1970. */
  readonly createdAt: number;
  readonly state: "queued" | "sending" | "sent" | "failed";
  /** Why it failed, in a word (a problem's `code`, or `expired`) and a sentence of the server. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** What to send. */
export interface Draft {
  /** The name to send it under; a new one unless told. */
  readonly clientId?: string;
  readonly conversationId: ConversationId;
  readonly text: string;
  readonly reply?: ReplyHead | null;
  readonly mentions?: readonly Mention[];
  readonly attachments?: readonly Attachment[];
}

/** One conversation as far as it is loaded. */
export interface LogSnapshot {
  /** `gone`: deleted, or the user is no longer in it. */
  readonly status: "loading" | "ready" | "failed" | "gone";
  /** Ascending by `seq`, each once; a stretch of the history without holes. */
  readonly messages: readonly Message[];
  /** Own messages that are not in `messages` yet, in the order in which they were sent. */
  readonly pending: readonly OutboxEntry[];
  /** Whether there is more before the first message, as far as is known. */
  readonly hasOlder: boolean;
  /** Whether the stretch ends before the newest message: after a jump into the past. */
  readonly hasNewer: boolean;
  readonly loading: "older" | "newer" | null;
  /** Up to where each person has read. */
  readonly reads: ReadonlyMap<UserId, Seq>;
  /** Who writes now, the user excluded; ends by itself. */
  readonly typing: readonly UserId[];
  /** What a failed load said, in a word. */
  readonly error: string | null;
}

/** A conversation that somebody looks at. Followed until every handle of it is released. */
export interface ConversationHandle extends Readable<LogSnapshot> {
  /** Reads a page of what was said before; does nothing while one is under way. */
  loadOlder(): Promise<void>;
  /** Reads a page of what was said after the stretch. */
  loadNewer(): Promise<void>;
  /** Shows the stretch around a message, e.g. a quoted or a found one. */
  jumpTo(seq: Seq): Promise<void>;
  /** Shows the newest messages again. */
  jumpToEnd(): Promise<void>;
  /** Loads again after `failed`. */
  reload(): Promise<void>;
  release(): void;
}

/** What happened to the things that are kept outside of logs: the list, people, notifications. */
export type ChatEvent =
  /** A message was said, anywhere that the user is in; own ones too. */
  | { readonly type: "message:new"; readonly message: Message }
  | { readonly type: "message:edited"; readonly message: Message }
  | { readonly type: "message:deleted"; readonly conversationId: ConversationId; readonly id: MessageId }
  | { readonly type: "conversation:new"; readonly conversation: Conversation }
  | { readonly type: "conversation:updated"; readonly conversation: Conversation }
  /** Deleted, or the user was removed or has left. */
  | { readonly type: "conversation:gone"; readonly conversationId: ConversationId }
  | {
      readonly type: "conversation:state";
      readonly conversationId: ConversationId;
      readonly unreadCount: number;
      readonly my: MyState;
    }
  | {
      readonly type: "participant:changed";
      readonly conversationId: ConversationId;
      readonly participant: Participant;
    }
  | { readonly type: "participant:removed"; readonly conversationId: ConversationId; readonly userId: UserId }
  | {
      readonly type: "presence";
      readonly users: readonly { user_id: UserId; is_online: boolean; last_seen?: string | null }[];
    }
  /** Somebody writes, or no longer; ends by itself after `expires_in_ms` of the frame. */
  | {
      readonly type: "typing";
      readonly conversationId: ConversationId;
      readonly userId: UserId;
      readonly isTyping: boolean;
    }
  | { readonly type: "notification:new"; readonly notification: Notification }
  /** The socket is back: what is kept outside of logs may have changed unseen and is read again. */
  | { readonly type: "resumed" }
  /** The server refused something that the user did over the socket. */
  | { readonly type: "refused"; readonly code: string; readonly message: string };

/** Where the access token comes from. */
export interface TokenSource {
  /** The token to use now, or `null` when nobody is signed in. */
  current(): Promise<string | null>;
  /** A newer token than the one that was refused; `null` when there is none to be had. Single flight. */
  renew(refused: string): Promise<string | null>;
  /** Calls `listener` when somebody signs in or out, here or in another tab. */
  subscribe(listener: () => void): () => void;
}

/** The REST calls that the core makes; `lib/api` has them. */
export interface HistorySource {
  /** How many messages a page has, unless the history ends there: a shorter page says that it does. */
  readonly pageMessages: number;
  /**
   * A page of messages, ascending by `seq`: the newest, or those before, after or around one; of these some come before
   * it, and it and some after. What a rejection has as `code` (a problem's word) is shown; `not_participant` and
   * `not_found` mean that the conversation is gone.
   */
  page(id: ConversationId, where: HistoryPlace, signal?: AbortSignal): Promise<readonly Message[]>;
  /** Everybody's reading marks. */
  reads(id: ConversationId, signal?: AbortSignal): Promise<ReadonlyMap<UserId, Seq>>;
}

/** Which page of a history. */
export type HistoryPlace =
  | { readonly kind: "newest" }
  | { readonly kind: "before"; readonly seq: Seq }
  | { readonly kind: "after"; readonly seq: Seq }
  | { readonly kind: "around"; readonly seq: Seq };

/** Keeps small things over a reload: in IndexedDB, or in memory where storage is blocked. */
export interface KeyValueStorage {
  /** `false` when it forgets with the page. */
  readonly isDurable: boolean;
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** Every pair whose key begins with `prefix`, by key. */
  list<T>(prefix: string): Promise<readonly (readonly [string, T])[]>;
}

/** The realtime core: one socket, the logs of the open conversations, the outbox. */
export interface ChatClient {
  readonly connection: Readable<ConnectionState>;
  /** Everything that is being sent, all conversations. */
  readonly outbox: Readable<readonly OutboxEntry[]>;
  /** Signs in as `userId` and keeps a socket open until {@link ChatClient.stop}. */
  start(userId: UserId): void;
  /** Closes the socket with 1000 and forgets the logs; what is in the outbox stays for this user. */
  stop(): void;
  /** Tries to connect at once instead of waiting. */
  retryNow(): void;
  open(id: ConversationId): ConversationHandle;
  /** Puts a message into the outbox and returns its `client_id`. Never fails, never waits. */
  send(draft: Draft): string;
  retry(clientId: string): void;
  discard(clientId: string): void;
  /** Says that everything up to `seq` is read; said again after a break. */
  markRead(id: ConversationId, seq: Seq): void;
  /** Says that the user writes, as often as they press a key: told on at most every 3 s. */
  setTyping(id: ConversationId, isTyping: boolean): void;
  /** Calls `listener` for everything that happens; the returned function ends that. */
  listen(listener: (event: ChatEvent) => void): () => void;
}
