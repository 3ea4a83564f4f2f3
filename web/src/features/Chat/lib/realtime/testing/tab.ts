import type { Message, Seq, UserId } from "../../types.ts";
import { createChatClient } from "../client.ts";
import type { Cancel, Clock, PageSignal, Tabs } from "../ports.ts";
import type {
  ChatClient,
  ConversationHandle,
  HistoryPlace,
  HistorySource,
  KeyValueStorage,
  TokenSource,
} from "../types.ts";
import type { Prng } from "./prng.ts";
import type { FakeServer } from "./server.ts";
import { HandSignals } from "./socket.ts";
import type { Truth } from "./truth.ts";

/** Few messages a page, so that runs page a lot. */
export const PAGE_MESSAGES = 6;
/** What a storage or another tab takes to answer, in ms. */
const NEAR_MS = 15;
/** What a request over REST takes, in ms, each way. */
const REST_MS = 400;

/** What the tabs of one browser share. */
export class FakeBrowser {
  readonly clock: Clock;
  readonly prng: Prng;
  readonly truth: Truth;
  readonly server: FakeServer;
  readonly stored = new Map<string, unknown>();
  readonly tabs = new Set<FakeTab>();
  /** How many messages were sent; names them. */
  sends = 0;
  /** Who leads, and who waits, by name; the first leads. */
  readonly leads = new Map<string, FakeTab[]>();

  constructor(ports: { clock: Clock; prng: Prng; truth: Truth; server: FakeServer }) {
    this.clock = ports.clock;
    this.prng = ports.prng;
    this.truth = ports.truth;
    this.server = ports.server;
  }
}

/** A page in a browser: when it dies, nothing of it goes on, as when a user closes it or the browser kills it. */
export class FakeTab {
  readonly client: ChatClient;
  readonly signals = new HandSignals();
  readonly handles = new Map<string, ConversationHandle>();
  readonly #browser: FakeBrowser;
  readonly #listeners = new Set<(message: unknown) => void>();
  readonly #onLead = new Map<string, () => void>();
  #token = "";
  #onSignIn: () => void = () => undefined;
  #isAlive = true;

  constructor(browser: FakeBrowser, me: UserId) {
    this.#browser = browser;
    browser.tabs.add(this);
    this.client = createChatClient({
      url: "ws://chat.test/api/unet-chat/ws",
      tokens: this.#tokens(),
      history: this.#history(me),
      storage: this.#storage(),
      openSocket: (_url, events) =>
        browser.server.open(me, {
          onOpen: () => this.#isAlive && events.onOpen(),
          onText: (text) => this.#isAlive && events.onText(text),
          onClose: (code, reason) => this.#isAlive && events.onClose(code, reason),
        }),
      clock: { now: () => browser.clock.now(), after: (ms, run) => this.#after(ms, run) },
      random: browser.prng.next,
      signals: this.signals,
      tabs: this.#tabs(),
      newId: () => {
        browser.sends += 1;
        return `send-${browser.sends}`;
      },
    });
    this.client.start(me);
  }

  kill(): void {
    this.#isAlive = false;
    this.#browser.tabs.delete(this);
    for (const name of [...this.#onLead.keys()]) this.#leave(name);
  }

  tell(signal: PageSignal): void {
    this.signals.tell(signal);
  }

  /** The user signs in again. */
  signIn(): void {
    this.#token = this.#browser.truth.token;
    this.#onSignIn();
  }

  open(room: string): ConversationHandle {
    const handle = this.handles.get(room) ?? this.client.open(room);
    this.handles.set(room, handle);
    return handle;
  }

  release(room: string): void {
    this.handles.get(room)?.release();
    this.handles.delete(room);
  }

  #after(ms: number, run: () => void): Cancel {
    return this.#browser.clock.after(ms, () => this.#isAlive && run());
  }

  /** Goes on after a while, unless the page is gone by then. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#after(this.#browser.prng.below(ms), resolve));
  }

  #tokens(): TokenSource {
    const { truth } = this.#browser;
    this.#token = truth.token;
    return {
      current: async () => this.#token,
      renew: async () => {
        await this.#pause(REST_MS);
        this.#token = truth.token;
        return this.#token;
      },
      subscribe: (listener) => {
        this.#onSignIn = listener;
        return () => undefined;
      },
    };
  }

  #history(me: UserId): HistorySource {
    const { truth, prng, server } = this.#browser;
    const ask = async <T>(id: string, signal: AbortSignal | undefined, answer: () => T): Promise<T> => {
      await this.#pause(REST_MS);
      if (!truth.room(id).isIn(me)) throw Object.assign(new Error("not yours"), { code: "not_participant" });
      const result = answer();
      await this.#pause(REST_MS);
      if (signal?.aborted === true && prng.chance(0.5)) throw new Error("aborted");
      if (server.hasChaos && prng.chance(0.1)) throw new Error("no network");
      return result;
    };
    return {
      pageMessages: PAGE_MESSAGES,
      page: (id, where: HistoryPlace, signal): Promise<readonly Message[]> =>
        ask(id, signal, () => truth.room(id).page(where, PAGE_MESSAGES)),
      reads: (id, signal): Promise<ReadonlyMap<UserId, Seq>> =>
        ask(id, signal, () => new Map(truth.room(id).reads)),
    };
  }

  #storage(): KeyValueStorage {
    const { stored } = this.#browser;
    const slowly = async <T>(work: () => T): Promise<T> => {
      await this.#pause(NEAR_MS);
      const result = work();
      await this.#pause(NEAR_MS);
      return result;
    };
    return {
      isDurable: true,
      get: <T>(key: string) => slowly(() => stored.get(key) as T | undefined),
      set: (key, value) => slowly(() => void stored.set(key, structuredClone(value))),
      delete: (key) => slowly(() => void stored.delete(key)),
      list: <T>(prefix: string) =>
        slowly(() => {
          const pairs = [...stored].filter(([key]) => key.startsWith(prefix));
          return pairs.sort(([a], [b]) => (a < b ? -1 : 1)) as [string, T][];
        }),
    };
  }

  #tabs(): Tabs {
    return {
      post: (message) => {
        const copy: unknown = structuredClone(message);
        for (const tab of this.#browser.tabs) if (tab !== this) tab.#hear(copy);
      },
      listen: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      lead: (name, onLead) => {
        this.#onLead.set(name, onLead);
        const line = this.#browser.leads.get(name) ?? [];
        this.#browser.leads.set(name, line);
        line.push(this);
        if (line.length === 1) this.#after(0, onLead);
        return () => this.#leave(name);
      },
    };
  }

  #hear(message: unknown): void {
    // The same pause for all: words of one tab do not overtake each other.
    this.#after(NEAR_MS, () => {
      for (const listener of [...this.#listeners]) listener(message);
    });
  }

  #leave(name: string): void {
    const line = this.#browser.leads.get(name) ?? [];
    const wasFirst = line[0] === this;
    if (line.includes(this)) line.splice(line.indexOf(this), 1);
    this.#onLead.delete(name);
    const next = line[0];
    if (wasFirst && next !== undefined) next.#after(0, () => next.#onLead.get(name)?.());
  }
}
