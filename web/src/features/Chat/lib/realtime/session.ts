import type { ConversationId, Message, MessageId, Seq } from "../types.ts";
import { TOLD_MESSAGES } from "./limits.ts";

/** What the socket has told since it opened, conversation by conversation. */
export class Session {
  readonly #heard = new Map<ConversationId, Seq>();
  /** Messages that the rest of the client was told of; outlives the socket, since a resume says them again. */
  readonly #told = new Set<MessageId>();

  /** A new socket has told nothing yet. */
  reset(): void {
    this.#heard.clear();
  }

  /** Forgets what belongs to one user. */
  forget(): void {
    this.#heard.clear();
    this.#told.clear();
  }

  /** The highest number heard; `null` where no `sync` has said that the conversation is followed. */
  heard(id: ConversationId): Seq | null {
    return this.#heard.get(id) ?? null;
  }

  onSync(id: ConversationId, head: Seq): void {
    this.#heard.set(id, Math.max(head, this.#heard.get(id) ?? 0));
  }

  onChange(id: ConversationId, seq: Seq): void {
    const heard = this.#heard.get(id);
    if (heard !== undefined && seq > heard) this.#heard.set(id, seq);
  }

  onGone(id: ConversationId): void {
    this.#heard.delete(id);
  }

  /** Whether a message is told of for the first time, as far as is remembered. */
  isNews(message: Message): boolean {
    if (this.#told.has(message.id)) return false;
    this.#told.add(message.id);
    if (this.#told.size > TOLD_MESSAGES) {
      const [oldest] = this.#told;
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    return true;
  }
}
