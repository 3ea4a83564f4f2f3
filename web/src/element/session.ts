import { callbackTokens, type Identity, type Session } from "../features/Chat/index.ts";

/** Asks the host for a fresh access token; an empty one means that nobody is signed in. */
export type TokenProvider = () => Promise<string>;

/**
 * The tokens of a host page: from its callback, else from the element's attribute. Both may come, change and go at any
 * time; whoever listens is told.
 */
export class HostSession implements Session {
  readonly #listeners = new Set<() => void>();
  readonly #onFailure: (error: unknown) => void;
  #provider: TokenProvider | null = null;
  #token: string | null = null;
  #tokens: Session = this.#source();

  /** `onFailure` hears what the host's callback has thrown; it is asked again a little later. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get provider(): TokenProvider | null {
    return this.#provider;
  }

  set provider(provider: TokenProvider | null) {
    if (provider === this.#provider) return;
    this.#provider = provider;
    this.#renounce();
  }

  set token(token: string | null) {
    if (token === this.#token) return;
    this.#token = token;
    if (this.#provider === null) this.#renounce();
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

  /** Forgets what the former source has said. */
  #renounce(): void {
    this.#tokens = this.#source();
    this.#tell();
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
    if (this.#provider === null) return this.#token ?? "";
    try {
      return await this.#provider();
    } catch (error) {
      this.#onFailure(error);
      throw error;
    }
  }
}
