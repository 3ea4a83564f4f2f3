import type { ConversationId, Seq } from "../types.ts";
import type { ClientFrame } from "./frames.ts";
import { READ_EVERY_MS } from "./limits.ts";
import type { Cancel, Clock } from "./ports.ts";

interface Mark {
  /** What the user has read. */
  read: Seq;
  /** What this socket was told. */
  said: Seq;
  /** What the server has confirmed. */
  confirmed: Seq;
  alarm: Cancel | null;
}

/** Tells how far the user has read: the furthest only, gathered for a moment, again after a break until it is confirmed. */
export class ReadMarks {
  readonly #clock: Clock;
  readonly #send: (frame: ClientFrame) => boolean;
  readonly #marks = new Map<ConversationId, Mark>();

  constructor(clock: Clock, send: (frame: ClientFrame) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  mark(id: ConversationId, seq: Seq): void {
    const mark = this.#marks.get(id) ?? { read: 0, said: 0, confirmed: 0, alarm: null };
    this.#marks.set(id, mark);
    if (seq <= mark.read) return;
    mark.read = seq;
    // The first one goes at once, those right after it together.
    if (mark.alarm === null) this.#say(id, mark);
  }

  /** The server says how far the user has read, here or elsewhere. */
  onConfirmed(id: ConversationId, seq: Seq): void {
    const mark = this.#marks.get(id);
    if (mark !== undefined) mark.confirmed = Math.max(mark.confirmed, seq);
  }

  onHello(): void {
    for (const [id, mark] of this.#marks) {
      mark.said = mark.confirmed;
      if (mark.alarm === null) this.#say(id, mark);
    }
  }

  forget(id: ConversationId): void {
    this.#marks.get(id)?.alarm?.();
    this.#marks.delete(id);
  }

  reset(): void {
    for (const id of [...this.#marks.keys()]) this.forget(id);
  }

  #say(id: ConversationId, mark: Mark): void {
    if (mark.read <= mark.said || mark.read <= mark.confirmed) return;
    const seq = mark.read;
    if (!this.#send({ type: "message:read", payload: { conversation_id: id, seq } })) return;
    mark.said = seq;
    mark.alarm = this.#clock.after(READ_EVERY_MS, () => {
      mark.alarm = null;
      this.#say(id, mark);
    });
  }
}
