import type { UserId } from "../types.ts";
import { asUserId } from "./jwt.ts";

/** The keys that the host application shares with us; they are its names. */
export const AUTH_KEY = "auth_data";
const ERROR_KEY = "refresh_error";

/** What we read of `auth_data`; the host keeps more in it. */
export interface AuthData {
  readonly access: string | null;
  readonly refresh: string | null;
  readonly userId: UserId | null;
}

/** `auth_data` in localStorage, foreign fields kept; in memory where the browser blocks storage. */
export class AuthStorage {
  readonly #storage = storage();
  readonly #watchers = new Set<() => void>();

  read(): AuthData {
    const fields = this.#fields();
    return {
      access: text(fields.access),
      refresh: text(fields.refresh),
      userId: asUserId(fields.user_id) ?? asUserId(fields.id),
    };
  }

  /** Writes these fields; what a host noted of the one before is dropped when it is somebody else. */
  write(change: Record<string, unknown>, { isNewUser = false } = {}): void {
    const before = isNewUser && asUserId(change.user_id) !== this.read().userId ? {} : this.#fields();
    this.#storage.setItem(AUTH_KEY, JSON.stringify({ ...before, ...change }));
    this.#announce(AUTH_KEY);
  }

  clear(): void {
    this.#storage.removeItem(AUTH_KEY);
    this.#announce(AUTH_KEY);
  }

  /** Leaves a sentence for the host to show, or takes it away. */
  setError(sentence: string | null): void {
    if (sentence === this.#storage.getItem(ERROR_KEY)) return;
    if (sentence === null) this.#storage.removeItem(ERROR_KEY);
    else this.#storage.setItem(ERROR_KEY, sentence);
    this.#announce(ERROR_KEY);
  }

  /** Calls `watcher` after each change, of this tab, of another one, or of the host. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    const onStorage = (event: StorageEvent) => {
      // No key: everything was cleared.
      if (event.key === null || event.key === AUTH_KEY) watcher();
    };
    if (typeof window !== "undefined") window.addEventListener("storage", onStorage);
    return () => {
      this.#watchers.delete(watcher);
      if (typeof window !== "undefined") window.removeEventListener("storage", onStorage);
    };
  }

  #fields(): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(this.#storage.getItem(AUTH_KEY) ?? "{}");
      return typeof value === "object" && value !== null ? { ...value } : {};
    } catch {
      // Somebody else's broken JSON: nobody is signed in.
      return {};
    }
  }

  /** The browser tells other tabs; the host in this one listens for the same event, as its own code sends it. */
  #announce(key: string): void {
    if (typeof window === "undefined") for (const watcher of [...this.#watchers]) watcher();
    else window.dispatchEvent(new StorageEvent("storage", { key }));
  }
}

type Cupboard = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** localStorage, when it takes a value and gives it back. */
function storage(): Cupboard {
  try {
    const probe = "unet-chat:probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    // Blocked, as in a foreign frame, or not there at all.
    return memory();
  }
}

function memory(): Cupboard {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
