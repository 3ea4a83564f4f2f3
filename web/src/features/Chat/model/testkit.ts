/** What the tests of the model share: a core that does what it is told, a server of a few answers, rows. */
import type {
  ChatClient,
  ChatEvent,
  ConnectionState,
  ConversationHandle,
  Draft,
  KeyValueStorage,
  LogSnapshot,
  OutboxEntry,
} from "../lib/realtime/types.ts";
import { Store } from "../lib/store.ts";
import type { Conversation, ConversationId, Message, MyState, UserId } from "../lib/types.ts";
import type { RuntimeParts } from "./runtime/options.ts";

export const MY: MyState = {
  last_read_seq: 0,
  is_marked_unread: false,
  is_hidden: false,
  is_pinned: false,
  muted_until: null,
};

/** A row of the list. */
export function row(id: ConversationId, facts: Partial<Conversation> = {}): Conversation {
  return {
    id,
    number: 1,
    type: "group",
    title: id,
    description: null,
    service: null,
    service_id: null,
    created_by: 1,
    created_at: "2026-11-01T00:00:00Z",
    last_seq: 0,
    last_message: null,
    unread_count: 0,
    my: MY,
    ...facts,
  };
}

/** A message; its moment follows its `seq`. */
export function message(conversationId: ConversationId, seq: number, facts: Partial<Message> = {}): Message {
  return {
    id: `${conversationId}-${seq}`,
    conversation_id: conversationId,
    number: seq,
    seq,
    sender_id: 2,
    text: `text ${seq}`,
    reply_to: null,
    is_edited: false,
    created_at: new Date(Date.UTC(2026, 10, 20) + seq * 1000).toISOString(),
    ...facts,
  };
}

export const EMPTY_LOG: LogSnapshot = {
  status: "ready",
  messages: [],
  pending: [],
  hasOlder: false,
  hasNewer: false,
  loading: null,
  reads: new Map(),
  typing: [],
  error: null,
};

/** A realtime core that a test leads by the hand. */
export class FakeClient implements ChatClient {
  readonly connection = new Store<ConnectionState>({ name: "idle" });
  readonly outbox = new Store<readonly OutboxEntry[]>([]);
  readonly calls: string[] = [];
  readonly logs = new Map<ConversationId, Store<LogSnapshot>>();
  readonly #listeners = new Set<(event: ChatEvent) => void>();

  start(userId: UserId): void {
    this.calls.push(`start ${userId}`);
    this.connection.set({ name: "online" });
  }
  stop(): void {
    this.calls.push("stop");
    this.connection.set({ name: "idle" });
  }
  retryNow(): void {
    this.calls.push("retryNow");
  }
  open(id: ConversationId): ConversationHandle {
    this.calls.push(`open ${id}`);
    const log = this.logs.get(id) ?? new Store<LogSnapshot>({ ...EMPTY_LOG, status: "loading" });
    this.logs.set(id, log);
    const nothing = async () => undefined;
    return {
      getSnapshot: log.getSnapshot,
      subscribe: log.subscribe,
      loadOlder: nothing,
      loadNewer: nothing,
      jumpTo: nothing,
      jumpToEnd: nothing,
      reload: nothing,
      release: () => this.calls.push(`release ${id}`),
    };
  }
  send(draft: Draft): string {
    this.calls.push(`send ${draft.conversationId} ${draft.text}`);
    return "client-id";
  }
  retry(clientId: string): void {
    this.calls.push(`retry ${clientId}`);
  }
  discard(clientId: string): void {
    this.calls.push(`discard ${clientId}`);
  }
  markRead(id: ConversationId, seq: number): void {
    this.calls.push(`markRead ${id} ${seq}`);
  }
  setTyping(id: ConversationId, isTyping: boolean): void {
    this.calls.push(`setTyping ${id} ${isTyping}`);
  }
  listen(listener: (event: ChatEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  /** Lets something happen. */
  tell(event: ChatEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** A storage that forgets with the test; `values` may be looked into. */
export class MemoryStorage implements KeyValueStorage {
  readonly isDurable = false;
  readonly values = new Map<string, unknown>();
  async get<T>(key: string): Promise<T | undefined> {
    return this.values.get(key) as T | undefined;
  }
  async set(key: string, value: unknown): Promise<void> {
    this.values.set(key, value);
  }
  async delete(key: string): Promise<void> {
    this.values.delete(key);
  }
  async list<T>(prefix: string): Promise<readonly (readonly [string, T])[]> {
    return [...this.values].filter(([key]) => key.startsWith(prefix)) as [string, T][];
  }
}

/** Parts of a runtime that a test leads. */
export function fakeParts() {
  const client = new FakeClient();
  const storage = new MemoryStorage();
  const parts: RuntimeParts = { createClient: () => client, createStorage: () => storage };
  return { client, storage, parts };
}

type Answer = (body: unknown, url: URL) => unknown;

/** A server of a few answers, by `METHOD path`; a status is answered by throwing it. Notes what it was asked. */
export class FakeServer {
  readonly asked: string[] = [];
  readonly answers = new Map<string, Answer>();

  on(what: string, answer: Answer): this {
    this.answers.set(what, answer);
    return this;
  }

  /** How often it was asked for this. */
  count(what: string): number {
    return this.asked.filter((one) => one === what).length;
  }

  fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const url = new URL(address, "http://localhost");
    const what = `${init.method} ${url.pathname}`;
    this.asked.push(what);
    const answer = this.answers.get(what);
    if (answer === undefined) return new Response("{}", { status: 404 });
    try {
      const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
      return new Response(JSON.stringify(await answer(body, url)), { status: 200 });
    } catch (status) {
      if (typeof status !== "number") throw status;
      return new Response("{}", { status });
    }
  };
}
