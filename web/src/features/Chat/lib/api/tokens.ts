import type { TokenSource } from "../realtime/types.ts";
import type { UserId } from "../types.ts";
import { userIdOf } from "./jwt.ts";

/** Who is signed in, as far as is known without asking. */
export interface Identity {
  readonly access: string;
  /** `null` when neither the storage nor the token names them. */
  readonly userId: UserId | null;
}

/** A token source that can also say who its token belongs to. */
export interface Session extends TokenSource {
  /** The last known identity; `null` when nobody is signed in, or nobody has asked for a token yet. */
  peek(): Identity | null;
}

/** A session that this page signs people in and out of. */
export interface OwnSession extends Session {
  /** Whether the last sign-in is over without the user having ended it. */
  hasRunOut(): boolean;
  signIn(tokens: { readonly access: string; readonly refresh: string }, userId: UserId): void;
  signOut(): void;
  /** The refresh token, to tell the server that the sign-in ends. */
  refreshToken(): string | null;
}

/** Whether this page may sign people in and out; a host's callback is the host's own affair. */
export function isOwnSession(session: Session): session is OwnSession {
  return "signIn" in session && "signOut" in session;
}

/**
 * Tokens of a host: `fetchToken` answers a fresh one whenever it is called. It is called once for any number of
 * requests that wait for it, and again only when the server has refused what it gave.
 */
export function callbackTokens(fetchToken: () => Promise<string>): Session {
  return new CallbackTokens(fetchToken);
}

class CallbackTokens implements Session {
  readonly #fetchToken: () => Promise<string>;
  readonly #listeners = new Set<() => void>();
  #token: string | null = null;
  #underWay: Promise<string> | null = null;

  constructor(fetchToken: () => Promise<string>) {
    this.#fetchToken = fetchToken;
  }

  async current(): Promise<string | null> {
    return this.#token ?? (await this.#fetch());
  }

  async renew(refused: string): Promise<string | null> {
    if (this.#token !== null && this.#token !== refused) return this.#token;
    const token = await this.#fetch();
    return token === refused ? null : token;
  }

  peek(): Identity | null {
    return this.#token === null ? null : { access: this.#token, userId: userIdOf(this.#token) };
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks the host, once for all who wait; an empty answer means that nobody is signed in. */
  async #fetch(): Promise<string | null> {
    this.#underWay ??= this.#fetchToken().finally(() => {
      this.#underWay = null;
    });
    const before = this.#token;
    const token = (await this.#underWay) || null;
    this.#token = token;
    if (token !== null && before !== null && userIdOf(token) !== userIdOf(before)) {
      for (const listener of [...this.#listeners]) listener();
    }
    return token;
  }
}
