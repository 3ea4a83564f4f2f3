import type { ConversationId } from "../types.ts";
import { WARM_LOG_MS } from "./limits.ts";
import type { ConversationLog } from "./log.ts";
import type { Cancel, Clock } from "./ports.ts";
import type { ConversationHandle } from "./types.ts";

interface Shared {
  readonly log: ConversationLog;
  handles: number;
  /** Ends a log that nobody looks at. */
  cooling: Cancel | null;
}

/** The logs of the open conversations: one each, however many look at it, kept for a while after the last. */
export class Logs {
  readonly #clock: Clock;
  readonly #create: (id: ConversationId) => ConversationLog;
  readonly #shared = new Map<ConversationId, Shared>();

  constructor(clock: Clock, create: (id: ConversationId) => ConversationLog) {
    this.#clock = clock;
    this.#create = create;
  }

  get(id: ConversationId): ConversationLog | undefined {
    return this.#shared.get(id)?.log;
  }

  all(): ConversationLog[] {
    return [...this.#shared.values()].map(({ log }) => log);
  }

  open(id: ConversationId): ConversationHandle {
    const shared = this.#shared.get(id) ?? this.#begin(id);
    shared.handles += 1;
    shared.cooling?.();
    shared.cooling = null;
    const { log } = shared;
    let isReleased = false;
    return {
      getSnapshot: log.getSnapshot,
      subscribe: log.subscribe,
      loadOlder: () => log.loadOlder(),
      loadNewer: () => log.loadNewer(),
      jumpTo: (seq) => log.jumpTo(seq),
      jumpToEnd: () => log.jumpToEnd(),
      reload: () => log.reload(),
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#release(id, shared);
      },
    };
  }

  /** Forgets all of them; handles keep what they showed last. */
  clear(): void {
    for (const [id, shared] of this.#shared) this.#end(id, shared);
  }

  #begin(id: ConversationId): Shared {
    const shared: Shared = { log: this.#create(id), handles: 0, cooling: null };
    this.#shared.set(id, shared);
    return shared;
  }

  #release(id: ConversationId, shared: Shared): void {
    shared.handles -= 1;
    if (shared.handles > 0 || this.#shared.get(id) !== shared) return;
    shared.cooling = this.#clock.after(WARM_LOG_MS, () => this.#end(id, shared));
  }

  #end(id: ConversationId, shared: Shared): void {
    shared.cooling?.();
    shared.log.close();
    this.#shared.delete(id);
  }
}
