import type { Message, MessageId, Seq, UserId } from "../types.ts";

/** Which ends of the history a stretch does not reach. */
export interface Ends {
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/**
 * A stretch of one conversation's history: ascending by `seq`, each message once, without holes. What is deleted never
 * comes back, whatever an older answer says.
 */
export class Stretch {
  #messages: readonly Message[] = [];
  #ends: Ends = { hasOlder: false, hasNewer: false };
  /** What the stretch covers, both included: wider than its messages where some at its ends were deleted. */
  #from: Seq = 0;
  #to: Seq = 0;
  readonly #deleted = new Set<MessageId>();

  /** The same array until something changes. */
  get messages(): readonly Message[] {
    return this.#messages;
  }

  get ends(): Ends {
    return this.#ends;
  }

  /** History before this is not in the stretch. */
  get from(): Seq {
    return this.#from;
  }

  /** History after this is not in the stretch, or, where it reaches the end, has not been said yet. */
  get to(): Seq {
    return this.#to;
  }

  isDeleted(id: MessageId): boolean {
    return this.#deleted.has(id);
  }

  has(seq: Seq): boolean {
    return this.#messages[this.#place(seq)]?.seq === seq;
  }

  /** The own message that was sent by this name. */
  sent(by: UserId, clientId: string): Message | null {
    // Own messages on their way are among the last: looked for from the end.
    for (let at = this.#messages.length - 1; at >= 0; at -= 1) {
      const message = this.#messages[at];
      if (message?.client_id === clientId && message.sender_id === by) return message;
    }
    return null;
  }

  /** Shows another stretch instead: that around `at`, should the page be empty. */
  replace(page: readonly Message[], ends: Ends, at: Seq = 0): void {
    this.#messages = this.#sorted(page);
    this.#from = lowest(page, at);
    this.#to = highest(page, at);
    this.#ends = ends;
  }

  /** Adds what was said before the stretch. */
  prepend(page: readonly Message[], hasOlder: boolean): void {
    const older = this.#sorted(page).filter((message) => message.seq < this.#from);
    this.#messages = [...older, ...this.#messages];
    this.#from = Math.min(this.#from, lowest(page, this.#from));
    this.#ends = { ...this.#ends, hasOlder };
  }

  /** Adds what was said after the stretch. */
  append(page: readonly Message[], hasNewer: boolean): void {
    const newer = this.#sorted(page).filter((message) => message.seq > this.#to);
    this.#messages = [...this.#messages, ...newer];
    this.#to = Math.max(this.#to, highest(page, this.#to));
    this.#ends = { ...this.#ends, hasNewer };
  }

  /** Whether a message of this place belongs into the stretch, as far as its ends say. */
  spans(seq: Seq): boolean {
    const isAfterStart = !this.#ends.hasOlder || seq >= this.#from;
    const isBeforeEnd = !this.#ends.hasNewer || seq <= this.#to;
    return isAfterStart && isBeforeEnd;
  }

  /** Puts a message in its place, over what stands there. */
  put(message: Message): void {
    if (this.#deleted.has(message.id)) return;
    const at = this.#place(message.seq);
    const replaced = this.#messages[at]?.seq === message.seq ? 1 : 0;
    this.#messages = this.#messages.toSpliced(at, replaced, message);
    this.#to = Math.max(this.#to, message.seq);
  }

  /** Takes a message out for good. */
  delete(id: MessageId, seq: Seq): void {
    this.#deleted.add(id);
    const at = this.#place(seq);
    if (this.#messages[at]?.id === id) this.#messages = this.#messages.toSpliced(at, 1);
  }

  #sorted(page: readonly Message[]): Message[] {
    const bySeq = new Map<Seq, Message>();
    for (const message of page) if (!this.#deleted.has(message.id)) bySeq.set(message.seq, message);
    return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Where a message with this `seq` stands or would stand. */
  #place(seq: Seq): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#messages[middle];
      if (there !== undefined && there.seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function lowest(page: readonly Message[], otherwise: Seq): Seq {
  return page.reduce((low, message) => Math.min(low, message.seq), page[0]?.seq ?? otherwise);
}

function highest(page: readonly Message[], otherwise: Seq): Seq {
  return page.reduce((high, message) => Math.max(high, message.seq), page[0]?.seq ?? otherwise);
}
