import type { ChatApi } from "../../lib/api/api.ts";
import { LINKS_PER_REQUEST } from "../../lib/api/attachments.ts";
import { Store } from "../../lib/store.ts";
import type { AttachmentId } from "../../lib/types.ts";

/** A signed address of a file. */
export interface SignedLink {
  readonly url: string | null;
  /** Refused, or the server did not answer; asked again when somebody wants it again. */
  readonly isFailed: boolean;
}

/** How long wishes are gathered, in ms: the pictures of one screen go in one request. */
const GATHER_MS = 30;

/** How long before its end a link is renewed, in ms: longer than a picture takes to load. */
const RENEW_AHEAD_MS = 60_000;

/** The soonest that a link is renewed, in ms: a wrong clock must not become a storm. */
const RENEW_FLOOR_MS = 30_000;

interface Held {
  readonly store: Store<SignedLink>;
  watchers: number;
  renewAt: number;
}

const NONE: SignedLink = { url: null, isFailed: false };

/** Signed addresses of files: asked for together, renewed before they end for as long as somebody looks at them. */
export class LinkBook {
  readonly #api: Pick<ChatApi, "attachments">;
  readonly #held = new Map<AttachmentId, Held>();
  readonly #wanted = new Set<AttachmentId>();
  #gathering: ReturnType<typeof setTimeout> | null = null;
  #renewing: ReturnType<typeof setTimeout> | null = null;

  constructor(api: Pick<ChatApi, "attachments">) {
    this.#api = api;
  }

  /** What is known of a file's address now. */
  get(id: AttachmentId): SignedLink {
    return this.#held.get(id)?.store.getSnapshot() ?? NONE;
  }

  /** Follows a file's address until the returned function is called. */
  watch(id: AttachmentId, listener: () => void): () => void {
    const held = this.#hold(id);
    held.watchers += 1;
    const stop = held.store.subscribe(listener);
    if (held.renewAt <= Date.now()) this.#want(id);
    this.#schedule();
    return () => {
      stop();
      held.watchers -= 1;
    };
  }

  /** Asks anew for an address that did not work. */
  refresh(id: AttachmentId): void {
    this.#hold(id);
    this.#want(id);
  }

  clear(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    if (this.#renewing !== null) clearTimeout(this.#renewing);
    this.#gathering = null;
    this.#renewing = null;
    this.#wanted.clear();
    for (const held of this.#held.values()) held.store.set(NONE);
    this.#held.clear();
  }

  #hold(id: AttachmentId): Held {
    const held = this.#held.get(id) ?? { store: new Store(NONE), watchers: 0, renewAt: 0 };
    this.#held.set(id, held);
    return held;
  }

  #want(id: AttachmentId): void {
    this.#wanted.add(id);
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null;
      const ids = [...this.#wanted];
      this.#wanted.clear();
      for (let from = 0; from < ids.length; from += LINKS_PER_REQUEST) {
        void this.#ask(ids.slice(from, from + LINKS_PER_REQUEST));
      }
    }, GATHER_MS);
  }

  async #ask(ids: readonly AttachmentId[]): Promise<void> {
    const answered = new Map<AttachmentId, { url: string; expires_at: string }>();
    try {
      for (const link of await this.#api.attachments.links(ids)) answered.set(link.id, link);
    } catch {
      // Shown as failed below; whoever looks at the file may ask again.
    }
    for (const id of ids) {
      const [held, link] = [this.#held.get(id), answered.get(id)];
      if (held === undefined) continue;
      const isLate = link === undefined && held.store.getSnapshot().url !== null;
      const end = link === undefined ? 0 : Date.parse(link.expires_at) - RENEW_AHEAD_MS;
      held.renewAt = Math.max(end, Date.now() + RENEW_FLOOR_MS);
      if (link !== undefined) held.store.set({ url: link.url, isFailed: false });
      else if (!isLate) held.store.set({ url: null, isFailed: true });
    }
    this.#schedule();
  }

  /** One timer for the link that ends first among those that are looked at. */
  #schedule(): void {
    if (this.#renewing !== null) clearTimeout(this.#renewing);
    this.#renewing = null;
    const watched = [...this.#held.values()].filter(({ watchers, renewAt }) => watchers > 0 && renewAt > 0);
    if (watched.length === 0) return;
    const first = Math.min(...watched.map(({ renewAt }) => renewAt));
    this.#renewing = setTimeout(() => this.#renewDue(), Math.max(0, first - Date.now()));
  }

  #renewDue(): void {
    const now = Date.now();
    for (const [id, held] of this.#held) {
      if (held.renewAt > now) continue;
      // Nobody looks at it: forgotten, and asked for when somebody does.
      if (held.watchers === 0) this.#held.delete(id);
      else this.#want(id);
    }
  }
}
