import type { KeyValueStorage } from "../../lib/realtime/types.ts";
import { Store } from "../../lib/store.ts";
import type { ConversationId, ReplyHead, UserId } from "../../lib/types.ts";

/** What is written and not sent. */
export interface DraftText {
  readonly text: string;
  readonly reply: ReplyHead | null;
}

export const EMPTY_DRAFT: DraftText = { text: "", reply: null };

/** How long after the last key a draft is saved, in ms: not at every key, and soon enough for a closed tab. */
const SAVE_DELAY_MS = 400;

interface Held {
  readonly store: Store<DraftText>;
  readonly key: string;
  timer: ReturnType<typeof setTimeout> | null;
  /** Changed here before the saved one was read: what is typed counts more. */
  isTouched: boolean;
}

/** Drafts by user and conversation, kept over a reload. */
export class DraftBook {
  readonly #storage: KeyValueStorage;
  readonly #held = new Map<string, Held>();

  constructor(storage: KeyValueStorage) {
    this.#storage = storage;
  }

  /** The draft of a conversation; what was saved comes a moment later. */
  of(userId: UserId, conversationId: ConversationId): Store<DraftText> {
    return this.#hold(userId, conversationId).store;
  }

  set(userId: UserId, conversationId: ConversationId, draft: DraftText): void {
    const held = this.#hold(userId, conversationId);
    held.isTouched = true;
    held.store.set(draft);
    if (held.timer !== null) clearTimeout(held.timer);
    held.timer = setTimeout(() => this.#save(held), SAVE_DELAY_MS);
  }

  /** Saves at once what waits to be saved: the page is going. */
  flush(): void {
    for (const held of this.#held.values()) if (held.timer !== null) this.#save(held);
  }

  #hold(userId: UserId, conversationId: ConversationId): Held {
    const key = `draft/${userId}/${conversationId}`;
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const held: Held = { store: new Store(EMPTY_DRAFT), key, timer: null, isTouched: false };
    this.#held.set(key, held);
    void this.#load(held);
    return held;
  }

  async #load(held: Held): Promise<void> {
    try {
      const saved = await this.#storage.get<DraftText>(held.key);
      if (saved !== undefined && !held.isTouched) held.store.set(saved);
    } catch {
      // A storage that fails is like one that is empty: the draft lives with the page.
    }
  }

  #save(held: Held): void {
    if (held.timer !== null) clearTimeout(held.timer);
    held.timer = null;
    const draft = held.store.getSnapshot();
    const isEmpty = draft.text.trim() === "" && draft.reply === null;
    const saved = isEmpty ? this.#storage.delete(held.key) : this.#storage.set(held.key, draft);
    // As above: the draft still lives with the page.
    saved.catch(() => undefined);
  }
}
