import { callbackTokens, type Identity, type Session } from "../features/Chat/index.ts";
import type { Tell } from "./events.ts";
import type { Settings } from "./settings.ts";

/** The callback counts more than the token that is written down. */
type TokenHolder = Pick<Settings, "token" | "tokenProvider">;

/** The tokens of a host page, which may come, change and go at any time. */
export class HostSession implements Session {
  readonly #listeners = new Set<() => void>();
  readonly #holder: TokenHolder;
  readonly #tell: Tell;
  #tokens: Session;
  #lastRefused: string | null = null;

  constructor(holder: TokenHolder, tell: Tell) {
    this.#holder = holder;
    this.#tell = tell;
    this.#tokens = this.#source();
  }

  /** The host has another token, or another way to get one. */
  renounce(): void {
    this.#lastRefused = null;
    this.#tokens = this.#source();
    this.#say();
  }

  current(): Promise<string | null> {
    return this.#tokens.current();
  }

  async renew(refused: string): Promise<string | null> {
    const token = await this.#tokens.renew(refused);
    // Many requests may ask for the same one.
    if (token === null && refused !== this.#lastRefused) {
      this.#lastRefused = refused;
      this.#tell("unet-chat:signed-out", {});
    }
    return token;
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
    tokens.subscribe(() => tokens === this.#tokens && this.#say());
    return tokens;
  }

  #say(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  async #ask(): Promise<string> {
    const { tokenProvider, token } = this.#holder;
    if (tokenProvider === null) return token ?? "";
    try {
      return await tokenProvider();
    } catch (error) {
      // It is asked again a little later.
      this.#tell("unet-chat:error", { code: "token_provider", message: String(error) });
      throw error;
    }
  }
}
