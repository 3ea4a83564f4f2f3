import type { DBSchema, IDBPDatabase, IDBPObjectStore } from "idb";
import { STORAGE_PATIENCE_MS } from "./limits.ts";
import type { Clock } from "./ports.ts";
import type { KeyValueStorage } from "./types.ts";

/** Forgets with the page. */
export class MemoryStorage implements KeyValueStorage {
  readonly isDurable: boolean = false;
  readonly #pairs = new Map<string, unknown>();

  async get<T>(key: string): Promise<T | undefined> {
    return this.#pairs.get(key) as T | undefined;
  }

  async set(key: string, value: unknown): Promise<void> {
    // A copy, as a database would keep: what the caller changes afterwards is not stored.
    this.#pairs.set(key, structuredClone(value));
  }

  async delete(key: string): Promise<void> {
    this.#pairs.delete(key);
  }

  async list<T>(prefix: string): Promise<readonly (readonly [string, T])[]> {
    const pairs = [...this.#pairs].filter(([key]) => key.startsWith(prefix));
    return pairs.sort(([a], [b]) => (a < b ? -1 : 1)) as [string, T][];
  }
}

interface Schema extends DBSchema {
  pairs: { key: string; value: unknown };
}

type Pairs = IDBPObjectStore<Schema, ["pairs"], "pairs", "readwrite">;

/** Sorts behind everything that a key of ours begins with. */
const AFTER_ALL_KEYS = "\uffff";

/**
 * IndexedDB, and memory from the moment at which it is blocked, throws, or gives no answer: private windows and blocked
 * third-party storage do each of these. What this page has written is in both, so that nothing is lost by the change.
 */
export class BrowserStorage implements KeyValueStorage {
  readonly #clock: Clock;
  readonly #memory = new MemoryStorage();
  readonly #name: string;
  #database: Promise<IDBPDatabase<Schema>> | null = null;
  #isDurable = true;

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  get isDurable(): boolean {
    return this.#isDurable;
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#ask(
      async (database) => (await database.get("pairs", key)) as T | undefined,
      () => this.#memory.get<T>(key),
    );
  }

  async set(key: string, value: unknown): Promise<void> {
    await this.#memory.set(key, value);
    await this.#ask(
      (database) => change(database, (pairs) => pairs.put(value, key)),
      async () => undefined,
    );
  }

  async delete(key: string): Promise<void> {
    await this.#memory.delete(key);
    await this.#ask(
      (database) => change(database, (pairs) => pairs.delete(key)),
      async () => undefined,
    );
  }

  list<T>(prefix: string): Promise<readonly (readonly [string, T])[]> {
    return this.#ask(
      (database) => readAll<T>(database, prefix),
      () => this.#memory.list<T>(prefix),
    );
  }

  async #ask<T>(
    ask: (database: IDBPDatabase<Schema>) => Promise<T>,
    otherwise: () => Promise<T>,
  ): Promise<T> {
    if (!this.#isDurable) return otherwise();
    try {
      return await this.#inTime(this.#open().then(ask));
    } catch {
      this.#isDurable = false;
      return otherwise();
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    this.#database ??= this.#openNew();
    return this.#database;
  }

  async #openNew(): Promise<IDBPDatabase<Schema>> {
    // Few kB that a chat without storage does not load.
    const { openDB } = await import("idb");
    return openDB<Schema>(this.#name, 1, {
      upgrade: (database) => {
        database.createObjectStore("pairs");
      },
      // A later version of the page waits for this one: it may have the database.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
      terminated: () => {
        this.#isDurable = false;
      },
    });
  }

  #inTime<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(STORAGE_PATIENCE_MS, () => {
        reject(new Error("the browser's storage does not answer"));
      });
      work.then(resolve, reject).finally(cancel);
    });
  }
}

/** One change, committed without waiting for its answer: a page that is going gets none, and the change stays. */
async function change(
  database: IDBPDatabase<Schema>,
  make: (pairs: Pairs) => Promise<unknown>,
): Promise<void> {
  const transaction = database.transaction("pairs", "readwrite");
  const made = make(transaction.store);
  transaction.commit();
  await Promise.all([made, transaction.done]);
}

async function readAll<T>(
  database: IDBPDatabase<Schema>,
  prefix: string,
): Promise<readonly (readonly [string, T])[]> {
  const range = IDBKeyRange.bound(prefix, prefix + AFTER_ALL_KEYS);
  const { store } = database.transaction("pairs");
  const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
  return keys.map((key, at) => [key, values[at] as T] as const);
}
