import { Store } from "../../lib/store.ts";
import type { ConversationId, UserId } from "../../lib/types.ts";

/** Somebody of whom nothing more is heard writes no longer, in ms: the server's six seconds and the way here. */
const FORGET_MS = 8000;

/** Who writes where, the user excluded; for the rows of the list, which have no log open. */
export class TypingBook {
  readonly store = new Store<ReadonlyMap<ConversationId, readonly UserId[]>>(new Map());
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  note(conversationId: ConversationId, userId: UserId, isTyping: boolean): void {
    const key = `${conversationId}/${userId}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    if (isTyping) {
      this.#timers.set(
        key,
        setTimeout(() => this.note(conversationId, userId, false), FORGET_MS),
      );
    }
    const old = this.store.getSnapshot().get(conversationId) ?? [];
    if (old.includes(userId) === isTyping) return;
    const next = new Map(this.store.getSnapshot());
    const users = isTyping ? [...old, userId] : old.filter((id) => id !== userId);
    if (users.length === 0) next.delete(conversationId);
    else next.set(conversationId, users);
    this.store.set(next);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.store.set(new Map());
  }
}
