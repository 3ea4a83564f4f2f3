import type { QueryClient } from "@tanstack/react-query";
import type { ChatApi } from "../../lib/api/api.ts";
import { ApiError } from "../../lib/api/errors.ts";
import type { ChatEvent } from "../../lib/realtime/types.ts";
import type { Conversation, ConversationId, UserId } from "../../lib/types.ts";
import { keys } from "../runtime/keys.ts";
import { type Conversations, isStale, patched, upserted } from "./patch.ts";

/** What the cache keeps of the list. */
export interface ListData {
  readonly items: Conversations;
  /** Where the next page begins; `null` when all are here. */
  readonly next: string | null;
}

/** How long single conversations that are to be read again are gathered, in ms: a burst reads each once. */
const REREAD_DELAY_MS = 150;

interface ListKeeperDeps {
  readonly api: Pick<ChatApi, "conversations">;
  readonly queries: QueryClient;
  readonly me: () => UserId | null;
  /** Told of every conversation that is read, or answered, alone. */
  readonly onRead: (conversation: Conversation) => void;
}

/**
 * Keeps the list true: reads it once, page by page, changes it by events, reads single rows again where an event does
 * not say enough. What happens while a page is on its way is applied to the page once more.
 */
export class ListKeeper {
  readonly #deps: ListKeeperDeps;
  /** Events since the oldest page under way was asked for. */
  #journal: ChatEvent[] = [];
  #readsUnderWay = 0;
  readonly #stale = new Set<ConversationId>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(deps: ListKeeperDeps) {
    this.#deps = deps;
  }

  /** Reads the first page: the query's function. */
  readFirst = (signal?: AbortSignal): Promise<ListData> =>
    this.#recorded(async () => {
      const page = await this.#deps.api.conversations.page({}, signal);
      return this.#replayed({ items: page.items, next: page.next });
    });

  /** Reads the page after those that are here; does nothing on the last. */
  async readMore(): Promise<void> {
    const cursor = this.#data()?.next ?? null;
    if (cursor === null) return;
    await this.#recorded(async () => {
      const page = await this.#deps.api.conversations.page({ cursor });
      page.items.forEach(this.#deps.onRead);
      const fresh = this.#replayed({ items: page.items, next: page.next });
      this.#update((data) => {
        // Read anew in the meantime: the page belongs to a list that is no more.
        if (data.next !== cursor) return data;
        const known = new Set(data.items.map(({ id }) => id));
        return { items: [...data.items, ...fresh.items.filter(({ id }) => !known.has(id))], next: page.next };
      });
    });
  }

  /** Changes the list by what happened. */
  onEvent(event: ChatEvent): void {
    if (this.#readsUnderWay > 0) this.#journal.push(event);
    const data = this.#data();
    if (data === undefined) return;
    this.#update((old) => ({ ...old, items: patched(old.items, event, this.#deps.me()) }));
    const stale = isStale(data.items, event);
    if (stale !== null) this.reread(stale);
  }

  /**
   * Puts a conversation, as the server answered it, into the list or in the place of what was there. Where the answer
   * leaves out what is the user's own and the list does not know it either, it is read.
   */
  put(conversation: Conversation): void {
    this.#deps.onRead(conversation);
    const isKnown = this.#data()?.items.some(({ id }) => id === conversation.id) ?? true;
    if (!isKnown && conversation.my == null) this.reread(conversation.id);
    if (this.#readsUnderWay > 0) this.#journal.push({ type: "conversation:new", conversation });
    this.#update((data) => ({ ...data, items: upserted(data.items, conversation) }));
  }

  /** Takes a conversation out of the list. */
  drop(id: ConversationId): void {
    this.onEvent({ type: "conversation:gone", conversationId: id });
  }

  /** Changes one row at once, before the server says so. */
  change(id: ConversationId, change: (row: Conversation) => Conversation): void {
    this.#update((data) => ({
      ...data,
      items: data.items.map((row) => (row.id === id ? change(row) : row)),
    }));
  }

  /** Reads one conversation again soon; however often it is asked for, once. */
  reread(id: ConversationId): void {
    this.#stale.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const ids = [...this.#stale];
      this.#stale.clear();
      for (const stale of ids) void this.#readOne(stale);
    }, REREAD_DELAY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stale.clear();
    this.#journal = [];
  }

  async #readOne(id: ConversationId): Promise<void> {
    try {
      const conversation = await this.#deps.api.conversations.get(id);
      if (conversation.my?.is_hidden === true) this.drop(id);
      else this.put(conversation);
    } catch (error) {
      const isGone = error instanceof ApiError && (error.status === 403 || error.status === 404);
      if (isGone) this.drop(id);
      // Otherwise the row stays as it was; a break of the connection ends with a new reading of the whole list.
    }
  }

  async #recorded<T>(read: () => Promise<T>): Promise<T> {
    this.#readsUnderWay += 1;
    try {
      return await read();
    } finally {
      this.#readsUnderWay -= 1;
      if (this.#readsUnderWay === 0) this.#journal = [];
    }
  }

  #replayed(data: ListData): ListData {
    const me = this.#deps.me();
    const items = this.#journal.reduce((list, event) => patched(list, event, me), data.items);
    return { ...data, items };
  }

  #data(): ListData | undefined {
    return this.#deps.queries.getQueryData<ListData>(keys.list);
  }

  #update(change: (data: ListData) => ListData): void {
    this.#deps.queries.setQueryData<ListData>(keys.list, (old) =>
      old === undefined ? undefined : change(old),
    );
  }
}
