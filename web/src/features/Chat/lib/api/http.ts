import type { TokenSource } from "../realtime/types.ts";
import {
  errorFrom,
  isRefusal,
  networkError,
  successFrom,
  timeoutError,
  unauthorizedError,
} from "./errors.ts";

/** How long a call without bytes to carry may take: two tries of a mobile network, and less than patience. */
export const REQUEST_TIMEOUT_MS = 20_000;

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What goes behind the `?`; what is `undefined` is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface HttpRequest {
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** `true` sends no token: signing in and renewing. */
  readonly isPublic?: boolean;
}

export interface HttpOptions {
  /** Where the service is, e.g. `https://chat.example.com`; empty for the page's own origin. */
  readonly baseUrl: string;
  readonly tokens: TokenSource;
  /** In ms; {@link REQUEST_TIMEOUT_MS} unless told. */
  readonly timeoutMs?: number;
}

/** The body of an answer and what its headers say. */
export interface HttpAnswer<T> {
  readonly data: T;
  readonly headers: Headers;
}

/**
 * Asks the REST API. Shows the token; on 401 gets a newer one and asks once more. Everything that goes wrong is an
 * `ApiError`; only a call that was cancelled through its signal rejects with the signal's reason.
 */
export class Http {
  readonly #baseUrl: string;
  readonly #timeoutMs: number;
  readonly tokens: TokenSource;

  constructor({ baseUrl, tokens, timeoutMs = REQUEST_TIMEOUT_MS }: HttpOptions) {
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#timeoutMs = timeoutMs;
    this.tokens = tokens;
  }

  /** The full address of a path of the service; an address of elsewhere stays as it is. */
  url(path: string, query: Query = {}): string {
    const pairs = Object.entries(query).filter((pair): pair is [string, string | number | boolean] => {
      return pair[1] !== undefined;
    });
    const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
    const address = /^https?:\/\//.test(path) ? path : `${this.#baseUrl}${path}`;
    return search === "" ? address : `${address}?${search}`;
  }

  get<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return this.#data("GET", path, request);
  }

  post<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return this.#data("POST", path, request);
  }

  put<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return this.#data("PUT", path, request);
  }

  patch<T>(path: string, request: HttpRequest = {}): Promise<T> {
    return this.#data("PATCH", path, request);
  }

  delete(path: string, request: HttpRequest = {}): Promise<void> {
    return this.#data("DELETE", path, request);
  }

  /** One call with the headers of its answer; the body of an empty answer is `undefined`. */
  async call<T>(method: Method, path: string, request: HttpRequest = {}): Promise<HttpAnswer<T>> {
    if (request.isPublic === true) return this.#once(method, path, request, null);
    return this.withToken((token) => this.#once(method, path, request, token));
  }

  /** Runs `attempt` with the token; when that is refused, once more with a newer one. */
  async withToken<T>(attempt: (token: string) => Promise<T>): Promise<T> {
    const token = await this.tokens.current();
    if (token === null) throw unauthorizedError();
    try {
      return await attempt(token);
    } catch (error) {
      if (!isUnauthorized(error)) throw error;
      const newer = await this.tokens.renew(token);
      if (newer === null) throw error;
      return await attempt(newer);
    }
  }

  async #data<T>(method: Method, path: string, request: HttpRequest): Promise<T> {
    return (await this.call<T>(method, path, request)).data;
  }

  async #once<T>(
    method: Method,
    path: string,
    request: HttpRequest,
    token: string | null,
  ): Promise<HttpAnswer<T>> {
    const limit = withTimeout(request.signal, this.#timeoutMs);
    try {
      const response = await fetch(this.url(path, request.query), {
        method,
        headers: headersOf(request, token),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal: limit.signal,
        // Who asks is said by the token alone.
        credentials: "omit",
      });
      return await answerOf<T>(response);
    } catch (error) {
      if (limit.isOver()) throw timeoutError();
      if (request.signal?.aborted === true) throw request.signal.reason;
      // `fetch` rejects with a TypeError, and with nothing else, when no answer came.
      if (error instanceof TypeError) throw networkError();
      throw error;
    } finally {
      limit.release();
    }
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 401;
}

function headersOf(request: HttpRequest, token: string | null): Record<string, string> {
  return {
    Accept: "application/json",
    ...(request.body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
  };
}

async function answerOf<T>(response: Response): Promise<HttpAnswer<T>> {
  const text = await response.text();
  if (isRefusal(response.status, response.headers.get("Content-Type"))) {
    throw errorFrom(response.status, text, response.headers);
  }
  return { data: successFrom(response.status, text) as T, headers: response.headers };
}

/** A signal that also fires after `ms`: `AbortSignal.any` is younger than the browsers we serve. */
function withTimeout(outer: AbortSignal | undefined, ms: number) {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    controller.abort();
  }, ms);
  const pass = () => controller.abort(outer?.reason);
  if (outer?.aborted === true) pass();
  outer?.addEventListener("abort", pass);
  return {
    signal: controller.signal,
    isOver: () => over,
    release: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", pass);
    },
  };
}
