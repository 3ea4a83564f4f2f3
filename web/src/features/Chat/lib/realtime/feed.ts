import type { Message, MessageId, Seq } from "../types.ts";
import { Cursor, type MustSubscribe } from "./cursor.ts";
import type { MessageFrame } from "./frames.ts";
import { Stretch } from "./stretch.ts";

/** A page of history that is being read: what frames said meanwhile is newer than it, or will be followed by what is. */
export interface Reading {
  readonly touched: Map<MessageId, Message>;
}

/**
 * Brings frames and pages of history together in one {@link Stretch}. Frames come in the order of the protocol, pages
 * whenever they like; a page read before a frame came does not undo it, and a new message is not shown while one
 * before it is missing.
 */
export class Feed {
  readonly stretch = new Stretch();
  #cursor: Cursor | null = null;
  #reading: Reading | null = null;
  #isPlaced = false;
  /** New messages that came before others that are still missing. */
  readonly #held = new Map<Seq, Message>();
  /**
   * The number of the change that each message shows. A resume says again what may have been seen as of a later change;
   * the numbers are forgotten where one begins, since it reads anew.
   */
  readonly #versions = new Map<MessageId, Seq>();

  /** Where this conversation stands; `null` until a page is read or being read. */
  get cursor(): Cursor | null {
    return this.#cursor;
  }

  get isAttached(): boolean {
    return !this.stretch.ends.hasNewer;
  }

  /** Whether the stretch shows a page; before, frames have no place. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /** Whether a message waits for those before it. */
  holds(seq: Seq): boolean {
    return this.#held.has(seq);
  }

  /** Begins anew: `number` is what pages read from now on are sure to contain, `null` when that is not known. */
  reset(number: Seq | null): void {
    this.#isPlaced = false;
    this.#held.clear();
    this.#versions.clear();
    this.#cursor = number === null ? null : new Cursor(number);
    if (number !== null) this.#cursor?.follow(number);
  }

  /** The session has ended, or a new one has begun. */
  onBreak(): void {
    this.#cursor?.onBreak();
    // What was held is above the number, so that the resume brings it again.
    this.#held.clear();
    this.#versions.clear();
  }

  onSync(head: Seq): MustSubscribe {
    if (this.#cursor === null) return false;
    const must = this.#cursor.onSync(head);
    if (must) this.#versions.clear();
    this.#reveal();
    return must;
  }

  /** See {@link Cursor.insist}. */
  insist(): void {
    this.#cursor?.insist();
    this.#versions.clear();
  }

  /** A change that is none of a message. */
  onOtherChange(seq: Seq): MustSubscribe {
    const must = this.#cursor?.onChange(seq) ?? false;
    this.#reveal();
    return must;
  }

  onMessage(frame: MessageFrame): MustSubscribe {
    const must = frame.seq === undefined ? false : (this.#cursor?.onChange(frame.seq) ?? false);
    if (frame.type === "message:deleted") this.#delete(frame.payload.id, frame.payload.message_seq);
    else {
      if (frame.type === "message:new") this.#cursor?.onNewMessage(frame.payload.seq);
      this.#take(frame.payload, frame.seq ?? frame.payload.seq);
    }
    this.#reveal();
    if (must) this.#versions.clear();
    return must;
  }

  /** Call before a page is asked for. One page at a time: an earlier reading is given up. */
  beginReading(): Reading {
    this.#reading = { touched: new Map() };
    return this.#reading;
  }

  endReading(reading: Reading): void {
    if (this.#reading === reading) this.#reading = null;
  }

  /** What a page shows, as of now. */
  refreshed(page: readonly Message[], reading: Reading): Message[] {
    return page.map((message) => reading.touched.get(message.id) ?? message);
  }

  /** A page was put into the stretch: takes what has been said since it was read. */
  onPlaced(reading: Reading): void {
    this.#isPlaced = true;
    if (!this.isAttached) {
      this.#held.clear();
      return;
    }
    const end = this.stretch.to;
    this.#cursor ??= new Cursor(end);
    this.#cursor.onPage(end);
    for (const message of reading.touched.values()) if (message.seq > end) this.#settle(message);
    this.#reveal();
  }

  #take(message: Message, version: Seq): void {
    if (this.stretch.isDeleted(message.id)) return;
    if ((this.#versions.get(message.id) ?? 0) > version) return;
    this.#versions.set(message.id, version);
    this.#reading?.touched.set(message.id, message);
    this.#settle(message);
  }

  #settle(message: Message): void {
    if (this.#cursor === null || !this.#isPlaced || !this.stretch.spans(message.seq)) return;
    if (message.seq <= this.stretch.to || message.seq <= this.#cursor.shown) this.stretch.put(message);
    else if (!this.stretch.isDeleted(message.id)) this.#held.set(message.seq, message);
  }

  #delete(id: MessageId, seq: Seq): void {
    this.stretch.delete(id, seq);
    this.#held.delete(seq);
    this.#reading?.touched.delete(id);
  }

  #reveal(): void {
    const shown = this.#cursor?.shown ?? 0;
    for (const [seq, message] of this.#held) {
      if (seq > shown) continue;
      this.#held.delete(seq);
      this.stretch.put(message);
    }
  }
}
