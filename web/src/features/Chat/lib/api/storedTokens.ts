import type { UserId } from "../types.ts";
import { type AuthData, AuthStorage } from "./authStorage.ts";
import { ApiError } from "./errors.ts";
import { asUserId, userIdOf } from "./jwt.ts";
import type { Identity, OwnSession } from "./tokens.ts";

/** What is left in localStorage under `refresh_error` when the refresh token is over; hosts show it. */
export const REFRESH_ERROR_TEXT = "Refresh токен устарел, перезайдите в систему";

/** The name of the lock under which one tab renews while the others wait. */
const LOCK = "unet-chat:refresh";

/** Gets a new pair for a refresh token; rejects with an `ApiError` of 400 or 401 when it is no longer good. */
export type Refresh = (refresh: string) => Promise<{ access: string; refresh?: string }>;

/**
 * Tokens in localStorage under `auth_data`, where the host's own code reads and writes them too; in memory where
 * storage is blocked. Renewing is done once for all requests, and by one tab for all tabs where there are locks.
 */
export class StoredTokens implements OwnSession {
  readonly #refresh: Refresh;
  readonly #storage = new AuthStorage();
  #underWay: Promise<string | null> | null = null;
  /** A pair that the server will take no more; anything else in the storage is worth a try. */
  #dead: string | null = null;
  readonly #listeners = new Set<() => void>();
  #known = "";
  #unwatch: (() => void) | null = null;

  constructor(refresh: Refresh) {
    this.#refresh = refresh;
  }

  async current(): Promise<string | null> {
    return this.peek()?.access ?? null;
  }

  peek(): Identity | null {
    const data = this.#storage.read();
    if (data.access === null || this.#isDead(data)) return null;
    return { access: data.access, userId: data.userId ?? userIdOf(data.access) };
  }

  refreshToken(): string | null {
    return this.#storage.read().refresh;
  }

  /** The newer token; `null` when the refresh token is over too. Rejects when the server cannot be reached. */
  renew(refused: string): Promise<string | null> {
    this.#underWay ??= alone(() => this.#renew(refused)).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  signIn(tokens: { readonly access: string; readonly refresh: string }, userId: UserId): void {
    this.#dead = null;
    this.#storage.write({ ...tokens, user_id: userId }, { isNewUser: true });
    this.#storage.setError(null);
    this.#look();
  }

  hasRunOut(): boolean {
    return this.#isDead(this.#storage.read());
  }

  signOut(): void {
    this.#storage.clear();
    this.#look();
  }

  subscribe(listener: () => void): () => void {
    if (this.#listeners.size === 0) {
      this.#known = this.#fingerprint();
      this.#unwatch = this.#storage.watch(() => this.#look());
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#unwatch?.();
      this.#unwatch = null;
    };
  }

  async #renew(refused: string): Promise<string | null> {
    const data = this.#storage.read();
    // Another tab, or the host, has renewed while we waited.
    if (data.access !== null && data.access !== refused) return data.access;
    if (data.refresh === null || this.#isDead(data)) return this.#giveUp(data);
    try {
      const pair = await this.#refresh(data.refresh);
      this.#storage.write({ access: pair.access, ...(pair.refresh ? { refresh: pair.refresh } : {}) });
      this.#storage.setError(null);
      return pair.access;
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 400))
        return this.#giveUp(data);
      throw error;
    }
  }

  #giveUp(data: AuthData): null {
    this.#dead = pairOf(data);
    this.#storage.setError(REFRESH_ERROR_TEXT);
    this.#look();
    return null;
  }

  #isDead(data: AuthData): boolean {
    return this.#dead !== null && this.#dead === pairOf(data);
  }

  /** Tells the listeners when it is somebody else now, or nobody; not when only a token is newer. */
  #look(): void {
    const now = this.#fingerprint();
    if (now === this.#known) return;
    this.#known = now;
    for (const listener of [...this.#listeners]) listener();
  }

  #fingerprint(): string {
    const identity = this.peek();
    return identity === null ? "" : `in:${asUserId(identity.userId) ?? identity.access}`;
  }
}

function pairOf({ access, refresh }: AuthData): string {
  return JSON.stringify([access, refresh]);
}

/** Runs `work` while no other tab does; at once where the browser has no locks. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (typeof navigator === "undefined" || !("locks" in navigator)) return work();
  return await navigator.locks.request(LOCK, work);
}
