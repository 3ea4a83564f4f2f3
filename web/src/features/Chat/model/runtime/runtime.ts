import type { QueryClient } from "@tanstack/react-query";
import { type ChatApi, createApi } from "../../lib/api/api.ts";
import { ApiError } from "../../lib/api/errors.ts";
import { historySource } from "../../lib/api/history.ts";
import { Http } from "../../lib/api/http.ts";
import { StoredTokens } from "../../lib/api/storedTokens.ts";
import { callbackTokens, type Session } from "../../lib/api/tokens.ts";
import type { Locale } from "../../lib/locale.ts";
import type { ChatClient } from "../../lib/realtime/types.ts";
import { type Readable, Store } from "../../lib/store.ts";
import type { ConversationId, UserId } from "../../lib/types.ts";
import { ListKeeper } from "../conversations/keeper.ts";
import { LinkBook } from "../files/links.ts";
import type { UploadQueue } from "../files/uploads.ts";
import { DraftBook } from "../messages/drafts.ts";
import { PeopleBook } from "../people/book.ts";
import { PresenceBook } from "../people/presence.ts";
import { TypingBook } from "../people/typing.ts";
import { Bridge } from "./bridge.ts";
import { browserParts } from "./browserParts.ts";
import { keys } from "./keys.ts";
import type { ChatOptions, RuntimeParts } from "./options.ts";
import { createQueries } from "./queries.ts";

/** How long the socket outlives the last component that needs it, in ms: a change of the host's page, a remount. */
const LINGER_MS = 5000;

/** How long until the session is asked again who is signed in, when it could not say, in ms. */
const SIGN_IN_RETRY_MS = 3000;

/** Puts a chat together. Nothing is asked of the server before {@link ChatRuntime.hold}, or a call of `api`. */
export function createChatRuntime(options: ChatOptions, parts = browserParts(options.storage)): ChatRuntime {
  return new ChatRuntime(options, parts);
}

/** Everything that the hooks of one chat share: the API, the socket, the caches. Knows no React. */
export class ChatRuntime {
  readonly baseUrl: string;
  readonly locale: Locale;
  readonly theme: "light" | "dark" | "system";
  readonly session: Session;
  readonly api: ChatApi;
  readonly client: ChatClient;
  readonly queries: QueryClient = createQueries();
  readonly list: ListKeeper;
  readonly people: PeopleBook;
  readonly presence = new PresenceBook();
  readonly typing = new TypingBook();
  readonly links: LinkBook;
  readonly drafts: DraftBook;
  readonly #me = new Store<UserId | null>(null);
  readonly #uploads = new Map<ConversationId, UploadQueue>();
  readonly #bridge: Bridge;
  #holders = 0;
  #lingering: ReturnType<typeof setTimeout> | null = null;
  #close: (() => void) | null = null;
  #signing = 0;
  #hasBeenOnline = false;

  constructor(options: ChatOptions, parts: RuntimeParts) {
    this.baseUrl = (options.baseUrl ?? "").replace(/\/+$/, "");
    this.locale = options.locale ?? "ru";
    this.theme = options.theme ?? "system";
    this.session = options.session ?? sessionOf(options, () => this.api);
    const http = new Http({ baseUrl: this.baseUrl, tokens: this.session });
    this.api = createApi(http);
    const storage = parts.createStorage();
    this.client = parts.createClient({
      socketUrl: socketUrl(this.baseUrl),
      tokens: this.session,
      history: historySource(http),
      storage,
    });
    this.people = new PeopleBook(this.api, this.locale);
    this.list = new ListKeeper({
      api: this.api,
      queries: this.queries,
      me: () => this.#me.getSnapshot(),
      onRead: (conversation) => this.#bridge.noteConversation(conversation),
    });
    this.#bridge = new Bridge(this);
    this.links = new LinkBook(this.api);
    this.drafts = new DraftBook(storage);
  }

  /** Who is signed in; `null` before that is known, and when nobody is. */
  get me(): Readable<UserId | null> {
    return this.#me;
  }

