import type { ConversationId, MessageId, Seq, UserId } from "../types.ts";
import type { Feed } from "./feed.ts";
import type { OutboxEntry } from "./types.ts";

/** The message that a sent entry has become. */
export interface Landing {
  readonly id: MessageId;
  readonly seq: Seq;
}

/** The outbox, as far as a log reads it. */
export interface Outgoing {
  /** What is being sent in a conversation, in the order in which it was sent. */
  of(conversation: ConversationId): readonly OutboxEntry[];
  /** What has become of an entry that is no longer in the outbox; `null` when it was given up. */
  landing(clientId: string): Landing | null;
}

/**
 * Own messages that a log does not show yet. An entry may leave the outbox before its message is in the stretch, where
 * another tab has seen it first or messages before it are missing; it is shown as pending until then, so that it is on
 * the page exactly once.
 */
export class Pending {
  readonly #conversation: ConversationId;
  readonly #ports: { readonly me: UserId; readonly outgoing: Outgoing };
  readonly #feed: Feed;
  #shown: readonly OutboxEntry[] = [];

  constructor(
    conversation: ConversationId,
    ports: { readonly me: UserId; readonly outgoing: Outgoing },
    feed: Feed,
  ) {
    this.#conversation = conversation;
    this.#ports = ports;
    this.#feed = feed;
  }

  /** As of now; the same array until it changes. */
  list(): readonly OutboxEntry[] {
    const { outgoing } = this.#ports;
    const entries = new Map(outgoing.of(this.#conversation).map((entry) => [entry.clientId, entry]));
    const now: OutboxEntry[] = [];
    // What was shown keeps its place.
    for (const shown of this.#shown) {
      const entry = entries.get(shown.clientId);
      entries.delete(shown.clientId);
      if (entry !== undefined ? !this.#isInStretch(entry) : this.#isOnItsWay(shown)) now.push(entry ?? shown);
    }
    for (const entry of entries.values()) if (!this.#isInStretch(entry)) now.push(entry);
    const isSame = now.length === this.#shown.length && now.every((entry, at) => entry === this.#shown[at]);
    if (!isSame) this.#shown = now;
    return this.#shown;
  }

  #isInStretch(entry: OutboxEntry): boolean {
    return this.#feed.stretch.sent(this.#ports.me, entry.clientId) !== null;
  }

  /** Whether the message of an entry that has left the outbox is still to appear. */
  #isOnItsWay(entry: OutboxEntry): boolean {
    const landing = this.#ports.outgoing.landing(entry.clientId);
    const { stretch, cursor } = this.#feed;
    if (landing === null || stretch.isDeleted(landing.id) || this.#isInStretch(entry)) return false;
    if (cursor === null || !this.#feed.isPlaced || this.#feed.holds(landing.seq)) return true;
    return cursor.number < landing.seq;
  }
}
