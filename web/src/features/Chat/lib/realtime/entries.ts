import { Store } from "../store.ts";
import type { UserId } from "../types.ts";
import type { Landing } from "./pending.ts";
import type { Cancel, Tabs } from "./ports.ts";
import type { KeyValueStorage, OutboxEntry } from "./types.ts";

/** An entry with what only the outbox has to know. */
export interface Entry extends OutboxEntry {
  /** The place among all entries of the user, ascending. */
  readonly order: number;
  /** When the user last asked for it to be sent, ms since 1970. */
  readonly askedAt: number;
  /** Counts its changes: of two that tabs made at the same time, all tabs keep the same one. */
  readonly revision: number;
  /** The message it has become, once that is known. */
  readonly landed?: Landing;
}

type News =
  | { readonly kind: "outbox:put"; readonly user: UserId; readonly entry: Entry }
  | {
      readonly kind: "outbox:gone";
      readonly user: UserId;
      readonly clientId: string;
      readonly landing: Landing | null;
    };

/** How many entries that are over are remembered: a late word of another tab must not bring one back. */
const REMEMBERED = 1_000;

/**
 * What one user is sending, the same in all tabs: kept in the storage, and every change told to the other tabs; an end
 * only once it is stored, so that a tab which begins meanwhile hears of it. The later change wins; what is over stays over.
 */
export class Entries {
  readonly list = new Store<readonly Entry[]>([]);
  readonly #storage: KeyValueStorage;
  readonly #tabs: Tabs;
  readonly #over = new Map<string, Landing | null>();
  #user: UserId | null = null;
  #unlisten: Cancel = () => undefined;
  /** Writes go one after the other, so that the storage ends with the last of them. */
  #writing: Promise<void> = Promise.resolve();

  constructor(storage: KeyValueStorage, tabs: Tabs) {
    this.#storage = storage;
    this.#tabs = tabs;
  }

  /** Takes over what is stored for this user. */
  async open(user: UserId): Promise<void> {
    this.close();
    this.#user = user;
    this.#unlisten = this.#tabs.listen((message) => this.#onNews(message));
    await this.load();
  }

  /** Forgets everything here; what is stored stays. */
  close(): void {
    this.#unlisten();
    this.#unlisten = () => undefined;
    this.#user = null;
    this.#over.clear();
    this.list.set([]);
  }

  /** Takes over what other tabs have stored. */
  async load(): Promise<void> {
    const user = this.#user;
    if (user === null) return;
    await this.#writing;
    const stored = await this.#storage.list<Entry>(prefix(user));
    if (user !== this.#user) return;
    for (const [, entry] of stored) this.#merge(entry);
  }

  get(clientId: string): Entry | undefined {
    return this.list.getSnapshot().find((entry) => entry.clientId === clientId);
  }

  /** What an entry that is over has become; `null` when it was given up, or is not over. */
  landing(clientId: string): Landing | null {
    return this.#over.get(clientId) ?? null;
  }

  put(changed: Entry): void {
    const user = this.#user;
    if (user === null || this.#over.has(changed.clientId)) return;
    const revision = (this.get(changed.clientId)?.revision ?? 0) + 1;
    const entry = { ...changed, revision };
    this.#take(entry);
    // Told at once: a page that is closed right now may not get as far as storing it.
    this.#tabs.post({ kind: "outbox:put", user, entry } satisfies News);
    this.#write(() => this.#storage.set(keyOf(user, entry), entry), null);
  }

  /** An entry is over: it has landed, or was given up. */
  remove(clientId: string, landing: Landing | null): void {
    const user = this.#user;
    const entry = this.get(clientId);
    if (user === null || entry === undefined) return;
    this.#drop(clientId, landing);
    this.#write(() => this.#storage.delete(keyOf(user, entry)), {
      kind: "outbox:gone",
      user,
      clientId,
      landing,
    });
  }

  #onNews(message: unknown): void {
    if (!isNews(message) || message.user !== this.#user) return;
    if (message.kind === "outbox:gone") {
      const entry = this.get(message.clientId);
      this.#drop(message.clientId, message.landing);
      // A write of this tab may have come after the other tab's deletion.
      if (entry !== undefined) this.#write(() => this.#storage.delete(keyOf(message.user, entry)), null);
    } else this.#merge(message.entry);
  }

  /** Takes what another tab says, unless this one knows better. */
  #merge(entry: Entry): void {
    const known = this.get(entry.clientId);
    if (this.#over.has(entry.clientId) || (known !== undefined && !isLater(entry, known))) return;
    this.#take(entry);
  }

  #take(entry: Entry): void {
    const others = this.list.getSnapshot().filter((other) => other.clientId !== entry.clientId);
    this.#show([...others, entry]);
  }

  #drop(clientId: string, landing: Landing | null): void {
    this.#over.set(clientId, landing);
    if (this.#over.size > REMEMBERED) {
      const [oldest] = this.#over.keys();
      if (oldest !== undefined) this.#over.delete(oldest);
    }
    const rest = this.list.getSnapshot().filter((entry) => entry.clientId !== clientId);
    if (rest.length < this.list.getSnapshot().length) this.list.set(rest);
  }

  #show(entries: Entry[]): void {
    this.list.set(entries.sort((a, b) => a.order - b.order || (a.clientId < b.clientId ? -1 : 1)));
  }

  #write(write: () => Promise<void>, news: News | null): void {
    const tell = () => (news === null ? undefined : this.#tabs.post(news));
    // A storage that fails costs the entry's survival of a reload, never the entry.
    this.#writing = this.#writing.then(write).then(tell, tell);
  }
}

/** How far a state is from the beginning: the further one wins where tabs disagree. */
const STATES: readonly Entry["state"][] = ["queued", "sending", "failed", "sent"];

function isLater(a: Entry, b: Entry): boolean {
  if (a.revision !== b.revision) return a.revision > b.revision;
  return STATES.indexOf(a.state) > STATES.indexOf(b.state);
}

function prefix(user: UserId): string {
  return `outbox/${user}/`;
}

function keyOf(user: UserId, entry: Entry): string {
  return `${prefix(user)}${String(entry.order).padStart(16, "0")}/${entry.clientId}`;
}

function isNews(message: unknown): message is News {
  if (typeof message !== "object" || message === null || !("kind" in message)) return false;
  return message.kind === "outbox:put" || message.kind === "outbox:gone";
}