  /** The files of a conversation's next message; they outlive a look into another conversation. */
  uploads(id: ConversationId, create: (api: ChatApi) => UploadQueue): UploadQueue {
    const queue = this.#uploads.get(id) ?? create(this.api);
    this.#uploads.set(id, queue);
    return queue;
  }

  /** Keeps the socket open until every holder has called the returned function, and a few seconds more. */
  hold(): () => void {
    this.#holders += 1;
    if (this.#lingering !== null) clearTimeout(this.#lingering);
    this.#lingering = null;
    this.#close ??= this.#open();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#lingering = setTimeout(() => this.stop(), LINGER_MS);
    };
  }

  /** Closes the socket at once. */
  stop(): void {
    if (this.#lingering !== null) clearTimeout(this.#lingering);
    this.#lingering = null;
    this.#close?.();
    this.#close = null;
  }

  #open(): () => void {
    const stops = [
      this.client.listen((event) => this.#bridge.onEvent(event)),
      this.#bridge.start(),
      this.session.subscribe(() => void this.#signIn()),
      this.client.connection.subscribe(() => this.#onConnection()),
      flushOnLeave(() => this.drafts.flush()),
    ];
    void this.#signIn();
    return () => {
      this.#signing += 1;
      for (const stop of stops) stop();
      this.client.stop();
      this.drafts.flush();
      this.list.stop();
      this.#me.set(null);
    };
  }

  /** What was read before the socket was there for the first time may lack what was said in between. */
  #onConnection(): void {
    if (this.#hasBeenOnline || this.client.connection.getSnapshot().name !== "online") return;
    this.#hasBeenOnline = true;
    this.#bridge.readAgain();
  }

  /** Starts the socket for whoever is signed in now; forgets everything of whoever was before. */
  async #signIn(): Promise<void> {
    this.#signing += 1;
    const signing = this.#signing;
    const userId = await this.#whoAmI();
    if (signing !== this.#signing) return;
    if (userId === undefined) {
      setTimeout(() => signing === this.#signing && void this.#signIn(), SIGN_IN_RETRY_MS);
      return;
    }
    const before = this.#me.getSnapshot();
    if (before !== null && userId !== before) {
      this.client.stop();
      this.#forget();
    }
    this.#me.set(userId);
    if (userId === null || userId === before) return;
    this.#hasBeenOnline = false;
    this.client.start(userId);
    // What was asked before anybody was signed in.
    void this.queries.invalidateQueries({
      queryKey: keys.all,
      predicate: ({ state }) => state.status === "error",
    });
  }

  /** `null` when nobody is signed in; `undefined` when that could not be found out. */
  async #whoAmI(): Promise<UserId | null | undefined> {
    try {
      if ((await this.session.current()) === null) return null;
      return this.session.peek()?.userId ?? (await this.api.people.me()).id;
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? null : undefined;
    }
  }

  #forget(): void {
    this.drafts.flush();
    for (const queue of this.#uploads.values()) queue.clear();
    this.#uploads.clear();
    this.list.stop();
    this.people.clear();
    this.presence.clear();
    this.typing.clear();
    this.links.clear();
    this.queries.removeQueries({ queryKey: keys.all, type: "inactive" });
    void this.queries.resetQueries({ queryKey: keys.all });
  }
}

function sessionOf({ getToken }: ChatOptions, api: () => ChatApi): Session {
  return getToken === undefined
    ? new StoredTokens((refresh) => api().auth.refresh(refresh))
    : callbackTokens(getToken);
}

/** The door for everything beside the REST API: the same host, by `ws` or `wss`. */
export function socketUrl(baseUrl: string): string {
  const page = typeof location === "undefined" ? "http://localhost" : location.href;
  const url = new URL(`${baseUrl}/api/unet-chat/ws`, page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function flushOnLeave(flush: () => void): () => void {
  if (typeof window === "undefined") return () => undefined;
  window.addEventListener("pagehide", flush);
  return () => window.removeEventListener("pagehide", flush);
}
