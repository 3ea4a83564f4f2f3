import { callbackTokens, type Identity, type Session } from "../features/Chat/index.ts";
import type { Settings } from "./settings.ts";

/** The callback counts more than the token that is written down. */
type TokenHolder = Pick<Settings, "token" | "tokenProvider">;

/** The tokens of a host page, which may come, change and go at any time. */
export class HostSession implements Session {
  readonly #listeners = new Set<() => void>();
  readonly #holder: TokenHolder;
  readonly #onFailure: (error: unknown) => void;
  #tokens: Session;

  /** `onFailure` hears what the host's callback has thrown; it is asked again a little later. */
  constructor(holder: TokenHolder, onFailure: (error: unknown) => void) {
    this.#holder = holder;
    this.#onFailure = onFailure;
    this.#tokens = this.#source();
  }

  /** The host has another token, or another way to get one. */
  renounce(): void {
    this.#tokens = this.#source();
    this.#tell();
  }

  current(): Promise<string | null> {
    return this.#tokens.current();
  }

  renew(refused: string): Promise<string | null> {
    return this.#tokens.renew(refused);
  }

  peek(): Identity | null {
    return this.#tokens.peek();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #source(): Session {
    const tokens = callbackTokens(() => this.#ask());
    // It says when the host has answered with the token of somebody else.
    tokens.subscribe(() => tokens === this.#tokens && this.#tell());
    return tokens;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #ask(): Promise<string> {
    const { tokenProvider, token } = this.#holder;
    if (tokenProvider === null) return token ?? "";
    try {
      return await tokenProvider();
    } catch (error) {
      this.#onFailure(error);
      throw error;
    }
  }
}
